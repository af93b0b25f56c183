"""The weighted mean of the modalities' probabilities that predicts the training rows best."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import FLOOR, Array, Labels, weighted_mean
from latefusion.fusion.constrained_newton import minimise
from latefusion.fusion.missing import complete_or_filled
from latefusion.fusion.rule import Rule


class LinearPool(Rule):
    """Weighted mean of the modalities' probabilities, with the weights of least log loss.

    The loss is convex in the weights and the minimum exact.

    Notes
    -----
    :formula: p_c = Σ_m w_m p_mc, w_m ≥ 0, Σ_m w_m = 1, by least mean of −log Σ_m w_m p_my
    :source: Stone 1961; weights by log loss, Hall and Mitchell 2007
    :needs: labelled out-of-fold probabilities; in-sample ones give a memoriser all the weight
    :ties: larger mean probability, larger prior, lower index
    :missing: weights renormalised over the modalities present, which count equally where none has weight;
        learned on the rows with every modality, or, if these are under 200, on all with class shares in
        the gaps
    :shapes: (n, M, K) to (n, K); M weights; p is floored at 1e-6 in learning
    """

    learns = True

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        P, rows = complete_or_filled(P, self.shares)
        right = np.maximum(P[np.arange(len(P)), :, y[rows]], FLOOR)

        def objective(weights: Array) -> tuple[float, Array, Array]:
            pooled = right @ weights
            relative = right / pooled[:, None]
            return (
                -float(np.log(pooled).mean()),
                -relative.mean(axis=0),
                relative.T @ relative / len(right),
            )

        M = right.shape[1]
        self.minimum = minimise(objective, np.full(M, 1 / M), sum_to_one=True)

    def _combine(self, P: Array) -> Array:
        return weighted_mean(P, self.minimum.weights)

    def learned(self) -> dict[str, Any]:
        """Return the weights, one a modality, and the loss that they reach."""
        minimum = self.minimum
        return {"weights": minimum.weights.tolist(), "log_loss": minimum.value, "steps": minimum.steps}
