"""The top of the page: which rule, whether fusion helps, what to distrust, all from the tables."""

from __future__ import annotations

from dataclasses import dataclass

from latefusion.report.components import Section
from latefusion.report.number_format import (
    NOTHING,
    article,
    capitalised,
    count,
    listed,
    number,
    percent,
    percent_interval,
    plural,
    points,
    points_interval,
    probability,
    signed,
)
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sections.checks import WORDS
from latefusion.report.sections.ranking import KINDS_KEY, ranking
from latefusion.report.vocabulary import chosen_rules, recommended

NEARLY_NEVER = 0.15
"""A class whose recall stays under this is as good as never predicted."""
CLAUSES = 3
"""At most so many things to distrust are named."""


@dataclass(frozen=True)
class Answer:
    """One of the three answers: the question, the verdict, what it rests on, and its tone."""

    label: str
    verdict: str
    text: str
    tone: str = ""


def section(results: Results) -> Section:
    """Return the answer and the ranking under the protocol that is to be believed."""
    tables = results.best
    part = Section("answer", "The answer")
    part.facts["answers"] = [which(results, tables), helps(tables), distrust(results, tables)]
    part.facts["checks"] = _found(results)
    part.facts["key"] = _key_figures(results, tables)
    part.facts["kinds"] = [dict(zip(("name", "colour", "shape"), key, strict=True)) for key in KINDS_KEY]
    part.tables.append(ranking(results, tables))
    return part


def which(results: Results, tables: Tables) -> Answer:
    """Say which rule to use, and how good it is."""
    label, lead, rule = "Which rule to use", tables.lead, recommended(tables)
    if lead is None or rule is None:
        return Answer(label, "No rule was run.", "There is no fusion rule to recommend.", "unsure")
    row, reference = tables.metric(lead, "accuracy"), tables.reference
    right = (
        f"right for {percent(row.get('value'))} of {plural(row.get('n') or 0, 'item')} "
        f"(95 % interval {percent_interval(row.get('low'), row.get('high'))})"
    )
    if tables.protocol == "cross" and results.dataset["groups"]["cross_grouped"]:
        right += f", each of {article(results.group_word)} that its model had never seen"
    verdict = tables.comparison(lead).get("verdict")
    by_loss = tables.comparison(lead, "log_loss").get("verdict")
    if reference is None or "better" in (verdict, by_loss):
        only_loss = verdict not in ("better", None)
        why = f" It decides no better than {reference} alone, but its probabilities are better." * only_loss
        return Answer(label, f"{rule}.", f"{_picked(tables, rule)} is {right}.{why}", "yes")
    alone = percent(tables.value(reference, "accuracy"))
    beside = f"{_picked(tables, rule)} is {right}; {reference} alone for {alone}."
    if verdict == "worse":
        return Answer(label, f"No rule: use {reference} alone.", f"Fusing makes it worse. {beside}", "no")
    return Answer(label, f"No rule has shown a gain: use {reference} alone.", beside, "unsure")


def _picked(tables: Tables, rule: str) -> str:
    """Return how the rule was found, as the subject of a sentence."""
    chosen = chosen_rules(tables)
    rules = [name for name in tables.named("rule") if name != "selected" and not name.endswith("_bag")]
    if not chosen:
        how = "the only rule" if len(rules) == 1 else "the rule with the least loss on rows held out"
        return f"{capitalised(how)}, {rule},"
    total = sum(times for _, times in chosen)
    most = "all" if chosen[0][1] == total else f"{chosen[0][1]} of"
    where = "" if total == 1 else f" in {most} {total} partitions"
    return f"The rule picked from {len(rules)} without a look at test items ({rule}{where})"


