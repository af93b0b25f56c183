"""Binary (one-vs-one) classifiers of one SVM, on all rows and without each fold, from one Gram matrix."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.svm.inputs import Float32, Float64
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.solution import TOLERANCE, WHOLE_TOLERANCE, Int64, KernelClassifier, KernelSolution
from latefusion.svm.symmetric_blocks import SymmetricBlocks

logger = logging.getLogger(__name__)

ITERATIONS_PER_ROW: Final = 100
LEAST_ITERATIONS: Final = 10_000_000
CHUNK: Final = 256
FLAT: Final = 1e-12
LEAST_FLAT: Final = 1e-36
SECONDS_BETWEEN_REPORTS: Final = 10.0


@dataclass(frozen=True)
class OneVsOneProblem:
    """What the classifiers of all pairs and folds have in common.

    Attributes
    ----------
    layout : Layout
    C : float
        Cost of an error.
    class_weight : (K,) array
        Factor on `C` for each class.
    max_iter : int or None
        Most steps of a classifier; None for so many that only a defect would need them.
    span : float
        Largest distance of a kernel value from one; the least curvature that counts scales with it.
    """

    layout: Layout
    C: float
    class_weight: Float64
    max_iter: int | None
    span: float = 1.0

    @property
    def flat(self) -> float:
        """Least curvature that counts, libsvm's for a span of 1; nothing that it divides overflows."""
        return max(FLAT * self.span, LEAST_FLAT)

    def solve(
        self,
        K: Float32 | SymmetricBlocks,
        folds: Sequence[int],
        n_jobs: int,
        start: Mapping[int, KernelSolution] | None = None,
    ) -> list[KernelSolution]:
        """Train the classifiers of all pairs, on all rows or without a fold each.

        Those on all rows start from those without the first fold, where these are asked for too.
        Never the other way round: what decides about a fold must not have seen its labels, not even
        as a start that the tolerance forgives.

        Parameters
        ----------
        K : (n, n) float32 array, or half of it
            Gram matrix less one, in the order of the layout.
        folds : sequence of int
            Folds to hold out, or `NO_FOLD`.
        n_jobs : int
            Threads; changes no bit of the result.
        start : mapping, optional
            Solutions for another `C` by the fold that they hold out, to start from.
        """
        from latefusion.core.jit import say_if_compiling
        from latefusion.svm.smo import optimise, weighted_sums

        say_if_compiling(optimise, weighted_sums)
        pairs = self.layout.pairs
        progress = _Progress(len(folds) * len(pairs))
        known = dict(start or {})
        solved: dict[int, KernelSolution] = {}
        for some in ([f for f in folds if f != NO_FOLD], [f for f in folds if f == NO_FOLD]):
            tasks = [(fold, p) for fold in some for p in range(len(pairs))]
            # the longest first, so that no thread is left with it alone at the end
            by_size = sorted(tasks, key=lambda task: -self._size(task[0], pairs[task[1]]))
            near = {fold: known.get(fold) for fold in some}
            if NO_FOLD in some and solved:
                near[NO_FOLD] = solved[min(solved)]

            def one(task: tuple[int, int], near: dict[int, KernelSolution | None] = near) -> KernelClassifier:
                fold, p = task
                classifier = self._solve_one(K, fold, pairs[p], p, near[fold])
                progress.done()
                return classifier

            found = dict(zip(by_size, run(one, by_size, n_jobs), strict=True))
            for fold in some:
                classifiers = tuple(found[fold, p] for p in range(len(pairs)))
                solved[fold] = KernelSolution(fold, self.C, classifiers)
        return [solved[fold] for fold in folds]

    def _size(self, held_out_fold: int, pair: tuple[int, int]) -> int:
        return sum(b - a for label in pair for a, b in self.layout.ranges(label, held_out_fold))

    def _solve_one(
        self,
        K: Float32 | SymmetricBlocks,
        held_out_fold: int,
        pair: tuple[int, int],
        p: int,
        near: KernelSolution | None,
    ) -> KernelClassifier:
        from latefusion.svm.smo import WHOLE, optimise

        sides = [self.layout.ranges(label, held_out_fold) for label in pair]
        sizes = [sum(b - a for a, b in side) for side in sides]
        if 0 in sizes:
            # as libsvm: the class that is there always wins; nothing is known where neither is
            none = np.empty(0)
            return KernelClassifier(
                np.empty(0, np.int64), none, float(np.sign(sizes[0] - sizes[1])), 0, 0.0, none
            )
        ranges = sides[0] + sides[1]
        rows = np.concatenate([np.arange(a, b) for a, b in ranges])
        y = np.repeat([1.0, -1.0], sizes)
        cost = self.C * np.repeat(self.class_weight[list(pair)], sizes)
        upper, lower = np.where(y > 0, cost, 0.0), np.where(y > 0, 0.0, -cost)
        chunks, index = _chunks(ranges), rows.astype(np.uint64)
        beta, f = np.zeros(len(rows)), y.copy()
        if near is not None and near.held_out_fold == held_out_fold:
            beta, f = _scaled(near.classifiers[p], near.C, self.C, y)
        elif near is not None:
            beta, f = self._with_fold(K, near, p, pair, rows, y)
        limit = (
            max(LEAST_ITERATIONS, ITERATIONS_PER_ROW * len(rows)) if self.max_iter is None else self.max_iter
        )
        tolerance = WHOLE_TOLERANCE if held_out_fold == NO_FOLD else TOLERANCE
        seen, halves = (K, WHOLE) if isinstance(K, np.ndarray) else (K.working_rows(len(rows)), K.values)
        chunks = chunks if isinstance(K, np.ndarray) else _of_own_columns(chunks)
        steps, gap = optimise(seen, chunks, index, beta, upper, lower, f, tolerance, limit, self.flat, halves)
        offset = _offset(f, beta, upper, lower)
        return KernelClassifier(rows, beta, offset, int(steps), float(gap), f)

    def _with_fold(
        self,
        K: Float32 | SymmetricBlocks,
        near: KernelSolution,
        p: int,
        pair: tuple[int, int],
        rows: Int64,
        y: Float64,
    ) -> tuple[Float64, Float64]:
        """Return β and f of a classifier on all rows from the one without a fold, whose rows join with 0."""
        before = near.classifiers[p]
        beta, f = np.zeros(len(rows)), y.copy()
        if len(before.rows):
            joined = ~self.layout.seen(near.held_out_fold)[rows]
            beta[~joined], f[~joined] = before.beta, before.f
            ranges = [r for label in pair for r in self.layout.ranges(label, near.held_out_fold)]
            f[joined] -= _sums(K, rows[joined], _chunks(ranges), before)
        return beta, f


