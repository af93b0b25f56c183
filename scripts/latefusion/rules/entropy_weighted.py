"""The mean of the modalities' probabilities, weighted item by item by how sure each is."""

import numpy as np

from latefusion.fusion.aggregation import Array, floored_log, weighted_mean
from latefusion.fusion.rule import Rule


class EntropyWeighted(Rule):
    """Mean of the modalities' probabilities, each weighted by how sure it is of this item.

    Notes
    -----
    :formula: p_c ∝ Σ_m w_m p_mc, with w_m = 1 − H(p_m)/log K of this item, H the entropy
    :source: Shannon 1948; as weights, Wang, Yang, Lin and Zhang 2018
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index
    :missing: weights renormalised over the modalities present, which count equally where none is sure
    :shapes: (n, M, K) to (n, K); n × M weights
    """

    learns = False

    def _combine(self, P: Array) -> Array:
        entropy = -(P * floored_log(P)).sum(axis=2)
        return weighted_mean(P, np.maximum(0.0, 1 - entropy / np.log(P.shape[2])))
