"""Names of the evaluation's tables, for those who must not import anything heavy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TABLES: Final = (
    "models",
    "metrics",
    "per_class",
    "confusion",
    "comparisons",
    "overall",
    "confidence_set",
    "best",
    "complementarity",
    "oracle",
    "changed",
    "outcomes",
    "calibration",
    "reliability",
    "coverage",
    "strata",
    "errors",
    "overfitting",
    "spread",
    "learning_curve",
    "grid",
    "published",
)
"""Tables of one protocol, `evaluation/{protocol}/<name>.parquet`."""

LEAKS: Final = "leaks"
"""The table over all protocols, `evaluation/leaks.parquet`."""

CURVE_RULES: Final = ("mean", "product", "log_logistic_regression")
"""Rules of the learning curve: two that learn nothing, and one that does."""

SELECTED: Final = "selected"
"""The rule that is chosen anew inside each partition, by what it says out of fold."""

ALL: Final = "all"
UNSEEN_GROUP: Final = "unseen_group"
GIVEN_TEST: Final = "given_test"
"""Subsets of a protocol's test rows."""

HEADLINES: Final = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "auroc")
"""Metrics that headline, ranking, tests, confidence set and reference may go by."""

MAJORITY: Final = "majority"
GROUP_LOOKUP: Final = "group_lookup"
"""The two baselines: always the most frequent class, and the most frequent class of the item's group."""

BETTER: Final[Mapping[str, str]] = {
    "accuracy": "higher",
    "balanced_accuracy": "higher",
    "macro_f1": "higher",
    "matthews": "higher",
    "kappa": "higher",
    "log_loss": "lower",
    "brier": "lower",
    "calibration_slope": "one",
    "ece_top": "lower",
    "ece_class": "lower",
    "auroc": "higher",
}
"""Which values of a metric are better; `one` is a slope that should be one."""

UNIT: Final[Mapping[str, str]] = {
    "matthews": "correlation",
    "kappa": "agreement",
    "log_loss": "nats",
    "brier": "squared error",
    "calibration_slope": "slope",
}
"""What a metric is measured in; a share where it is not here."""

FEWER_FUSED: Final = "fewer_modalities_fused"
"""The check of what the rules of a protocol had to fuse."""
