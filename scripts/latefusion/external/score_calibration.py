"""Calibration of scores: probabilities by what other labelled rows say, never by the row itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, Mask, softmax

MAX_STEPS: Final = 100
TOLERANCE: Final = 1e-12
RIDGE: Final = 1e-6
"""Penalty that keeps the scale finite where the rows are separable, in nats per squared unit."""


@dataclass(frozen=True)
class AffineCalibration:
    """log p_c = α s_c + β_c, normalised: one scale for all classes and an offset for each.

    Of two classes with scores (0, s) that is logistic regression on s, the calibration of log-likelihood
    ratios (Brümmer and du Preez 2006); of more it lies between temperature scaling and vector scaling
    (Guo and others 2017).

    Attributes
    ----------
    scale : float
        α.
    offsets : (K,) array
        β, with mean 0.
    """

    scale: float
    offsets: Array

    def predict(self, scores: Array) -> Array:
        """Return probabilities, (n, K), of scores (n, K); NaN where a row has none."""
        p = np.full(scores.shape, np.nan)
        some = ~np.isnan(scores).any(axis=1)
        p[some] = softmax(self.scale * scores[some] + self.offsets)
        return p


def fit_calibration(scores: Array, y: Labels) -> AffineCalibration:
    """Return the calibration of least mean log loss, by Newton's method on a convex function.

    Parameters
    ----------
    scores : (n, K) array
        Finite.
    y : (n,) array
        Class indices. Offsets of classes without a row are those that a single row spread over all
        classes would give.
    """
    n, K = scores.shape
    spread = float(scores.std()) or 1.0
    S = (scores - scores.mean(axis=1, keepdims=True)) / spread
    target = np.eye(K)[y]
    theta = np.r_[1.0, np.zeros(K)]
    penalty = np.r_[RIDGE, np.full(K, 1 / (n * K))]

    def loss(at: Array) -> float:
        logits = at[0] * S + at[1:]
        top = logits.max(axis=1)
        log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
        return float((log_sum - (logits * target).sum(axis=1)).mean() + penalty @ at**2 / 2)

    value = loss(theta)
    for _ in range(MAX_STEPS):
        p = softmax(theta[0] * S + theta[1:])
        error = (p - target) / n
        gradient = np.r_[(error * S).sum(), error.sum(axis=0)] + penalty * theta
        if np.abs(gradient).max() <= TOLERANCE:
            break
        step = np.linalg.solve(_hessian(S, p) + np.diag(penalty), -gradient)
        length = 1.0
        while (found := loss(theta + length * step)) > value and length > TOLERANCE:
            length /= 2
        if found > value:
            break
        theta, value = theta + length * step, found
    return AffineCalibration(theta[0] / spread, theta[1:] - theta[1:].mean())


def _hessian(S: Array, p: Array) -> Array:
    """Return the second derivatives of the mean loss by scale and offsets, (1 + K, 1 + K)."""
    n, K = S.shape
    mean = (p * S).sum(axis=1, keepdims=True)
    H = np.empty((1 + K, 1 + K))
    H[0, 0] = (p * (S - mean) ** 2).sum() / n
    H[0, 1:] = H[1:, 0] = (p * (S - mean)).sum(axis=0) / n
    H[1:, 1:] = np.diag(p.mean(axis=0)) - p.T @ p / n
    return H


def calibrated(scores: Array, y: Labels, learn: Mask, fold: Labels) -> Array:
    """Return probabilities of all items, each by a calibration that did not see it.

    Rows to learn from are calibrated by those of other folds, the rest by all of them. Without such rows
    nothing can be learned, and scores are taken for logits.

    Parameters
    ----------
    scores : (n, K) array
        Of two classes (0, s) for a log-likelihood ratio s. NaN in rows without a score.
    y : (n,) array
        Of which those outside `learn` are not looked at.
    learn : (n,) bool array
    fold : (n,) array
        −1 outside `learn`.
    """
    usable = learn & ~np.isnan(scores).any(axis=1)
    if not usable.any():
        return AffineCalibration(1.0, np.zeros(scores.shape[1])).predict(scores)
    final = fit_calibration(scores[usable], y[usable])
    p = final.predict(scores)
    for one in np.unique(fold[learn]).tolist():
        inside, asked = usable & (fold != one), learn & (fold == one)
        if inside.any():  # a single fold can only be calibrated by itself
            p[asked] = fit_calibration(scores[inside], y[inside]).predict(scores[asked])
    return p
