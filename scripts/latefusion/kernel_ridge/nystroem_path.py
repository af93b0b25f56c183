"""Kernel ridge regression along a grid of penalties on an approximated kernel: memory linear in the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.kernel_ridge.gram import BLOCK, Float64, kernel_rows
from latefusion.kernel_ridge.memory import BLOCKS_AT_ONCE
from latefusion.kernel_ridge.path import RidgePath, alike
from latefusion.kernel_ridge.preconditioner import LEAST_EIGENVALUE


class Rows(Protocol):
    """Rows in the input space of a kernel, scaled when they are asked for."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def __getitem__(self, index: NDArray[np.intp] | slice) -> list[Float64]:
        """Return some rows, one array for each part of the kernel."""


@dataclass(frozen=True)
class NystroemFeatures:
    """Features whose inner products are the approximated kernel (Williams & Seeger 2001).

    Attributes
    ----------
    components : list of (m, d_p) float64 arrays
    gammas, weights : tuple of float
    projection : (m, r) float64 array
    """

    components: Sequence[Float64]
    gammas: Sequence[float]
    weights: tuple[float, ...]
    projection: Float64

    @classmethod
    def fit(
        cls, components: Sequence[Float64], gammas: Sequence[float], weights: tuple[float, ...]
    ) -> NystroemFeatures:
        """Span the kernel by some of its rows."""
        K = kernel_rows(components, components, gammas, weights)
        eigenvalues, vectors = np.linalg.eigh((K + K.T) / 2.0)
        kept = eigenvalues > LEAST_EIGENVALUE * eigenvalues[-1]
        return cls(components, gammas, weights, vectors[:, kept] / np.sqrt(eigenvalues[kept]))

    def of(self, rows: Sequence[Float64]) -> Float64:
        """Return the features of a block of rows, (b, r)."""
        found: Float64 = kernel_rows(rows, self.components, self.gammas, self.weights) @ self.projection
        return found


def evenly_spaced(rows: int, components: int) -> NDArray[np.intp]:
    """Return the places of as many rows, at equal distances from each other."""
    return np.linspace(0, rows - 1, min(components, rows)).astype(np.intp)


def fit_nystroem_path(
    X: Rows,
    components: Sequence[Float64],
    Y: Float64,
    fold: NDArray[np.integer],
    penalties: Sequence[float],
    gammas: Sequence[float],
    weights: Sequence[tuple[float, ...]],
    n_jobs: int,
) -> RidgePath:
    """Minimise ‖y − Zw‖² + λ‖w‖² for each λ, target, and fold held out, Z the Nyström features.

    With all rows as components this is kernel ridge regression itself. Features are computed block by block,
    once to learn from and once to predict, and never held together.

    Parameters
    ----------
    X : Rows
        n of them.
    components : sequence of (m, d_p) float64 arrays
        The rows that span the approximation, for each part of the kernel.
    Y, fold, penalties, gammas, weights, n_jobs
        As for `path.fit_path`; no target outside of a fit's rows changes a bit of what it says.
    """
    shape = (len(penalties), *Y.shape)
    in_sample, out_of_fold = np.empty(shape), np.empty(shape)
    dual = np.empty((len(penalties), len(components[0]), Y.shape[1]))
    folds = [np.flatnonzero(fold == k) for k in range(int(fold.max()) + 1)]
    level = _means(Y, folds)
    with one_blas_thread():
        for some, fits in alike(weights).items():
            span = NystroemFeatures.fit(components, gammas, some)
            sums = [_sums(span, X, Y, rows, n_jobs) for rows in folds]
            tasks = [(sums, fit, level[fit], penalties) for fit in fits]
            solved = run(lambda task: _solve(*task), tasks, n_jobs)
            for at, fit in enumerate(fits):
                if fit == 0:
                    dual[:] = np.einsum("mr,prt->pmt", span.projection, solved[at], optimize=True)
                rows = np.arange(len(Y)) if fit == 0 else folds[fit - 1]
                said = in_sample if fit == 0 else out_of_fold
                _predict(span, X, solved[at], rows, said, n_jobs)
                said[:, rows] += level[fit]
    return RidgePath(dual, level[0], in_sample, out_of_fold, ())


@dataclass(frozen=True)
class _Sums:
    """Of one fold: ZᵀZ, Zᵀ1 and ZᵀY."""

    inner: Float64
    total: Float64
    cross: Float64


def _means(Y: Float64, folds: Sequence[NDArray[np.intp]]) -> Float64:
    """Return the mean of the targets over all rows, and over those outside of each fold, (1 + F, T)."""
    outside = [np.delete(np.arange(len(Y)), rows) for rows in folds]
    return np.stack([Y.mean(axis=0), *(Y[rows].mean(axis=0) for rows in outside)])


def _sums(span: NystroemFeatures, X: Rows, Y: Float64, rows: NDArray[np.intp], n_jobs: int) -> _Sums:
    def one(place: tuple[int, int]) -> tuple[Float64, Float64, Float64]:
        own = rows[slice(*place)]
        Z = span.of(X[own])
        return Z.T @ Z, Z.sum(axis=0), Z.T @ Y[own]

    r = span.projection.shape[1]
    sums = _Sums(np.zeros((r, r)), np.zeros(r), np.zeros((r, Y.shape[1])))
    spans = blocks(len(rows), BLOCK)
    # a few at a time, added up in their order
    for start in range(0, len(spans), BLOCKS_AT_ONCE):
        for inner, total, cross in run(one, spans[start : start + BLOCKS_AT_ONCE], n_jobs):
            np.add(sums.inner, inner, out=sums.inner)
            np.add(sums.total, total, out=sums.total)
            np.add(sums.cross, cross, out=sums.cross)
    return sums


def _solve(sums: Sequence[_Sums], fit: int, level: Float64, penalties: Sequence[float]) -> Float64:
    """Return the weights of the features, (n_penalties, r, T), of the fit on all folds but `fit` − 1."""
    used = [one for k, one in enumerate(sums) if k != fit - 1]
    values, basis = np.linalg.eigh(np.sum([one.inner for one in used], axis=0))
    total, cross = np.sum([one.total for one in used], axis=0), np.sum([one.cross for one in used], axis=0)
    turned = basis.T @ (cross - total[:, None] * level)
    values = np.maximum(values, 0.0)
    return np.stack([basis @ (turned / (values + penalty)[:, None]) for penalty in penalties])


def _predict(
    span: NystroemFeatures,
    X: Rows,
    solved: Float64,
    rows: NDArray[np.intp],
    said: Float64,
    n_jobs: int,
) -> None:
    """Write what the weights of the features say of some rows, without the mean."""
    penalties, r, targets = solved.shape
    flat = np.ascontiguousarray(np.moveaxis(solved, 0, 1)).reshape(r, penalties * targets)

    def one(place: tuple[int, int]) -> None:
        own = rows[slice(*place)]
        found = (span.of(X[own]) @ flat).reshape(len(own), penalties, targets)
        said[:, own] = np.moveaxis(found, 1, 0)

    run(one, blocks(len(rows), BLOCK), n_jobs)
