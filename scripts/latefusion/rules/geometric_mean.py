"""The geometric mean of the modalities' probabilities."""

import numpy as np

from latefusion.fusion.aggregation import Array, floored_log, present, softmax
from latefusion.fusion.rule import Rule


class GeometricMean(Rule):
    """Geometric mean of the modalities' probabilities: the logarithmic opinion pool with equal weights.

    Notes
    -----
    :formula: p_c ∝ (Π_m p_mc)^(1/M_i)
    :source: Genest and Zidek 1986
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index
    :missing: mean over the modalities present, of which there are M_i
    :shapes: (n, M, K) to (n, K); p is floored at 1e-6
    """

    learns = False

    def _combine(self, P: Array) -> Array:
        return softmax(np.nansum(floored_log(P), axis=1) / present(P).sum(axis=1, keepdims=True))
