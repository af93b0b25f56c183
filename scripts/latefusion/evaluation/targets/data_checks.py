"""Checks of the data behind predicted numbers: groups, leaks, odd numbers, models left out."""

from __future__ import annotations

from typing import Final

from latefusion.core.wording import plural, verb
from latefusion.evaluation.checks.data import keep_apart
from latefusion.evaluation.checks.finding import ERROR, NOTE, WARNING, Evidence, Finding, Findings, percent
from latefusion.evaluation.statistics.proportions import FEW_GROUPS
from latefusion.evaluation.targets.found_rows import metric_of
from latefusion.evaluation.targets.names import GROUP_MEAN, MEAN

COMMON: Final = 0.05
"""Share of the items at one point from which it is worth telling."""
TOLD: Final = frozenset(
    {
        *("common_target", "target_columns", "similar_groups", "unmatched"),
        *("few_groups", "one_group", "few_groups_in_train"),
    }
)
"""Warnings of the files that a check of its own speaks of."""
OF_CLASSES: Final = frozenset(
    {
        *("label_forms", "label_separators", "similar_labels", "missing_words", "text_among_numbers"),
        *("few_rows_a_class", "small_class", "absent_class", "class_columns", "coinciding_labels"),
    }
)
"""Warnings of the files that are no matter of numbers beside classes."""
GRAVE: Final = frozenset({"target_units", "overlapping_items", "filler_embeddings", "renamed_columns"})
"""Warnings of the files that change what the figures mean."""


def groups_straddle(evidence: Evidence) -> Findings:
    """Test items have their group in the training part, and the mean of the group may say something."""
    groups, n = evidence.dataset["groups"], evidence.dataset["n"].get("test", 0)
    seen = groups.get("test_items_seen", 0)
    given = [name for name in evidence.tables if name != "cross"]
    if not (groups["known"] and seen and n and given):
        return
    of = metric_of(evidence, given[0], MEAN, "r2")
    row = of.get(GROUP_MEAN)
    shows = row is not None and row["low"] is not None and row["low"] > 0
    yield Finding(
        "groups_straddle",
        ERROR if shows else NOTE,
        f"{seen:,} of {plural(n, 'test item')} ({percent(seen / n)}) {verb(seen, 'has its', 'have their')} "
        "group in train"
        + (
            f", and the mean of the group alone reaches a mean R² of {row['value']:.3f}."
            if shows and row is not None
            else "; the mean of the group alone is not shown to say anything."
        ),
        {"test_items_seen": seen, "test": n},
        f"{'Believe' if 'cross' in evidence.tables else 'Run'} the protocol `cross`, which keeps groups "
        "together."
        if groups["cross_grouped"]
        else keep_apart(groups),
        given[0],
    )


def few_groups(evidence: Evidence) -> Findings:
    """There are too few groups for the bootstrap."""
    for protocol in evidence.tables:
        rows = metric_of(evidence, protocol, MEAN, "r2").values()
        groups = min((row["groups"] for row in rows), default=FEW_GROUPS)
        if groups < FEW_GROUPS:
            yield Finding(
                "few_groups",
                WARNING,
                f"The test items are of {groups} groups only: intervals are linearised ones with Student's "
                "quantile and cover less than they promise if groups differ in size."
                if groups > 1
                else "The test items are of one group: there are no intervals, and no test can tell a "
                "difference from chance.",
                {"groups": groups},
                "Test on more groups.",
                protocol,
            )


def common_target(evidence: Evidence) -> Findings:
    """Many items share one point."""
    points = evidence.dataset.get("target_points") or {}
    most, n = points.get("most_common"), sum(evidence.dataset["n"].values())
    if most and most["items"] > max(2, COMMON * n):
        where = ", ".join(f"{value:g}" for value in most["point"])
        yield Finding(
            "common_target",
            NOTE,
            f"{most['items']:,} of {plural(n, 'item')} ({percent(most['items'] / n)}) have the same target"
            f"{verb(len(most['point']), '', 's')}, {where}: labels from words rather than from people, or a "
            "value that stands for unknown.",
            {"items": most["items"], "distinct": points["distinct"]},
            "Find out what these items have in common before believing what is said of them.",
        )


def target_in_features(evidence: Evidence) -> Findings:
    """An embedding holds the target itself."""
    for message in _warned(evidence, "target_columns"):
        yield Finding(
            "target_in_features",
            ERROR,
            f"{_sentence(message)} Whatever is predicted from it says nothing of new items.",
            {},
            "Leave these numbers out of the embedding, and run again.",
        )


def odd_data(evidence: Evidence) -> Findings:
    """Something in the files looks odd that no other check speaks of."""
    for warning in evidence.dataset.get("warnings", ()):
        code = warning["code"]
        if code.partition(":")[0] not in TOLD | OF_CLASSES:
            yield Finding(
                "odd_data",
                WARNING if code.partition(":")[0] in GRAVE else NOTE,
                _sentence(warning["message"], code.partition(":")[2]),
                {"code": code},
                "Look at these items or columns; nothing, if it is meant.",
            )


def _warned(evidence: Evidence, code: str) -> list[str]:
    return [one["message"] for one in evidence.dataset.get("warnings", ()) if one["code"] == code]


def _sentence(message: str, named: str = "") -> str:
    """Return a message as a sentence; a name that it begins with keeps its case."""
    first = message.split(maxsplit=1)[0]
    begun = message[0].upper() + message[1:] if first.isalpha() and first != named else message
    return f"{begun.rstrip('.')}."


def models_left_out(evidence: Evidence) -> Findings:
    """A protocol does without a view or a rule."""
    for row in evidence.left_out:
        yield Finding(
            "models_left_out",
            NOTE,
            f"{row['model']} is not among the models: {row['reason'].rstrip('.')}.",
            {"model": row["model"]},
            "Nothing, if that is meant.",
            row.get("protocol"),
            [row["model"]],
        )
