"""The top of the page: three sentences and the ranking, all from the tables."""

from __future__ import annotations

from dataclasses import dataclass

from latefusion.report.inputs import Results, Row, Tables
from latefusion.report.parts import Section
from latefusion.report.ranking import ranking
from latefusion.report.text import (
    NOTHING,
    article,
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
from latefusion.report.words import chosen_rules, recommended

NEARLY_NEVER = 0.15
"""A class whose recall stays under this is as good as never predicted."""


@dataclass(frozen=True)
class Sentence:
    """One of the three sentences: its label, what it says, its tone, and the name in it that counts."""

    label: str
    text: str
    tone: str = ""
    strong: str = ""


def section(results: Results) -> Section:
    """Return the answer and the ranking under the protocol that is to be believed."""
    tables = results.best
    part = Section("answer", "The answer")
    part.facts["sentences"] = [which(results, tables), helps(tables), distrust(results, tables)]
    part.facts["key"] = _key_figures(results, tables)
    part.facts["protocol"] = tables.protocol
    part.tables.append(ranking(results, tables))
    return part


def which(results: Results, tables: Tables) -> Sentence:
    """Say which rule to use, and how good it is."""
    label, lead, rule = "Which to use", tables.lead, recommended(tables)
    if lead is None or rule is None:
        return Sentence(label, "No fusion rule was run, so there is nothing to recommend.", "unsure")
    row = tables.metric(lead, "accuracy")
    right = (
        f"right for {percent(row.get('value'))} of {plural(row.get('n') or 0, 'item')} "
        f"(95 % interval {percent_interval(row.get('low'), row.get('high'))})"
    )
    if tables.protocol == "cross" and results.dataset["groups"]["cross_grouped"]:
        right += f", each of {article(results.group_word)} that its model had never seen"
    choice = f"{rule}{_how_chosen(tables)}"
    reference, verdict = tables.reference, tables.comparison(lead).get("verdict")
    by_loss = tables.comparison(lead, "log_loss").get("verdict")
    if reference is None or "better" in (verdict, by_loss):
        gain = (
            f"; it decides no better than {reference} alone, but its probabilities are better"
            if verdict not in ("better", None)
            else ""
        )
        return Sentence(label, f"Use {choice}: {right}{gain}.", "yes", rule)
    if verdict == "worse":
        return Sentence(
            label, f"Use {reference} alone; fusing with {choice}, is worse: {right}.", "no", reference
        )
    return Sentence(
        label,
        f"Use {reference} alone, unless you fuse for another reason: no gain is shown for {choice}, which "
        f"is {right}.",
        "unsure",
        reference,
    )


def _how_chosen(tables: Tables) -> str:
    chosen = chosen_rules(tables)
    if not chosen:
        return ""
    total = sum(times for _, times in chosen)
    rules = [name for name in tables.named("rule") if name != "selected" and not name.endswith("_bag")]
    most = "all" if chosen[0][1] == total else f"{chosen[0][1]} of"
    where = "" if total == 1 else f" in {most} {total} partitions"
    return f", picked{where} from {plural(len(rules), 'rule')} without a look at test items"


def helps(tables: Tables) -> Sentence:
    """Say whether fusion helps, by how much, and how sure that is."""
    label = "Does fusion help?"
    lead, reference = tables.lead, tables.reference
    effect: Row = tables.comparison(lead) if lead else {}
    if not effect or reference is None:
        return Sentence(label, "Not known: there is no single modality to compare a rule with.", "unsure")
    loss = tables.comparison(lead or "", "log_loss")
    size = (
        f"{points(effect['difference'])} points of accuracy against {reference} alone "
        f"(95 % interval {points_interval(effect['low'], effect['high'])}"
        f"{_p_text(effect)})"
    )
    by_loss = ""
    if loss and loss.get("verdict") in ("better", "worse"):
        by_loss = (
            f"; its probabilities are {loss['verdict']}: log loss {signed(loss['difference'])} nats "
            f"({signed(loss['low'])} to {signed(loss['high'])})"
        )
    peers = tables.where("confidence_set", metric="accuracy", in_set=True)
    set_text = (
        f"; {plural(len(peers), 'model')} of {_candidates(tables)} cannot be told from the best."
        if len(peers) > 1
        else "."
    )
    verdict = effect["verdict"]
    start, tone = {
        "better": ("Yes:", "yes"),
        "worse": ("No, it harms:", "no"),
        "same": ("No: it decides exactly as the single modality does:", "no"),
    }.get(verdict, ("Not shown in accuracy:" if by_loss else "Not shown:", "unsure"))
    return Sentence(label, f"{start} {size}{by_loss}{set_text}", tone)


def _p_text(effect: Row) -> str:
    p = effect.get("p_holm") if effect.get("p_holm") is not None else effect.get("p")
    if p is None:
        return ""
    word = "Holm-adjusted p" if effect.get("p_holm") is not None else "p"
    return f"; {word} {'' if p < 0.001 else '= '}{probability(p)}"


def _candidates(tables: Tables) -> int:
    return len(tables.where("confidence_set", metric="accuracy"))


def distrust(results: Results, tables: Tables) -> Sentence:
    """Say what to distrust: the gravest of what the tables show, at most three things."""
    found = [
        clause
        for clause in (
            _straddling(results),
            _inflated(results, tables),
            _never_predicted(tables),
            _too_small(tables),
            _no_groups(results),
        )
        if clause
    ]
    errors = sum(check["severity"] == "error" for check in results.checks)
    if not found:
        return Sentence("What to distrust", "None of the usual faults was found in these data.", "yes")
    sentence = f"{'; '.join(found[:3])}."
    return Sentence("What to distrust", sentence[0].upper() + sentence[1:], "no" if errors else "unsure")


def _straddling(results: Results) -> str:
    groups, n = results.dataset["groups"], results.dataset["n"]["test"]
    seen = groups["test_items_seen"]
    if not groups["known"] or not seen or not n:
        return ""
    clause = (
        f"{percent(seen / n, 0)} of the {count(n)} test items have their {results.group_word} in training"
    )
    split = results.protocols.get("honest") or results.protocols.get("replica")
    lookup = split.value("group_lookup", "accuracy") if split else None
    if split and lookup is not None:
        lead = split.value(split.lead or "", "accuracy")
        versus = f", against {percent(lead)} for fusion" if lead is not None else ""
        clause += (
            f", and looking up the {results.group_word}, with no model at all, is right for "
            f"{percent(lookup)}{versus}"
        )
    return clause


def _inflated(results: Results, tables: Tables) -> str:
    """Return how much of the claim goes away; the largest drop of the lead or of the reference."""
    if tables.protocol != "cross":
        return ""
    row = results.leak("honest", "cross", tables.lead or "")
    if not row or row["verdict"] != "flatters":
        return ""
    return (
        f"on the split of the files the same rule looks {points(row['difference']).lstrip('+')} points "
        "better "
        f"({points_interval(row['low'], row['high'])}) than for {article(results.group_word)} that is new"
    )


def _never_predicted(tables: Tables) -> str:
    rows = [
        row
        for row in tables.where("per_class", subset="all", metric="recall", model=tables.lead)
        if row["value"] is not None
    ]
    poor = sorted((row["value"], row["class"]) for row in rows if row["value"] < NEARLY_NEVER)
    if not poor:
        return ""
    told = [f"{name} (recognised {percent(recall, 0)} of the time)" for recall, name in poor[:2]]
    return (
        f"{listed(told)} is as good as never recognised"
        if len(told) == 1
        else f"{listed(told)} are nearly lost"
    )


def _too_small(tables: Tables) -> str:
    effect = tables.comparison(tables.lead or "")
    least = effect.get("detectable")
    if not effect or least is None or effect["verdict"] in ("better", "worse"):
        return ""
    return (
        f"differences under {number(100 * least, 1)} points cannot be seen with these "
        f"{plural(effect['n'], 'item')}"
    )


def _no_groups(results: Results) -> str:
    if results.dataset["groups"]["known"]:
        return ""
    return "no column names the groups, so a leak through them would not be seen"


def _key_figures(results: Results, tables: Tables) -> list[dict[str, str]]:
    """Return a few figures that everything else hangs on."""
    majority = tables.value("majority", "accuracy")
    lead = tables.metric(tables.lead or "", "accuracy")
    shown = [
        ("Chance", percent(majority), "right if the commonest class is always said"),
        (
            f"Best single modality, {tables.reference}",
            percent(tables.value(tables.reference or "", "accuracy")),
            "accuracy, chosen out of fold",
        ),
        ("Fusion", percent(lead.get("value")), f"{tables.lead}, n = {count(lead.get('n'))}"),
    ]
    oracle = tables.one("oracle", model="oracle", class_index=None)
    if oracle:
        shown.append(("Some modality right", percent(oracle["value"]), "what a perfect choice would reach"))
    if results.claimed and results.claimed is not tables:
        replica = results.claimed.value((recommended(tables) or ""), "accuracy")
        if replica is not None:
            note = f"{(recommended(tables) or '')}, learned and tested the notebook's way"
            shown.append(("Claimed", percent(replica), note))
    return [
        {"title": title, "value": value, "note": note} for title, value, note in shown if value != NOTHING
    ]
