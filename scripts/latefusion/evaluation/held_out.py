"""Metrics of the held-out training rows of several partitions together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from latefusion.core.held_out import fold_auroc
from latefusion.core.metrics import FROM_CONFUSION, confusion, from_margins, margins
from latefusion.store.probabilities import Probabilities


def held_out_value(paths: Sequence[Path | str], metric: str) -> float | None:
    """Return a metric of the out-of-fold rows of several partitions; None where it is not defined.

    Metrics of the confusion matrix pool the rows; areas under the ROC curve are those within each fold of
    each partition.

    Parameters
    ----------
    paths : sequence of path
        Probability tables of training rows; rows without a label or a prediction do not count.
    metric : {'balanced_accuracy', 'macro_f1', 'auroc'}
    """
    tables = [Probabilities.read(path) for path in paths]
    usable = [(table.label >= 0) & (table.predicted >= 0) for table in tables]
    if metric == "auroc":
        return fold_auroc(
            (table.label[rows], table.p[rows], table.fold[rows])
            for table, rows in zip(tables, usable, strict=True)
        )
    counts = sum(
        confusion(table.label[rows], table.predicted[rows], table.p.shape[1])
        for table, rows in zip(tables, usable, strict=True)
    )
    return float(from_margins(*margins(np.asarray(counts)))[FROM_CONFUSION.index(metric)])
