"""Weights of the modalities' kernels by how well each one agrees with continuous targets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.core.hsic import alignment, alignment_weights
from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.kernel_ridge.gram import BLOCK, Float64, kernel_rows
from latefusion.kernel_ridge.path import training_rows


def aligned_weights(
    X: Sequence[Float64],
    gammas: Sequence[float],
    Y: Float64,
    fold: NDArray[np.integer],
    folds: int,
    n_jobs: int,
) -> list[tuple[float, ...]]:
    """Return weights of the kernels that sum to one, on all rows and without each fold: 1 + F of them.

    Proportional to max(0, HSIC_u(K_m, L) / √HSIC_u(K_m, K_m)) with L the inner products of the targets,
    centred and standardised on the rows that are learned from (Cortes, Mohri & Rostamizadeh 2012, with the
    unbiased estimate of Song et al. 2012); equal where all are zero.

    Parameters
    ----------
    X : sequence of (n, d_m) float64 arrays
        Scaled rows of each modality.
    gammas : sequence of float
    Y : (n, T) float64 array
    fold : (n,) int array
        0 to F − 1, not each of which needs to have a row.
    folds : int
        F.
    n_jobs : int
        Threads; changes no bit of the result.
    """
    training = training_rows(fold, folds)
    targets = [_standardised(Y, seen) for seen in training.T]
    with one_blas_thread():
        sums = [_sums(x, gamma, targets, training, n_jobs) for x, gamma in zip(X, gammas, strict=True)]
    found = []
    for fit, (target, seen) in enumerate(zip(targets, training.T, strict=True)):
        n = int(seen.sum())
        if n < 4:
            found.append(alignment_weights([0.0] * len(X)))
            continue
        # the rows of L sum to zero with their diagonal
        others = -np.square(target[seen]).sum(axis=1)
        found.append(
            alignment_weights(
                [
                    alignment(n, float(product[fit]), float(square[fit]), rows[seen, fit], others)
                    for product, square, rows in sums
                ]
            )
        )
    return found


def _standardised(Y: Float64, seen: NDArray[np.bool_]) -> Float64:
    """Return targets with mean 0 and variance 1 on the rows that are seen, and 0 on the others."""
    if not seen.any():
        return np.zeros_like(Y)
    spread = Y[seen].std(axis=0)
    centred = (Y - Y[seen].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.where(seen[:, None], centred, 0.0)


def _sums(
    X: Float64, gamma: float, targets: Sequence[Float64], training: NDArray[np.bool_], n_jobs: int
) -> tuple[Float64, Float64, Float64]:
    """Return of each fit Σ K ∘ L and Σ K ∘ K, (1 + F,), and K's row sums, (n, 1 + F), without diagonals."""
    masks = training.astype(np.float64)
    width = targets[0].shape[1]
    right = np.concatenate([*targets, masks], axis=1)

    def one(span: tuple[int, int]) -> tuple[Float64, Float64, Float64]:
        start, stop = span
        K = kernel_rows([X[start:stop]], [X], [gamma], [1.0])
        K[np.arange(stop - start), np.arange(start, stop)] = 0.0
        found = K @ right
        along = found[:, : -masks.shape[1]] * right[start:stop, : -masks.shape[1]]
        np.square(K, out=K)
        square = (K @ masks * masks[start:stop]).sum(axis=0)
        return along.reshape(stop - start, -1, width).sum(axis=(0, 2)), square, found[:, -masks.shape[1] :]

    parts = run(one, blocks(len(X), BLOCK), n_jobs)
    product = np.sum([part[0] for part in parts], axis=0)
    squares = np.sum([part[1] for part in parts], axis=0)
    return product, squares, np.concatenate([part[2] for part in parts])
