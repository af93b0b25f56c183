"""Values of the RBF kernel in double precision, in blocks of a fixed size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run

Float64 = NDArray[np.float64]

BLOCK: Final = 512


def gram(X: Sequence[Float64], gammas: Sequence[float], weights: Sequence[float], n_jobs: int) -> Float64:
    """Kernel values Σ_p w_p exp(−γ_p ‖x_p − z_p‖²) of every two rows.

    Parameters
    ----------
    X : sequence of (n, d_p) float64 arrays
        One for each part of the kernel. Centred: distances do not depend on it, their rounding does.
    gammas, weights : sequence of float
        Of each part; weights sum to one.
    n_jobs : int
        Threads; changes no bit of the result.

    Returns
    -------
    (n, n) float64 array
        Symmetric, with ones on the diagonal.
    """
    n = len(X[0])
    starts = blocks(n, BLOCK)
    K = np.empty((n, n))
    squares = [np.square(x).sum(axis=1) for x in X]

    def one(tile: tuple[int, int, int, int]) -> None:
        i0, i1, j0, j1 = tile
        found = _weighted(
            [
                (x[i0:i1], x[j0:j1], square[i0:i1], square[j0:j1])
                for x, square in zip(X, squares, strict=True)
            ],
            gammas,
            weights,
        )
        if i0 == j0:
            # both halves were computed and may differ in their last bits
            found = np.triu(found, 1)
            found += found.T
            np.fill_diagonal(found, 1.0)
        else:
            K[j0:j1, i0:i1] = found.T
        K[i0:i1, j0:j1] = found

    run(one, [(*i, *j) for a, i in enumerate(starts) for j in starts[a:]], n_jobs)
    return K


def kernel_rows(
    A: Sequence[Float64], X: Sequence[Float64], gammas: Sequence[float], weights: Sequence[float]
) -> Float64:
    """Return the kernel values of a block of rows with others, (m, n), one array for each part of both."""
    squares = [(np.square(a).sum(axis=1), np.square(x).sum(axis=1)) for a, x in zip(A, X, strict=True)]
    parts = [(a, x, *square) for a, x, square in zip(A, X, squares, strict=True)]
    return _weighted(parts, gammas, weights)


def kernel_times(A: Float64, X: Float64, gamma: float, coefficients: Float64, n_jobs: int) -> Float64:
    """Kernel values of new rows with the training rows, times coefficients.

    Parameters
    ----------
    A : (m, d) float64 array
    X : (n, d) float64 array
    gamma : float
    coefficients : (n, t) float64 array
    n_jobs : int

    Returns
    -------
    (m, t) float64 array
    """
    square, others = np.square(A).sum(axis=1), np.square(X).sum(axis=1)
    out = np.empty((len(A), coefficients.shape[1]))

    def one(span: tuple[int, int]) -> None:
        i0, i1 = span
        out[i0:i1] = _rbf(A[i0:i1], X, square[i0:i1], others, gamma) @ coefficients

    run(one, blocks(len(A), BLOCK), n_jobs)
    return out


def _weighted(
    parts: Sequence[tuple[Float64, Float64, Float64, Float64]],
    gammas: Sequence[float],
    weights: Sequence[float],
) -> Float64:
    """Return the weighted sum of the parts' kernels: rows of both sides, and their squared norms."""
    total = np.zeros(0)
    for place, (part, gamma, weight) in enumerate(zip(parts, gammas, weights, strict=True)):
        found = _rbf(*part, gamma)
        found *= weight
        total = np.add(total, found, out=found) if place else found
    return total


def _rbf(A: Float64, B: Float64, square: Float64, others: Float64, gamma: float) -> Float64:
    tile = A @ B.T
    tile *= 2.0
    tile -= square[:, None]
    tile -= others
    # rounding may have left a squared distance below 0
    np.minimum(tile, 0.0, out=tile)
    tile *= gamma
    out: Float64 = np.exp(tile, out=tile)
    return out
