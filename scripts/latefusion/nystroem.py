"""A kernel approximated by a few of its rows, and linear machines on that (Williams & Seeger 2001)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.coupling import class_pairs
from latefusion.kernel import Rows, values
from latefusion.layout import WHOLE, Layout
from latefusion.threads import blocks, run

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

BLOCK = 512
TOLERANCE = 1e-2
EPOCHS = 1000
# Directions in which the components hardly differ are noise in single precision.
LEAST_EIGENVALUE = 1e-6


@dataclass(frozen=True)
class Map:
    """Features whose inner products are the approximated kernel.

    Attributes
    ----------
    components : Rows
        The rows that span the approximation.
    projection : (m, r) float64 array
    centre : (r,) float64 array
        Kernel values with the components, times `projection`, less `centre`, are the features. A bias
        takes up any shift; around zero the machines converge faster.
    """

    components: Rows
    projection: Float64
    centre: Float64
    gammas: tuple[float, ...]
    weights: tuple[float, ...]
    double: bool

    @classmethod
    def fit(
        cls,
        rows: Rows,
        chosen: NDArray[np.intp],
        gammas: tuple[float, ...],
        weights: tuple[float, ...],
    ) -> Map:
        """Span the kernel of `rows` by those that are chosen."""
        components = rows[chosen]
        double = rows.needs_double(gammas)
        K = values(components, components, gammas, weights, double=True).astype(np.float64)
        K = (K + K.T) / 2.0
        np.fill_diagonal(K, 1.0)
        eigenvalues, vectors = np.linalg.eigh(K)
        kept = eigenvalues > LEAST_EIGENVALUE * eigenvalues[-1]
        projection = vectors[:, kept] / np.sqrt(eigenvalues[kept])
        return cls(components, projection, K.mean(axis=0) @ projection, gammas, weights, double)

    def features(self, rows: Rows, n_jobs: int) -> Float32:
        """Return the features of rows, (n, r) float32."""
        out = np.empty((len(rows), self.projection.shape[1]), np.float32)

        def one(span: tuple[int, int]) -> None:
            kernel = values(
                rows[span[0] : span[1]], self.components, self.gammas, self.weights, double=self.double
            )
            out[span[0] : span[1]] = kernel @ self.projection - self.centre

        run(one, blocks(len(rows), BLOCK), n_jobs)
        return out


@dataclass(frozen=True)
class Linear:
    """Linear machines of all pairs on the same features, on all rows or without one fold.

    Attributes
    ----------
    normals : (r, pairs) float64 array
    offsets : (pairs,) float64 array
    steps : (pairs,) int64 array
        Passes over the rows.
    capped : int
        Machines that the limit of passes stopped.
    beta : list of (rows, coefficients)
        For each pair.
    """

    normals: Float64
    offsets: Float64
    steps: NDArray[np.int64]
    capped: int
    beta: list[tuple[NDArray[np.int64], Float64]]


def solve_linear(
    Z: Float32,
    layout: Layout,
    without: Sequence[int],
    *,
    C: float,
    class_weight: Float64,
    max_iter: int | None,
    n_jobs: int,
) -> list[Linear]:
    """Train linear machines for all pairs, on all rows (`WHOLE`, first) and without each fold.

    Those without a fold start from those on all rows.
    """
    from latefusion.compiled import say_if_compiling
    from latefusion.linear import descend

    say_if_compiling(descend)
    pairs = class_pairs(layout.n_classes)
    squares = np.square(Z, dtype=np.float64).sum(axis=1)
    penalty = max(float(squares.mean()), 1e-12)
    limit = EPOCHS if max_iter is None else max_iter
    whole: Linear | None = None
    solutions: list[Linear] = []
    for parts in ([WHOLE], [part for part in without if part != WHOLE]):

        def one(
            task: tuple[int, int], near: Linear | None = whole
        ) -> tuple[Float64, float, int, float, NDArray[np.int64], Float64]:
            part, p = task
            sides = [layout.ranges(label, part) for label in pairs[p]]
            sizes = [sum(b - a for a, b in side) for side in sides]
            rows = np.array([t for a, b in sides[0] + sides[1] for t in range(a, b)], np.int64)
            w, beta = np.zeros(Z.shape[1]), np.zeros(len(rows))
            if 0 in sizes:
                return w, float(np.sign(sizes[0] - sizes[1])), 0, 0.0, rows[:0], beta[:0]
            y = np.repeat([1.0, -1.0], sizes)
            cost = C * np.repeat(class_weight[list(pairs[p])], sizes)
            start = 0.0
            if near is not None:
                kept = layout.seen(part)[near.beta[p][0]]
                beta = near.beta[p][1][kept].copy()
                w = Z[rows].T.astype(np.float64) @ beta
                start = float(near.offsets[p])
            offset, epochs, gap = descend(
                Z, squares, rows, y, cost, beta, w, start, penalty, TOLERANCE, limit, p
            )
            return w, float(offset), int(epochs), float(gap), rows, beta

        tasks = [(part, p) for part in parts for p in range(len(pairs))]
        found = dict(zip(tasks, run(one, tasks, n_jobs), strict=True))
        for part in parts:
            mine = [found[part, p] for p in range(len(pairs))]
            solutions.append(
                Linear(
                    normals=np.stack([m[0] for m in mine], axis=1),
                    offsets=np.array([m[1] for m in mine]),
                    steps=np.array([m[2] for m in mine], np.int64),
                    capped=sum(m[3] >= TOLERANCE for m in mine),
                    beta=[(m[4], m[5]) for m in mine],
                )
            )
        whole = solutions[0]
    return solutions
