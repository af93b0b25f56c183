"""The largest probability that any modality gives a class, weighted by its recall of that class."""

from types import MappingProxyType
from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import counts, votes


class ClassWeightedMax(Rule):
    """Largest probability that any modality gives the class, times its recall of the class.

    Recall rewards a modality for calling everything one class, so the rule favours classes that are
    over-predicted; and it does not withstand a memoriser.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    smoothing : float
        What is added to the rows that are right, and K times to all rows of the class, since a recall
        of zero is not evidence of never. Zero under `replica`, as in the notebook.

    Notes
    -----
    :formula: p_c ∝ max over m of p_mc · recall_mc, with recall_mc = (right + 1)/(N_c + K) out-of-fold
        (under `replica` right/N_c in-sample)
    :source: the notebook
    :needs: labelled out-of-fold probabilities
    :ties: larger mean probability, larger prior, lower index
    :missing: maximum over the modalities present; a recall is that on the rows present
    :shapes: (n, M, K) to (n, K); M × K recalls
    """

    learns = True
    replica_options = MappingProxyType({"smoothing": 0})

    def __init__(
        self, *, random_state: np.random.Generator | int | None = None, smoothing: float = 1
    ) -> None:
        super().__init__(random_state=random_state)
        if smoothing < 0:
            raise ValueError(f"smoothing must not be negative, as {smoothing} is")
        self.smoothing = smoothing

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        classes = P.shape[2]
        table = counts(votes(P, self.shares, self.ties), y, classes)
        right = table.diagonal(axis1=1, axis2=2) + self.smoothing
        rows = table.sum(axis=2) + self.smoothing * classes
        self.recall = right / np.where(rows > 0, rows, 1)

    def _combine(self, P: Array) -> Array:
        largest: Array = np.nanmax(P * self.recall, axis=1)
        return largest

    def learned(self) -> dict[str, Any]:
        """Return the recalls, one list a modality."""
        return {"recall": self.recall.tolist()}
