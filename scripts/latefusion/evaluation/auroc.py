"""Areas under the ROC curve of models that were trained on different partitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from latefusion.core.metrics import auroc_parts
from latefusion.evaluation.samples import Aligned, Sample
from latefusion.evaluation.statistics.group_bootstrap import (
    Array,
    group_sums,
    grouped_variance,
    student,
)
from latefusion.evaluation.statistics.proportions import Proportions

_FLAT: Final = 1e-12
"""Widths below this are rounding."""


Ends = tuple[float, float, float]


@dataclass(frozen=True)
class Area:
    """Areas under the ROC curve with their 95 % intervals, NaN where undefined.

    Attributes
    ----------
    macro : (float, float, float)
        Mean over classes, and the ends of its interval.
    of_class : tuple of (float, float, float)
    influence : (G,) array
        Of each group on the mean over classes.
    """

    macro: Ends
    of_class: tuple[Ends, ...]
    influence: Array


def areas(sample: Sample, model: Aligned) -> Area:
    """Return one-vs-rest areas within each partition, averaged over partitions and replicates.

    Scores of models that were trained on different rows cannot be ranked against each other, so they
    are not pooled (Airola et al. 2011). A class that a partition lacks is skipped there. Intervals are
    linearised and kept within 0 and 1; where all pairs are ranked rightly, or all wrongly, nothing
    varies, and the interval is a score interval on the smaller number of groups.
    """
    found = [_of_class(sample, model, c) for c in range(len(sample.classes))]
    value = np.array([area for area, _ in found])
    by_group = group_sums(np.stack([own for _, own in found], axis=1), sample.group, sample.groups)
    half = student(sample.groups) * np.sqrt(grouped_variance(by_group))
    of_class = tuple(
        bounded_ends(area, end, _units(sample, c))
        for c, (area, end) in enumerate(zip(value.tolist(), half.tolist(), strict=True))
    )
    defined = ~np.isnan(value)
    if not defined.any():
        return Area((float("nan"),) * 3, of_class, np.full(sample.groups, np.nan))
    influence = by_group[:, defined].mean(axis=1)
    end = student(sample.groups) * float(np.sqrt(grouped_variance(influence[:, None])[0]))
    least = min(_units(sample, int(c)) for c in np.flatnonzero(defined))
    return Area(bounded_ends(float(value[defined].mean()), end, least), of_class, influence)


def _of_class(sample: Sample, model: Aligned, c: int) -> tuple[float, Array]:
    """Return the area of a class against the rest, NaN where undefined, and each item's influence, (n,)."""
    assert model.p is not None
    influence = np.zeros(len(sample.label))
    found = []
    for p, partition in zip(model.p, model.partition, strict=True):
        for code in np.unique(partition):
            rows = np.flatnonzero(partition == code)
            positive = sample.label[rows] == c
            if positive.any() and not positive.all():
                area, own = auroc_parts(p[rows, c], positive)
                found.append(area)
                influence[rows] += own
    if not found:
        return float("nan"), influence
    return float(np.mean(found)), influence / len(found)


def _units(sample: Sample, c: int) -> int:
    """Return how many groups have items of a class, or items of other classes, whichever is less."""
    own = sample.label == c
    return min(len(np.unique(sample.group[own])), len(np.unique(sample.group[~own])))


def bounded_ends(value: float, half: float, units: int) -> Ends:
    """Return a value between 0 and 1 and the ends of its interval, kept within.

    Where nothing varies at 0 or 1 the interval is a score interval on a number of groups, `units`.
    """
    if value in (0.0, 1.0) and half < _FLAT:
        n = np.array([float(units)])
        of = Proportions(np.array([value]), n, n, np.ones(1), np.full(1, np.nan))
        low, high = of.intervals()
        return value, float(low[0]), float(high[0])
    return value, max(value - half, 0.0), min(value + half, 1.0)
