"""The mean of modalities picked one after another, some of them often."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import FLOOR, Array, Labels, weighted_mean
from latefusion.fusion.missing import complete_or_filled
from latefusion.fusion.rule import Rule


class GreedyEnsemble(Rule):
    """Forward selection with replacement: again and again the modality that lowers log loss most.

    Of all the means met on the way, the one with the least loss is kept.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    picks : int
        How many modalities are picked.

    Notes
    -----
    :formula: p_c = Σ_m w_m p_mc, w_m the share of picks that took m
    :source: Caruana, Niculescu-Mizil, Crew and Ksikes 2004
    :needs: labelled out-of-fold probabilities; in-sample ones give a memoriser all the weight
    :ties: larger mean probability, larger prior, lower index; among equal picks the first modality
    :missing: weights renormalised over the modalities present, which count equally where none has weight;
        learned on the rows with every modality, or, if these are under 200, on all with class shares in
        the gaps
    :shapes: (n, M, K) to (n, K); M weights; p is floored at 1e-6 in learning
    """

    learns = True

    def __init__(self, *, random_state: np.random.Generator | int | None = None, picks: int = 50) -> None:
        super().__init__(random_state=random_state)
        if picks < 1:
            raise ValueError(f"picks must be 1 or more, not {picks}")
        self.picks = picks

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        P, rows = complete_or_filled(P, self.shares)
        right = np.maximum(P[np.arange(len(P)), :, y[rows]], FLOOR)
        total = np.zeros(len(right))
        self.picked: list[int] = []
        self.losses: list[float] = []
        for size in range(1, self.picks + 1):
            losses = -np.log((total[:, None] + right) / size).mean(axis=0)
            best = int(losses.argmin())
            total += right[:, best]
            self.picked.append(best)
            self.losses.append(float(losses[best]))
        self.size = int(np.argmin(self.losses)) + 1
        self.weights = np.bincount(self.picked[: self.size], minlength=right.shape[1]) / self.size

    def _combine(self, P: Array) -> Array:
        return weighted_mean(P, self.weights)

    def learned(self) -> dict[str, Any]:
        """Return the weights, one a modality, how many picks were kept and the loss they reach."""
        return {
            "weights": self.weights.tolist(),
            "picks": self.size,
            "log_loss": self.losses[self.size - 1],
        }
