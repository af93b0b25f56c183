"""What fitting hands over: a classifier's expansion in training rows, and all that a fitted SVM stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.calibration import Calibration
from latefusion.svm.inputs import Float64
from latefusion.svm.kernels import InputScaling, KernelRows


@dataclass(frozen=True)
class Expansion:
    """Decision functions of all pairs as weighted kernel values with some rows.

    Attributes
    ----------
    support : KernelRows
        The rows with which kernel values are taken.
    coefficients : (len(support), pairs) array
    offsets : (pairs,) array
    weights : tuple of float
        Of each part of the kernel.
    double : bool
        Whether products are taken in double precision.
    used : (s,) int array
        Training rows, by their place in the layout, that some pair's solution rests on.
    """

    support: KernelRows
    coefficients: NDArray[np.floating]
    offsets: Float64
    weights: tuple[float, ...]
    double: bool
    used: NDArray[np.intp]


@dataclass(frozen=True)
class FittedState:
    """All that a fitted SVM stores.

    Attributes
    ----------
    classes : (K,) array
    present : (K,) bool array
        Classes that have rows.
    scaling : InputScaling
    gammas : tuple of float
        Of each part of the kernel.
    expansion : Expansion
        Of the classifiers on all rows.
    n_support : (K,) int array
        Training rows of each class that a solution rests on.
    n_iter : (1 + folds, pairs) int array
        Steps of every classifier: on all rows, then without each fold.
    n_capped : int
        Classifiers that the limit of steps stopped.
    in_sample_decision, out_of_fold_decision : (n, pairs) float64 arrays
        In the order that the rows came in.
    calibration : Calibration
    """

    classes: NDArray[Any]
    present: NDArray[np.bool_]
    scaling: InputScaling
    gammas: tuple[float, ...]
    expansion: Expansion
    n_support: NDArray[np.int64]
    n_iter: NDArray[np.int64]
    n_capped: int
    in_sample_decision: Float64
    out_of_fold_decision: Float64
    calibration: Calibration
