"""Variance of a model's errors as a function of how far an item lies from what the model has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

MOST_BINS: Final = 10
LEAST_ROWS: Final = 30
"""Of a bin: the mean of fewer squared errors is anything."""

LEAST_SHARE: Final = 0.1
"""Of the mean squared error: no item is known better than that."""


@dataclass(frozen=True)
class VarianceByDistance:
    """Residual variance that does not fall with the distance: linear between knots, constant beyond them.

    Error bars follow the density of the input data (Williams, Qazaz, Bishop & Zhu 1995). Where these come
    from a Gaussian process, its assumptions are taken for granted; here squared errors out of fold are
    averaged in bins of equal size and made monotone by pooling adjacent violators (Ayer et al. 1955).

    Attributes
    ----------
    distance : (K,) float64 array
        Mean distance of each bin's rows, increasing.
    variance : (K, T) float64 array
    """

    distance: Float64
    variance: Float64

    @classmethod
    def fit(cls, distance: Float64, squared: Float64) -> Self:
        """Learn from rows that a model did not see.

        Parameters
        ----------
        distance : (n,) float64 array
            From the rows that the model saw.
        squared : (n, T) float64 array
            Squared errors.
        """
        order = np.argsort(distance, kind="stable")
        bins = np.array_split(order, max(1, min(MOST_BINS, len(order) // LEAST_ROWS)))
        middle = np.array([distance[rows].mean() for rows in bins])
        # rows at one distance are one bin, however many
        knots, place = np.unique(middle, return_inverse=True)
        joined = [np.concatenate([bins[at] for at in np.flatnonzero(place == k)]) for k in range(len(knots))]
        means = np.stack([squared[rows].mean(axis=0) for rows in joined])
        sizes = np.array([len(rows) for rows in joined], np.float64)
        monotone = np.stack([_pooled(column, sizes) for column in means.T], axis=1)
        return cls(knots, np.maximum(monotone, LEAST_SHARE * squared.mean(axis=0)))

    def of(self, distance: Float64) -> Float64:
        """Return the variance at each distance, (m, T)."""
        return np.stack([np.interp(distance, self.distance, column) for column in self.variance.T], axis=1)

    def facts(self) -> list[dict[str, list[float]]]:
        """Return the knots of each target, for the model's JSON file."""
        return [
            {"distance": self.distance.tolist(), "variance": column.tolist()} for column in self.variance.T
        ]

    @classmethod
    def from_facts(cls, facts: Sequence[Mapping[str, Any]]) -> Self:
        """Return what `facts` was made from."""
        return cls(np.array(facts[0]["distance"]), np.stack([one["variance"] for one in facts], axis=1))


def held_out_variance(distance: Float64, squared: Float64, fold: NDArray[np.integer]) -> Float64:
    """Return the variance of rows by their distance, (n, T), each as learned from the errors of other folds.

    Parameters
    ----------
    distance : (n,) float64 array
        From the rows outside of a row's fold.
    squared : (n, T) float64 array
        Squared errors out of fold.
    fold : (n,) int array
    """
    out = np.empty_like(squared)
    for one in np.unique(fold):
        inside = fold == one
        out[inside] = VarianceByDistance.fit(distance[~inside], squared[~inside]).of(distance[inside])
    return out


def _pooled(values: Float64, weights: Float64) -> Float64:
    """Return the nearest sequence that does not fall, by weighted least squares."""
    level: list[float] = []
    weight: list[float] = []
    count: list[int] = []
    for value, own in zip(values.tolist(), weights.tolist(), strict=True):
        level, weight, count = [*level, value], [*weight, own], [*count, 1]
        while len(level) > 1 and level[-2] > level[-1]:
            total = weight[-2] + weight[-1]
            mean = (level[-2] * weight[-2] + level[-1] * weight[-1]) / total
            level, weight = [*level[:-2], mean], [*weight[:-2], total]
            count = [*count[:-2], count[-2] + count[-1]]
    return np.repeat(np.array(level), np.array(count))
