"""Rules that read the quality of items, such as their length or signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self

import numpy as np

from latefusion.fusion.aggregation import Array, Labels, normalise, present
from latefusion.fusion.rule import Rule
from latefusion.fusion.rule_errors import check_scores

COLUMNS: Final = "columns"
"""The option that names the quality columns."""


class QualityRule(Rule):
    """A rule that is given quality measures q of each item beside the probabilities.

    A subclass overrides `_learn_with` and `_combine_with`, which get q standardised by the rows that the rule
    is fitted on: less their mean, divided by their standard deviation, and never beyond their range; 0, the
    mean, where a measure is missing, and everywhere where it is the same in all of these rows.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        The only source of randomness.
    columns : sequence of str, optional
        Names of the quality measures, in the order of the columns of q; without any the rule has none.
    """

    reads_quality: ClassVar[bool] = True

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        super().__init__(random_state=random_state)
        self.columns = columns
        self._names = tuple(columns or ())

    def fit(self, P: Array, y: Labels, *, fold: Labels | None = None, quality: Array | None = None) -> Self:
        """Learn from labelled rows.

        Parameters
        ----------
        P, y, fold : arrays
            As of `Rule.fit`.
        quality : (n_items, n_columns) array, optional
            NaN where a measure is missing.

        Raises
        ------
        ValueError
            As of `Rule.fit`; if `quality` has not a number of each column for each row.
        """
        q = self._checked(quality, len(P))
        sample = self._begin(P, y, fold)
        q = q[present(P).any(axis=1)]
        self._note(q)
        self._learn_with(*sample, self._standardised(q))
        return self

    def predict_proba(self, P: Array, *, quality: Array | None = None) -> Array:
        """Return the fused probabilities, (n_items, n_classes), of rows with their quality, as of `fit`."""
        q = self._checked(quality, len(P))
        fused = np.tile(self.shares, (len(P), 1))
        some = present(P).any(axis=1)
        if some.any():
            scores = self._combine_with(P[some], self._standardised(q[some]))
            fused[some] = normalise(check_scores(scores, np.flatnonzero(some), P.shape[2]))
        return fused

    def learned(self) -> dict[str, Any]:
        """Return mean and standard deviation of each measure, and in how many rows to learn from it lacks."""
        return {
            "quality": {
                name: {"mean": self._mean[d], "standard_deviation": self._deviation[d], "missing": lacking}
                for d, (name, lacking) in enumerate(zip(self._names, self._missing.tolist(), strict=True))
            }
        }

    def _checked(self, quality: Array | None, n: int) -> Array:
        if quality is None and not self._names:
            return np.empty((n, 0))
        shape = None if quality is None else quality.shape
        if quality is None or shape != (n, len(self._names)):
            raise ValueError(f"quality measures {shape}, of {n} rows and the columns {list(self._names)}")
        return quality

    def _note(self, q: Array) -> None:
        known = ~np.isnan(q)
        self._missing = (~known).sum(axis=0)
        counted = np.maximum(known.sum(axis=0), 1)
        # a shift first: the mean of equal values is then that value, and their deviation exactly 0
        first = np.array([next((v for v in column if v == v), 0.0) for column in q.T.tolist()])
        self._mean = first + np.where(known, q - first, 0.0).sum(axis=0) / counted
        centred = np.where(known, q - self._mean, 0.0)
        self._deviation = np.sqrt((centred**2).sum(axis=0) / counted)
        self._low, self._high = centred.min(axis=0, initial=0.0), centred.max(axis=0, initial=0.0)

    def _standardised(self, q: Array) -> Array:
        within = np.clip(np.where(np.isnan(q), 0.0, q - self._mean), self._low, self._high)
        varies = self._deviation > 0
        return np.where(varies, within / np.where(varies, self._deviation, 1.0), 0.0)

    def _learn_with(self, P: Array, y: Labels, fold: Labels | None, q: Array) -> None:
        """Learn from rows of which each has a modality, with their standardised quality, (n, n_columns)."""
        raise NotImplementedError

    def _combine_with(self, P: Array, q: Array) -> Array:
        """Return scores >= 0, (n_items, n_classes), for rows of which each has a modality."""
        raise NotImplementedError
