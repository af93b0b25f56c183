"""The largest probability that any modality gives a class."""

import numpy as np

from latefusion.fusion.aggregation import Array
from latefusion.fusion.rule import Rule


class MaxConfidence(Rule):
    """Largest probability that any modality gives the class: the most confident modality decides.

    Notes
    -----
    :formula: p_c ∝ max over m of p_mc
    :source: Kittler, Hatef, Duin and Matas 1998
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index
    :missing: maximum over the modalities present
    :shapes: (n, M, K) to (n, K)
    """

    learns = False

    def _combine(self, P: Array) -> Array:
        largest: Array = np.nanmax(P, axis=1)
        return largest
