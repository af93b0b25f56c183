"""The order of training rows in which every classifier's columns are a few contiguous ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.pairwise_coupling import class_pairs

Int64 = NDArray[np.int64]

NO_FOLD: Final = -1
"""In place of a fold to hold out: nothing is held out."""


@dataclass(frozen=True)
class Layout:
    """Training rows in the order of the Gram matrix: by class, then fold, then as they came.

    A classifier's columns are then at most four contiguous ranges: two classes, each around the fold
    that it holds out.

    Attributes
    ----------
    order : (n,) int array
        Where each row came from.
    y, fold : (n,) int arrays
        Class and fold (0 … F-1) of the rows in this order.
    start : (K, F + 1) int array
        First row of each class and fold, and the end of the class.
    """

    order: NDArray[np.intp]
    y: Int64
    fold: Int64
    start: Int64

    @classmethod
    def of(cls, y: NDArray[np.integer], fold: NDArray[np.integer], n_classes: int, n_folds: int) -> Layout:
        """Order rows of classes 0 … K-1 and folds 0 … F-1."""
        order = np.lexsort((np.arange(len(y)), fold, y))
        size = np.zeros((n_classes, n_folds), np.int64)
        np.add.at(size, (y, fold), 1)
        end = np.cumsum(size).reshape(size.shape)
        start = np.column_stack([end[:, 0] - size[:, 0], end])
        return cls(order, y[order].astype(np.int64), fold[order].astype(np.int64), start)

    @property
    def place(self) -> NDArray[np.intp]:
        """Place in this order of each row as it came, (n,)."""
        return np.argsort(self.order)

    @property
    def n_classes(self) -> int:
        """Number of classes, with those that have no rows."""
        return len(self.start)

    @property
    def n_folds(self) -> int:
        """Number of folds."""
        return self.start.shape[1] - 1

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Pairs of classes, in the order of decision values."""
        return class_pairs(self.n_classes)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Classes that have rows."""
        return self.start[:, -1] > self.start[:, 0]

    def ranges(self, label: int, held_out_fold: int) -> list[tuple[int, int]]:
        """Return the ranges of rows of one class, less those of a held-out fold (or `NO_FOLD`)."""
        first, last = int(self.start[label, 0]), int(self.start[label, -1])
        if held_out_fold == NO_FOLD:
            return [(first, last)] if last > first else []
        gap = int(self.start[label, held_out_fold]), int(self.start[label, held_out_fold + 1])
        return [(a, b) for a, b in ((first, gap[0]), (gap[1], last)) if b > a]

    def seen(self, held_out_fold: int) -> NDArray[np.bool_]:
        """Return which rows the classifiers that hold a fold out see, (n,)."""
        return self.fold != held_out_fold

    def rows_of_fold(self, fold: int) -> NDArray[np.intp]:
        """Return the rows of a fold, numbered and ordered as they came."""
        return np.sort(self.order[self.fold == fold])
