"""Checks of claims: whether the differences between rules are there, and how they were come by."""

from __future__ import annotations

import math
from collections.abc import Sequence

from latefusion.core.metric_facts import LEAST_WRITTEN, TITLE, amount, gain, negligible, size
from latefusion.core.wording import listed, plural, verb
from latefusion.evaluation.checks.finding import (
    ERROR,
    NOTE,
    WARNING,
    Evidence,
    Finding,
    Findings,
    Row,
)
from latefusion.evaluation.names import SELECTED

NAMED = 5
"""Rules that a sentence names; the rest are counted there and listed beside it."""


def _planned(evidence: Evidence, protocol: str) -> list[Row]:
    """Return the planned comparisons in the headline metric, rules that coincide once."""
    tables = evidence.tables[protocol]
    first = {row["model"] for row in tables["models"] if row["is_confirmatory"]}
    return [
        row
        for row in tables["comparisons"]
        if row["family"] == "confirmatory" and row["metric"] == evidence.headline and row["model"] in first
    ]


def _is_negligible(row: Row) -> bool:
    """Return whether a gain that would matter is excluded, as in a test of non-superiority."""
    most = _most(row)
    return (
        not row["significant"]
        and row["detectable"] is not None  # groups that can show nothing exclude nothing
        and most is not None
        and most <= negligible(row["metric"], row["reference_value"])
    )


def _gain(row: Row) -> float:
    return gain(row["metric"], row["difference"])


def _most(row: Row) -> float | None:
    """Return the upper end of the interval of a gain; None where there is no interval."""
    if row["low"] is None or row["high"] is None:
        return None
    return max(gain(row["metric"], row["low"]), gain(row["metric"], row["high"]))


def rule_not_better(evidence: Evidence) -> Findings:
    """No rule, or not this one, is shown to be better than the best single modality."""
    for protocol, _ in evidence.protocols():
        rows = _planned(evidence, protocol)
        idle = [row for row in rows if not (row["significant"] and _gain(row) > 0)]
        if not idle:
            continue
        none = len(idle) == len(rows)
        beside = "accuracy" if evidence.headline == "log_loss" else "log loss"
        who = f"{len(idle)} of {plural(len(rows), 'rule')} {verb(len(idle), 'is', 'are')} not"
        sentence = f"{'No rule is' if none else who} shown to be better than {rows[0]['reference']} alone"
        yield Finding(
            "rule_not_better",
            WARNING if none else NOTE,
            f"{sentence} in {TITLE[evidence.headline]}, once the number of rules is allowed for."
            f"{_excluded(idle)}",
            {row["model"]: row["difference"] for row in idle},
            f"Do not claim a gain that is not shown; look at {beside}, and at more items.",
            protocol,
            [row["model"] for row in idle],
        )


def _excluded(idle: Sequence[Row]) -> str:
    """Say how small a gain is shown to be, of those rules of which it is shown."""
    small = [row for row in idle if _is_negligible(row)]
    if not small:
        return ""
    # rounded up in the last digit that is written, so that what is excluded is
    most = max(0.001, math.ceil(1000 * max(_most(row) or 0.0 for row in small)) / 1000)
    bound = amount(small[0]["metric"], most)
    others = len(idle) - len(small)
    if not others:
        return f" A gain of {bound} or more is excluded."
    return (
        f" For {len(small)} of them a gain of {bound} or more is excluded; for the "
        f"{verb(others, 'other', 'others')} a gain is neither shown nor excluded."
    )


def rule_worse(evidence: Evidence) -> Findings:
    """A rule is shown to be worse than the best single modality."""
    for protocol, _ in evidence.protocols():
        rows = [
            row for row in _planned(evidence, protocol) if row["significant"] and _gain(row) <= -LEAST_WRITTEN
        ]
        if not rows:
            continue
        worst = min(rows, key=_gain)
        names = [row["model"] for row in rows]
        by = f"by {amount(worst['metric'], -_gain(worst))}"
        worst_of_several = f"; {worst['model']} {by}" if len(names) > 1 else ""
        yield Finding(
            "rule_worse",
            WARNING,
            f"{listed(names, NAMED)} {verb(len(names), 'is', 'are')} worse than {worst['reference']} alone "
            f"in {TITLE[evidence.headline]}, {'' if worst_of_several else by + ', '}after Holm's correction"
            f"{worst_of_several}.",
            {row["model"]: row["difference"] for row in rows},
            f"Use {worst['reference']} alone before {verb(len(names), 'this rule', 'these rules')}.",
            protocol,
            names,
        )


