"""Likeness to the mean profile of each class."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.rule import Rule


class DecisionTemplates(Rule):
    """Likeness of what the modalities say to what they say of the class on average.

    Notes
    -----
    :formula: score_c ∝ 1 − mean over m, k of (p_mk − t_cmk)², with t_c the mean profile of class c
    :source: Kuncheva, Bezdek and Duin 2001
    :needs: labelled out-of-fold probabilities
    :ties: larger mean probability, larger prior, lower index
    :missing: mean over the modalities present; a template is the mean of the rows present, and that of all
        classes where a class has none
    :shapes: (n, M, K) to (n, K); K templates of M × K; zero for a class without training rows
    """

    learns = True
    probabilistic = False

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        known, values = ~np.isnan(P), np.nan_to_num(P, nan=0.0)
        overall = values.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        self.templates = np.empty((P.shape[2], *overall.shape))
        for c in range(P.shape[2]):
            rows = known[y == c].sum(axis=0)
            self.templates[c] = np.where(rows, values[y == c].sum(axis=0) / np.maximum(rows, 1), overall)

    def _combine(self, P: Array) -> Array:
        seen = np.flatnonzero(self.shares)
        scores = np.zeros((len(P), P.shape[2]))
        for c in seen.tolist():
            scores[:, c] = 1 - np.nanmean((P - self.templates[c]) ** 2, axis=(1, 2))
        return scores

    def learned(self) -> dict[str, Any]:
        """Return the templates, by class, modality and probability."""
        return {"templates": self.templates.tolist()}
