"""All one-vs-one machines of one SVM, on all rows and without each fold, from one Gram matrix."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.svm.layout import WHOLE, Layout

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

logger = logging.getLogger(__name__)

TOLERANCE = 1e-3
ITERATIONS_PER_ROW = 100
LEAST_ITERATIONS = 10_000_000
CHUNK = 256
ROWS = 256
COLUMNS = 1024
SECONDS_BETWEEN_REPORTS = 10.0


@dataclass(frozen=True)
class Machine:
    """One two-class machine, trained.

    Attributes
    ----------
    rows : (m,) int64 array
        Its rows, in the order of the layout; none where one class has no rows.
    beta : (m,) float64 array
        Signed dual coefficients.
    f : (m,) float64 array
        Scores y - Kβ.
    offset : float
        Added to the weighted kernel values to give the decision value.
    steps : int
    gap : float
        Violation of the optimality conditions that is left.
    """

    rows: Int64
    beta: Float64
    f: Float64
    offset: float
    steps: int
    gap: float


@dataclass(frozen=True)
class Solution:
    """The machines of all pairs, on all rows (`without` is `WHOLE`) or without one fold."""

    without: int
    C: float
    machines: tuple[Machine, ...]

    @property
    def offsets(self) -> Float64:
        """What each pair adds to its weighted kernel values, (pairs,)."""
        return np.array([machine.offset for machine in self.machines])

    @property
    def steps(self) -> Int64:
        """Steps of each pair's machine, (pairs,)."""
        return np.array([machine.steps for machine in self.machines], np.int64)

    @property
    def capped(self) -> int:
        """Number of machines that `max_iter` stopped."""
        return sum(machine.gap >= TOLERANCE for machine in self.machines)

    def coefficients(self, n: int) -> Float32:
        """Return all coefficients as a matrix of (n, pairs)."""
        dense = np.zeros((n, len(self.machines)), np.float32)
        for p, machine in enumerate(self.machines):
            dense[machine.rows, p] = machine.beta
        return dense


@dataclass(frozen=True)
class Problem:
    """What the machines have in common.

    Attributes
    ----------
    layout : Layout
    C : float
        Cost of an error.
    class_weight : (K,) array
        Factor on `C` for each class.
    max_iter : int or None
        Most steps of a machine; None for so many that only a defect would need them.
    """

    layout: Layout
    C: float
    class_weight: Float64
    max_iter: int | None

    def solve(
        self,
        K: Float32,
        without: Sequence[int],
        n_jobs: int,
        start: Mapping[int, Solution] | None = None,
    ) -> list[Solution]:
        """Train the machines of all pairs, for all rows or without a fold each.

        Machines on all rows start from those without the first fold, where these are asked for too.
        Never the other way round: what decides about a fold must not have seen its labels, not even
        as a start that the tolerance forgives.

        Parameters
        ----------
        K : (n, n) float32 array
            Gram matrix in the order of the layout.
        without : sequence of int
            Folds to leave out, or `WHOLE`.
        n_jobs : int
            Threads; changes no bit of the result.
        start : mapping, optional
            Solutions for another `C` by what they leave out, to start from.
        """
        from latefusion.svm.jit import say_if_compiling
        from latefusion.svm.smo import optimise, weighted_sums

        say_if_compiling(optimise, weighted_sums)
        pairs = self.layout.pairs
        progress = _Progress(len(without) * len(pairs))
        known = dict(start or {})
        solved: dict[int, Solution] = {}
        for parts in ([p for p in without if p != WHOLE], [p for p in without if p == WHOLE]):
            tasks = [(part, p) for part in parts for p in range(len(pairs))]
            # the longest first, so that no thread is left with it alone at the end
            by_size = sorted(tasks, key=lambda task: -self._size(task[0], pairs[task[1]]))
            near = {part: known.get(part) for part in parts}
            if WHOLE in parts and solved:
                near[WHOLE] = solved[min(solved)]

            def one(task: tuple[int, int], near: dict[int, Solution | None] = near) -> Machine:
                part, p = task
                machine = self._solve_one(K, part, pairs[p], p, near[part])
                progress.done()
                return machine

            found = dict(zip(by_size, run(one, by_size, n_jobs), strict=True))
            for part in parts:
                machines = tuple(found[part, p] for p in range(len(pairs)))
                solved[part] = Solution(part, self.C, machines)
        return [solved[part] for part in without]

    def _size(self, without: int, pair: tuple[int, int]) -> int:
        return sum(b - a for label in pair for a, b in self.layout.ranges(label, without))

    def _solve_one(
        self,
        K: Float32,
        without: int,
        pair: tuple[int, int],
        p: int,
        near: Solution | None,
    ) -> Machine:
        from latefusion.svm.smo import optimise

        sides = [self.layout.ranges(label, without) for label in pair]
        sizes = [sum(b - a for a, b in side) for side in sides]
        if 0 in sizes:
            # as libsvm: the class that is there always wins; nothing is known where neither is
            none = np.empty(0)
            return Machine(np.empty(0, np.int64), none, none, float(np.sign(sizes[0] - sizes[1])), 0, 0.0)
        ranges = sides[0] + sides[1]
        rows = np.concatenate([np.arange(a, b) for a, b in ranges])
        y = np.repeat([1.0, -1.0], sizes)
        cost = self.C * np.repeat(self.class_weight[list(pair)], sizes)
        upper, lower = np.where(y > 0, cost, 0.0), np.where(y > 0, 0.0, -cost)
        chunks, index = _chunks(ranges), rows.astype(np.uint64)
        beta, f = np.zeros(len(rows)), y.copy()
        if near is not None and near.without == without:
            beta, f = _scaled(near.machines[p], near.C, self.C, y)
        elif near is not None:
            beta, f = self._with_fold(K, near, p, pair, rows, y)
        limit = (
            max(LEAST_ITERATIONS, ITERATIONS_PER_ROW * len(rows)) if self.max_iter is None else self.max_iter
        )
        steps, gap = optimise(K, chunks, index, beta, upper, lower, f, TOLERANCE, limit)
        return Machine(rows, beta, f, _offset(f, beta, upper, lower), int(steps), float(gap))

    def _with_fold(
        self, K: Float32, near: Solution, p: int, pair: tuple[int, int], rows: Int64, y: Float64
    ) -> tuple[Float64, Float64]:
        """Return β and f of a machine on all rows from the one without a fold, whose rows join with 0."""
        from latefusion.svm.smo import weighted_sums

        before = near.machines[p]
        beta, f = np.zeros(len(rows)), y.copy()
        if len(before.rows):
            joined = ~self.layout.seen(near.without)[rows]
            beta[~joined], f[~joined] = before.beta, before.f
            ranges = [r for label in pair for r in self.layout.ranges(label, near.without)]
            sums = np.empty(int(joined.sum()))
            weighted_sums(K, rows[joined].astype(np.uint64), _chunks(ranges), before.beta, sums)
            f[joined] -= sums
        return beta, f


