"""A vote in which a modality counts as much as its accuracy is evidence."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, log_shares, softmax
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import accuracies, votes


class WeightedVote(Rule):
    """Vote weighted by the log-odds of being right against being wrong in favour of one given class.

    Bayes' rule for modalities that err independently, and equally often in favour of each wrong class. A
    modality at the level of chance, 1/K, has no weight. The two-class weight log(a/(1 − a)) would be
    negative below one half, which with many classes is far better than chance.

    Notes
    -----
    :formula: p_c ∝ π_c exp(Σ_m w_m [s_m = c]), with w_m = max(0, log((K − 1) a_m/(1 − a_m))) and
        a_m = (right + 1)/(n + K) out-of-fold
    :source: Shapley and Grofman 1984; Kuncheva 2014
    :needs: labelled out-of-fold probabilities
    :ties: larger mean probability, larger prior, lower index
    :missing: its vote is left out; an accuracy is that on the rows present
    :shapes: (n, M, K) to (n, K); M weights
    """

    learns = True
    from_decisions = True

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        classes = P.shape[2]
        accuracy = accuracies(votes(P, self.shares, self.ties), y, smoothing=1, classes=classes)
        self.weights = np.maximum(0.0, np.log((classes - 1) * accuracy / (1 - accuracy)))

    def _combine(self, P: Array) -> Array:
        voted = votes(P, self.shares, self.ties)
        scores = np.tile(log_shares(self.shares), (len(P), 1))
        for weight, column in zip(self.weights, voted.T, strict=True):
            scores += weight * (column[:, None] == range(P.shape[2]))
        return softmax(scores)

    def learned(self) -> dict[str, Any]:
        """Return the weights, one a modality."""
        return {"weights": self.weights.tolist()}