def helps(tables: Tables) -> Answer:
    """Say whether fusion helps, by how much, and how sure that is."""
    label = "Does fusion help?"
    lead, reference = tables.lead, tables.reference
    effect: Row = tables.comparison(lead) if lead else {}
    if not effect or reference is None:
        return Answer(label, "Not known.", "There is no single modality to compare a rule with.", "unsure")
    loss = tables.comparison(lead or "", "log_loss")
    by_loss = loss.get("verdict") if loss.get("verdict") in ("better", "worse") else None
    size = (
        f"Against {reference} alone, fusion changes accuracy by {points(effect['difference'])} percentage "
        f"points (95 % interval {points_interval(effect['low'], effect['high'])}{_p_text(effect)})."
    )
    told = [size]
    if by_loss:
        told.append(
            f"Its probabilities are {by_loss}: log loss {signed(loss['difference'])} nats "
            f"({signed(loss['low'])} to {signed(loss['high'])}; less is better)."
        )
    if effect["verdict"] == "undecided" and effect.get("detectable") is not None:
        told.append(
            f"With these items a true gain of this rule under {number(100 * effect['detectable'], 1)} points "
            "is missed more than once in five times."
        )
    peers = tables.where("confidence_set", metric="accuracy", in_set=True)
    if len(peers) > 1:
        everyone = len(tables.where("confidence_set", metric="accuracy"))
        told.append(f"{count(len(peers))} of {everyone} models cannot be told from the best.")
    verdict, tone = {
        "better": (f"Yes, by {points(effect['difference']).lstrip('+')} points of accuracy.", "yes"),
        "worse": ("No, it harms.", "no"),
        "same": (f"No: it decides as {reference} does.", "no"),
    }.get(effect["verdict"], ("Not shown.", "unsure"))
    if effect["verdict"] not in ("better", "worse") and by_loss == "better":
        verdict, tone = "In its probabilities, not in its decisions.", "yes"
    return Answer(label, verdict, " ".join(told), tone)


def _p_text(effect: Row) -> str:
    """Return the p-value, of a planned comparison after the correction for their number."""
    p, tests = effect.get("p_holm"), effect.get("tests") or 1
    corrected = f" after correction for {plural(tests, 'comparison')}" if tests > 1 else ""
    if p is None:
        p, corrected = effect.get("p"), ""
    if p is None:
        return ""
    return f"; p {'' if p < 0.001 else '= '}{probability(p)}{corrected}"


def distrust(results: Results, tables: Tables) -> Answer:
    """Say what to distrust: the gravest of what the tables show, at most three things."""
    label = "What to distrust"
    found = [
        clause
        for clause in (
            _leaky(tables),
            _straddling(results, tables),
            _duplicates(results),
            _inflated(results, tables),
            _never_predicted(tables),
            _no_groups(results),
        )
        if clause
    ]
    if not found:
        return Answer(label, "Nothing that was looked for.", "No check found a fault.", "yes")
    errors = any(check["severity"] == "error" for check in results.checks)
    told = " ".join(told for _, told in found[:CLAUSES])
    return Answer(label, found[0][0], told, "no" if errors else "unsure")


def _leaky(tables: Tables) -> tuple[str, str] | None:
    if tables.protocol != "replica":
        return None
    told = (
        "Only the notebook’s way was run (protocol replica), in which rules learn from items that the models "
        "had seen, or from test itself. The protocols honest and cross show what remains without that."
    )
    return "Every accuracy on this page.", told


def _straddling(results: Results, tables: Tables) -> tuple[str, str] | None:
    groups, n = results.dataset["groups"], results.dataset["n"]["test"]
    seen, word = groups["test_items_seen"], results.group_word
    if not groups["known"] or not seen or not n:
        return None
    told = f"{percent(seen / n, 0)} of the {count(n)} test items have their {word} in training."
    split = results.protocols.get("honest") or results.protocols.get("replica")
    lookup = split.value("group_lookup", "accuracy") if split else None
    if split and lookup is not None:
        lead = split.value(split.lead or "", "accuracy")
        versus = f"; fusion is for {percent(lead)}" if lead is not None else ""
        told += f" Looking up the {word}, with no model at all, is right for {percent(lookup)}{versus}."
    if tables.protocol == "cross" and groups["cross_grouped"]:
        told += f" The ranking below avoids this: no {word} is in training and test at once."
    return f"Accuracies on the split of the files: they reward knowing the {word}.", told


