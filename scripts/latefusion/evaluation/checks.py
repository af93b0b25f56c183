"""A test suite for the analysis: what is known to go wrong, looked for in the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pyarrow as pa

Row = dict[str, Any]

ERROR: Final = "error"
WARNING: Final = "warning"
NOTE: Final = "note"

RARELY: Final = 0.2
"""A class is nearly never predicted where its share of predictions is below this part of its share."""
UNBALANCED: Final = 1.2
"""Largest over smallest class share from which the classes are not balanced."""
OVERFITTED: Final = 0.1
"""Gap between in-sample and out-of-fold accuracy that is worth a warning."""
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
    foreign : sequence of str
        Views whose models were not trained here.
    assignments : int
        Fold assignments of `cross`.
    """

    tables: Mapping[str, Mapping[str, list[Row]]]
    dataset: Mapping[str, Any]
    weighted_by_test: Sequence[str] = ()
    foreign: Sequence[str] = ()
    assignments: int = 1

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


NEEDED: Final = ("models", "metrics", "per_class", "comparisons", "calibration", "overfitting", "spread")


def gather(
    tables: Mapping[str, Mapping[str, pa.Table]],
    dataset: Mapping[str, Any],
    *,
    weighted_by_test: Sequence[str] = (),
    foreign: Sequence[str] = (),
    assignments: int = 1,
) -> Evidence:
    """Return the evidence in the evaluation's tables; the rest are attributes of `Evidence`."""
    rows = {
        protocol: {name: own[name].to_pylist() for name in NEEDED if name in own}
        for protocol, own in tables.items()
    }
    return Evidence(rows, dataset, weighted_by_test, foreign, assignments)


def run_checks(evidence: Evidence) -> dict[str, Any]:
    """Run every check.

    Returns
    -------
    dict
        `checks`: findings, errors first; `codes`: every code that was looked for; `counts`: findings by
        severity.
    """
    # the checks import what stands above
    from latefusion.evaluation.suite import CHECKS

    order = (ERROR, WARNING, NOTE)
    found = [finding for check in CHECKS.values() for finding in check(evidence)]
    found.sort(key=lambda finding: order.index(finding.severity))
    return {
        "checks": [asdict(finding) | {"models": list(finding.models)} for finding in found],
        "codes": list(CHECKS),
        "counts": {severity: sum(one.severity == severity for one in found) for severity in order},
    }
