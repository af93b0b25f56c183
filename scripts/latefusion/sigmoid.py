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
    loss = _loss(decision, target, A, B)
    for _ in range(MAX_STEPS):
        p, q = _both(A * decision + B)
        curvature = p * q
        residual = target - p
        h11 = float(np.square(decision) @ curvature) + RIDGE
        h22 = float(curvature.sum()) + RIDGE
        h21 = float(decision @ curvature)
        g1, g2 = float(decision @ residual), float(residual.sum())
        if abs(g1) < GRADIENT and abs(g2) < GRADIENT:
            break
        determinant = h11 * h22 - h21 * h21
        dA = -(h22 * g1 - h21 * g2) / determinant
        dB = -(h11 * g2 - h21 * g1) / determinant
        descent = g1 * dA + g2 * dB
        step = 1.0
        while step >= LEAST_STEP:
            new = _loss(decision, target, A + step * dA, B + step * dB)
            if new < loss + 1e-4 * step * descent:
                A, B, loss = A + step * dA, B + step * dB, new
                break
            step /= 2.0
        else:
            break
    return A, B


def _both(x: Float64) -> tuple[Float64, Float64]:
    """Return 1/(1 + exp(x)) and 1/(1 + exp(-x)) without overflow."""
    e = np.exp(-np.abs(x))
    small, large = e / (1.0 + e), 1.0 / (1.0 + e)
    return np.where(x >= 0, small, large), np.where(x >= 0, large, small)


def _loss(decision: Float64, target: Float64, A: float, B: float) -> float:
    x = A * decision + B
    # cross-entropy: target·x + log(1 + exp(-x)), in a form that does not overflow
    return float((target * x + np.logaddexp(0.0, -x)).sum())


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
    return _both(decision * sigmoids[:, 0] + sigmoids[:, 1])[0]
