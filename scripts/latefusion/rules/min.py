"""The smallest probability that any modality gives a class."""

import numpy as np

from latefusion.fusion.aggregation import Array
from latefusion.fusion.rule import Rule


class Min(Rule):
    """Smallest probability that any modality gives the class: the class that nobody rules out.

    Notes
    -----
    :formula: p_c ∝ min over m of p_mc; 1/K where every class is ruled out by some modality
    :source: Kittler, Hatef, Duin and Matas 1998
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index
    :missing: minimum over the modalities present
    :shapes: (n, M, K) to (n, K)
    """

    learns = False

    def _combine(self, P: Array) -> Array:
        smallest: Array = np.nanmin(P, axis=1)
        return smallest
