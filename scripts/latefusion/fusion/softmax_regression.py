"""Multinomial logistic regression to machine precision, for many strengths of the penalty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.row_reductions import row_maxima, row_sums
from latefusion.fusion.aggregation import FLOOR, SAME, Array, Labels, softmax

MAX_NEWTON, MAX_CONJUGATE = 100, 500
EXACT, CLOSE = 1e-13, 1e-7
"""Bounds on the mean gradient at which the final fit, and one that is only compared, end."""
ENOUGH = 1e-4


@dataclass(frozen=True)
class SoftmaxRegression:
    """A fitted model.

    Attributes
    ----------
    weights : (d, K) array
    offsets : (K,) array
    """

    weights: Array
    offsets: Array

    def predict(self, X: Array) -> Array:
        """Return probabilities, (n, K), of columns (n, d); without BLAS, each row by itself."""
        return softmax(np.einsum("nd,dk->nk", X, self.weights) + self.offsets)


def fit_path(
    X: Array, y: NDArray[np.integer], classes: int, strengths: Sequence[float], *, exact: bool
) -> list[SoftmaxRegression]:
    """Minimise Σ_i −log p_i,y_i + ‖W‖²/(2C) for each C, starting each from the one before.

    Newton's method with steps by preconditioned conjugate gradients (Nocedal and Wright 2006, algorithm
    7.1). The columns are rotated to their principal axes, which changes no solution, and makes the
    diagonal a good preconditioner.

    Parameters
    ----------
    X : (n, d) array
    y : (n,) array
        Class indices, each class with a row.
    classes : int
        K.
    strengths : sequence of float
        Values of C.
    exact : bool
        To rounding, or close enough to compare losses.
    """
    centre = X.mean(axis=0)
    axes = np.linalg.eigh((X - centre).T @ (X - centre))[1]
    Z = np.column_stack([np.ones(len(X)), (X - centre) @ axes])
    target = np.eye(classes)[y]
    A = np.zeros((Z.shape[1], classes))
    models = []
    for C in strengths:
        A = _newton(Z, target, A, 1 / C, EXACT if exact else CLOSE)
        weights = axes @ A[1:]
        models.append(SoftmaxRegression(weights, A[0] - centre @ weights))
    return models


def best_strength(
    X: Array, y: NDArray[np.integer], classes: int, strengths: Sequence[float], fold: Labels
) -> tuple[float, list[float]]:
    """Return the C of least log loss over the folds, the smallest on a tie, and the loss of each.

    A fold whose rows are all there is of a class is predicted without that class.
    """
    total = np.zeros(len(strengths))
    for one in np.unique(fold):
        inside, outside = fold != one, fold == one
        if not inside.any():
            continue
        seen, coded = np.unique(y[inside], return_inverse=True)
        for place, model in enumerate(fit_path(X[inside], coded, len(seen), strengths, exact=False)):
            p = np.zeros((int(outside.sum()), classes))
            p[:, seen] = model.predict(X[outside])
            total[place] -= np.log(np.maximum(p[np.arange(len(p)), y[outside]], FLOOR)).sum()
    mean = total / len(y)
    best = int(np.flatnonzero(mean <= mean.min() * (1 + SAME))[0])
    return strengths[best], mean.tolist()


def _newton(Z: Array, target: Array, A: Array, penalty: float, tolerance: float) -> Array:
    n = len(Z)
    penalties = np.full((Z.shape[1], 1), penalty)
    penalties[0] = 0.0
    squares = (Z**2).sum(axis=0)[:, None]
    value, p = _loss(Z, target, A, penalties)
    for _ in range(MAX_NEWTON):
        gradient = Z.T @ (p - target) + penalties * A
        size = float(np.abs(gradient).max()) / n
        if size <= tolerance:
            break
        diagonal = squares * (p * (1 - p)).mean(axis=0) + penalties + 1e-12 * n
        step = -_conjugate(Z, p, penalties, gradient, diagonal, min(0.1, size))
        slope = float((gradient * step).sum())
        length = 1.0
        while True:
            trial = A + length * step
            found, p_trial = _loss(Z, target, trial, penalties)
            if found <= value + ENOUGH * length * slope + 1e-15 * n:
                break
            length /= 2
            if length < 1e-10:
                return A
        if found >= value and size < CLOSE and np.abs(length * step).max() < 1e-14 * np.abs(A).max():
            break
        A, value, p = trial, found, p_trial
    return A


def _loss(Z: Array, target: Array, A: Array, penalties: Array) -> tuple[float, Array]:
    """Return the penalised loss and the probabilities."""
    scores = Z @ A
    top = row_maxima(scores)
    log_sum = (top + np.log(row_sums(np.exp(scores - top))))[:, 0]
    loss = float((log_sum - row_sums(scores * target)[:, 0]).sum() + 0.5 * (penalties * A**2).sum())
    return loss, np.exp(scores - log_sum[:, None])


def _conjugate(
    Z: Array, p: Array, penalties: Array, gradient: Array, diagonal: Array, forcing: float
) -> Array:
    """Solve Hessian · x = gradient by preconditioned conjugate gradients, to a relative residual."""
    x, residual = np.zeros_like(gradient), gradient.copy()
    scaled = residual / diagonal
    direction, product = scaled.copy(), float((residual * scaled).sum())
    goal = forcing**2 * product
    for _ in range(MAX_CONJUGATE):
        spread = Z @ direction
        curved = Z.T @ (p * (spread - row_sums(p * spread))) + penalties * direction
        curvature = float((direction * curved).sum())
        if curvature <= 0:
            break
        length = product / curvature
        x += length * direction
        residual -= length * curved
        scaled = residual / diagonal
        before, product = product, float((residual * scaled).sum())
        if product <= goal:
            break
        direction = scaled + product / before * direction
    return x
