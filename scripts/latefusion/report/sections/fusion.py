"""Fusion: each rule against the best single modality, and what remains to be gained."""

from __future__ import annotations

from collections import Counter

from latefusion.report import verdicts
from latefusion.report.components import Cell, Column, Section, Table, estimate, figure, text
from latefusion.report.number_format import (
    count,
    number,
    percent,
    percent_interval,
    probability,
    signed,
    span,
)
from latefusion.report.results import Results, Tables
from latefusion.report.sections import effects
from latefusion.report.sections.single_models import SHADES, all_metrics, confusion
from latefusion.report.sentences import plural, quoted, sample

ALPHA = verdicts.ALPHA
OVER = {
    "repeat": "seeds of the rule",
    "partition": "partitions of the items",
    "assignment": "assignments of groups to folds",
}


def section(results: Results) -> Section | None:
    """Return the rules, their effects and the room that is left; None where no model fuses anything."""
    tables = results.best
    rules = tables.named("rule")
    if not rules and not tables.named("early"):
        return None
    part = Section("fusion", "Fusion")
    part.sentences = [_verdict(results, tables), _room(tables), _best(results, tables), _overall(tables)]
    part.sentences = [sentence for sentence in part.sentences if sentence]
    gains = effects.gains(results, tables)
    if gains:
        part.figures.append(gains)
    part.tables.append(_by_class(results, tables, [*tables.named("single", "early"), *rules]))
    part.tables.append(all_metrics(tables, rules, "rule-metrics", "Every metric of the rules"))
    part.facts["matrix"] = confusion(results, tables, tables.lead) if tables.lead else None
    part.facts["gap"] = _gap(tables)
    part.facts["spread"] = _spread(tables)
    return part


def _verdict(results: Results, tables: Tables) -> str:
    """Return what is shown of each rule against the reference, those that coincide counted once."""
    metric = results.metric
    rows = tables.planned(metric.name)
    if not rows:
        return ""
    by = {
        verdict: [row["model"] for row in rows if row["verdict"] == verdict] for verdict in verdicts.VERDICTS
    }
    titles = {
        verdicts.BETTER: f"shown to be better than {tables.reference} alone",
        verdicts.UNDECIDED: "neither shown nor excluded to be better",
        verdicts.NEGLIGIBLE: "shown to gain next to nothing",
        verdicts.WORSE: "shown to be worse",
        verdicts.SAME: f"right where {tables.reference} is",
    }
    parts = [f"{title}: {quoted(by[verdict])}" for verdict, title in titles.items() if by[verdict]]
    least = sorted(filter(None, map(verdicts.detectable, rows)))
    power = ""
    if least and by[verdicts.UNDECIDED] and rows[0]["low"] is not None:
        between = metric.size(least[0])
        if len(least) > 1 and metric.size(least[-1]) != between:
            between += f" to {metric.size(least[-1])}"
        power = (
            f" Minimum detectable difference (80 % power, the same correction): {between} "
            f"{metric.difference_unit}".rstrip()
            + ", by rule."
        )
    tests = rows[0]["tests"]
    corrected = f", corrected for {plural(tests, 'comparison')} (Holm)" if tests > 1 else ""
    return f"In {metric.title}{corrected}: {'; '.join(parts)}.{power}"


def _room(tables: Tables) -> str:
    oracle = tables.one("oracle", model="oracle", class_index=None)
    gain = tables.one("oracle", model=tables.lead, class_index=None)
    if not oracle:
        return ""
    closed = (
        f" {tables.lead} closes {percent(gain['gap_closed'], 0)} of the gap."
        if gain and gain["gap_closed"] is not None
        else ""
    )
    return (
        f"Room that is left: some single modality is right for {percent(oracle['value'])} of the items "
        f"({percent_interval(oracle['low'], oracle['high'])}), {tables.reference} alone for "
        f"{percent(oracle['best_single_value'])}. If they erred independently, some would be right for "
        f"{percent(oracle['independent'])}, so part of the gap is luck that no rule can use.{closed}"
    )


def _best(results: Results, tables: Tables) -> str:
    metric = results.metric
    best = tables.one("best", metric=metric.name)
    if not best or best["corrected"] is None:
        return ""
    return (
        f"{best['observed_best']} is the best observed, with {metric.written(best['observed'])}. Corrected "
        "for selection bias, which is the luck of having been picked for that, "
        f"{metric.written(best['corrected'])} remains ({metric.interval(best['low'], best['high'])})."
    )


