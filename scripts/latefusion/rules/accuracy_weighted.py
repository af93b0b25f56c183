"""The mean of the modalities' probabilities, weighted by their accuracy."""

from typing import Any

from latefusion.fusion.aggregation import Array, Labels, weighted_mean
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import accuracies, votes


class AccuracyWeighted(Rule):
    """Mean of the modalities' probabilities, each weighted by its accuracy.

    Accuracies of two modalities are seldom far apart, so this is close to `mean`. A modality that is no
    better than chance keeps the weight of chance: the rule does not withstand a memoriser.

    Notes
    -----
    :formula: p_c ∝ Σ_m a_m p_mc, with a_m the out-of-fold accuracy of m (under `replica` that on the
        test labels)
    :source: the notebook; Opitz and Shavlik 1996
    :needs: labelled out-of-fold probabilities
    :ties: larger mean probability, larger prior, lower index
    :missing: weights renormalised over the modalities present; an accuracy is that on the rows present
    :shapes: (n, M, K) to (n, K); M weights
    """

    learns = True
    replica_source = "test"

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        self.weights = accuracies(votes(P, self.shares, self.ties), y)

    def _combine(self, P: Array) -> Array:
        return weighted_mean(P, self.weights)

    def learned(self) -> dict[str, Any]:
        """Return the weights, one a modality."""
        return {"weights": self.weights.tolist()}
