"""Calibration of decision values: probabilities by multinomial logistic regression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from latefusion.core.errors import InputError, Problem
from latefusion.fusion.softmax_regression import SoftmaxRegression, fit_path
from latefusion.learning.classifier import Array, Labels, Scaling


@dataclass(frozen=True)
class Calibration:
    """What turns decision values into probabilities.

    Attributes
    ----------
    scaling : Scaling
        Of the decision values.
    regression : SoftmaxRegression
    seen : (k,) int32 array
        Classes that have rows.
    """

    scaling: Scaling
    regression: SoftmaxRegression
    seen: Labels

    @classmethod
    def fit(cls, decision: Array, y: Labels) -> Calibration:
        """Fit p ∝ exp(W z + b) on standardised held-out decision values z, by log loss + ‖W‖²/2.

        Platt 1999 for two classes; for several, matrix scaling with a penalty (Guo et al. 2017).

        Parameters
        ----------
        decision : (n, K) array
            Of classifiers that did not see the rows.
        y : (n,) int32 array
        """
        seen, coded = np.unique(y, return_inverse=True)
        scaling = Scaling.of(decision)
        regression = fit_path(scaling.rows(decision), coded, len(seen), [1.0], exact=True)[0]
        return cls(scaling, regression, seen.astype(np.int32))

    def predict(self, decision: Array) -> Array:
        """Return probabilities, (n, K), of decision values of the same shape."""
        p = np.zeros_like(decision)
        p[:, self.seen] = self.regression.predict(self.scaling.rows(decision))
        return p


def held_out_probabilities(
    decision: Array, without_two: Mapping[tuple[int, int], Array], y: Labels, fold: Labels
) -> Array:
    """Return out-of-fold probabilities of which no label of the row's own fold is part, (n, K).

    The rows of fold k are calibrated by what classifiers without the folds k and j say of the rows of
    each other fold j.

    Parameters
    ----------
    decision : (n, K) array
        Of each row, by the classifier without its fold.
    without_two : mapping of (int, int) to (n, K) array
        For each pair of folds what the classifier without both says of their rows; NaN elsewhere.
    y, fold : (n,) int32 arrays
    """
    folds = np.unique(fold).tolist()
    p = np.empty_like(decision)
    for k in folds:
        others = np.isin(fold, [j for j in folds if j != k])
        held = np.empty_like(decision)
        for j in folds:
            if j != k:
                held[fold == j] = without_two[min(j, k), max(j, k)][fold == j]
        p[fold == k] = Calibration.fit(held[others], y[others]).predict(decision[fold == k])
    return p


def require_three_folds(fold: Labels) -> None:
    """Refuse fewer than three folds: a classifier without two of them would have no row.

    Raises
    ------
    InputError
    """
    found = len(np.unique(fold))
    if found < 3:
        problem = Problem(
            "the configuration",
            f"{found} folds, for a learner that gives decision values and no probabilities",
            "three or more: its calibration for one fold is learned from pairs of the others",
            "set folds: 3 or more, or take a learner with probabilities",
            column="folds",
        )
        raise InputError([problem])
