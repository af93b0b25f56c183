"""What to distrust: the gravest of what the tables and the checks show, in proportion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from latefusion.report import verdicts
from latefusion.report.components import Answer
from latefusion.report.metrics import METRICS
from latefusion.report.number_format import percent
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sections.checks import counted, title
from latefusion.report.sentences import listed, say

LABEL = "What to distrust"
NEARLY_NEVER = 0.15
"""A class whose recall stays under this is as good as never predicted,"""
ENOUGH = 10
"""if it has at least so many items."""
MANY = 0.01
"""Share of test items with a duplicate in training from which they are worth a headline."""
OF_THE_FILES = ("groups_straddle", "duplicates_across")
"""Checks of the given split, which is not on the page where only `cross` was run."""
CLAUSES = 3
"""At most so many things to distrust are named."""


@dataclass(frozen=True)
class Doubt:
    """Something to distrust: as a headline, in a sentence, and the codes of the checks that say it too."""

    headline: str
    text: str
    codes: tuple[str, ...] = ()
    grave: bool = True


def distrust(results: Results, tables: Tables) -> Answer:
    """Say what to distrust: the gravest of what the tables show, at most three things."""
    found = list(_doubts(results, tables))
    found += _from_checks(results, tables, {code for doubt in found for code in doubt.codes})
    found.sort(key=lambda doubt: not doubt.grave)
    if not found:
        return Answer(LABEL, *_silent(results), "yes")
    errors = any(check["severity"] == "error" for check in results.checks)
    told = " ".join(doubt.text for doubt in found[:CLAUSES])
    tone = "no" if errors and found[0].grave else "unsure" if found[0].grave else "yes"
    headline = found[0].headline if found[0].grave else "Nothing grave."
    return Answer(LABEL, headline, told, tone)


def _silent(results: Results) -> tuple[str, str]:
    """Return the headline and the sentence where nothing is worth naming."""
    found = [check for check in results.checks if check["severity"] != "note"]
    if not found:
        return "Nothing that was looked for.", "No check found a fault."
    told = say(
        "No check calls what this answer rests on an error; {found} {n:~is|are} listed with the checks.",
        found=counted(results.checks, notes=False),
        n=len(found),
    )
    return "Nothing grave.", told


def _doubts(results: Results, tables: Tables) -> Iterator[Doubt]:
    """Yield what the tables give reason to doubt, the gravest first."""
    if tables.protocol == "replica":
        yield Doubt(
            "Every accuracy on this page.",
            "Only the notebook’s way was run (protocol replica), in which rules learn from items that the "
            "models had seen, or from test itself. The protocols honest and cross show what remains without "
            "that.",
            ("weights_from_test",),
        )
    yield from _nothing_learned(results, tables)
    if results.on_files is not None:
        yield from _straddling(results, tables)
        yield from _duplicates(results)
    yield from _never_predicted(results, tables)
    if not results.grouped:
        yield Doubt(
            "Whether test items are new.",
            "No column names what items have in common, so a leak from training to test would not be seen.",
            ("groups_unknown",),
        )


def _nothing_learned(results: Results, tables: Tables) -> Iterator[Doubt]:
    """Yield that no model is shown to beat the commonest class, where none is."""
    metric = results.metric
    least = tables.value("majority", metric.name)
    rows = [tables.metric(name, metric.name) for name in tables.named("single", "early", "rule")]
    ends = [(metric.gain(row["low"]), metric.gain(row["high"])) for row in rows if row.get("low") is not None]
    if least is None or not ends or any(min(pair) > metric.gain(least) for pair in ends):
        return
    beside = tables.comparison("majority", metric.name)
    bound = verdicts.gain_bound(beside) if beside else None
    if bound is not None and bound < 0:  # paired, the reference is shown to beat it
        return
    told = (
        f"No model is shown to do better than always saying the commonest class ({metric.title} "
        f"{metric.written(least)})."
    )
    telling = _telling(tables)
    if telling:
        area = METRICS["auroc"]
        span = area.interval(telling["low"], telling["high"])
        told += (
            f" Something was learned even so: the AUROC of {telling['model']} is "
            f"{area.written(telling['value'])} (95 % interval {span}), where chance gives 0.5."
        )
    headline = f"{metric.heading} by itself." if telling else "Whether anything was learned."
    yield Doubt(headline, told, ("majority_not_beaten",))


def _telling(tables: Tables) -> Row | None:
    """Return the AUROC of the chosen rule or the best single model, where it is shown to be above chance."""
    rows = [tables.metric(name, "auroc") for name in (tables.lead, tables.reference) if name]
    return next((row for row in rows if row and row["low"] is not None and row["low"] > 0.5), None)


def _straddling(results: Results, tables: Tables) -> Iterator[Doubt]:
    """Yield groups on both sides of the given split: a headline only where it shows that they matter."""
    groups, n, word = results.dataset["groups"], results.dataset["n"]["test"], results.group_word
    seen = groups["test_items_seen"]
    if not (results.grouped and seen and n):
        return
    told = [
        say(
            "{seen} of {n:test item} ({share}) {seen:~has its|have their} {word} in training.",
            share=percent(seen / n, 0 if seen / n >= MANY else 1),
            n=n,
            seen=seen,
            word=word,
        )
    ]
    lookup, looked_up = _lookup(results)
    change = results.leak("honest", "cross", tables.lead or tables.reference or "")
    told += [looked_up, _change(change)]
    leaks = lookup or change.get("verdict") == verdicts.FLATTERS
    avoided = tables.protocol == "cross" and results.apart
    if leaks and avoided:
        told.append(f"The ranking below avoids this: no {word} is in training and test at once.")
    where = "Accuracies on the given split" if avoided else "The accuracies on this page"
    if change.get("verdict") == verdicts.FLATTERS:
        headline = f"{where}: they reward knowing the {word}."
    elif lookup:
        headline = f"{where}: the {word} alone tells something of the class."
    else:
        headline = f"Whether knowing the {word} helps, which is not shown."
    yield Doubt(headline, " ".join(filter(None, told)), ("groups_straddle", "group_lookup_not_beaten"), leaks)


def _lookup(results: Results) -> tuple[bool, str]:
    """Return whether a look-up of the group beats the majority by more than its interval, and a sentence."""
    tables, word = results.on_files, results.group_word
    if tables is None:
        return False, ""
    row, least = tables.metric("group_lookup", "accuracy"), tables.value("majority", "accuracy")
    if row.get("value") is None or least is None:
        return False, ""
    told = f"Looking up the {word}, with no model at all, is right for {percent(row['value'])}"
    beats = row["low"] is not None and row["low"] > least
    if beats:
        lead = tables.value(tables.lead or tables.reference or "", "accuracy")
        also = (
            ""
            if lead is None
            else f", and {'fusion' if tables.lead else tables.reference} for {percent(lead)}"
        )
        return True, f"{told}; always saying the commonest class for {percent(least)}{also}."
    return False, f"{told}, which is not shown to be more than the {percent(least)} of the commonest class."


def _change(row: Row) -> str:
    """Return what is lost from `honest` to `cross`, on the same items."""
    if not row:
        return ""
    metric = METRICS["accuracy"]
    size = (
        f"{metric.difference(row['difference'])} points of accuracy (95 % interval "
        f"{metric.difference_interval(row['low'], row['high'])})"
    )
    if row["low"] is None:
        return ""
    if row["verdict"] == verdicts.FLATTERS:
        return f"Against cross, on the same items, the given split flatters {row['model']} by {size}."
    if row["verdict"] == verdicts.HARMS:
        return f"Even so {row['model']} is worse there than under cross, on the same items: {size}."
    return f"That this flatters {row['model']} is not shown: honest less cross, on the same items, is {size}."


def _duplicates(results: Results) -> Iterator[Doubt]:
    across, n = results.dataset.get("duplicates", {}).get("across"), results.dataset["n"]["test"]
    if across:
        told = say("{n:test item} {n:~has|have} the very embeddings of a training item.", n=across)
        headline = "Items that are in training and in test."
        yield Doubt(headline, told, ("duplicates_across",), across >= MANY * n)


def _never_predicted(results: Results, tables: Tables) -> Iterator[Doubt]:
    model = tables.lead or tables.reference
    poor = sorted(
        (row["value"], row["class"], row["support"])
        for row in tables.where("per_class", subset="all", metric="recall", model=model)
        if row["value"] is not None and row["value"] < NEARLY_NEVER and row["support"] >= ENOUGH
    )
    if not poor:
        return
    names = listed([name for _, name, _ in poor[:2]]) + (
        f" and {len(poor) - 2} more" if len(poor) > 2 else ""
    )
    parts = [
        say("{part} of the {n:item} of {name}", part=percent(recall, 0) if recall else "none", n=n, name=name)
        for recall, name, n in poor[:2]
    ]
    who = "Fusion" if tables.lead else model
    headline = say("{names} {n:~is|are} nearly never recognised.", names=names, n=len(poor))
    if results.metric.name == "accuracy":
        headline = f"Accuracy alone: {headline}"
    yield Doubt(headline, f"{who} recognises {listed(parts)}.", ("class_never_predicted",))


def _from_checks(results: Results, tables: Tables, said: set[str]) -> Iterator[Doubt]:
    """Yield what else the checks call an error here, and too few groups."""
    codes = set(said)
    for check in results.checks:
        here = check.get("protocol") in (None, tables.protocol)
        grave = check["severity"] == "error" or check["code"] == "few_groups"
        if check["code"] in OF_THE_FILES and results.on_files is None:
            continue
        if here and grave and check["code"] not in codes:
            codes.add(check["code"])
            headline = f"{title(check['code'])}."
            yield Doubt(headline, str(check["sentence"]), (check["code"],))
