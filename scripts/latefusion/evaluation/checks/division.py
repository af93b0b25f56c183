"""Checks of how the items were divided: folds that came with the data, and items that are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from latefusion.core.errors import shorten
from latefusion.core.wording import listed, plural, verb
from latefusion.dataset.seen_groups import many_seen
from latefusion.evaluation.checks.data import few, keep_apart, lookup_gains
from latefusion.evaluation.checks.finding import ERROR, NOTE, WARNING, Evidence, Finding, Findings, percent

_NAMED = 5


def given_folds_straddle(evidence: Evidence) -> Findings:
    """Groups are in several of the folds that came with the data, and it may show."""
    groups, n = evidence.dataset["groups"], sum(evidence.dataset["n"].values())
    seen = groups.get("cross_items_seen", 0)
    if not (seen and "cross" in evidence.tables):
        return
    shown = lookup_gains(evidence, ["cross"])
    whose = verb(seen, "has others of its", "have others of their")
    what = "group" if groups["known"] else "embeddings"
    yield Finding(
        "given_folds_straddle",
        ERROR if shown else WARNING if many_seen(seen, n) else NOTE,
        f"{seen:,} of {plural(n, 'item')} ({percent(seen / n)}) {whose} {what} in another of the folds that "
        + (
            "came with the data" + (f", and it shows: {shown}." if shown else ": models may know them by it.")
        ),
        {"cross_items_seen": seen, "n": n, "given_folds": groups["given_folds"]},
        keep_apart(groups),
        "cross",
    )


def items_left_out(evidence: Evidence) -> Findings:
    """Items of the tables are in no split, or lack a modality that every kept item has."""
    facts = evidence.dataset.get("left_out")
    if facts is None:
        return
    told = list(_told(facts))
    if told:
        counts = {
            "of_no_split": sum(facts["values"].values()) + facts["unlisted"],
            "incomplete": facts["incomplete"],
            "unknown_identifiers": facts["unknown"],
        }
        yield Finding(
            "items_left_out",
            NOTE,
            f"{'; '.join(told)}.",
            {key: value for key, value in counts.items() if value},
            "If that is what you want, nothing is to be done: results are of the items that are left.",
        )


def _told(facts: Mapping[str, Any]) -> Iterator[str]:
    if values := facts["values"]:
        n = sum(values.values())
        said = [f"{shorten(one, 40) if one else 'blank'} ({rows:,})" for one, rows in values.items()]
        yield (
            f"{plural(n, 'item')} of no named value of the split {verb(n, 'is', 'are')} left out: "
            + listed(said, _NAMED)
        )
    if n := facts["unlisted"]:
        names = few(facts["unlisted_names"], n)
        yield f"{plural(n, 'item')} of no list {verb(n, 'is', 'are')} left out ({names})"
    if n := facts["unknown"]:
        names = few(facts["unknown_names"], n)
        yield f"{plural(n, 'identifier')} of the lists {verb(n, 'is', 'are')} no item's ({names})"
    if n := facts["incomplete"]:
        names = few(facts["incomplete_names"], n)
        lacking = listed([f"{name} {rows:,}" for name, rows in facts["lacking"].items() if rows])
        yield f"{plural(n, 'item')} without a modality {verb(n, 'is', 'are')} left out ({lacking}): {names}"
