"""The mean of the modalities' probabilities."""

import numpy as np

from latefusion.fusion.aggregation import Array, weighted_mean
from latefusion.fusion.rule import Rule


class Mean(Rule):
    """Mean of the modalities' probabilities, also known as the sum rule or soft voting.

    Notes
    -----
    :formula: p_c = mean over m of p_mc
    :source: Kittler, Hatef, Duin and Matas 1998
    :needs: nothing
    :ties: larger prior, then lower index
    :missing: mean over the modalities present
    :shapes: (n, M, K) to (n, K)
    """

    learns = False

    def _combine(self, P: Array) -> Array:
        return weighted_mean(P, np.ones(P.shape[1]))
