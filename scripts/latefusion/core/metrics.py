"""Measures of how good predictions are; each equals scikit-learn's where scikit-learn has it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import true_probability

Array = NDArray[np.float64]
Labels = NDArray[np.int32]

FROM_CONFUSION: Final = ("accuracy", "balanced_accuracy", "macro_f1", "matthews", "kappa")
PER_CLASS: Final = ("recall", "precision", "f1", "share_predicted")


def confusion(label: Labels, predicted: Labels, classes: int) -> Array:
    """Return the counts of each true (row) and predicted (column) class, (K, K)."""
    cells = np.bincount(label.astype(np.int64) * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.float64)


def margins(C: Array) -> tuple[Array, Array, Array]:
    """Return the right, true and predicted counts of each class, (..., K) each, of matrices (..., K, K)."""
    return np.diagonal(C, axis1=-2, axis2=-1), C.sum(axis=-1), C.sum(axis=-2)


def from_margins(right: Array, true: Array, said: Array) -> Array:
    """Return the measures that a confusion matrix holds, in the order of `FROM_CONFUSION`.

    Balanced accuracy is the mean recall of the classes that occur; macro-F1 the mean F1 of those that
    occur or are predicted; Matthews' coefficient is Gorodkin's for several classes (2004), kappa
    Cohen's (1960). What is 0/0 counts 0.

    Parameters
    ----------
    right, true, said : (..., K) arrays
        Counts or weights of each class: predicted rightly, occurring, predicted.

    Returns
    -------
    (..., 5) array
    """
    total, hits = true.sum(axis=-1), right.sum(axis=-1)
    expected = (true * said).sum(axis=-1)
    covariance = hits * total - expected
    spread = (total**2 - (true**2).sum(axis=-1)) * (total**2 - (said**2).sum(axis=-1))
    either = true + said
    return np.stack(
        [
            _ratio(hits, total),
            _ratio(_ratio(right, true).sum(axis=-1), (true > 0).sum(axis=-1)),
            _ratio(_ratio(2 * right, either).sum(axis=-1), (either > 0).sum(axis=-1)),
            _ratio(covariance, np.sqrt(np.maximum(spread, 0))),
            _ratio(covariance, total**2 - expected),
        ],
        axis=-1,
    )


def per_class(right: Array, true: Array, said: Array) -> Array:
    """Return recall, precision, F1 and share predicted of each class, (..., 4, K)."""
    total = true.sum(axis=-1, keepdims=True)
    return np.stack(
        [_ratio(right, true), _ratio(right, said), _ratio(2 * right, true + said), _ratio(said, total)],
        axis=-2,
    )


def brier_scores(p: Array, label: Labels) -> Array:
    """Return Σ_c (p_c − [label = c])² of each row, (..., n), between 0 and 2 (Brier 1950)."""
    scores: Array = (p**2).sum(axis=-1) - 2 * true_probability(p, label) + 1
    return scores


def auroc_parts(score: Array, positive: NDArray[np.bool_]) -> tuple[float, Array]:
    """Return the area under the ROC curve and each row's influence on it.

    The influence is DeLong's structural component (DeLong, DeLong and Clarke-Pearson 1988), scaled so
    that the squares of its sums over groups add up to the variance (Obuchowski 1997).

    Parameters
    ----------
    score : (n,) array
    positive : (n,) bool array
        With at least one row of either kind.

    Returns
    -------
    area : float
    influence : (n,) array
    """
    yes, no = np.sort(score[positive]), np.sort(score[~positive])
    below = (np.searchsorted(no, score, "left") + np.searchsorted(no, score, "right")) / (2 * len(no))
    above = 1 - (np.searchsorted(yes, score, "left") + np.searchsorted(yes, score, "right")) / (2 * len(yes))
    area = float(below[positive].mean())
    influence = np.where(positive, (below - area) / len(yes), (above - area) / len(no))
    return area, influence


def _ratio(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(np.shape(a), np.shape(b))), where=b != 0)