def selected_outside_set(evidence: Evidence) -> Findings:
    """The rule that was chosen without test is distinguishable from the best."""
    for protocol, tables in evidence.protocols():
        row = next((row for row in tables["models"] if row["model"] == SELECTED), None)
        if row is not None and row["in_confidence_set"] is False:
            yield Finding(
                "selected_outside_set",
                WARNING,
                "The rule that was best out of fold is outside the confidence set: on the test items another "
                "model is better than chance explains, which no choice without test could know.",
                {"in_confidence_set": 0, "note": row["note"] or ""},
                "Quote `selected` as what somebody without the test items would have had; try the model that "
                "is best here on new items.",
                protocol,
                [SELECTED],
            )


def test_too_small(evidence: Evidence) -> Findings:
    """Gains that were not decided are smaller than those that could be found."""
    for protocol, _ in evidence.protocols():
        rows = _planned(evidence, protocol)
        if rows and rows[0]["groups"] > 1 and all(row["detectable_holm"] is None for row in rows):
            yield _shows_nothing(rows, protocol)
            continue
        rows = [
            row
            for row in rows
            if row["detectable_holm"] is not None
            and not row["significant"]
            and not _is_negligible(row)
            and 0 < _gain(row) < row["detectable_holm"]
        ]
        if rows:
            best = max(rows, key=_gain)
            metric = evidence.headline
            unit = f" in {TITLE[metric]}" if metric != "accuracy" else ""
            yield Finding(
                "test_too_small",
                WARNING,
                f"With {plural(best['n'], 'item')} in {plural(best['groups'], 'group')}, {best['model']} "
                f"would have to be {amount(metric, best['detectable_holm'])} better than {best['reference']}"
                f"{unit} to be found so, after Holm's correction, four times out of five; it is "
                f"{size(metric, _gain(best))} better.",
                {"detectable": best["detectable_holm"], "difference": best["difference"], "n": best["n"]},
                "Test on more groups, or claim less.",
                protocol,
                [row["model"] for row in rows],
            )


def _shows_nothing(rows: Sequence[Row], protocol: str) -> Finding:
    """Say that the groups are too few for any difference to be found after Holm's correction."""
    one = rows[0]
    return Finding(
        "test_too_small",
        WARNING,
        f"{plural(one['n'], 'item')} in {plural(one['groups'], 'group')} cannot show that a rule is better "
        f"than {one['reference']}, however much better it is, after Holm's correction for "
        f"{plural(one['tests'], 'comparison')}: chance alone makes all groups agree too often.",
        {"groups": one["groups"], "n": one["n"], "tests": one["tests"]},
        "Test on more groups, or name fewer rules.",
        protocol,
        [row["model"] for row in rows],
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
                f"Under replica {listed(rules)} {verb(len(rules), 'takes its', 'take their')} weights from "
                "the labels of test, as in the notebook.",
                {"rules": len(rules)},
                "Quote the figures of `honest` or `cross` for these rules.",
                "replica",
                rules,
            )


def rules_coincide(evidence: Evidence) -> Findings:
    """Rules say the same everywhere."""
    for protocol, tables in evidence.protocols():
        kinds = {row["model"]: row["kind"] for row in tables["models"]}
        # `selected` is always some rule, and a view is no rule that could be left out
        pairs = {
            row["model"]: row["same_as"]
            for row in tables["models"]
            if row["kind"] == kinds.get(row["same_as"]) == "rule" and row["model"] != SELECTED
        }
        if pairs:
            shown = ", ".join(f"{model} = {first}" for model, first in pairs.items())
            yield Finding(
                "rules_coincide",
                NOTE,
                f"Some rules say the same of every item and count once in the tests: {shown}.",
                pairs,
                "Nothing; one of each pair may be left out to save time, with no other result.",
                protocol,
                list(pairs),
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
            "another assignment of groups to folds moves {model} by up to {width:.1f} points, and the rules "
            "lie within {range:.1f}",
            "Do not rank rules within this spread; raise `cross.repeats`.",
        )


def assignments_unknown(evidence: Evidence) -> Findings:
    """How much another assignment to folds would change is not known."""
    given = evidence.is_of_predictions  # their folds are what they are
    if "cross" in evidence.tables and evidence.assignments < 2 and not given:
        yield Finding(
            "assignments_unknown",
            NOTE,
            "Intervals hold the assignment of groups to folds fixed; what another one would "
            "change is not known.",
            {"repeats": evidence.assignments},
            "Set `cross.repeats` to 2 or more.",
            "cross",
        )


def _spread(evidence: Evidence, protocol: str, over: str, code: str, sentence: str, do: str) -> Findings:
    tables = evidence.tables[protocol]
    spreads = [row for row in tables["spread"] if row["over"] == over and row["metric"] == "accuracy"]
    values = [row["value"] for row in evidence.metric(protocol, "accuracy").values() if row["kind"] == "rule"]
    if not spreads or len(values) < 2:
        return
    width = {row["model"]: row["most"] - row["least"] for row in spreads}
    spread = max(values) - min(values)
    wide = [model for model, own in width.items() if own >= max(spread, LEAST_WRITTEN)]
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
