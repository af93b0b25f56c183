"""Names of the folder and the tables of continuous targets, for those who must not import anything heavy."""

from __future__ import annotations

from typing import Final

BESIDE: Final = "regression"
"""Folder of numbers in the results of a run that is of classes as well."""

TARGET_TABLES: Final = (
    "models",
    "metrics",
    "comparisons",
    "confidence_set",
    "best",
    "complementarity",
    "intervals",
    "strata",
    "outcomes",
    "bridge",
    "learners",
)
"""Tables of one protocol, `evaluation/{protocol}/<name>.parquet`."""

MEAN: Final = "mean"
"""What stands for the mean over the targets in a column `target`."""

TRAINING_MEAN: Final = "training_mean"
"""The baseline that says the mean of the targets in training."""

GROUP_MEAN: Final = "group_mean"
"""The baseline that says the mean of the item's group in training."""

CUT: Final = "cut"
RECALIBRATED: Final = "recalibrated_cut"
CLASSIFIER: Final = "classifier"
"""Readings of items as classes: numbers cut at the axes, as they are or with their spread restored."""
