"""A look-up of what the modalities' votes, taken together, meant in training."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.missing import members, pattern_codes
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import MISSING, log_likelihoods, posterior, votes

FEW = 5


class BehaviourKnowledgeSpace(Rule):
    """Class shares among the training rows on which the modalities voted exactly as on this item.

    Such a cell can be empty or nearly so; `naive_bayes` then has the word, as if it were `strength` rows.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    strength : float
        Rows that the estimate of `naive_bayes` counts for.

    Notes
    -----
    :formula: p_c = (n_c(cell) + 5 · q_c)/(n(cell) + 5), with cell = (s_1 … s_M) and q from `naive_bayes`
    :source: Huang and Suen 1995
    :needs: labelled out-of-fold probabilities, many rows for each cell
    :ties: larger mean probability, larger prior, lower index
    :missing: the cell is that of the modalities present, counted over the rows that have them all
    :shapes: (n, M, K) to (n, K); up to K^M cells
    """

    learns = True
    from_decisions = True

    def __init__(self, *, random_state: np.random.Generator | int | None = None, strength: float = 5) -> None:
        super().__init__(random_state=random_state)
        if strength <= 0:
            raise ValueError(f"strength must be positive, not {strength}")
        self.strength = strength

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        self.voted, self.y = votes(P, self.shares, self.ties), y
        self.likelihoods = log_likelihoods(self.voted, y, P.shape[2])

    def _combine(self, P: Array) -> Array:
        voted = votes(P, self.shares, self.ties)
        prior = posterior(voted, self.likelihoods, self.shares)
        cell = self._cell_counts(voted, pattern_codes(P))
        return (cell + self.strength * prior) / (cell.sum(axis=1, keepdims=True) + self.strength)

    def _cell_counts(self, voted: Labels, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the training rows of each class in the cell of each row, (n, K)."""
        found = np.zeros((len(voted), len(self.shares)), np.int64)
        for code in np.unique(codes).tolist():
            columns, rows = members(code, voted.shape[1]), codes == code
            known = (self.voted[:, columns] != MISSING).all(axis=1)
            both = np.concatenate([self.voted[known][:, columns], voted[rows][:, columns]])
            cells, where = np.unique(both, axis=0, return_inverse=True)
            table = np.zeros((len(cells), found.shape[1]), np.int64)
            np.add.at(table, (where[: known.sum()], self.y[known]), 1)
            found[rows] = table[where[known.sum() :]]
        return found

    def learned(self) -> dict[str, Any]:
        """Return how many cells of all modalities were met, and how many of them rest on few rows."""
        complete = self.voted[(self.voted != MISSING).all(axis=1)]
        sizes = np.unique(complete, axis=0, return_counts=True)[1]
        return {
            "cells": len(self.shares) ** self.voted.shape[1],
            "cells_seen": len(sizes),
            "cells_under_5": int((sizes < FEW).sum()),
        }

    def diagnose(self, P: Array) -> dict[str, Any]:
        """Return how many items fall in a cell that training never met, or met under five times."""
        codes = pattern_codes(P)
        some = codes > 0
        size = self._cell_counts(votes(P[some], self.shares, self.ties), codes[some]).sum(axis=1)
        return {"in_unseen_cells": int((size == 0).sum()), "in_cells_under_5": int((size < FEW).sum())}
