"""The top of the page of numbers: which rule, whether fusion helps, what to distrust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from latefusion.core.metric_facts import LEAST_WRITTEN
from latefusion.evaluation.names import SELECTED
from latefusion.evaluation.targets.names import GROUP_MEAN, MEAN
from latefusion.report.components import Answer, Section
from latefusion.report.number_format import NOTHING, number, signed, span
from latefusion.report.sections.checks import all_counted
from latefusion.report.sections.targets.ranking import kinds_key, ranking
from latefusion.report.sentences import listed, plural, sample, say
from latefusion.report.target_results import Row, TargetResults, TargetTables

ALPHA = 0.05
NEGLIGIBLE = 0.02
"""A gain in R² below which nothing that matters is gained."""


def section(results: TargetResults) -> Section:
    """Return the answer and the ranking under the protocol that is to be believed."""
    tables = results.best
    part = Section("answer", "The answer")
    part.facts["answers"] = [which(results, tables), helps(results, tables), distrust(results, tables)]
    part.facts["checks"] = all_counted(results.checks)
    part.facts["key"] = key_figures(tables)
    part.facts["kinds"] = [
        dict(zip(("name", "colour", "shape"), key, strict=True)) for key in kinds_key(results)
    ]
    part.tables.append(ranking(results, tables))
    return part


def interval(row: Mapping[str, object]) -> str:
    """Write R² with its 95 % interval: `0.231 (0.21–0.25)`."""
    value, low, high = (row.get(key) for key in ("value", "low", "high"))
    if not isinstance(value, float):
        return NOTHING
    ends = span(low, high) if isinstance(low, float) and isinstance(high, float) else NOTHING
    return number(value) if ends == NOTHING else f"{number(value)} (95 %: {ends})"


def which(results: TargetResults, tables: TargetTables) -> Answer:
    """Say which rule was picked, how much it explains, and how many others cannot be told from the best."""
    label, lead = "Which rule?", tables.lead
    if lead is None:
        reference = tables.reference
        row = tables.metric(reference, MEAN)
        verdict = f"No rule was run; {reference} alone reaches {_mean(results)} of {interval(row)}."
        return Answer(label, verdict, f"Name rules in the configuration to fuse the {results.words.several}.")
    chosen = tables.chosen()
    rule = next(iter(chosen), lead)
    total = sum(chosen.values())
    if total > 1:
        picked = f"picked without test in {chosen[rule]} of {plural(total, 'partition')}"
    else:
        picked = "picked without test" if lead == SELECTED else f"the best {results.words.best}"
    row = tables.metric(lead, MEAN)
    verdict = f"{rule}, {picked}: {_mean(results)} of {interval(row)}."
    members = [one for one in tables.where("confidence_set", target=MEAN) if one["same_as"] is None]
    inside = [one["model"] for one in members if one["in_set"]]
    tied = _tied(inside, len(members))
    parts = [f"{target} {interval(tables.metric(lead, target))}" for target in results.targets]
    told = f"R² by target: {listed(parts)}. {tied}" if len(results.targets) > 1 else tied
    if tables.one("confidence_set", target=MEAN, model=lead).get("in_set") is False:
        picked = rule if lead != SELECTED else "The rule picked"
        told += f" {picked} is another." if len(inside) == 1 else f" {picked} is not among them."
    return Answer(label, verdict, told)


def _tied(inside: Sequence[str], models: int) -> str:
    """Say which models cannot be told from the best; of those that coincide one counts."""
    if models == 1:
        return "No other model differs from it."
    if len(inside) == 1:
        others = "the other model" if models == 2 else f"each of the {models - 1} other models"
        return f"With these items {inside[0]} is told from {others}."
    if len(inside) == models:
        return f"With these items none of the {models} models can be told from the best."
    return f"With these items {len(inside)} of {models} models, the best among them, cannot be told apart."


def _mean(results: TargetResults) -> str:
    return "a mean R²" if len(results.targets) > 1 else "an R²"


def verdict_of(row: Row) -> str:
    """Return what a comparison shows: better, worse, same, negligible or not shown."""
    if row["r2_difference"] == 0 and row["r2_low"] in (0, None) and row["r2_high"] in (0, None):
        return "same"
    p = row["p_holm"] if row["p_holm"] is not None else row["p"]
    if p is not None and p <= ALPHA and abs(row["r2_difference"]) >= LEAST_WRITTEN:
        return "better" if row["r2_difference"] > 0 else "worse"
    if row["r2_high"] is not None and row["r2_high"] <= NEGLIGIBLE:
        return "negligible"
    return "not shown"


def helps(results: TargetResults, tables: TargetTables) -> Answer:
    """Say whether fusing beats the best single modality, by how much, and what the items could have shown."""
    label, lead, reference = "Does fusing help?", tables.lead, tables.reference
    row = tables.comparison(lead)
    if lead is None or reference is None or not row:
        return Answer(
            label, "There is nothing to compare.", f"It takes a rule and a single {results.words.one}."
        )
    if len(tables.named("single")) < 2:
        return Answer(label, "There is nothing to fuse.", f"{reference} is the only {results.words.one}.")
    gain = f"{signed(row['r2_difference'])} in R²"
    ends = f" (95 %: {span(row['r2_low'], row['r2_high'])})" if row["r2_low"] is not None else ", no interval"
    shown = verdict_of(row)
    heads = {
        "better": f"Yes: {gain}{ends} over {reference} alone.",
        "worse": f"No, it does harm: {gain}{ends} against {reference} alone.",
        "same": f"No: it says what {reference} says of every item.",
        "negligible": f"No gain that matters: {gain}{ends} against {reference} alone.",
        "not shown": f"Not shown: {gain}{ends} against {reference} alone.",
    }
    tone = {"better": "good", "worse": "bad"}.get(shown, "")
    told = [_of_target(tables, one["target"], one) for one in _by_target(tables, lead)]
    detectable = row.get("detectable_holm")
    if shown in ("not shown", "negligible") and detectable:
        told.append(
            f"A difference of {number(detectable)} would mostly have been found with these items "
            "(80 % power, corrected for the number of rules)."
        )
    elif shown == "not shown" and detectable is None and row["groups"] > 1:
        told.append(f"{row['groups']} groups could not show any gain, however large.")
    return Answer(label, heads[shown], " ".join(told), tone)


def _by_target(tables: TargetTables, lead: str) -> list[Row]:
    rows = tables.where("comparisons", model=lead, subset="all")
    return [row for row in rows if row["target"] != MEAN]


def _of_target(tables: TargetTables, target: str, row: Row) -> str:
    value, base = (tables.metric(model, target) for model in (row["model"], row["reference"]))
    told = {
        "better": "shown to be better",
        "worse": "shown to be worse",
        "same": "the same",
        "negligible": "no gain that matters",
        "not shown": "not shown to differ",
    }[verdict_of(row)]
    return f"{target}: {number(value.get('value'))} against {number(base.get('value'))}, {told}."


def distrust(results: TargetResults, tables: TargetTables) -> Answer:
    """Say what speaks against the figures: the gravest finding, and what needs no embedding at all."""
    label = "What to distrust?"
    here = (None, tables.protocol)
    grave = [check for check in results.checks if check["severity"] in ("error", "warning")]
    grave.sort(key=lambda check: check["protocol"] not in here)
    told = []
    group = tables.metric(GROUP_MEAN, MEAN)
    if group and results.grouped and tables.one("models", model=GROUP_MEAN)["same_as"] is None:
        told.append(
            f"The mean of the {results.group_word} in training, {results.words.without}, reaches "
            f"{interval(group)}."
        )
    if grave:
        tone = "bad" if grave[0]["severity"] == "error" else "warn"
        rest = len(grave) - 1
        if rest:
            told.append(say("{n:further finding} {n:~is|are} among the checks below.", n=rest))
        elsewhere = "" if grave[0]["protocol"] in here else f"Under {grave[0]['protocol']}: "
        return Answer(label, elsewhere + grave[0]["sentence"], " ".join(told), tone)
    return Answer(label, "The checks found no error and nothing to warn of.", " ".join(told), "good")


def key_figures(tables: TargetTables) -> list[dict[str, str]]:
    """Return a few figures that everything else hangs on."""
    n = tables.metric(tables.reference, MEAN).get("n") or 0
    shown = [
        (f"{tables.reference} alone", tables.metric(tables.reference, MEAN), sample(n, "item")),
        (
            "Fusion, rule picked without test" if tables.lead == SELECTED else f"Fusion, {tables.lead}",
            tables.metric(tables.lead, MEAN),
            sample(n, "item"),
        ),
    ]
    figures = [
        {
            "title": title,
            "value": f"R² {number(row['value'])}",
            "note": f"95 %: {span(row['low'], row['high'])}" if row["low"] is not None else note,
        }
        for title, row, note in shown
        if row and row["value"] is not None
    ]
    gains = tables.rows.get("complementarity", [])
    if gains:
        best = max(gains, key=lambda row: row["gain"] or 0.0)
        figures.append(
            {
                "title": "The best weights could gain",
                "value": signed(best["gain"]),
                "note": f"in R² of {best['target']}, with weights that sum to one, known in advance",
            }
        )
    return figures
