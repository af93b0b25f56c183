"""Logarithmic loss of class probabilities, with the one clip that every room uses."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CLIP: Final = 1e-15
"""Least probability of the true class that a log loss counts: one wrong certainty costs 34.5 nats."""


def true_probability(p: NDArray[np.float64], label: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the probability that each row gives its label.

    Parameters
    ----------
    p : (..., n, K) array
    label : (n,) int array
        Class indices.

    Returns
    -------
    (..., n) array
    """
    given: NDArray[np.float64] = p[..., np.arange(len(label)), label]
    return given


def log_losses(p: NDArray[np.float64], label: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return −log of the probability that each row gives its label, in nats (Good 1952).

    Parameters
    ----------
    p : (..., n, K) array
        A probability below `CLIP` counts as `CLIP`.
    label : (n,) int array
        Class indices.

    Returns
    -------
    (..., n) array
    """
    losses: NDArray[np.float64] = -np.log(np.maximum(true_probability(p, label), CLIP))
    return losses
