"""What fusion rules for targets share: weighted means over the modalities present, and products of errors."""

from __future__ import annotations

import numpy as np

from latefusion.fusion.aggregation import Array, present
from latefusion.fusion.missing import complete_or_filled

ROUNDING = 1e-12
"""Mean squared errors below this share of the target's variance count as this much."""


def weighted_mean_of_targets(F: Array, weights: Array) -> Array:
    """Return Σ_m w_m f_m / Σ_m w_m over the modalities that an item has.

    Summed modality by modality, without BLAS, so that no row depends on which others are asked for.

    Parameters
    ----------
    F : (n, M, T) array
        NaN where a modality is missing; each row has one.
    weights : (M, T) or (n, M, T) array
        Weights > 0.

    Returns
    -------
    (n, T) array
    """
    weights = np.where(present(F)[:, :, None], weights, 0.0)
    top, bottom = np.zeros((len(F), F.shape[2])), np.zeros((len(F), F.shape[2]))
    for m in range(F.shape[1]):
        top += weights[:, m] * np.nan_to_num(F[:, m], nan=0.0)
        bottom += weights[:, m]
    return top / bottom


def mean_squared_errors(F: Array, Y: Array) -> Array:
    """Return the mean squared error of each modality and target, (M, T), over the rows that have it.

    A modality that no row has is as good as the mean of the targets.

    Parameters
    ----------
    F : (n, M, T) array
    Y : (n, T) array
    """
    known = present(F)
    least = _least(Y)
    found = np.empty(F.shape[1:])
    for m in range(F.shape[1]):
        rows = known[:, m]
        found[m] = ((Y[rows] - F[rows, m]) ** 2).mean(axis=0) if rows.any() else Y.var(axis=0)
    return np.maximum(found, least)


def errors(F: Array, Y: Array, center: Array) -> Array:
    """Return y − f, (n', M, T), of the rows with every modality.

    Of all rows, with the mean of the targets in the gaps, where fewer than 200 have every modality.

    Parameters
    ----------
    F : (n, M, T) array
    Y : (n, T) array
    center : (T,) array
        Means of the training targets.
    """
    whole, rows = complete_or_filled(F, center)
    found: Array = Y[rows][:, None] - whole
    return found


def _least(Y: Array) -> Array:
    variance: Array = Y.var(axis=0)
    return ROUNDING * np.where(variance > 0, variance, 1.0)
