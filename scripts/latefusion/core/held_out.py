"""Metrics of held-out rows, by which rules and a reference are chosen without test."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from latefusion.core.log_loss import log_losses
from latefusion.core.metrics import (
    FROM_CONFUSION,
    Array,
    Labels,
    auroc_parts,
    confusion,
    from_margins,
    margins,
)


def out_of_fold_values(
    label: Labels, predicted: Labels, p: Array | None, fold: Labels, classes: int
) -> dict[str, float | None]:
    """Return every headline metric of the out-of-fold rows of a partition.

    Parameters
    ----------
    label, predicted : (n,) int32 arrays
        Class indices.
    p : (n, K) array or None
        Probabilities; None for a model without, which has neither log loss nor AUROC.
    fold : (n,) int32 array
    classes : int
        K.

    Returns
    -------
    dict of str to float or None
        By the names in `metric_facts.HEADLINES`; log loss in nats, the others shares; None where undefined.
    """
    values = from_margins(*margins(confusion(label, predicted, classes)))
    return {
        **{name: float(values[FROM_CONFUSION.index(name)]) for name in ("balanced_accuracy", "macro_f1")},
        "accuracy": float((predicted == label).mean()),
        "log_loss": None if p is None else float(log_losses(p, label).mean()),
        "auroc": None if p is None else fold_auroc([(label, p, fold)]),
    }


def fold_auroc(parts: Iterable[tuple[Labels, Array, Labels]]) -> float | None:
    """Return the area under the ROC curve within each fold, averaged over folds and then classes.

    The rows of a fold are scored by one model; scores of different models cannot be ranked against each
    other (Airola et al. 2011). A fold in which a class is absent, or alone, says nothing of that class.

    Parameters
    ----------
    parts : iterable of ((n,) int32 array, (n, K) array, (n,) int32 array)
        Class index, probabilities and fold of the rows of each partition.

    Returns
    -------
    float or None
        None where no fold has both a class and others.
    """
    found: dict[int, list[float]] = {}
    for label, p, fold in parts:
        for one in np.unique(fold).tolist():
            at = fold == one
            for c in range(p.shape[1]):
                positive = label[at] == c
                if positive.any() and not positive.all():
                    found.setdefault(c, []).append(auroc_parts(p[at, c], positive)[0])
    return float(np.mean([np.mean(areas) for areas in found.values()])) if found else None
