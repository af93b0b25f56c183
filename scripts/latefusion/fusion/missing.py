"""Patterns of presence: which modalities an item has, and what stands in for the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latefusion.fusion.aggregation import Array, Mask, present

ANY_PATTERN = -1
ENOUGH_ROWS = 200
"""Rows that must show a missingness pattern before something is learned for it alone."""


def pattern_codes(P: Array) -> NDArray[np.int64]:
    """Return the missingness pattern of each row of P (n, M, K): bit m is set where modality m is there."""
    bits = 1 << np.arange(P.shape[1], dtype=np.int64)
    codes: NDArray[np.int64] = present(P) @ bits
    return codes


def learnable_patterns(P: Array) -> dict[int, Mask]:
    """Return the rows to learn from for each missingness pattern that has a model of its own.

    All rows, under `ANY_PATTERN`; where rows lack modalities, also the rows that have those of each pattern
    which at least 200 rows show.
    """
    codes = pattern_codes(P)
    chosen: dict[int, Mask] = {ANY_PATTERN: np.ones(len(P), bool)}
    if (codes != (1 << P.shape[1]) - 1).any():
        shown, rows = np.unique(codes, return_counts=True)
        for code in shown[rows >= ENOUGH_ROWS].tolist():
            chosen[code] = (codes & code) == code
    return chosen


def members(code: int, modalities: int) -> list[int]:
    """Return the indices of the modalities in a missingness pattern."""
    return [m for m in range(modalities) if code >> m & 1]


def keep(P: Array, codes: int | NDArray[np.int64]) -> Array:
    """Return P (n, M, K) without the modalities that a pattern, or each row's own, leaves out."""
    bits = 1 << np.arange(P.shape[1], dtype=np.int64)
    kept: Mask = (np.asarray(codes)[..., None] & bits) != 0
    return np.where(kept[..., None], P, np.nan)


def filled(P: Array, shares: Array) -> Array:
    """Return P (n, M, K) with the class shares where a modality is missing."""
    return np.where(np.isnan(P), shares, P)


def complete_or_filled(P: Array, shares: Array) -> tuple[Array, Mask]:
    """Return the rows with every modality, or all rows with gaps filled, and which rows these are.

    All rows, with the class shares in the gaps, where fewer than 200 have every modality.
    """
    complete = np.asarray(present(P).all(axis=1))
    if complete.all() or np.count_nonzero(complete) >= ENOUGH_ROWS:
        return P[complete], complete
    return filled(P, shares), np.ones(len(P), bool)
