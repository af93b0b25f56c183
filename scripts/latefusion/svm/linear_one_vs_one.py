"""All one-vs-one machines of one SVM as linear ones, on features that approximate its kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import run
from latefusion.svm.layout import Layout

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

TOLERANCE = 1e-3
EPOCHS = 1000
# Weight of the constraint that the bias brings, as a share of the squared norms: measured between 0.03 and
# 30, less needs fewer passes, until the sum of the coefficients is no longer held.
PENALTY = 0.1


@dataclass(frozen=True)
class LinearMachine:
    """One linear two-class machine, trained.

    Attributes
    ----------
    rows : (m,) int64 array
        Its rows; none where one class has no rows.
    beta : (m,) float64 array
        Signed dual coefficients.
    normal : (r,) float64 array
    offset : float
    epochs : int
        Passes over its rows.
    gap : float
        Violation of the optimality conditions that is left.
    """

    rows: NDArray[np.int64]
    beta: Float64
    normal: Float64
    offset: float
    epochs: int
    gap: float


@dataclass(frozen=True)
class LinearSolution:
    """The linear machines of all pairs, on all rows (`without` is `WHOLE`) or without one fold."""

    without: int
    machines: tuple[LinearMachine, ...]

    @property
    def normals(self) -> Float64:
        """Return the normal of each pair, (r, pairs)."""
        return np.stack([machine.normal for machine in self.machines], axis=1)

    @property
    def offsets(self) -> Float64:
        """Return the bias of each pair, (pairs,)."""
        return np.array([machine.offset for machine in self.machines])

    @property
    def steps(self) -> NDArray[np.int64]:
        """Return the passes of each pair's machine, (pairs,)."""
        return np.array([machine.epochs for machine in self.machines], np.int64)

    @property
    def capped(self) -> int:
        """Number of machines that the limit of passes stopped."""
        return sum(machine.gap >= TOLERANCE for machine in self.machines)


@dataclass(frozen=True)
class LinearProblem:
    """What the machines have in common; as `machines.Problem`, where `max_iter` counts passes."""

    layout: Layout
    C: float
    class_weight: Float64
    max_iter: int | None

    def solve(self, Z: Float32, without: Sequence[int], n_jobs: int) -> list[LinearSolution]:
        """Train the machines of all pairs, for all rows or without a fold each.

        Each starts from nothing: to start from another one's solution was measured to gain nothing.

        Parameters
        ----------
        Z : (n, r) float32 array
            Features in the order of the layout.
        without : sequence of int
            Folds to leave out, or `WHOLE`.
        n_jobs : int
            Threads; changes no bit of the result.
        """
        from latefusion.svm.coordinate_descent import descend
        from latefusion.svm.jit import say_if_compiling

        say_if_compiling(descend)
        squares = np.square(Z, dtype=np.float64).sum(axis=1)
        tasks = [(part, p) for part in without for p in range(len(self.layout.pairs))]
        found = iter(run(lambda task: self._solve_one(Z, squares, *task), tasks, n_jobs))
        return [LinearSolution(part, tuple(next(found) for _ in self.layout.pairs)) for part in without]

    def _solve_one(self, Z: Float32, squares: Float64, without: int, p: int) -> LinearMachine:
        from latefusion.svm.coordinate_descent import descend

        pair = self.layout.pairs[p]
        sides = [self.layout.ranges(label, without) for label in pair]
        sizes = [sum(b - a for a, b in side) for side in sides]
        normal = np.zeros(Z.shape[1])
        if 0 in sizes:
            sign = float(np.sign(sizes[0] - sizes[1]))
            return LinearMachine(np.empty(0, np.int64), np.empty(0), normal, sign, 0, 0.0)
        rows = np.concatenate([np.arange(a, b) for a, b in sides[0] + sides[1]])
        y = np.repeat([1.0, -1.0], sizes)
        cost = self.C * np.repeat(self.class_weight[list(pair)], sizes)
        beta = np.zeros(len(rows))
        limit = EPOCHS if self.max_iter is None else self.max_iter
        penalty = max(PENALTY * float(squares[rows].mean()), 1e-12)
        offset, epochs, gap = descend(
            Z, squares, rows, y, cost, beta, normal, 0.0, penalty, TOLERANCE, limit, p
        )
        return LinearMachine(rows, beta, normal, float(offset), int(epochs), float(gap))
