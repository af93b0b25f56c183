"""Binary (one-vs-one) classifiers of one SVM as linear ones, on features that approximate its kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from latefusion.core.parallel import blocks, run
from latefusion.svm.inputs import Float32, Float64
from latefusion.svm.layout import Layout
from latefusion.svm.solution import TOLERANCE, LinearClassifier, LinearSolution

EPOCHS: Final = 1000
# Weight of the constraint that the bias brings, as a share of the squared norms: measured between 0.03 and
# 30, less needs fewer passes, until the sum of the coefficients is no longer held.
PENALTY: Final = 0.1
ROWS_AT_ONCE: Final = 4096


@dataclass(frozen=True)
class LinearProblem:
    """What the classifiers have in common; as `OneVsOneProblem`, where `max_iter` counts passes."""

    layout: Layout
    C: float
    class_weight: Float64
    max_iter: int | None

    def solve(self, Z: Float32, folds: Sequence[int], n_jobs: int) -> list[LinearSolution]:
        """Train the classifiers of all pairs, on all rows or without a fold each.

        Each starts from nothing: to start from another one's solution was measured to gain nothing.

        Parameters
        ----------
        Z : (n, r) float32 array
            Features in the order in which the rows came.
        folds : sequence of int
            Folds to hold out, or `NO_FOLD`.
        n_jobs : int
            Threads; changes no bit of the result.
        """
        from latefusion.core.jit import say_if_compiling
        from latefusion.svm.coordinate_descent import descend

        say_if_compiling(descend)
        squares = np.empty(len(Z))
        for start, stop in blocks(len(Z), ROWS_AT_ONCE):
            squares[start:stop] = np.square(Z[start:stop], dtype=np.float64).sum(axis=1)
        tasks = [(fold, p) for fold in folds for p in range(len(self.layout.pairs))]
        found = iter(run(lambda task: self._solve_one(Z, squares, *task), tasks, n_jobs))
        return [LinearSolution(fold, self.C, tuple(next(found) for _ in self.layout.pairs)) for fold in folds]

    def _solve_one(self, Z: Float32, squares: Float64, held_out_fold: int, p: int) -> LinearClassifier:
        from latefusion.svm.coordinate_descent import descend

        pair = self.layout.pairs[p]
        sides = [self.layout.ranges(label, held_out_fold) for label in pair]
        sizes = [sum(b - a for a, b in side) for side in sides]
        normal = np.zeros(Z.shape[1])
        if 0 in sizes:
            sign = float(np.sign(sizes[0] - sizes[1]))
            return LinearClassifier(np.empty(0, np.int64), np.empty(0), sign, 0, 0.0, normal)
        rows = np.concatenate([np.arange(a, b) for a, b in sides[0] + sides[1]])
        y = np.repeat([1.0, -1.0], sizes)
        cost = self.C * np.repeat(self.class_weight[list(pair)], sizes)
        beta = np.zeros(len(rows))
        limit = EPOCHS if self.max_iter is None else self.max_iter
        penalty = max(PENALTY * float(squares[self.layout.order[rows]].mean()), 1e-12)
        offset, epochs, gap = descend(
            Z, squares, self.layout.order[rows], y, cost, beta, normal, 0.0, penalty, TOLERANCE, limit, p
        )
        return LinearClassifier(rows, beta, float(offset), int(epochs), float(gap), normal)
