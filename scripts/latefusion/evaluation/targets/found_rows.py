"""Rows that checks of predicted numbers look at, and how they name models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from latefusion.core.wording import listed
from latefusion.evaluation.checks.finding import Evidence, Row
from latefusion.evaluation.names import ALL
from latefusion.evaluation.targets.names import MEAN, TRAINING_MEAN

NAMED: Final = 5
"""Models that a sentence names; the rest are counted there and listed beside it."""


def metric_of(evidence: Evidence, protocol: str, target: str, metric: str) -> dict[str, Row]:
    return {
        row["model"]: row
        for row in evidence.tables[protocol]["metrics"]
        if (row["metric"], row["subset"], row["target"]) == (metric, ALL, target)
        and row["model"] != TRAINING_MEAN
    }


def targets_of(tables: Mapping[str, list[Row]]) -> list[str]:
    return [name for name in dict.fromkeys(row["target"] for row in tables["metrics"]) if name != MEAN]


def planned(tables: Mapping[str, list[Row]]) -> list[Row]:
    first = {row["model"] for row in tables["models"] if row["is_confirmatory"]}
    return [
        row
        for row in tables["comparisons"]
        if row["family"] == "confirmatory" and row["target"] == MEAN and row["model"] in first
    ]


def center_of(evidence: Evidence) -> str:
    """Return what the items are called whose mean R² is measured against."""
    if not evidence.is_of_predictions:
        return "training items"
    return "items that teach" if evidence.dataset["n"].get("train") else "judged items"


def few_named(names: Sequence[str]) -> str:
    return listed(list(names), NAMED)
