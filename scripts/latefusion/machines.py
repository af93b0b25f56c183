"""All one-vs-one machines of one SVM, on all rows and without each fold, from one Gram matrix."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.coupling import class_pairs
from latefusion.threads import blocks, run

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

logger = logging.getLogger(__name__)

TOLERANCE = 1e-3
ITERATIONS_PER_ROW = 100
LEAST_ITERATIONS = 10_000_000
CHUNK = 512
ROWS = 256
SECONDS_BETWEEN_REPORTS = 10.0
WHOLE = -1


@dataclass(frozen=True)
class Layout:
    """Training rows in the order of the Gram matrix: by class, then fold, then as they came.

    A machine's columns are then at most four contiguous ranges: two classes, each around the fold
    that the machine does not see.

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
    def n_classes(self) -> int:
        """Number of classes, with those that have no rows."""
        return len(self.start)

    @property
    def n_folds(self) -> int:
        """Number of folds."""
        return self.start.shape[1] - 1

    @property
    def present(self) -> NDArray[np.bool_]:
        """Classes that have rows."""
        return self.start[:, -1] > self.start[:, 0]

    def ranges(self, label: int, without: int) -> list[tuple[int, int]]:
        """Return the ranges of rows of one class, less those of the fold `without` (or `WHOLE`)."""
        first, last = int(self.start[label, 0]), int(self.start[label, -1])
        if without == WHOLE:
            return [(first, last)] if last > first else []
        gap = int(self.start[label, without]), int(self.start[label, without + 1])
        return [(a, b) for a, b in ((first, gap[0]), (gap[1], last)) if b > a]


@dataclass(frozen=True)
class Solution:
    """What the machines learned, all of them: those on all rows first, then those without each fold.

    Attributes
    ----------
    coefficients : (1 + F, n, pairs) float64 array
        Signed dual coefficients, in the order of the layout.
    offsets : (1 + F, pairs) float64 array
        Added to the weighted kernel values to give decision values.
    iterations : (1 + F, pairs) int64 array
    capped : int
        Machines that `max_iter` stopped.
    """

    coefficients: Float64
    offsets: Float64
    iterations: Int64
    capped: int


def solve(
    K: Float32,
    layout: Layout,
    *,
    C: float,
    class_weight: Float64,
    max_iter: int | None,
    n_jobs: int,
    start: tuple[Solution, float] | None = None,
) -> Solution:
    """Train K(K-1)/2 machines on all rows and as many without each fold.

    Parameters
    ----------
    K : (n, n) float32 array
        Gram matrix in the order of the layout.
    layout : Layout
    C : float
        Cost of an error.
    class_weight : (K,) array
        Factor on `C` for each class.
    max_iter : int or None
        Most steps of a machine; by default so many that only a defect would need them.
    n_jobs : int
        Threads; changes no bit of the result.
    start : (Solution, float), optional
        The solution for another `C`, and that `C`, to start from.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        Where a machine had not converged after `max_iter` steps.
    """
    pairs = class_pairs(layout.n_classes)
    parts = [WHOLE, *range(layout.n_folds)]
    n = len(layout.y)
    coefficients = np.zeros((len(parts), n, len(pairs)))
    offsets = np.zeros((len(parts), len(pairs)))
    iterations = np.zeros((len(parts), len(pairs)), np.int64)
    machines = [(s, p) for s in range(len(parts)) for p in range(len(pairs))]
    progress = _Progress(len(machines))

    def one(machine: tuple[int, int]) -> float:
        s, p = machine
        first, second = pairs[p]
        warm = None if start is None else (start[0].coefficients[s, :, p], start[1])
        result = _one(K, layout, parts[s], first, second, C, class_weight, max_iter, warm)
        coefficients[s, :, p], offsets[s, p], iterations[s, p], gap = result
        progress.done()
        return gap

    gaps = run(one, machines, n_jobs)
    capped = sum(gap >= TOLERANCE for gap in gaps)
    if capped:
        _warn_capped(capped, len(machines))
    return Solution(coefficients, offsets, iterations, capped)


