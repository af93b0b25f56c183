"""Linear fusion of the modalities' log-probabilities with a weight of each and an offset of each class."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, floored_log
from latefusion.fusion.conditional_logit import fit
from latefusion.fusion.missing import filled
from latefusion.fusion.rule import Rule


class LLRFusion(Rule):
    """Linear fusion of log-likelihood ratios by logistic regression, as in speaker verification.

    One weight a modality, of either sign, and one offset a class: between `log_linear_pool`, which has no
    offsets, and `log_logistic_regression`, whose weights are those of pairs of classes. With one modality
    it is calibration. The optimum is exact.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    ridge : float
        Strength of the penalty that keeps weights and offsets finite where the training rows are separable.

    Notes
    -----
    :formula: log p_c = Σ_m α_m log p_mc + β_c + constant, by least mean log loss + ridge/2 · (‖α‖² + ‖β‖²)
    :source: Brümmer and van Leeuwen 2006 (FoCal multiclass); Pigeon, Druyts and Verlinde 2000
    :needs: labelled out-of-fold probabilities; in-sample ones give a memoriser the weight
    :ties: larger mean probability, larger prior, lower index
    :missing: class shares in the gap, a log-likelihood ratio of zero, in learning too
    :shapes: (n, M, K) to (n, K); M weights, K offsets; p is floored at 1e-6; a class without training rows
        gets no probability
    """

    learns = True

    def __init__(self, *, random_state: np.random.Generator | int | None = None, ridge: float = 1e-4) -> None:
        super().__init__(random_state=random_state)
        if ridge <= 0:
            raise ValueError(f"ridge must be positive, as {ridge} is not")
        self.ridge = ridge

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        self.model = fit(self._logs(P), y, self.ridge)

    def _combine(self, P: Array) -> Array:
        return self.model.predict(self._logs(P))

    def _logs(self, P: Array) -> Array:
        return floored_log(filled(P, self.shares))

    def learned(self) -> dict[str, Any]:
        """Return the weights, one a modality, the offsets, one a class, and the loss that they reach."""
        model = self.model
        return {
            "weights": model.weights.tolist(),
            "offsets": model.offsets.tolist(),
            "log_loss": model.value,
            "steps": model.steps,
        }