def _overall(tables: Tables) -> str:
    row = tables.one("overall", metric="accuracy")
    if not row or row["p"] is None:
        return ""
    told = "are not all equally accurate" if row["p"] < ALPHA else "could all be equally accurate"
    return (
        f"Taken all at once, the {row['models']} models that differ {told} (p "
        f"{'' if row['p'] < 0.001 else '= '}{probability(row['p'])})."
    )


def _by_class(results: Results, tables: Tables, names: list[str]) -> Table:
    rows = []
    for name in names:
        cells = [text(name)]
        for index in range(len(results.classes)):
            row = tables.one("per_class", subset="all", metric="recall", model=name, class_index=index) or {}
            share = row.get("value")
            tone = f"shade shade-{min(SHADES, round((share or 0) * SHADES))}"
            cells.append(Cell(percent(share, 0), share, tone=tone))
        cells.append(figure(tables.value(name, "macro_f1"), number))
        rows.append(cells)
    n = max((tables.metric(name, "accuracy").get("n") or 0 for name in names), default=0)
    return Table(
        "recall-by-rule",
        f"Recall of each class by every model, in per cent: what accuracy alone hides; {sample(n, 'item')}.",
        [
            Column("Model", "model", "text"),
            *(Column(title, title, unit="recall, %") for title in results.classes),
            Column("Macro-F1", "macro_f1"),
        ],
        rows,
    )


def _gap(tables: Tables) -> Table | None:
    changed = Counter((row["model"], row["change"]) for row in tables.rows.get("changed", []))
    none = Counter(row["model"] for row in tables.where("changed", change="corrected", modalities_right=0))
    rows = [row for row in tables.where("oracle", class_index=None) if row["model"] != "oracle"]
    if not rows:
        return None
    rows.sort(key=lambda row: -row["value"])
    return Table(
        "gap",
        f"What each fused model corrected and made newly wrong against {tables.reference}, how much of the "
        f"gap to a perfect choice between the modalities it closed; {sample(rows[0]['n'], 'item')}.",
        [
            Column("Model", "model", "text"),
            Column("Corrected", "corrected", unit="items"),
            Column("Newly wrong", "newly_wrong", unit="items"),
            Column("Net", "net", unit="items"),
            Column(
                "Corrected by none",
                "corrected_without_modality",
                help="corrected although no single modality was right",
                unit="items",
            ),
            Column("Gap closed", "gap_closed", unit="% (95 %)", interval="beside"),
        ],
        [
            [
                text(row["model"]),
                figure(changed[row["model"], "corrected"], count),
                figure(changed[row["model"], "newly_wrong"], count),
                figure(
                    changed[row["model"], "corrected"] - changed[row["model"], "newly_wrong"],
                    lambda net: signed(net, 0),
                ),
                figure(none[row["model"]], count),
                estimate(
                    row | {"low": row["gap_closed_low"], "high": row["gap_closed_high"]},
                    lambda share: percent(share, 0),
                    lambda low, high: span(low, high, 100, 0),
                    key="gap_closed",
                ),
            ]
            for row in rows
        ],
        note=(
            "Corrected by none: corrected although no single modality was right. A model run with several "
            "seeds counts as right where more than half of the seeds are."
        ),
    )


def _spread(tables: Tables) -> Table | None:
    """Return how far chance moves the accuracy of each model."""
    found = [
        row
        for row in tables.where("spread", metric="accuracy")
        if row["kind"] != "baseline" and row["values"] > 1
    ]
    if not found:
        return None
    return Table(
        "spread",
        "Accuracy in per cent over several runs of the same model; n is the number of runs.",
        [
            Column("Model", "model", "text"),
            Column("Over", "over", "text"),
            Column("n", "runs", unit="runs"),
            Column("Mean", "mean", unit="%"),
            Column("SD", "sd", help="standard deviation", unit="points"),
            Column("Least", "least", unit="%"),
            Column("Most", "most", unit="%"),
        ],
        [
            [
                text(row["model"]),
                text(OVER.get(row["over"], row["over"])),
                figure(row["values"], count),
                figure(row["mean"], percent),
                figure(row["sd"], lambda sd: number(None if sd is None else 100 * sd, 1)),
                figure(row["least"], percent),
                figure(row["most"], percent),
            ]
            for row in sorted(found, key=lambda row: (row["over"], -row["mean"]))
        ],
        title="What chance alone moves:",
    )
