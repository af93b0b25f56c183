"""The checks, one function each; every one is silent on a sound analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from latefusion.baselines import GROUP_LOOKUP, MAJORITY
from latefusion.evaluation.bootstrap import FEW_GROUPS
from latefusion.evaluation.checks import (
    ERROR,
    MAXIMUM_RULES,
    NOTE,
    OVERFITTED,
    RARELY,
    UNBALANCED,
    WARNING,
    Evidence,
    Finding,
)

Findings = Iterator[Finding]


def groups_straddle(evidence: Evidence) -> Findings:
    """Groups are on both sides of the split."""
    groups, n = evidence.dataset["groups"], evidence.dataset["n"]["test"]
    given = [name for name in evidence.tables if name != "cross"]
    if groups["known"] and groups["test_items_seen"] and given:
        share = groups["test_items_seen"] / n
        yield Finding(
            "groups_straddle",
            ERROR if share > 0.1 else WARNING,
            f"{_percent(share)} of the test items have their group in train: accuracy on the "
            "split of the files"
            " counts what is known of the group.",
            {"test_items_seen": groups["test_items_seen"], "test": n, "groups_shared": groups["shared"]},
            "Believe the protocol `cross`, which keeps groups together.",
        )


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


def group_lookup_not_beaten(evidence: Evidence) -> Findings:
    """Looking up the group is as good as a model."""
    for protocol, _ in evidence.protocols():
        yield from _not_beaten(
            evidence,
            protocol,
            GROUP_LOOKUP,
            "group_lookup_not_beaten",
            "looking up the most frequent class of an item's group, with no embedding at all",
            "The split rewards recognising groups; believe the protocol `cross`.",
        )


def majority_not_beaten(evidence: Evidence) -> Findings:
    """Always saying the most frequent class is as good as a model."""
    for protocol, _ in evidence.protocols():
        yield from _not_beaten(
            evidence,
            protocol,
            MAJORITY,
            "majority_not_beaten",
            "always saying the most frequent class",
            "Look at the embeddings and the labels: these models have learned next to nothing.",
        )


def overfitted(evidence: Evidence) -> Findings:
    """A model is much better on rows that it saw."""
    for protocol, tables in evidence.protocols():
        rows = [r for r in tables["overfitting"] if r["metric"] == "accuracy" and r["gap"] is not None]
        bad = [row for row in rows if row["gap"] > OVERFITTED]
        if bad:
            worst = max(bad, key=lambda row: row["gap"])
            yield Finding(
                "overfitted",
                WARNING,
                f"{worst['model']} is right on {_percent(worst['in_sample'])} of the rows that "
                "it was trained on and"
                f" on {_percent(worst['out_of_fold'])} of rows held out: rules that learn from in-sample"
                " probabilities learn from something that test rows do not have.",
                {row["model"]: row["gap"] for row in bad},
                "Let rules learn out-of-fold (`honest`, `cross`), or regularise the SVM.",
                protocol,
                [row["model"] for row in bad],
            )


def class_never_predicted(evidence: Evidence) -> Findings:
    """A class is nearly never predicted."""
    for protocol, tables in evidence.protocols():
        rare = [
            row
            for row in tables["per_class"]
            if row["subset"] == "all"
            and row["metric"] == "share_predicted"
            and row["kind"] != "baseline"
            and row["share_true"] > 0
            and row["value"] < RARELY * row["share_true"]
        ]
        for name in dict.fromkeys(row["class"] for row in rare):
            own = [row for row in rare if row["class"] == name]
            least = min(own, key=lambda row: row["value"])
            yield Finding(
                "class_never_predicted",
                WARNING,
                f"{name} is {_percent(least['share_true'])} of the items, but {_count(len(own))} "
                "nearly never say"
                f" it ({least['model']}: {_percent(least['value'])}).",
                {row["model"]: row["value"] for row in own},
                "Read macro-F1 and the recall of each class, not accuracy alone; try "
                "`class_weight: balanced`.",
                protocol,
                [row["model"] for row in own],
            )


def classes_unbalanced(evidence: Evidence) -> Findings:
    """Classes differ in size."""
    shares = {entry["name"]: entry["prior"] for entry in evidence.dataset["classes"]}
    most, least = max(shares, key=lambda n: shares[n]), min(shares, key=lambda n: shares[n])
    if shares[least] == 0 or shares[most] / shares[least] > UNBALANCED:
        yield Finding(
            "classes_unbalanced",
            NOTE,
            f"The classes are not balanced: {most} is {_percent(shares[most])} of the training items,"
            f" {least} {_percent(shares[least])}.",
            shares,
            "Read balanced accuracy and macro-F1 beside accuracy.",
        )


def rule_not_better(evidence: Evidence) -> Findings:
    """No rule, or not this one, is better than the best single modality."""
    for protocol, tables in evidence.protocols():
        rows = [
            row
            for row in tables["comparisons"]
            if row["family"] == "confirmatory" and row["metric"] == "accuracy"
        ]
        idle = [row for row in rows if not (row["significant"] and row["difference"] > 0)]
        if idle:
            none = len(idle) == len(rows)
            who = "No rule is" if none else f"{len(idle)} of {len(rows)} rules are not"
            sentence = f"{who} shown to be better than {rows[0]['reference']} alone"
            yield Finding(
                "rule_not_better",
                WARNING if none else NOTE,
                f"{sentence} in accuracy, once the number of rules is allowed for.",
                {row["model"]: row["difference"] for row in idle},
                "Do not claim that these rules help; look at log loss, and at more items.",
                protocol,
                [row["model"] for row in idle],
            )


def confidences_not_comparable(evidence: Evidence) -> Findings:
    """Modalities are differently sure of themselves, and a rule takes the surest."""
    for protocol, tables in evidence.protocols():
        names = [row["model"] for row in tables["models"]]
        rules = [name for name in MAXIMUM_RULES if name in names]
        slopes = {
            row["model"]: row
            for row in tables["calibration"]
            if row["measure"] == "slope"
            and row["subset"] == "all"
            and row["kind"] == "single"
            and row["low"] is not None
        }
        if not rules or len(slopes) < 2:
            continue
        sure, unsure = (
            min(slopes.values(), key=lambda row: row["high"]),
            max(slopes.values(), key=lambda row: row["low"]),
        )
        if sure["high"] < unsure["low"]:
            yield Finding(
                "confidences_not_comparable",
                WARNING,
                f"{sure['model']} is surer of itself than {unsure['model']} for the same "
                "accuracy (calibration slopes"
                f" {sure['value']:.2f} and {unsure['value']:.2f}): rules that follow the largest "
                "probability follow"
                f" {sure['model']} too often.",
                {name: row["value"] for name, row in slopes.items()},
                "Prefer rules that weigh or calibrate, such as log_linear_pool.",
                protocol,
                rules,
            )


def weights_from_test(evidence: Evidence) -> Findings:
    """A rule has learned from test labels."""
    if "replica" in evidence.tables:
        names = [row["model"] for row in evidence.tables["replica"]["models"]]
        rules = [name for name in evidence.weighted_by_test if name in names]
        if rules:
            yield Finding(
                "weights_from_test",
                ERROR,
                f"Under replica the weights of {', '.join(rules)} are learned from the labels of "
                "test, as in the"
                " notebook.",
                {"rules": len(rules)},
                "Quote the figures of `honest` or `cross` for these rules.",
                "replica",
                rules,
            )


def test_too_small(evidence: Evidence) -> Findings:
    """The differences that are looked at are smaller than those that could be found."""
    for protocol, tables in evidence.protocols():
        rows = [
            row
            for row in tables["comparisons"]
            if row["family"] == "confirmatory"
            and row["metric"] == "accuracy"
            and row["same_as"] is None
            and 0 < row["difference"] < row["detectable"]
        ]
        if rows:
            best = max(rows, key=lambda row: row["difference"])
            yield Finding(
                "test_too_small",
                WARNING,
                f"With {best['n']:,} items in {best['groups']:,} groups, {best['model']} would have to be"
                f" {100 * best['detectable']:.1f} points better than {best['reference']} to be "
                "found so four times out"
                f" of five; it is {100 * best['difference']:.1f} better.",
                {"detectable": best["detectable"], "difference": best["difference"], "n": best["n"]},
                "Test on more groups, or claim less.",
                protocol,
                [row["model"] for row in rows],
            )


def seeds_exceed_rules(evidence: Evidence) -> Findings:
    """Another seed changes more than another rule."""
    for protocol in evidence.tables:
        yield from _spread(
            evidence,
            protocol,
            "repeat",
            "seeds_exceed_rules",
            "another seed moves {model} by up to {width:.1f} points, and the rules lie within {range:.1f}",
            "Do not rank rules by one seed; raise `repeats`.",
        )


def assignments_exceed(evidence: Evidence) -> Findings:
    """Another assignment of groups to folds changes more than another rule."""
    for protocol in evidence.tables:
        yield from _spread(
            evidence,
            protocol,
            "assignment",
            "assignments_exceed",
            "another assignment of groups to folds moves {model} by up to {width:.1f} points, "
            "and the rules lie"
            " within {range:.1f}",
            "Do not rank rules within this spread; raise `cross.repeats`.",
        )


def assignments_unknown(evidence: Evidence) -> Findings:
    """How much another assignment to folds would change is not known."""
    if "cross" in evidence.tables and evidence.assignments < 2:
        yield Finding(
            "assignments_unknown",
            NOTE,
            "Intervals hold the assignment of groups to folds fixed; what another one would "
            "change is not known.",
            {"repeats": evidence.assignments},
            "Set `cross.repeats` to 2 or more.",
            "cross",
        )


def duplicates_across(evidence: Evidence) -> Findings:
    """The same item is in train and in test."""
    found = evidence.dataset["duplicates"]
    if found.get("across"):
        yield Finding(
            "duplicates_across",
            ERROR,
            f"{found['across']} items of test have the embeddings of an item of train.",
            {key: value for key, value in found.items() if isinstance(value, int | float)},
            "Remove them from one of the files; `cross` keeps them together where their groups "
            "could be joined.",
        )


def approximated(evidence: Evidence) -> Findings:
    """An SVM was trained on an approximated kernel."""
    for protocol, tables in evidence.protocols():
        names = [row["model"] for row in tables["models"] if row["approximated"]]
        if names:
            yield Finding(
                "approximated",
                NOTE,
                f"The kernel of {', '.join(names)} is approximated, so its figures are not those "
                "of the exact SVM.",
                {"views": len(names)},
                "Set `approximation: null` where memory allows.",
                protocol,
                names,
            )


def inverted_sigmoids(evidence: Evidence) -> Findings:
    """A calibration sloped the wrong way."""
    for protocol, tables in evidence.protocols():
        counts = {
            row["model"]: row["inverted_sigmoids"] for row in tables["models"] if row["inverted_sigmoids"]
        }
        if counts:
            done = "kept, as libsvm does" if protocol == "replica" else "made flat"
            yield Finding(
                "inverted_sigmoids",
                WARNING,
                f"The calibration of {', '.join(counts)} sloped the wrong way for "
                f"{sum(counts.values())} pairs of"
                f" classes and was {done}: the view tells these classes no better than chance.",
                counts,
                "Look at the embedding; a view that knows nothing only adds noise.",
                protocol,
                list(counts),
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
                f"The test items are of {groups} groups only: intervals are linearised ones with "
                "Student's quantile,"
                " and cover less than they promise if groups differ in size.",
                {"groups": groups},
                "Test on more groups.",
                protocol,
            )


def folds_unknown(evidence: Evidence) -> Findings:
    """Probabilities come from models that were not trained here."""
    if evidence.foreign:
        yield Finding(
            "folds_unknown",
            WARNING,
            f"{', '.join(evidence.foreign)} was not trained here: which rows its models saw is "
            "not known, nor are"
            " the folds of its out-of-fold probabilities.",
            {"views": len(evidence.foreign)},
            "Bring out-of-fold tables made with the partitions of this run, or train the view here.",
            models=list(evidence.foreign),
        )


def rules_coincide(evidence: Evidence) -> Findings:
    """Rules say the same everywhere."""
    for protocol, tables in evidence.protocols():
        pairs = {
            row["model"]: row["same_as"]
            for row in tables["models"]
            if row["same_as"] is not None and row["kind"] == "rule"
        }
        if pairs:
            listed = ", ".join(f"{model} = {first}" for model, first in pairs.items())
            yield Finding(
                "rules_coincide",
                NOTE,
                f"Some rules say the same of every item and count once in the tests: {listed}.",
                pairs,
                "Nothing; leave them out of the configuration to save time.",
                protocol,
                list(pairs),
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
                "class shares there.",
                noted,
                "Compare it with rules on the items that have the modality.",
                protocol,
                list(noted),
            )


def _not_beaten(evidence: Evidence, protocol: str, baseline: str, code: str, what: str, do: str) -> Findings:
    rows = evidence.metric(protocol, "accuracy")
    if baseline not in rows:
        return
    least = rows[baseline]["value"]
    beaten = [
        row
        for row in rows.values()
        if row["kind"] != "baseline" and row["low"] is not None and row["value"] <= least
    ]
    everyone = [row for row in rows.values() if row["kind"] != "baseline"]
    if beaten:
        best = max(everyone, key=lambda row: row["value"])
        yield Finding(
            code,
            ERROR if best["value"] <= least else WARNING,
            f"{_percent(least)} are right by {what}; {_count(len(beaten))} of {len(everyone)} do no better"
            f" (the best, {best['model']}: {_percent(best['value'])}).",
            {baseline: least} | {row["model"]: row["value"] for row in beaten},
            do,
            protocol,
            [row["model"] for row in beaten],
        )


def _spread(evidence: Evidence, protocol: str, over: str, code: str, sentence: str, do: str) -> Findings:
    tables = evidence.tables[protocol]
    spreads = [row for row in tables["spread"] if row["over"] == over and row["metric"] == "accuracy"]
    values = [row["value"] for row in evidence.metric(protocol, "accuracy").values() if row["kind"] == "rule"]
    if not spreads or len(values) < 2:
        return
    width = {row["model"]: row["most"] - row["least"] for row in spreads}
    spread = max(values) - min(values)
    wide = [model for model, own in width.items() if own >= spread]
    if wide:
        widest = max(wide, key=lambda model: width[model])
        text = sentence.format(model=widest, width=100 * width[widest], range=100 * spread)
        yield Finding(
            code,
            WARNING,
            f"{text[0].upper()}{text[1:]}.",
            {"range_of_rules": spread} | {model: width[model] for model in wide},
            do,
            protocol,
            wide,
        )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _count(n: int) -> str:
    return "1 model" if n == 1 else f"{n} models"


_ALL: Final = (
    groups_straddle,
    groups_unknown,
    group_lookup_not_beaten,
    majority_not_beaten,
    overfitted,
    class_never_predicted,
    classes_unbalanced,
    rule_not_better,
    confidences_not_comparable,
    weights_from_test,
    test_too_small,
    seeds_exceed_rules,
    assignments_exceed,
    assignments_unknown,
    duplicates_across,
    approximated,
    inverted_sigmoids,
    few_groups,
    folds_unknown,
    rules_coincide,
    modality_missing,
)

CHECKS: Final[Mapping[str, Callable[[Evidence], Findings]]] = MappingProxyType(
    {check.__name__: check for check in _ALL}
)