def _sums(
    K: Float32 | SymmetricBlocks, rows: Int64, chunks: NDArray[np.uint64], classifier: KernelClassifier
) -> Float64:
    """Return what a classifier without its offset says of rows that need not be its own, (r,)."""
    from latefusion.svm.smo import weighted_sums

    sums = np.empty(len(rows))
    if isinstance(K, np.ndarray):
        weighted_sums(K, rows.astype(np.uint64), chunks, classifier.beta, sums)
        return sums
    for start, stop in blocks(len(rows), CHUNK):
        dense = K.dense(rows[start:stop], classifier.rows)
        every = np.arange(stop - start, dtype=np.uint64)
        weighted_sums(dense, every, _of_own_columns(chunks), classifier.beta, sums[start:stop])
    return sums


def _scaled(near: KernelClassifier, C_near: float, C: float, y: Float64) -> tuple[Float64, Float64]:
    """Return β and f of a classifier for another C: β grows with it, so bound rows stay bound."""
    ratio = C / C_near
    return near.beta * ratio, y - (y - near.f) * ratio


def _chunks(ranges: Sequence[tuple[int, int]]) -> NDArray[np.uint64]:
    """Cut ranges of columns into chunks: start and stop among its rows, distance to the column."""
    table, at = [], 0
    for first, last in ranges:
        table += [(at + a, at + b, first - at) for a, b in blocks(last - first, CHUNK)]
        at += last - first
    return np.array(table, np.uint64)


def _of_own_columns(chunks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the chunks of a matrix that has the classifier's columns alone."""
    return chunks * np.array([1, 1, 0], np.uint64)


def _offset(f: Float64, beta: Float64, upper: Float64, lower: Float64) -> float:
    """Return the bias: the mean of `f` over free rows, else the middle of what the bound ones allow."""
    free = (beta < upper) & (beta > lower)
    if free.any():
        return float(f[free].mean())
    return float(f[beta < upper].max() + f[beta > lower].min()) / 2.0


class _Progress:
    """Says in the log how many classifiers are done, now and then."""

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
                logger.info(
                    "%d of %d one-vs-one classifiers, %.0f s", self.count, self.total, now - self.began
                )