def _duplicates(results: Results) -> tuple[str, str] | None:
    across = results.dataset.get("duplicates", {}).get("across")
    if not across:
        return None
    have = "has" if across == 1 else "have"
    return (
        "Items that are in training and in test.",
        f"{plural(across, 'test item')} {have} the very embeddings of a training item.",
    )


def _inflated(results: Results, tables: Tables) -> tuple[str, str] | None:
    """Return how much of the claim goes away for the rule that the page speaks of."""
    if tables.protocol != "cross":
        return None
    row = results.leak("honest", "cross", tables.lead or "")
    if not row or row["verdict"] != "flatters":
        return None
    told = (
        f"On that split the same rule looks {points(row['difference']).lstrip('+')} points better (95 % "
        f"interval {points_interval(row['low'], row['high'])}) than for {article(results.group_word)} "
        "that is new."
    )
    return "Accuracies on the split of the files.", told


def _never_predicted(tables: Tables) -> tuple[str, str] | None:
    rows = [
        row
        for row in tables.where("per_class", subset="all", metric="recall", model=tables.lead)
        if row["value"] is not None
    ]
    poor = sorted((row["value"], row["class"]) for row in rows if row["value"] < NEARLY_NEVER)
    if not poor:
        return None
    shares = listed([f"{percent(recall, 0)} of {name}" for recall, name in poor[:2]])
    names = listed([name for _, name in poor[:2]])
    return (
        f"Accuracy alone: {names} {'is' if len(poor[:2]) == 1 else 'are'} nearly never recognised.",
        f"Fusion recognises only {shares}.",
    )


def _no_groups(results: Results) -> tuple[str, str] | None:
    if results.dataset["groups"]["known"]:
        return None
    return (
        "Whether test items are new.",
        "No column names what items have in common, so a leak from training to test would not be seen.",
    )


def _found(results: Results) -> str:
    """Return how many findings the checks have, for the link to them."""
    counts = {
        word: sum(check["severity"] == severity for check in results.checks)
        for severity, word in WORDS.items()
    }
    return listed([plural(n, word) for word, n in counts.items() if n])


def _key_figures(results: Results, tables: Tables) -> list[dict[str, str]]:
    """Return a few figures that everything else hangs on."""
    majority, lead = tables.metric("majority", "accuracy"), tables.metric(tables.lead or "", "accuracy")
    single = tables.metric(tables.reference or "", "accuracy")
    rule = recommended(tables) or ""
    n = f"n = {plural(lead.get('n') or single.get('n') or 0, 'item')}"
    shown = [
        ("Always the commonest class", percent(majority.get("value")), f"no model needed; {n}"),
        (f"{tables.reference} alone", percent(single.get("value")), _between(single)),
        ("Fusion, rule picked without test", percent(lead.get("value")), _between(lead)),
    ]
    oracle = tables.one("oracle", model="oracle", class_index=None)
    if oracle:
        shown.append(("Some modality right", percent(oracle["value"]), "a perfect choice among them"))
    claimed = results.claimed
    if claimed and claimed is not tables:
        row = claimed.metric(rule, "accuracy")
        note = f"{rule}, n = {plural(row.get('n') or 0, 'test item')}, leaks included"
        shown.append(("Claimed, the notebook’s way", percent(row.get("value")), note))
    return [
        {"title": title, "value": value, "note": note} for title, value, note in shown if value != NOTHING
    ]


def _between(row: Row) -> str:
    return f"95 %: {percent_interval(row.get('low'), row.get('high'))}"
