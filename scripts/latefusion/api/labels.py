"""Classes as people pass them: checked as scikit-learn checks them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_consistent_length, column_or_1d

from latefusion.api.arguments import refusal


def checked_labels(y: ArrayLike) -> NDArray[Any]:
    """Labels of rows, (n,), once they are classes.

    Raises
    ------
    ValueError
        If they are missing, not finite, not in one dimension, or no classes.
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    labels: NDArray[Any] = column_or_1d(y, warn=True)
    assert_all_finite(labels, input_name="y")
    check_classification_targets(labels)
    return labels


def class_labels(y: ArrayLike, n: int) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Classes in order, (K,), and the index of each row's, (n,).

    Raises
    ------
    ValueError
        As of `checked_labels`; or if there are not n labels, or only one class.
    """
    labels = checked_labels(y)
    check_consistent_length(labels, np.empty(n))
    classes, index = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        fix = "bring items of another class"
        raise refusal("y", f"1 class, {classes.tolist()[0]!r}", "two classes or more", fix)
    return classes, index.astype(np.int32)
