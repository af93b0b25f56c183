"""Metrics of held-out training rows, by which a reference is chosen without test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from latefusion.evaluation.statistics.metrics import (
    FROM_CONFUSION,
    auroc_parts,
    confusion,
    from_margins,
    margins,
)
from latefusion.store.probabilities import Probabilities


def held_out_value(paths: Sequence[Path | str], metric: str) -> float | None:
    """Return a metric of the out-of-fold rows of several partitions; None where it is not defined.

    Metrics of the confusion matrix pool the rows; areas under the ROC curve are those within each fold of
    each partition, whose rows one model scored, averaged over folds and then classes (Airola et al. 2011).

    Parameters
    ----------
    paths : sequence of path
        Probability tables of training rows; rows without a label or a prediction do not count.
    metric : {'balanced_accuracy', 'macro_f1', 'auroc'}
    """
    tables = [Probabilities.read(path) for path in paths]
    usable = [(table.label >= 0) & (table.predicted >= 0) for table in tables]
    if metric != "auroc":
        counts = sum(
            confusion(table.label[rows], table.predicted[rows], table.p.shape[1])
            for table, rows in zip(tables, usable, strict=True)
        )
        return float(from_margins(*margins(np.asarray(counts)))[FROM_CONFUSION.index(metric)])
    found: dict[int, list[float]] = {}
    for table, rows in zip(tables, usable, strict=True):
        for fold in np.unique(table.fold[rows]).tolist():
            at = rows & (table.fold == fold)
            for c in range(table.p.shape[1]):
                positive = table.label[at] == c
                if positive.any() and not positive.all():
                    found.setdefault(c, []).append(auroc_parts(table.p[at, c], positive)[0])
    return float(np.mean([np.mean(areas) for areas in found.values()])) if found else None
