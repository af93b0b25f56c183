"""Prediction by a fitted model: decision values, and the probabilities and votes that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.inputs import (
    DecisionModel,
    Features,
    Float64,
    Int32,
    present_rows,
    require_finite,
    scatter_rows,
    select_rows,
)


@dataclass(frozen=True)
class DecisionValues:
    """One-vs-one decision values of rows, before they are turned into probabilities.

    Attributes
    ----------
    model : DecisionModel
    decision : (n_known, pairs) float64 array
        Decision values of the rows that have all modalities.
    known : (n,) bool array
        Which rows these are.
    source : str
        View, partition and files, for messages.
    """

    model: DecisionModel
    decision: Float64
    known: NDArray[np.bool_]
    source: str

    def probabilities(self, *, guarded: bool) -> Float64:
        """Return class probabilities, (n, K); NaN for rows that lack a modality.

        Raises
        ------
        InputError
            If a probability is no number.
        """
        p = self.model.proba_of_decision(self.decision, guarded=guarded)
        require_finite(p, self.source)
        return scatter_rows(p, self.known)

    def votes(self) -> Int32:
        """Return the class index with most one-vs-one votes, (n,); -1 for rows that lack a modality."""
        return scatter_rows(self.model.vote_of_decision(self.decision), self.known)


def decide(model: DecisionModel, X: Sequence[Features], *, n_jobs: int, source: str) -> DecisionValues:
    """Return the decision values of rows.

    Parameters
    ----------
    model : DecisionModel
    X : sequence of (n, d_m) float32 or float64 arrays
        One for each modality; a row of NaN where an item lacks it.
    n_jobs : int
        Threads; changes no bit of the result.
    source : str
        View, partition and files, for messages.

    Raises
    ------
    InputError
        If a decision value is no number.
    """
    known = present_rows(X)
    model.set_params(n_jobs=n_jobs)
    decision = model.pairwise_decision(select_rows(X, known))
    require_finite(decision, source)
    return DecisionValues(model, decision, known, source)


def predict(
    model: DecisionModel, X: Sequence[Features], *, guarded: bool, n_jobs: int, source: str
) -> tuple[Float64, Int32]:
    """Return probabilities (n, K) and votes (n,); NaN and -1 for rows that lack a modality."""
    decided = decide(model, X, n_jobs=n_jobs, source=source)
    return decided.probabilities(guarded=guarded), decided.votes()