def _one(
    K: Float32,
    layout: Layout,
    without: int,
    first: int,
    second: int,
    C: float,
    class_weight: Float64,
    max_iter: int | None,
    warm: tuple[Float64, float] | None,
) -> tuple[Float64, float, int, float]:
    from latefusion.compiled import smo

    coefficients = np.zeros(len(layout.y))
    sides = [layout.ranges(first, without), layout.ranges(second, without)]
    sizes = [sum(b - a for a, b in side) for side in sides]
    if 0 in sizes:
        # as libsvm: the class that is there always wins; nothing is known where neither is
        return coefficients, float(np.sign(sizes[0] - sizes[1])), 0, 0.0
    ranges = sides[0] + sides[1]
    rows = np.concatenate([np.arange(a, b) for a, b in ranges])
    y = np.repeat([1.0, -1.0], sizes)
    upper = np.where(y > 0, C * class_weight[first], 0.0)
    lower = np.where(y > 0, 0.0, -C * class_weight[second])
    beta = np.zeros(len(rows))
    f = y.copy()
    limit = max(LEAST_ITERATIONS, ITERATIONS_PER_ROW * len(rows)) if max_iter is None else max_iter
    steps, gap = smo(K, _chunks(ranges), rows, beta, upper, lower, f, TOLERANCE, limit)
    coefficients[rows] = beta
    return coefficients, _offset(f, beta, upper, lower), int(steps), float(gap)


def _chunks(ranges: Sequence[tuple[int, int]]) -> Int64:
    """Cut ranges of columns into chunks: start and stop among the machine's rows, first column."""
    table, at = [], 0
    for first, last in ranges:
        for a, b in blocks(last - first, CHUNK):
            table.append((at + a, at + b, first + a))
        at += last - first
    return np.array(table, np.int64)


def _offset(f: Float64, beta: Float64, upper: Float64, lower: Float64) -> float:
    """Return the bias: the mean of `f` over free rows, else the middle of what the bound ones allow."""
    free = (beta < upper) & (beta > lower)
    if free.any():
        return float(f[free].mean())
    return float(f[beta < upper].max() + f[beta > lower].min()) / 2.0


def _warn_capped(capped: int, machines: int) -> None:
    from sklearn.exceptions import ConvergenceWarning

    warnings.warn(
        f"{capped} of {machines} machines stopped at max_iter before they converged. "
        "Consider standardised data (svm: {scale: standard}), a smaller C, or a larger max_iter.",
        ConvergenceWarning,
        stacklevel=2,
    )


def decide(K: Float32, layout: Layout, solution: Solution, n_jobs: int) -> tuple[Float64, Float64]:
    """Return decision values of the training rows, in the order of the layout.

    Returns
    -------
    in_sample : (n, pairs) array
        From the machines on all rows.
    out_of_fold : (n, pairs) array
        From the machines that did not see the row's fold.
    """
    n, n_pairs = solution.coefficients.shape[1:]
    coefficients = solution.coefficients.astype(np.float32)
    both = [np.hstack([coefficients[0], coefficients[1 + fold]]) for fold in range(layout.n_folds)]
    values = np.zeros((n, 2 * n_pairs))

    def one(task: tuple[int, int, int]) -> None:
        fold, start, stop = task
        values[start:stop] = weigh(K[start:stop], both[fold])
        values[start:stop] += solution.offsets[[0, 1 + fold]].ravel()

    tasks = [
        (fold, a + start, a + stop)
        for label in range(layout.n_classes)
        for fold, (a, b) in enumerate(zip(layout.start[label], layout.start[label, 1:], strict=False))
        for start, stop in blocks(int(b - a), ROWS)
    ]
    run(one, tasks, n_jobs)
    return values[:, :n_pairs].copy(), values[:, n_pairs:].copy()


def weigh(kernel: Float32, coefficients: Float32) -> Float64:
    """Return kernel @ coefficients, added up in double precision over blocks of a fixed size."""
    total = np.zeros((len(kernel), coefficients.shape[1]))
    for a, b in blocks(len(coefficients), 1024):
        total += kernel[:, a:b] @ coefficients[a:b]
    return total


class _Progress:
    """Says in the log how many machines are done, now and then."""

    def __init__(self, total: int) -> None:
        self.total, self.count = total, 0
        self.began = self.said = time.monotonic()
        self.lock = threading.Lock()

    def done(self) -> None:
        with self.lock:
            self.count += 1
            now = time.monotonic()
            if now - self.said > SECONDS_BETWEEN_REPORTS:
                self.said = now
                logger.info("%d of %d machines, %.0f s", self.count, self.total, now - self.began)
