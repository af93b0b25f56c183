"""The power mean of the modalities' probabilities."""

import numpy as np

from latefusion.fusion.aggregation import FLOOR, Array, present, softmax
from latefusion.fusion.rule import Rule

TINY = 1e-300
"""Least probability where a zero vetoes nothing: it only keeps its logarithm finite."""


class PowerMean(Rule):
    """Power mean of the modalities' probabilities: their mean at p = 1, their geometric mean at p = 0.

    A large exponent follows the modality that finds a class most likely, a very negative one that which
    finds it least likely.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    p : float
        The exponent; 0 is the limit, the geometric mean.

    Notes
    -----
    :formula: p_c ∝ ((1/M_i) Σ_m p_mc^p)^(1/p)
    :source: Hardy, Littlewood and Pólya 1934; as a pooling operator Cooke 1991
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index
    :missing: mean over the modalities present, of which there are M_i
    :shapes: (n, M, K) to (n, K); below p = 1, where a zero is a veto, p_mc is floored at 1e-6
    """

    learns = False

    def __init__(self, *, random_state: np.random.Generator | int | None = None, p: float = 2.0) -> None:
        super().__init__(random_state=random_state)
        if not np.isfinite(p):
            raise ValueError(f"p must be a finite number, not {p}")
        self.p = float(p)

    def _combine(self, P: Array) -> Array:
        logs = np.log(np.maximum(P, TINY if self.p >= 1 else FLOOR))
        extreme = (np.nanmax if self.p > 0 else np.nanmin)(logs, axis=1)
        relative = logs - extreme[:, None]
        if self.p:  # relative to the largest power nothing overflows, and expm1 keeps the digits near p = 0
            relative = np.expm1(self.p * relative)
        mean = np.nansum(relative, axis=1) / present(P).sum(axis=1, keepdims=True)
        return softmax(extreme + (np.log1p(mean) / self.p if self.p else mean))
