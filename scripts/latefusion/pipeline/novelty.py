"""Novelty: items farther from the training items than these lie from each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latefusion.store.samples import Features

SAMPLE, BLOCK = 2000, 512
FAR_QUANTILE = 0.999


def novelty_mask(seen: Features, new: Features, *, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Novel items: those that lie farther from their nearest seen item than seen items lie from each other.

    Distances are Euclidean on columns divided by their spread over the seen items. The limit is the
    99.9 % quantile of the distance of 2,000 drawn seen items to their nearest other one: one seen item in a
    thousand would be marked as well.

    Parameters
    ----------
    seen, new : (n, d) and (m, d) float32 or float64 arrays
        Rows of NaN are items that lack the modality; such a new item is never marked.
    rng : numpy.random.Generator
        Draws the seen items.

    Returns
    -------
    (m,) bool array
    """
    seen = seen[~np.isnan(seen).any(axis=1)]
    known = ~np.isnan(new).any(axis=1)
    centre, spread = _centre_and_spread(seen)
    seen = _standardised(seen, centre, spread)
    drawn = np.sort(rng.choice(len(seen), min(SAMPLE, len(seen)), replace=False))
    limit = np.quantile(_nearest(seen[drawn], seen, itself=drawn), FAR_QUANTILE)
    far = np.zeros(len(new), bool)
    far[known] = _nearest(_standardised(new[known], centre, spread), seen) > limit
    return far


def _centre_and_spread(X: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of each column, (d,); one for a constant column.

    In double precision: squares of float32 overflow from 1e19 on and vanish under 1e-23.
    """
    centre = X.mean(axis=0, dtype=np.float64)
    squares = np.zeros(X.shape[1])
    for start in range(0, len(X), BLOCK):
        squares += np.square(X[start : start + BLOCK] - centre).sum(axis=0)
    spread = np.sqrt(squares / max(len(X), 1))
    return centre, np.where(spread > 0, spread, 1.0)


def _standardised(
    X: Features, centre: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float32]:
    standardised = np.empty(X.shape, np.float32)
    for start in range(0, len(X), BLOCK):
        standardised[start : start + BLOCK] = (X[start : start + BLOCK] - centre) / spread
    return standardised


def _nearest(
    X: NDArray[np.float32], seen: NDArray[np.float32], itself: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Return the squared distance of each row to its nearest seen row other than itself."""
    squares = np.einsum("ij,ij->i", seen, seen, dtype=np.float64)
    nearest = np.empty(len(X))
    for start in range(0, len(X), BLOCK):
        rows = X[start : start + BLOCK]
        distance = squares - 2.0 * (rows @ seen.T)
        if itself is not None:
            distance[np.arange(len(rows)), itself[start : start + BLOCK]] = np.inf
        own = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
        nearest[start : start + BLOCK] = np.maximum(distance.min(axis=1) + own, 0)
    return nearest
