"""What a check looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

Row = dict[str, Any]

ERROR: Final = "error"
WARNING: Final = "warning"
NOTE: Final = "note"

RARELY: Final = 0.2
"""A class is nearly never predicted where its share of predictions is below this part of its share."""
OVERFITTED: Final = 0.1
"""Gap between in-sample and out-of-fold accuracy that is worth a warning."""
NEARLY_CONSTANT: Final = 0.01
"""Median distance of kernel values from one below which a kernel tells few rows apart."""
NEARLY_ALL: Final = 0.95
"""Share of the items from which a model says one class of nearly all."""
MAXIMUM_RULES: Final = ("max_confidence", "class_weighted_max")


@dataclass(frozen=True)
class Finding:
    """Something that a reader has to know.

    Attributes
    ----------
    code : str
    severity : {'error', 'warning', 'note'}
    sentence : str
        What is the case.
    evidence : mapping of str to number or str
    what_to_do : str
    protocol : str, optional
    models : sequence of str
    """

    code: str
    severity: str
    sentence: str
    evidence: Mapping[str, Any]
    what_to_do: str
    protocol: str | None = None
    models: Sequence[str] = ()


Findings = Iterator[Finding]


@dataclass(frozen=True)
class Evidence:
    """What the checks look at.

    Attributes
    ----------
    tables : mapping of str to mapping of str to list of dict
        Rows of the evaluation's tables, by protocol and name.
    dataset : mapping
        dataset.json.
    weighted_by_test : sequence of str
        Rules that `replica` gives weights learned from test labels.
    external : mapping of str to bool
        Views whose models were not trained here, and whether folds came with their probabilities.
    assignments : int
        Fold assignments of `cross`.
    left_out : sequence of mapping
        `protocol`, `model` and `reason` of each view and rule that a protocol does without.
    leaks : sequence of dict
        Rows of the table `leaks`.
    modalities : sequence of str
        All of them.
    fused : mapping of str to sequence of str
        Those that each protocol's rules fuse; empty where no rule was asked for.
    headline : str
        The metric by which models are compared.
    """

    tables: Mapping[str, Mapping[str, list[Row]]]
    dataset: Mapping[str, Any]
    weighted_by_test: Sequence[str] = ()
    external: Mapping[str, bool] = field(default_factory=dict)
    assignments: int = 1
    left_out: Sequence[Mapping[str, str]] = ()
    leaks: Sequence[Row] = ()
    modalities: Sequence[str] = ()
    fused: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headline: str = "accuracy"

    @property
    def is_of_predictions(self) -> bool:
        """Whether finished predictions are judged, and no model was trained."""
        return "predictions" in self.dataset

    def protocols(self) -> Iterator[tuple[str, Mapping[str, list[Row]]]]:
        """Yield the protocols that were run, and their tables."""
        yield from self.tables.items()

    def metric(self, protocol: str, metric: str, subset: str = "all") -> dict[str, Row]:
        """Return the rows of a metric on a subset, by model."""
        return {
            row["model"]: row
            for row in self.tables[protocol]["metrics"]
            if row["metric"] == metric and row["subset"] == subset
        }

    def reference(self, protocol: str) -> str | None:
        """Return the reference of a protocol."""
        models = self.tables[protocol]["models"]
        return next((row["model"] for row in models if row["is_reference"]), None)


INVERTED: Final = 0.5
"""Share of its pairs of classes that a view must not tell apart to be suspected of knowing nothing."""
DUPLICATED: Final = 0.01
"""Share of the test items that training has too which is worth a warning."""

NEEDED: Final = (
    *("models", "metrics", "per_class", "comparisons", "calibration", "overfitting", "spread", "dev_loss"),
    *("learners", "learner_grid", "grid", "cooperative"),
)


def gather(
    tables: Mapping[str, Mapping[str, pa.Table]],
    dataset: Mapping[str, Any],
    *,
    weighted_by_test: Sequence[str] = (),
    external: Mapping[str, bool] | None = None,
    assignments: int = 1,
    left_out: Sequence[Mapping[str, str]] = (),
    leaks: pa.Table | None = None,
    modalities: Sequence[str] = (),
    fused: Mapping[str, Sequence[str]] | None = None,
    metric: str = "accuracy",
) -> Evidence:
    """Return the evidence in the evaluation's tables; the rest are attributes of `Evidence`."""
    rows = {
        protocol: {name: own[name].to_pylist() for name in NEEDED if name in own}
        for protocol, own in tables.items()
    }
    return Evidence(
        rows,
        dataset,
        weighted_by_test,
        external or {},
        assignments,
        left_out,
        leaks=[] if leaks is None else leaks.to_pylist(),
        modalities=modalities,
        fused=fused or {},
        headline=metric,
    )


def percent(share: float) -> str:
    """Write a share as a percentage."""
    return f"{100 * share:.1f} %"


def points(difference: float) -> str:
    """Write a difference between shares in percentage points."""
    return f"{100 * difference:.1f} points"


def half_width(rows: Sequence[Row]) -> float | None:
    """Return the largest distance from a value to an end of its interval; None where none has one."""
    widths = [
        max(row["high"] - row["value"], row["value"] - row["low"])
        for row in rows
        if row["low"] is not None and row["high"] is not None
    ]
    return max(widths, default=None)
