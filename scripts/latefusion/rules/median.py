"""The median of the modalities' probabilities."""

import numpy as np

from latefusion.fusion.aggregation import Array, present
from latefusion.fusion.rule import Rule


class Median(Rule):
    """Median over the modalities of the class's probability: one modality gone wrong changes little.

    With two modalities it is the mean.

    Notes
    -----
    :formula: p_c ∝ median over m of p_mc; 1/K where every median is zero
    :source: Kittler, Hatef, Duin and Matas 1998
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index
    :missing: median over the modalities present
    :shapes: (n, M, K) to (n, K)
    """

    learns = False

    def _combine(self, P: Array) -> Array:
        ordered = np.sort(P, axis=1)  # what is missing, NaN, comes last
        seen = present(P).sum(axis=1)[:, None, None]
        low = np.take_along_axis(ordered, (seen - 1) // 2, axis=1)
        high = np.take_along_axis(ordered, seen // 2, axis=1)
        return (low + high)[:, 0] / 2
