"""Names of the evaluation's tables, for those who must not import anything heavy."""

from __future__ import annotations

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
    "detection",
    "dev_loss",
    "learning_curve",
    "grid",
    "published",
    "learners",
    "learner_grid",
    "gain_sources",
    "cooperative",
)
"""Tables of one protocol, `evaluation/{protocol}/<name>.parquet`."""

LEAKS: Final = "leaks"
"""The table over all protocols, `evaluation/leaks.parquet`."""

EMAP: Final = "emap"
"""Folder of the tables of single views, `evaluation/emap/{view}.parquet`."""

CURVE_RULES: Final = ("mean", "product", "log_logistic_regression")
"""Rules of the learning curve: two that learn nothing, and one that does."""

SELECTED: Final = "selected"
"""The rule that is chosen anew inside each partition, by what it says out of fold."""

LEARNER: Final = "learner"
"""The kind of a model that is one learner on one view, `{view}.{learner}`, where there are several."""

ALL: Final = "all"
UNSEEN_GROUP: Final = "unseen_group"
GIVEN_TEST: Final = "given_test"
"""Subsets of a protocol's test rows."""

MAJORITY: Final = "majority"
GROUP_LOOKUP: Final = "group_lookup"
"""The two baselines: always the most frequent class, and the most frequent class of the item's group."""

LACKING: Final = "without the modality"
"""What is noted of a model on items that lack its modality, after their number."""

FEWER_FUSED: Final = "fewer_modalities_fused"
"""The check of what the rules of a protocol had to fuse."""

UNBALANCED: Final = 1.2
"""Largest over smallest class share from which the classes are not balanced."""
