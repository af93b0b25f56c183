"""The weighted mean of the modalities' probabilities with weights of each class, by least squares."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, present
from latefusion.fusion.constrained_newton import minimise
from latefusion.fusion.missing import complete_or_filled
from latefusion.fusion.rule import Rule


class ClassWeightedLinearPool(Rule):
    """Weighted sum of the modalities' probabilities of each class, its weights by non-negative least squares.

    A super learner for each class against the others: a modality may be trusted with one class and not
    with another. The minimum is exact.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    sum_to_one : bool
        Whether the weights of each class must sum to one.

    Notes
    -----
    :formula: p_c ∝ Σ_m w_mc p_mc, w_mc ≥ 0, by least Σ_i ([y_i = c] − Σ_m w_mc p_imc)² for each c
    :source: van der Laan, Polley and Hubbard 2007; least squares, Breiman 1996, Lawson and Hanson 1974
    :needs: labelled out-of-fold probabilities; in-sample ones give a memoriser the weight
    :ties: larger mean probability, larger prior, lower index
    :missing: weights of a class rescaled to their sum over the modalities present, which count equally
        where none has weight; learned on the rows with every modality, or, if these are under 200, on all
        with class shares in the gaps
    :shapes: (n, M, K) to (n, K); M × K weights; a class without training rows gets no probability
    """

    learns = True

    def __init__(
        self, *, random_state: np.random.Generator | int | None = None, sum_to_one: bool = False
    ) -> None:
        super().__init__(random_state=random_state)
        self.sum_to_one = sum_to_one

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        P, rows = complete_or_filled(P, self.shares)
        y = y[rows]
        columns = [self._least_squares(P[:, :, c], y == c) for c in range(P.shape[2])]
        self.weights = np.stack(columns, axis=1)

    def _least_squares(self, X: Array, target: Array) -> Array:
        """Return the weights, (M,), of least mean square of target − Xw."""
        M, n = X.shape[1], len(X)
        if not target.any():
            return np.zeros(M)
        gram = np.einsum("nm,nl->ml", X, X) / n
        moment = X[target].sum(axis=0) / n
        level = target.mean() / 2

        def objective(weights: Array) -> tuple[float, Array, Array]:
            slope = gram @ weights
            return float(level - moment @ weights + slope @ weights / 2), slope - moment, gram

        return minimise(objective, np.full(M, 1 / M), sum_to_one=self.sum_to_one).weights

    def _combine(self, P: Array) -> Array:
        known = present(P)[:, :, None]
        weights = np.where(known, self.weights, 0.0)
        total = weights.sum(axis=1, keepdims=True)
        weights = np.where(total > 0, weights, known)
        weights = weights * (self.weights.sum(axis=0) / weights.sum(axis=1, keepdims=True))
        fused: Array = np.nansum(weights * P, axis=1)
        return fused

    def learned(self) -> dict[str, Any]:
        """Return the weights, one list a modality."""
        return {"weights": self.weights.tolist()}
