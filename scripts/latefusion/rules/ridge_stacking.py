"""The ridge regression on what all modalities predict of all targets."""

from typing import Final

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.folds import FOLDS
from latefusion.fusion.target_stacking import TargetStackingRule, TrainedRegression, linear

PENALTIES: Final = tuple(10.0**k for k in range(-5, 4))
"""Tried, in units of the number of rows."""


class RidgeStacking(TargetStackingRule):
    """Ridge regression of each target on the predictions of all targets by all modalities.

    What lyrics say of valence may tell of arousal. The penalty of each target is the one with the least
    squared error over the folds.

    Notes
    -----
    :formula: f_t = b_t + Σ_m Σ_s w_mst f_ms, by least Σ (y_t − f_t)² + n λ_t Σ w²
    :source: Breiman 1996; across targets, Breiman and Friedman 1997
    :needs: out-of-fold predictions, their targets and folds
    :missing: weights for each missingness pattern with 200 training rows, else the targets' mean in the gap
    :shapes: (n, M, T) to (n, T); M · T weights a target
    """

    learns = True

    def _train(self, X: Array, Z: Array, fold: Labels | None) -> TrainedRegression:
        fold = np.arange(len(X), dtype=np.int32) % FOLDS if fold is None else fold
        losses = np.zeros((len(PENALTIES), Z.shape[1]))
        for one in np.unique(fold):
            out = fold == one
            if out.all():
                continue
            mean, level = X[~out].mean(axis=0), Z[~out].mean(axis=0)
            paths = _path(X[~out] - mean, Z[~out] - level)
            held = X[out] - mean
            losses += np.stack([((Z[out] - level - held @ path) ** 2).sum(axis=0) for path in paths])
        chosen = losses.argmin(axis=0)
        paths = _path(X, Z)
        weights = np.stack([paths[k][:, t] for t, k in enumerate(chosen.tolist())], axis=1)
        penalties = [PENALTIES[k] for k in chosen.tolist()]
        learned = {"penalties": penalties, "standardised_weights": weights.T.tolist()}
        return TrainedRegression(linear(weights), learned)


def _path(X: Array, Z: Array) -> list[Array]:
    """Return the weights, (d, T), of each penalty; X and Z have mean 0."""
    values, vectors = np.linalg.eigh(X.T @ X / len(X))
    slope = vectors.T @ (X.T @ Z) / len(X)
    return [vectors @ (slope / (np.maximum(values, 0.0) + penalty)[:, None]) for penalty in PENALTIES]
