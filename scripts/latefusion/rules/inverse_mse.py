"""The mean of the modalities' predictions, weighted by what they are worth alone."""

from typing import Any

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.target_aggregation import mean_squared_errors, weighted_mean_of_targets


class InverseMSE(RegressionRule):
    """Mean of the predictions with weights inverse to the mean squared errors out of fold.

    Errors are taken for independent, which they are not: a modality of noise, whose error is about the
    variance of the target, keeps almost as much weight as a weak one.

    Notes
    -----
    :formula: f = Σ_m w_m f_m, w_m ∝ 1/MSE_m
    :source: Bates and Granger 1969, with independent errors
    :needs: out-of-fold predictions and their targets
    :missing: weights renormalised over the modalities present
    :shapes: (n, M, T) to (n, T); M weights a target
    """

    learns = True

    def _learn(self, F: Array, Y: Array, fold: Labels | None, variance: Array | None) -> None:  # noqa: ARG002
        inverse = 1 / mean_squared_errors(F, Y)
        self.weights = inverse / inverse.sum(axis=0)

    def _combine(self, F: Array, variance: Array | None) -> Array:  # noqa: ARG002 - the contract
        return weighted_mean_of_targets(F, self.weights)

    def learned(self) -> dict[str, Any]:
        """Return the weights of the modalities, by target."""
        return {"weights": self.weights.T.tolist()}
