"""Bayes' rule on what the modalities vote."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import log_likelihoods, posterior, votes


class NaiveBayes(Rule):
    """Bayes' rule on the modalities' votes, taken as independent given the class.

    Notes
    -----
    :formula: p_c ∝ π_c Π_m (N_m[c, s_m] + 1/K)/(N_c + 1), with N_m[c, s] the training rows of class c
        that m calls s
    :source: Xu, Krzyżak and Suen 1992; smoothed as by Titterington et al. 1981
    :needs: labelled out-of-fold probabilities
    :ties: larger mean probability, larger prior, lower index
    :missing: its factor is left out; N_c counts the rows in which it is present
    :shapes: (n, M, K) to (n, K); M × K × K counts
    """

    learns = True
    from_decisions = True

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        self.likelihoods = log_likelihoods(votes(P, self.shares, self.ties), y, P.shape[2])

    def _combine(self, P: Array) -> Array:
        return posterior(votes(P, self.shares, self.ties), self.likelihoods, self.shares)

    def learned(self) -> dict[str, Any]:
        """Return P(vote | class) of each modality, rows by class."""
        return {"vote_given_class": np.exp(self.likelihoods).tolist()}
