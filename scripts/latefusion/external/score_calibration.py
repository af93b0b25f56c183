"""Calibration of scores: probabilities by what other labelled rows say, never by the row itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, Mask, softmax
from latefusion.fusion.conditional_logit import fit

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
        β.
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
    """Return the calibration of least mean log loss, as `llr_fusion` fits it to a single model.

    Parameters
    ----------
    scores : (n, K) array
        Finite.
    y : (n,) array
        Class indices. A class without a row is as likely as one of which n rows hold less than one.
    """
    spread = float(scores.std()) or 1.0
    model = fit(scores[:, None, :] / spread, y, RIDGE)
    seen = np.isfinite(model.offsets)
    rare = model.offsets[seen].min() - np.log(len(y))
    return AffineCalibration(float(model.weights[0]) / spread, np.where(seen, model.offsets, rare))


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