def _scaled(near: Machine, C_near: float, C: float, y: Float64) -> tuple[Float64, Float64]:
    """Return β and f of a machine for another C: β grows with it, so bound rows stay bound."""
    ratio = C / C_near
    return near.beta * ratio, y - (y - near.f) * ratio


def _chunks(ranges: Sequence[tuple[int, int]]) -> NDArray[np.uint64]:
    """Cut ranges of columns into chunks: start and stop among the machine's rows, distance to the column."""
    table, at = [], 0
    for first, last in ranges:
        table += [(at + a, at + b, first - at) for a, b in blocks(last - first, CHUNK)]
        at += last - first
    return np.array(table, np.uint64)


def _offset(f: Float64, beta: Float64, upper: Float64, lower: Float64) -> float:
    """Return the bias: the mean of `f` over free rows, else the middle of what the bound ones allow."""
    free = (beta < upper) & (beta > lower)
    if free.any():
        return float(f[free].mean())
    return float(f[beta < upper].max() + f[beta > lower].min()) / 2.0


def warn_capped(capped: int, machines: int) -> int:
    """Return how many machines `max_iter` stopped, and warn of them as scikit-learn does.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
    """
    if capped:
        from sklearn.exceptions import ConvergenceWarning

        warnings.warn(
            f"{capped} of {machines} machines stopped at max_iter before they converged. "
            "Consider standardised data (svm: {scale: standard}), a smaller C, or a larger max_iter.",
            ConvergenceWarning,
            stacklevel=2,
        )
    return capped


def decide(K: Float32, layout: Layout, solutions: Sequence[Solution], out: Float64, n_jobs: int) -> None:
    """Write decision values of the training rows, in the order of the layout.

    Parameters
    ----------
    K : (n, n) float32 array
    layout : Layout
    solutions : sequence of Solution
        Those on all rows decide for all rows, those without a fold for its rows.
    out : (2, n, pairs) float64 array
        In-sample and out-of-fold values; what `solutions` do not decide stays as it is.
    n_jobs : int
        Threads.
    """
    by_part = {solution.without: solution for solution in solutions}
    whole = by_part.get(WHOLE)
    whole_coefficients = None if whole is None else whole.coefficients(len(layout.y))
    n_pairs = out.shape[2]
    for fold in range(layout.n_folds):
        held_out = by_part.get(fold)
        matrices = [] if whole_coefficients is None else [whole_coefficients]
        if held_out is not None:
            matrices.append(held_out.coefficients(len(layout.y)))
        if not matrices:
            continue
        both = np.hstack(matrices)

        def one(span: tuple[int, int], both: Float32 = both, held_out: Solution | None = held_out) -> None:
            # Always as many rows, so that a row's value does not depend on where its block ends.
            start, stop = span
            first = max(min(start, len(K) - ROWS), 0)
            values = weigh(K[first : first + ROWS], both)[start - first : stop - first]
            if whole is not None:
                out[0, start:stop] = values[:, :n_pairs] + whole.offsets
            if held_out is not None:
                out[1, start:stop] = values[:, -n_pairs:] + held_out.offsets

        spans = [
            (int(layout.start[label, fold]) + a, int(layout.start[label, fold]) + b)
            for label in range(layout.n_classes)
            for a, b in blocks(int(layout.start[label, fold + 1] - layout.start[label, fold]), ROWS)
        ]
        run(one, spans, n_jobs)


def weigh(kernel: Float32, coefficients: NDArray[np.floating]) -> Float64:
    """Return kernel @ coefficients, added up in double precision over blocks of a fixed size."""
    total = np.zeros((len(kernel), coefficients.shape[1]))
    for a, b in blocks(len(coefficients), COLUMNS):
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
