"""The Hilbert–Schmidt independence criterion of two kernels, and weights of kernels by their alignment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

LEAST: Final = 1e-12
"""Of a kernel with itself, as a share of its mean square: what is below is rounding."""


def unbiased_hsic(n: int, product: float, rows_a: Float64, rows_b: Float64) -> float:
    """Return the unbiased estimate of the Hilbert–Schmidt independence criterion (Song et al. 2012).

    Parameters
    ----------
    n : int
        Rows, at least 4.
    product : float
        Sum of the elementwise product of both matrices, diagonals set to zero.
    rows_a, rows_b : (n,) arrays
        Row sums of either matrix, diagonals set to zero.
    """
    both = rows_a.sum() * rows_b.sum() / ((n - 1) * (n - 2))
    cross = 2.0 * float(rows_a @ rows_b) / (n - 2)
    return float((product + both - cross) / (n * (n - 3)))


def alignment(n: int, product: float, squares: float, rows_kernel: Float64, rows_target: Float64) -> float:
    """Return max(0, HSIC_u(K, L) / √HSIC_u(K, K)) of a kernel K and one of what is to be predicted, L.

    0 where HSIC_u(K, K) is not above 1e-12 of the mean square of K.

    Parameters
    ----------
    n : int
        Rows, at least 4.
    product, squares : float
        Sums of K ∘ L and of K ∘ K, diagonals set to zero.
    rows_kernel, rows_target : (n,) arrays
        Row sums of K and of L, likewise.
    """
    with_itself = unbiased_hsic(n, squares, rows_kernel, rows_kernel)
    if with_itself <= LEAST * squares / (n * (n - 1)):
        return 0.0
    return max(0.0, unbiased_hsic(n, product, rows_kernel, rows_target) / math.sqrt(with_itself))


def alignment_weights(aligned: Sequence[float]) -> tuple[float, ...]:
    """Return weights that sum to one, in proportion to the kernels' alignment; equal where all are 0."""
    total = sum(aligned)
    parts = len(aligned)
    return tuple(float(one / total) for one in aligned) if total > 0 else (1.0 / parts,) * parts
