"""Areas under the ROC curve of models that were trained on different partitions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latefusion.evaluation.samples import Aligned, Sample
from latefusion.evaluation.statistics.group_bootstrap import group_sums, grouped_variance, student
from latefusion.evaluation.statistics.metrics import auroc_parts


@dataclass(frozen=True)
class Area:
    """Areas under the ROC curve, NaN where undefined, with linearised 95 % intervals."""

    macro: tuple[float, float, float]
    of_class: tuple[tuple[float, float, float], ...]


def areas(sample: Sample, model: Aligned) -> Area:
    """Return one-vs-rest areas within each partition, averaged over partitions and replicates.

    Scores of models that were trained on different rows cannot be ranked against each other, so they
    are not pooled (Airola et al. 2011). A class that a partition lacks is skipped there.
    """
    assert model.p is not None
    classes = len(sample.classes)
    value = np.full(classes, np.nan)
    influence = np.zeros((classes, len(sample.label)))
    for c in range(classes):
        found = []
        for p, partition in zip(model.p, model.partition, strict=True):
            for code in np.unique(partition):
                rows = np.flatnonzero(partition == code)
                positive = sample.label[rows] == c
                if positive.any() and not positive.all():
                    area, own = auroc_parts(p[rows, c], positive)
                    found.append(area)
                    influence[c, rows] += own
        if found:
            value[c] = np.mean(found)
            influence[c] /= len(found)
    defined = ~np.isnan(value)
    by_group = group_sums(influence.T, sample.group, sample.groups)
    ends = student(sample.groups) * np.sqrt(grouped_variance(by_group))
    of_class = tuple((float(v), float(v - e), float(min(v + e, 1))) for v, e in zip(value, ends, strict=True))
    if not defined.any():
        return Area((float("nan"),) * 3, of_class)
    macro = float(value[defined].mean())
    end = student(sample.groups) * float(
        np.sqrt(grouped_variance(by_group[:, defined].mean(axis=1, keepdims=True))[0])
    )
    return Area((macro, macro - end, min(macro + end, 1.0)), of_class)
