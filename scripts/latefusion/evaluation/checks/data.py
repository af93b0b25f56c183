"""Checks of the data: groups, classes, duplicates, files that do not match, items that lack a modality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from latefusion.core.errors import shorten
from latefusion.core.wording import listed, plural, verb
from latefusion.dataset.seen_groups import many_seen
from latefusion.evaluation.checks.finding import (
    DUPLICATED,
    ERROR,
    NOTE,
    WARNING,
    Evidence,
    Finding,
    Findings,
    Row,
    half_width,
    percent,
    points,
)
from latefusion.evaluation.names import GIVEN_TEST, GROUP_LOOKUP, LACKING, LEARNER, MAJORITY, UNBALANCED
from latefusion.evaluation.statistics.proportions import FEW_GROUPS

LITTLE: Final = 0.01  # of accuracy


def groups_straddle(evidence: Evidence) -> Findings:
    """Groups are on both sides of the split, and it may show."""
    groups, n = evidence.dataset["groups"], evidence.dataset["n"].get("test", 0)
    seen = groups.get("test_items_seen", 0)
    given = [name for name in evidence.tables if name != "cross"]
    if not (groups["known"] and seen and given):
        return
    shown = lookup_gains(evidence, given) or _cross_costs(evidence)
    nothing = None if shown else _cross_costs_nothing(evidence)
    share = f"{seen:,} of {plural(n, 'test item')} ({percent(seen / n)})"
    severity = ERROR if shown else WARNING if many_seen(seen, n) and nothing is None else NOTE
    yield Finding(
        "groups_straddle",
        severity,
        f"{share} {verb(seen, 'has its', 'have their')} group in train"
        + (
            f", and it shows: {shown}."
            if shown
            else f", but no leak is seen: {nothing}."
            if nothing
            else ": what models gain by knowing the group is not known."
        ),
        {"test_items_seen": seen, "test": n, "groups_shared": groups["shared"]},
        _stand(evidence)
        if nothing
        else f"{'Believe' if 'cross' in evidence.tables else 'Run'} the protocol `cross`, which keeps groups "
        "together."
        if groups["cross_grouped"]
        else keep_apart(groups),
    )


def lookup_gains(evidence: Evidence, given: Sequence[str]) -> str | None:
    """Say by how much the look-up of the group beats the majority class, where that is beyond chance."""
    for protocol in given:
        rows = evidence.metric(protocol, "accuracy")
        lookup, majority = rows.get(GROUP_LOOKUP), rows.get(MAJORITY)
        if lookup and majority and lookup["low"] is not None and lookup["low"] > majority["value"]:
            return (
                f"looking up the group alone is right on {percent(lookup['value'])}, the most frequent class "
                f"on {percent(majority['value'])}"
            )
    return None


def _between(evidence: Evidence) -> Row | None:
    """Return the difference of the reference between `honest` and `cross`, if that keeps groups apart."""
    if not evidence.dataset["groups"]["cross_grouped"]:
        return None
    reference = evidence.reference("honest") if "honest" in evidence.tables else None
    return next(
        (
            row
            for row in evidence.leaks
            if (row["comparison"], row["subset"], row["metric"]) == ("honest-cross", GIVEN_TEST, "accuracy")
            and row["model"] == reference
            and row["low"] is not None
        ),
        None,
    )


def _cross_costs(evidence: Evidence) -> str | None:
    """Say what the reference loses under `cross`, where that is beyond chance."""
    row = _between(evidence)
    if row is None or row["low"] <= 0:
        return None
    return (
        f"on the same items {row['model']} is {points(row['difference'])} better under honest than under "
        f"cross, where no model saw the group (95 % {100 * row['low']:.1f} to {100 * row['high']:.1f})"
    )


def _cross_costs_nothing(evidence: Evidence) -> str | None:
    """Say that the reference loses nothing under `cross`, where that is known."""
    if (row := _between(evidence)) is None:
        return None
    return (
        f"on the same items {row['model']} differs by {points(row['difference'])} between honest and cross, "
        f"where no model saw the group (95 % {100 * row['low']:.1f} to {100 * row['high']:.1f})"
    )


def _stand(evidence: Evidence) -> str:
    """Say whether accuracies on the given split stand, where no leak is seen: its interval may hold one."""
    if (row := _between(evidence)) is None or row["high"] < LITTLE:
        return "Nothing; accuracies on the given split stand."
    return (
        f"Nothing, unless {points(row['high'])} would matter, which the interval does not exclude: then "
        "believe the protocol `cross`, which keeps groups together."
    )


def cross_not_grouped(evidence: Evidence) -> Findings:
    """There are fewer groups than folds of `cross`, so that it cannot keep them apart."""
    groups = evidence.dataset["groups"]
    too_few = not groups["cross_grouped"] and not groups.get("cross_items_seen")
    if groups["known"] and too_few and "cross" in evidence.tables:
        there = f"{verb(groups['n'], 'is', 'are')} {plural(groups['n'], 'group')}"
        yield Finding(
            "cross_not_grouped",
            ERROR,
            f"Under cross groups are in training and test at once: there {there}, too few for its folds.",
            {"n_groups": groups["n"]},
            keep_apart(groups),
            "cross",
        )


def groups_joined(evidence: Evidence) -> Findings:
    """Names of groups were cut like those of artists, and hardly any group is left."""
    joined = evidence.dataset["groups"].get("joined")
    if joined and joined["suspicious"]:
        share = joined["largest_group"] / joined["items"]
        groups = plural(joined["groups"], "group")
        yield Finding(
            "groups_joined",
            WARNING,
            f"{plural(joined['names'], 'name')} of groups {verb(joined['names'], 'makes', 'make')} {groups}, "
            f"the largest of which holds {percent(share)} "
            "of the items: names are cut into artists at commas, slashes, bars, 'and' and so on, and those "
            "that share a part are joined.",
            {key: joined[key] for key in ("names", "groups", "largest_name", "largest_group")},
            "Set `data.group_names` to exact if `data.group` holds other identifiers than artists.",
        )


def keep_apart(groups: Mapping[str, Any]) -> str:
    """Return what lets `cross` keep groups apart, from what dataset.json says of them."""
    n = groups["n"]
    if groups.get("cross_items_seen"):
        return "Leave `cross.column` out: `cross` then makes folds that keep groups together."
    if n > 1:
        return f"Set `cross.folds` to at most {n}: `cross` then keeps groups together."
    return "Bring items of more groups, or name the column in `data.group` that tells them apart."


def groups_unknown(evidence: Evidence) -> Findings:
    """No group is known, so items count as independent."""
    if not evidence.dataset["groups"]["known"]:
        yield Finding(
            "groups_unknown",
            WARNING,
            "No groups are known: intervals treat items as independent, and leaks between items of one group"
            " cannot be seen.",
            {"n_groups": evidence.dataset["groups"]["n"]},
            "Name the column that tells which items belong together in "
            f"`{'predictions' if evidence.is_of_predictions else 'data'}.group`.",
        )


def few_groups(evidence: Evidence) -> Findings:
    """There are too few groups for the bootstrap."""
    for protocol in evidence.tables:
        groups = min(
            (row["groups"] for row in evidence.metric(protocol, "accuracy").values()), default=FEW_GROUPS
        )
        if groups < FEW_GROUPS:
            yield Finding(
                "few_groups",
                WARNING,
                f"The test items are of {groups} groups only: intervals of shares are score intervals that "
                "take items of a group for alike until the data say otherwise, the others are linearised "
                "ones with Student's quantile and cover less than they promise if groups differ in size."
                if groups > 1
                else "The test items are of one group: there are no intervals, and no test can tell a "
                "difference from chance.",
                {"groups": groups},
                "Test on more groups.",
                protocol,
            )


def classes_unbalanced(evidence: Evidence) -> Findings:
    """Classes differ in size."""
    shares = {entry["name"]: entry["prior"] for entry in evidence.dataset["classes"]}
    of_train = "training " if "test" in evidence.dataset["n"] else ""
    if evidence.is_of_predictions:
        of_train = "dev " if evidence.dataset["n"]["test"] else ""
    most, least = max(shares, key=lambda n: shares[n]), min(shares, key=lambda n: shares[n])
    if shares[least] == 0 or shares[most] / shares[least] > UNBALANCED:
        yield Finding(
            "classes_unbalanced",
            NOTE,
            f"The classes are not balanced: {most} is {percent(shares[most])} of the {of_train}items,"
            f" {least} {percent(shares[least])}.",
            shares,
            "Read balanced accuracy and macro-F1 beside accuracy.",
        )


def duplicates_across(evidence: Evidence) -> Findings:
    """Items of train are in test as well: how grave that is goes by what they can do to accuracy."""
    found, n = evidence.dataset["duplicates"], evidence.dataset["n"].get("test", 0)
    across, identifiers = found.get("across") or 0, found.get("identifiers") or 0
    if not (across or identifiers):
        return
    several = max(across, identifiers)
    share = several / n
    chance = half_width(
        [row for protocol in evidence.tables for row in evidence.metric(protocol, "accuracy").values()]
    )
    small = chance is not None and share < chance
    also = (
        f"; {identifiers:,} {verb(identifiers, 'has', 'have')} its identifier as well" if identifiers else ""
    )
    yield Finding(
        "duplicates_across",
        ERROR if not small else WARNING if share >= DUPLICATED else NOTE,
        f"{across:,} of {plural(n, 'test item')} {verb(across, 'has', 'have')} the embeddings of an item of "
        f"train{also}: that moves accuracy by at most {points(share)}"
        + (f", less than its interval of ± {100 * chance:.1f}." if small and chance is not None else "."),
        {key: value for key, value in found.items() if isinstance(value, int | float)},
        "Remove them from one of the two; `cross` keeps them together where their groups could be joined.",
    )


def items_unmatched(evidence: Evidence) -> Findings:
    """Items and rows of a modality's own file that did not find each other."""
    for name, facts in evidence.dataset["modalities"].items():
        match = facts.get("match")
        if not match or not (match["lost"] or match["left_over"]):
            continue
        lost, rest = match["lost"], match["left_over"]
        told = []
        if lost:
            items = f"{lost:,} of {plural(match['matched'] + lost, 'item')} {verb(lost, 'has', 'have')}"
            named = few(match["lost_names"], lost)
            told.append(f"{items} no embedding in the file of {name} ({named})")
        if rest:
            where = "" if lost else f" in the file of {name}"
            rows = f"{plural(rest, 'row')}{where} {verb(rest, 'is', 'are')} of no item"
            told.append(f"{rows} ({few(match['left_over_names'], rest)})")
        yield Finding(
            "items_unmatched",
            NOTE,
            f"{', and '.join(told)}.",
            {key: match[key] for key in ("matched", "lost", "left_over")},
            "Compare how the files write their identifiers; if they are alike, nothing is to be done.",
            models=[name],
        )


def few(names: Sequence[str], n: int) -> str:
    """Name the first of n identifiers, and count the rest."""
    shown = [shorten(name, 40) for name in names]
    return listed([*shown, f"{n - len(shown):,} more"] if n > len(shown) else shown)


def modality_missing(evidence: Evidence) -> Findings:
    """A single modality was evaluated on items that lack it."""
    for protocol, tables in evidence.protocols():
        noted = {
            row["model"]: note
            for row in tables["models"]
            if row["kind"] not in ("rule", LEARNER)
            for note in (row["note"] or "").split("; ")
            if note.endswith(LACKING)
        }
        if noted:
            yield Finding(
                "modality_missing",
                NOTE,
                f"{listed(list(noted))} {verb(len(noted), 'lacks', 'lack')} items "
                f"({'; '.join(noted.values())}); {verb(len(noted), 'it says', 'they say')} "
                "the class shares of the training part there.",
                noted,
                "Compare it with rules on the items that have the modality.",
                protocol,
                list(noted),
            )
