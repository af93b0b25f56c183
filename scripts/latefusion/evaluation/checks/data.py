"""Checks of the data: groups, classes, duplicates, items that lack a modality."""

from __future__ import annotations

from latefusion.evaluation.checks.finding import (
    ERROR,
    NOTE,
    UNBALANCED,
    WARNING,
    Evidence,
    Finding,
    Findings,
    percent,
)
from latefusion.evaluation.statistics.proportions import FEW_GROUPS


def groups_straddle(evidence: Evidence) -> Findings:
    """Groups are on both sides of the split."""
    groups, n = evidence.dataset["groups"], evidence.dataset["n"]["test"]
    given = [name for name in evidence.tables if name != "cross"]
    if groups["known"] and groups["test_items_seen"] and given:
        share = groups["test_items_seen"] / n
        yield Finding(
            "groups_straddle",
            ERROR if share > 0.1 else WARNING,
            f"{percent(share)} of the test items have their group in train: accuracy on the split of the "
            "files counts what is known of the group.",
            {"test_items_seen": groups["test_items_seen"], "test": n, "groups_shared": groups["shared"]},
            "Believe the protocol `cross`, which keeps groups together."
            if groups["cross_grouped"]
            else _more_groups(groups["n"]),
        )


def cross_not_grouped(evidence: Evidence) -> Findings:
    """There are fewer groups than folds of `cross`, so that it cannot keep them apart."""
    groups = evidence.dataset["groups"]
    if groups["known"] and not groups["cross_grouped"] and "cross" in evidence.tables:
        there = "is 1 group" if groups["n"] == 1 else f"are {groups['n']} groups"
        yield Finding(
            "cross_not_grouped",
            ERROR,
            f"Under cross groups are in training and test at once: there {there}, too few for its folds.",
            {"n_groups": groups["n"]},
            _more_groups(groups["n"]),
            "cross",
        )


def groups_joined(evidence: Evidence) -> Findings:
    """Names of groups were cut like those of artists, and hardly any group is left."""
    joined = evidence.dataset["groups"].get("joined")
    if joined and joined["suspicious"]:
        share = joined["largest_group"] / joined["items"]
        groups = "1 group" if joined["groups"] == 1 else f"{joined['groups']} groups"
        yield Finding(
            "groups_joined",
            WARNING,
            f"{joined['names']} names of groups make {groups}, the largest of which holds {percent(share)} "
            "of the items: names are cut into artists at commas, slashes, bars, 'and' and so on, and those "
            "that share a part are joined.",
            {key: joined[key] for key in ("names", "groups", "largest_name", "largest_group")},
            "Set `data.group_names` to exact if `data.group` holds other identifiers than artists.",
        )


def _more_groups(n: int) -> str:
    """Return what lets `cross` keep n groups apart."""
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
            "Name the column that tells which items belong together in `data.group`.",
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
    most, least = max(shares, key=lambda n: shares[n]), min(shares, key=lambda n: shares[n])
    if shares[least] == 0 or shares[most] / shares[least] > UNBALANCED:
        yield Finding(
            "classes_unbalanced",
            NOTE,
            f"The classes are not balanced: {most} is {percent(shares[most])} of the training items,"
            f" {least} {percent(shares[least])}.",
            shares,
            "Read balanced accuracy and macro-F1 beside accuracy.",
        )


def duplicates_across(evidence: Evidence) -> Findings:
    """The same item is in train and in test."""
    found = evidence.dataset["duplicates"]
    identifiers = found.get("identifiers", 0)
    if found.get("across") or identifiers:
        also = f"; {identifiers} have its identifier as well" if identifiers else ""
        yield Finding(
            "duplicates_across",
            ERROR,
            f"{found['across']} items of test have the embeddings of an item of train{also}.",
            {key: value for key, value in found.items() if isinstance(value, int | float)},
            "Remove them from one of the files; `cross` keeps them together where their groups "
            "could be joined.",
        )


def modality_missing(evidence: Evidence) -> Findings:
    """A single modality was evaluated on items that lack it."""
    for protocol, tables in evidence.protocols():
        noted = {
            row["model"]: row["note"] for row in tables["models"] if row["kind"] != "rule" and row["note"]
        }
        if noted:
            yield Finding(
                "modality_missing",
                NOTE,
                f"{', '.join(noted)} lacks items ({'; '.join(noted.values())}); it says the "
                "class shares of its training part there.",
                noted,
                "Compare it with rules on the items that have the modality.",
                protocol,
                list(noted),
            )
