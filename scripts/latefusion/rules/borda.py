"""The mean of the rank points that the modalities give a class."""

import numpy as np

from latefusion.fusion.aggregation import Array, mean_present
from latefusion.fusion.rule import Rule


class Borda(Rule):
    """Mean rank points: a modality gives a class one point for each class that it finds less likely.

    Classes that a modality finds equally likely share their points.

    Notes
    -----
    :formula: score_c ∝ mean over m of (number of classes with p_m < p_mc, plus half of the others with
        p_m = p_mc)
    :source: de Borda 1781; Ho, Hull and Srihari 1994
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index
    :missing: mean over the modalities present
    :shapes: (n, M, K) to (n, K)
    """

    learns = False
    probabilistic = False

    def _combine(self, P: Array) -> Array:
        points = np.zeros_like(P)
        for c in range(P.shape[2]):
            other = P[:, :, c, None]
            points += (other < P) + 0.5 * (other == P)
        points -= 0.5  # for the class itself
        return mean_present(np.where(np.isnan(P), np.nan, points))
