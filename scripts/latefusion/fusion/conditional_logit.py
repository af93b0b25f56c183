"""Conditional logit: classes chosen by attributes that each of them has, and a constant of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, softmax, weighted_sum
from latefusion.fusion.constrained_newton import minimise
from latefusion.fusion.stacking import one_thread


@dataclass(frozen=True)
class ConditionalLogit:
    """A fitted model, p_c ∝ exp(Σ_d a_d x_dc + b_c) (McFadden 1974).

    Attributes
    ----------
    weights : (D,) array
        a, one of each attribute.
    offsets : (K,) array
        b, one of each class, with a mean of zero; −∞ for a class without training rows.
    value : float
        Mean log loss on the training rows, with the penalty.
    steps : int
        Newton steps taken.
    """

    weights: Array
    offsets: Array
    value: float
    steps: int

    def predict(self, X: Array) -> Array:
        """Return probabilities, (n, K), of attributes (n, D, K); without BLAS, each row by itself."""
        return softmax(weighted_sum(X, self.weights) + self.offsets)


def fit(X: Array, y: Labels, ridge: float) -> ConditionalLogit:
    """Minimise mean −log p_y + ridge/2 · (‖a‖² + ‖b‖²), which is convex, exactly.

    Parameters
    ----------
    X : (n, D, K) array
        Attribute d of class c for each row; finite.
    y : (n,) array
        Class indices, at least one.
    ridge : float
        Over 0, or the weights of separable rows are infinite and one constant too many is free.
    """
    n, D, K = X.shape
    seen, chosen = np.unique(y, return_inverse=True)
    X = X[:, :, seen]
    rows = np.arange(n)
    penalty = ridge * np.eye(D + len(seen))

    def objective(theta: Array) -> tuple[float, Array, Array]:
        p = softmax(weighted_sum(X, theta[:D]) + theta[D:])
        centred = X - np.einsum("ndk,nk->nd", X, p)[:, :, None]
        scaled = (centred * np.sqrt(p)[:, None]).transpose(1, 0, 2).reshape(D, -1)
        across = np.einsum("ndk,nk->dk", centred, p)
        hessian = np.block(
            [[scaled @ scaled.T, across], [across.T, np.diag(p.sum(axis=0)) - p.T @ p]],
        )
        loss = -np.log(np.maximum(p[rows, chosen], np.finfo(float).tiny)).mean()
        shortfall = p.mean(axis=0) - np.bincount(chosen, minlength=len(seen)) / n
        gradient = np.concatenate([-centred[rows, :, chosen].mean(axis=0), shortfall])
        return float(loss + ridge / 2 * theta @ theta), gradient + ridge * theta, hessian / n + penalty

    signed = np.ones(D + len(seen), bool)
    start = np.concatenate([np.full(D, 1 / D), np.zeros(len(seen))])
    with one_thread():
        minimum = minimise(objective, start, sum_to_one=False, signed=signed)
    offsets = np.full(K, -np.inf)
    offsets[seen] = minimum.weights[D:]
    return ConditionalLogit(minimum.weights[:D], offsets, minimum.value, minimum.steps)
