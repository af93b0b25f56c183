"""Binary (one-vs-one) classifiers as the solvers leave them, exact and linear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.inputs import Float32, Float64

Int64 = NDArray[np.int64]

TOLERANCE: Final = 1e-3
"""Violation of the optimality conditions at which solvers stop, as libsvm's default."""

WHOLE_TOLERANCE: Final = TOLERANCE / 2
"""On all rows, where solvers start from the solution without a fold: so that decision values of equal data
do not follow how folds fell by more than libsvm's tolerance (measured on 300 to 4,000 rows: 6e-4 at most)."""


@dataclass(frozen=True)
class BinaryClassifier:
    """One two-class classifier, trained.

    Attributes
    ----------
    rows : (m,) int64 array
        Its rows, in the order of the layout; none where one class has no rows.
    beta : (m,) float64 array
        Signed dual coefficients.
    offset : float
        Added to the weighted kernel values (or to the product with the normal) to give the decision value.
    steps : int
        Steps of the solver, or passes over the rows.
    gap : float
        Violation of the optimality conditions that is left.
    """

    rows: Int64
    beta: Float64
    offset: float
    steps: int
    gap: float


@dataclass(frozen=True)
class KernelClassifier(BinaryClassifier):
    """A classifier on kernel values.

    Attributes
    ----------
    f : (m,) float64 array
        Scores y - Kβ.
    """

    f: Float64


@dataclass(frozen=True)
class LinearClassifier(BinaryClassifier):
    """A classifier on features.

    Attributes
    ----------
    normal : (r,) float64 array
    """

    normal: Float64


Classifier = TypeVar("Classifier", bound=BinaryClassifier)


@dataclass(frozen=True)
class Solution(Generic[Classifier]):
    """The classifiers of all pairs, on all rows (`held_out_fold` is `NO_FOLD`) or without one fold."""

    held_out_fold: int
    C: float
    classifiers: tuple[Classifier, ...]

    @property
    def offsets(self) -> Float64:
        """Offset of each pair, (pairs,)."""
        return np.array([classifier.offset for classifier in self.classifiers])

    @property
    def steps(self) -> Int64:
        """Steps of each pair's solver, (pairs,)."""
        return np.array([classifier.steps for classifier in self.classifiers], np.int64)

    @property
    def capped(self) -> int:
        """Number of classifiers that the limit of steps stopped."""
        return sum(classifier.gap >= TOLERANCE for classifier in self.classifiers)


@dataclass(frozen=True)
class KernelSolution(Solution[KernelClassifier]):
    """The classifiers of all pairs on kernel values."""

    def coefficients(self, n: int) -> Float32:
        """Return the coefficients of all rows as a matrix of (n, pairs)."""
        dense = np.zeros((n, len(self.classifiers)), np.float32)
        for p, classifier in enumerate(self.classifiers):
            dense[classifier.rows, p] = classifier.beta
        return dense


@dataclass(frozen=True)
class LinearSolution(Solution[LinearClassifier]):
    """The classifiers of all pairs on features."""

    @property
    def normals(self) -> Float64:
        """Normal of each pair, (r, pairs)."""
        return np.stack([classifier.normal for classifier in self.classifiers], axis=1)
