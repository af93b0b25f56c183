"""The mean of what the modalities predict."""

import numpy as np

from latefusion.fusion.aggregation import Array, weighted_mean
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.rule import Rule
from latefusion.fusion.target_aggregation import weighted_mean_of_targets


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


class MeanOfTargets(RegressionRule):
    """Mean of the modalities' predictions.

    Notes
    -----
    :formula: f = mean over m of f_m
    :source: Clemen 1989
    :needs: nothing
    :missing: mean over the modalities present
    :shapes: (n, M, T) to (n, T)
    """

    learns = False

    def _combine(self, F: Array, variance: Array | None) -> Array:  # noqa: ARG002 - the contract
        return weighted_mean_of_targets(F, np.ones(F.shape[1:]))
