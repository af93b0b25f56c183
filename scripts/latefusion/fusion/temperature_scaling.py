"""Scores into probabilities, by one temperature."""

from __future__ import annotations

import numpy as np

from latefusion.core.row_reductions import row_maxima, row_sums
from latefusion.fusion.aggregation import Array, Labels, softmax

LEAST, MOST = 1e-3, 1e3
MAX_STEPS = 100
EXACT = 1e-12


def fit_temperature(scores: Array, y: Labels) -> float:
    """Return the temperature T for which softmax(scores/T) has the least log loss (Guo et al. 2017).

    Parameters
    ----------
    scores : (n, K) array
        Out-of-fold scores; not logarithms, votes of zero would have none.
    y : (n,) array
        Class indices.

    Returns
    -------
    float
        Between 0.001 and 1000; 1000 where larger scores do not go with the right class.
    """
    centred = scores - row_maxima(scores)
    right = centred[np.arange(len(y)), y]
    low, high = 1 / MOST, 1 / LEAST
    sharpness = 1.0  # of 1/T the loss is convex: Newton's steps, and halves where they leave the bracket
    for _ in range(MAX_STEPS):
        p = softmax(sharpness * centred)
        expected = row_sums(p * centred)[:, 0]
        slope = float((expected - right).mean())
        if abs(slope) < EXACT or high - low < EXACT * high:
            break
        if slope > 0:
            high = sharpness
        else:
            low = sharpness
        curvature = float((row_sums(p * centred**2)[:, 0] - expected**2).mean())
        newton = sharpness - slope / curvature if curvature > 0 else high
        sharpness = newton if low < newton < high else (low + high) / 2
    return 1 / sharpness


def at_temperature(scores: Array, temperature: float) -> Array:
    """Return softmax(scores/T), (n, K)."""
    return softmax(scores / temperature)
