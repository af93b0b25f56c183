"""The median of what the modalities predict."""

import numpy as np

from latefusion.fusion.aggregation import Array, present
from latefusion.fusion.regression_rule import RegressionRule
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
        return _median_present(P)


class MedianOfTargets(RegressionRule):
    """Median of the modalities' predictions: one modality gone wrong changes little.

    With two modalities it is the mean.

    Notes
    -----
    :formula: f = median over m of f_m
    :source: Agnew 1985
    :needs: nothing
    :missing: median over the modalities present
    :shapes: (n, M, T) to (n, T)
    """

    learns = False

    def _combine(self, F: Array, variance: Array | None) -> Array:  # noqa: ARG002 - the contract
        return _median_present(F)


def _median_present(values: Array) -> Array:
    """Return the median over the modalities that an item has, (n, K), of values (n, M, K)."""
    ordered = np.sort(values, axis=1)  # what is missing, NaN, comes last
    seen = present(values).sum(axis=1)[:, None, None]
    low = np.take_along_axis(ordered, (seen - 1) // 2, axis=1)
    high = np.take_along_axis(ordered, seen // 2, axis=1)
    return np.asarray((low + high)[:, 0] / 2)
