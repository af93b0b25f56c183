"""The weighted geometric mean of the modalities' probabilities that predicts the training rows best."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, floored_log, present, softmax, weighted_sum
from latefusion.fusion.constrained_newton import minimise
from latefusion.fusion.rule import Rule


class LogLinearPool(Rule):
    """Weighted geometric mean of the modalities' probabilities, with the weights of least log loss.

    With a free sum the weights also correct confidence: all of them at half make the pool less sure, as
    a temperature would. The loss is convex in the weights and the minimum exact.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    sum_to_one : bool
        Whether the weights must sum to one.
    ridge : float
        Strength of the penalty that keeps the weights finite where the training rows are separable.

    Notes
    -----
    :formula: p_c ∝ Π_m p_mc^(w_m), w_m ≥ 0, by least mean log loss + ridge/2 · Σ_m w_m²
    :source: Genest and Zidek 1986; weights by log loss, Hinton 2002
    :needs: labelled out-of-fold probabilities; in-sample ones give a memoriser the weight
    :ties: larger mean probability, larger prior, lower index
    :missing: its factor is left out, in learning too; factors count equally where none present has weight
    :shapes: (n, M, K) to (n, K); M weights; p is floored at 1e-6
    """

    learns = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        sum_to_one: bool = False,
        ridge: float = 1e-4,
    ) -> None:
        super().__init__(random_state=random_state)
        if ridge < 0:
            raise ValueError(f"ridge must not be negative, as {ridge} is")
        self.sum_to_one, self.ridge = sum_to_one, ridge

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        logs = np.nan_to_num(floored_log(P), nan=0.0)
        n, M, _ = logs.shape
        rows = np.arange(n)

        def objective(weights: Array) -> tuple[float, Array, Array]:
            p = softmax(weighted_sum(logs, weights))
            centred = logs - np.einsum("nmk,nk->nm", logs, p)[:, :, None]
            scaled = (centred * np.sqrt(p)[:, None]).transpose(1, 0, 2).reshape(M, -1)
            loss = -np.log(np.maximum(p[rows, y], np.finfo(float).tiny)).mean()
            return (
                float(loss + self.ridge / 2 * weights @ weights),
                self.ridge * weights - centred[rows, :, y].mean(axis=0),
                scaled @ scaled.T / n + self.ridge * np.eye(M),
            )

        self.minimum = minimise(objective, np.full(M, 1 / M), sum_to_one=self.sum_to_one)

    def _combine(self, P: Array) -> Array:
        weights = np.where(present(P), self.minimum.weights, 0.0)
        weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, present(P))
        return softmax(weighted_sum(floored_log(P), weights))

    def learned(self) -> dict[str, Any]:
        """Return the weights, one a modality, and the loss (with the penalty) that they reach."""
        minimum = self.minimum
        return {"weights": minimum.weights.tolist(), "log_loss": minimum.value, "steps": minimum.steps}
