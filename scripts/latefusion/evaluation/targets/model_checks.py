"""Checks of models of numbers: whether they beat means, each other, and what they promise."""

from __future__ import annotations

from typing import Final

from latefusion.core.metric_facts import LEAST_WRITTEN
from latefusion.core.wording import plural, verb
from latefusion.evaluation.checks.finding import NOTE, WARNING, Evidence, Finding, Findings, percent
from latefusion.evaluation.names import SELECTED
from latefusion.evaluation.targets.found_rows import center_of, few_named, metric_of, planned, targets_of
from latefusion.evaluation.targets.names import GROUP_MEAN, MEAN
from latefusion.evaluation.targets.prediction_intervals import ALL_PARTITIONS

SHRUNK: Final = 1.1
"""Slope of the truth on the predictions from which these are shrunk; below its inverse they reach too far."""


def mean_not_beaten(evidence: Evidence) -> Findings:
    """A model is not shown to say more of a target than its training mean."""
    for protocol, tables in evidence.protocols():
        for target in targets_of(tables):
            rows = metric_of(evidence, protocol, target, "r2")
            idle = [
                name
                for name, row in rows.items()
                if row["kind"] != "baseline" and row["low"] is not None and row["low"] <= 0
            ]
            if idle:
                yield Finding(
                    "mean_not_beaten",
                    WARNING,
                    f"What {few_named(idle)} {verb(len(idle), 'says', 'say')} of {target} is not shown to be "
                    f"nearer to the truth than the mean of the {center_of(evidence)}: the interval of R² "
                    "reaches down to 0.",
                    {name: rows[name]["value"] for name in idle},
                    "Do not use what is said of this target where it has to be better than its mean.",
                    protocol,
                    idle,
                )


def group_mean_not_beaten(evidence: Evidence) -> Findings:
    """A model is no better than the mean of the item's group."""
    for protocol, _ in evidence.protocols():
        rows = metric_of(evidence, protocol, MEAN, "r2")
        base = rows.get(GROUP_MEAN)
        if base is None or base["value"] is None or base["value"] <= 0:
            continue
        idle = [
            name
            for name, row in rows.items()
            if row["kind"] != "baseline" and row["value"] is not None and row["value"] <= base["value"]
        ]
        if idle:
            yield Finding(
                "group_mean_not_beaten",
                WARNING,
                f"The mean of the item's group reaches a mean R² of {base['value']:.3f} by itself; "
                f"{few_named(idle)} {verb(len(idle), 'does', 'do')} not beat it.",
                {name: rows[name]["value"] for name in (*idle, GROUP_MEAN)},
                "Look at items of new groups: the protocol `cross` keeps groups apart.",
                protocol,
                idle,
            )


def rule_not_better(evidence: Evidence) -> Findings:
    """No rule, or not this one, is shown to be better than the best single modality."""
    for protocol, tables in evidence.protocols():
        rows = planned(tables)
        idle = [row for row in rows if not (row["significant"] and row["r2_difference"] > 0)]
        if not idle:
            continue
        none = len(idle) == len(rows)
        who = f"{len(idle)} of {plural(len(rows), 'rule')} {verb(len(idle), 'is', 'are')} not"
        yield Finding(
            "rule_not_better",
            WARNING if none else NOTE,
            f"{'No rule is' if none else who} shown to be better than {rows[0]['reference']} alone in squared"
            " error, once the number of rules is allowed for.",
            {row["model"]: row["r2_difference"] for row in idle},
            "Do not claim a gain that is not shown; look at each target, and at more items.",
            protocol,
            [row["model"] for row in idle],
        )


def rule_worse(evidence: Evidence) -> Findings:
    """A rule is shown to be worse than the best single modality."""
    for protocol, tables in evidence.protocols():
        rows = [
            row for row in planned(tables) if row["significant"] and row["r2_difference"] <= -LEAST_WRITTEN
        ]
        if rows:
            names = [row["model"] for row in rows]
            yield Finding(
                "rule_worse",
                WARNING,
                f"{few_named(names)} {verb(len(names), 'is', 'are')} shown to be worse than "
                f"{rows[0]['reference']} alone.",
                {row["model"]: row["r2_difference"] for row in rows},
                f"Use {rows[0]['reference']} alone before {verb(len(names), 'this rule', 'these rules')}.",
                protocol,
                names,
            )


def shrunk(evidence: Evidence) -> Findings:
    """Predictions of the chosen model are shrunk further than they should, or reach too far."""
    for protocol, tables in evidence.protocols():
        for target in targets_of(tables):
            rows = metric_of(evidence, protocol, target, "slope")
            row = rows.get(SELECTED)
            # what is not shown to move with the truth is no matter of its size
            if row is None or row["low"] is None or row["high"] is None or row["low"] <= 0:
                continue
            if row["low"] > SHRUNK or row["high"] < 1 / SHRUNK:
                short = row["low"] > SHRUNK
                yield Finding(
                    "shrunk",
                    NOTE,
                    f"What {SELECTED} says of {target} is {'too near to' if short else 'too far from'} the "
                    f"mean: the truth moves by {row['value']:.2f} where the prediction moves by 1.",
                    {"slope": row["value"], "low": row["low"], "high": row["high"]},
                    f"Multiply distances from the mean by the slope, learned on {center_of(evidence)}, where "
                    "sizes matter and not only the order.",
                    protocol,
                    [SELECTED],
                )


def intervals_too_short(evidence: Evidence) -> Findings:
    """Prediction intervals cover less than they promise."""
    for protocol, tables in evidence.protocols():
        rows = [
            row
            for row in tables["intervals"]
            if row["partition"] == ALL_PARTITIONS and row["high"] is not None and row["high"] < row["level"]
        ]
        for target in dict.fromkeys(row["target"] for row in rows):
            own = {row["model"]: row["coverage"] for row in rows if row["target"] == target}
            yield Finding(
                "intervals_too_short",
                WARNING,
                f"The 90 % prediction intervals of {target} cover less than they promise: "
                f"{few_named([f'{name} {percent(share)}' for name, share in own.items()])}.",
                own,
                f"The test items differ from the {center_of(evidence)}; do not use these intervals for such "
                "items.",
                protocol,
                list(own),
            )


def rules_coincide(evidence: Evidence) -> Findings:
    """Rules say the same of every item."""
    for protocol, tables in evidence.protocols():
        rows = [
            row
            for row in tables["models"]
            if row["kind"] == "rule" and row["same_as"] and row["model"] != SELECTED
        ]
        if rows:
            told = [f"{row['model']} as {row['same_as']}" for row in rows]
            yield Finding(
                "rules_coincide",
                NOTE,
                f"{plural(len(rows), 'rule')} {verb(len(rows), 'says', 'say')} the same of every item as "
                f"another model: {few_named(told)}.",
                {row["model"]: row["same_as"] for row in rows},
                "Nothing; such rules are tested once.",
                protocol,
                [row["model"] for row in rows],
            )
