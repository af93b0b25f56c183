"""How near rows lie to those that a kernel machine learned from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.kernel_ridge.gram import BLOCK, Float64, kernel_rows
from latefusion.kernel_ridge.nystroem_path import Rows

NEAREST: Final = 10
"""Rows whose kernel values are averaged: one alone may lie near by chance."""


def distances(
    A: Rows,
    X: Sequence[Float64],
    gammas: Sequence[float],
    weights: Sequence[float],
    n_jobs: int,
    *,
    fold: NDArray[np.integer] | None = None,
    fold_of_seen: NDArray[np.integer] | None = None,
) -> Float64:
    """Return one less the mean of the ten largest kernel values with the rows that were seen, (m,).

    Half the mean squared distance to the nearest rows in the kernel's space: 0 among equal rows, 1 far out.

    Parameters
    ----------
    A : Rows
        m of them.
    X : sequence of (n, d_p) float64 arrays
        The rows that were seen, for each part of the kernel.
    gammas, weights : sequence of float
        Of each part.
    n_jobs : int
        Threads; changes no bit of the result.
    fold, fold_of_seen : (m,) and (n,) int arrays, optional
        Rows of the same fold were not seen; where those of other folds are fewer than ten, the rest counts
        as infinitely far.
    """
    m, n = len(A), len(X[0])
    nearest = min(NEAREST, n)
    out = np.empty(m)

    def one(span: tuple[int, int]) -> None:
        rows = slice(*span)
        K = kernel_rows(A[rows], X, gammas, weights)
        if fold is not None and fold_of_seen is not None:
            K[fold[rows, None] == fold_of_seen] = 0.0
        out[rows] = 1.0 - np.partition(K, n - nearest, axis=1)[:, n - nearest :].mean(axis=1)

    with one_blas_thread():
        run(one, blocks(m, BLOCK), n_jobs)
    return np.maximum(out, 0.0)
