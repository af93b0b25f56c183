"""Sigmoids that turn decision values of one class pair into probabilities (Platt scaling)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

MAX_STEPS = 100
LEAST_STEP = 1e-10
RIDGE = 1e-12
GRADIENT = 1e-5


def fit_sigmoid(decision: Float64, positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit P(positive | v) = 1 / (1 + exp(A v + B)) by regularised maximum likelihood.

    Newton's method with backtracking on smoothed targets, (N₊ + 1)/(N₊ + 2) for the positive rows and
    1/(N₋ + 2) for the others (Platt 2000, as mended by Lin, Lin & Weng 2007).

    Parameters
    ----------
    decision : (n,) array
        Decision values, out-of-fold.
    positive : (n,) bool array

    Returns
    -------
    A, B : float
        A is negative where larger decision values speak for the positive class.
    """
    n_positive = int(positive.sum())
    n_negative = len(decision) - n_positive
    target = np.where(positive, (n_positive + 1.0) / (n_positive + 2.0), 1.0 / (n_negative + 2.0))
    A, B = 0.0, float(np.log((n_negative + 1.0) / (n_positive + 1.0)))
    loss, p = _evaluate(decision, target, A, B)
    for _ in range(MAX_STEPS):
        curvature = p * (1.0 - p)
        residual = target - p
        g1, g2 = float(decision @ residual), float(residual.sum())
        if abs(g1) < GRADIENT and abs(g2) < GRADIENT:
            break
        weighted = decision * curvature
        h11 = float(decision @ weighted) + RIDGE
        h22 = float(curvature.sum()) + RIDGE
        h21 = float(weighted.sum())
        determinant = h11 * h22 - h21 * h21
        dA = -(h22 * g1 - h21 * g2) / determinant
        dB = -(h11 * g2 - h21 * g1) / determinant
        descent = g1 * dA + g2 * dB
        step = 1.0
        while step >= LEAST_STEP:
            new, new_p = _evaluate(decision, target, A + step * dA, B + step * dB)
            if new < loss + 1e-4 * step * descent:
                A, B, loss, p = A + step * dA, B + step * dB, new, new_p
                break
            step /= 2.0
        else:
            break
    return A, B


def _evaluate(decision: Float64, target: Float64, A: float, B: float) -> tuple[float, Float64]:
    """Return the cross-entropy and the probabilities, neither of which overflows."""
    x = A * decision + B
    e = np.exp(-np.abs(x))
    # target·x + log(1 + exp(-x)), where the logarithm is max(-x, 0) + log(1 + exp(-|x|))
    loss = float(target @ x - np.minimum(x, 0.0).sum() + np.log1p(e).sum())
    return loss, np.where(x >= 0, e, 1.0) / (1.0 + e)


def guard(sigmoid: tuple[float, float], n_positive: int, n_negative: int) -> tuple[float, float]:
    """Return the sigmoid, or, where it slopes the wrong way, the constant log-odds of the pair.

    A view without information, or one that memorises, gets a positive A: it would call unlikely what its
    SVM calls likely. Only a pair with rows on both sides can get one.
    """
    A, B = sigmoid
    return (0.0, float(np.log(n_negative / n_positive))) if A > 0 else (A, B)


def apply_sigmoids(decision: Float64, sigmoids: Float64) -> Float64:
    """Return the probability of each pair's first class.

    Parameters
    ----------
    decision : (n, pairs) array
    sigmoids : (pairs, 2) array of A, B
    """
    x = decision * sigmoids[:, 0] + sigmoids[:, 1]
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, e, 1.0) / (1.0 + e)
