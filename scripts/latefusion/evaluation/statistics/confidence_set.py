"""Which models cannot be told from the best, and what is left of a best that was picked by its score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.statistics.group_bootstrap import Array, least_p
from latefusion.evaluation.statistics.proportions import LEVEL
from latefusion.evaluation.statistics.studentised import studentise


@dataclass(frozen=True)
class ConfidenceSet:
    """A model confidence set.

    Attributes
    ----------
    p : (M,) array
        A model is in the set at level 1 − α where its p-value is at least α.
    eliminated : (M,) int array
        Step at which a model left, counted from 1; 0 where it stays.
    """

    p: Array
    eliminated: NDArray[np.int64]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which models cannot be told from the best at 95 %, (M,)."""
        return self.p >= 1 - LEVEL


def confidence_set(
    sums: Array, sizes: Array, *, draws: int, rng: np.random.Generator, n_jobs: int = 1
) -> ConfidenceSet:
    """Return the model confidence set by all-pairs max-t (Hansen, Lunde and Nason 2011).

    Models are left out one by one, the one that is worst against any other first, as long as the largest
    standardised difference between two of those that remain is too large for equal models. Each draw of
    the paired group bootstrap is standardised by its own cluster-robust error: with the error of the data
    in all of them the set left one of 25 equal rules out in 12 % of data sets, not in 5.

    Parameters
    ----------
    sums : (G, M) array
        Sums of each model's losses over each group; less is better.
    sizes : (G,) array
        Items of each group.
    draws : int
    rng : numpy.random.Generator
    n_jobs : int
        Threads; the numbers do not depend on it.
    """
    groups, models = sums.shape
    p = np.ones(models)
    eliminated = np.zeros(models, np.int64)
    first, second = np.tril_indices(models, -1)
    if models < 2 or groups < 2:
        return ConfidenceSet(p, eliminated)
    pairs = studentise(sums, sizes, first, second, draws=draws, rng=rng, n_jobs=n_jobs)
    apart = np.zeros((models, models))
    apart[first, second], apart[second, first] = pairs.t, -pairs.t
    order, largest = _eliminate(apart)
    beyond = _as_far(np.abs(pairs.draws), first, second, order, largest)
    reached = np.maximum(np.maximum.accumulate((1 + beyond) / (1 + draws)), least_p(groups))
    p[order] = reached
    leave = reached < 1 - LEVEL
    eliminated[order[leave]] = 1 + np.flatnonzero(leave)
    return ConfidenceSet(p, eliminated)


def _eliminate(apart: Array) -> tuple[NDArray[np.int64], Array]:
    """Return all models but the last, the worst first, and the largest difference before each leaves.

    Parameters
    ----------
    apart : (M, M) array
        How much worse each model is than each other, standardised.
    """
    remaining = list(range(len(apart)))
    order, largest = [], []
    while len(remaining) > 1:
        worst_by = apart[np.ix_(remaining, remaining)].max(axis=1)
        largest.append(worst_by.max())
        order.append(remaining.pop(int(worst_by.argmax())))
    return np.array(order), np.array(largest)


def _as_far(
    distances: Array,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    order: NDArray[np.int64],
    largest: Array,
) -> NDArray[np.int64]:
    """Return in how many draws two of the models that remain at each step are as far apart, (M − 1,).

    The order is known before any draw is looked at, so the largest distance grows from the last step
    backwards, and each pair is looked at once.
    """
    step = np.full(len(order) + 1, len(order))
    step[order] = np.arange(len(order))
    leaves = np.minimum(step[first], step[second])
    most = np.zeros(len(distances))
    counts = np.empty(len(order), np.int64)
    for at in reversed(range(len(order))):
        most = np.maximum(most, distances[:, leaves == at].max(axis=1))
        counts[at] = (most >= largest[at]).sum()
    return counts


def bias_corrected_best(loss: Array, draws: Array, left_out: Array) -> tuple[int, float, float, float]:
    """Return the best model, and its loss once the luck of having been picked is removed.

    Bootstrap bias-corrected cross-validation (Tsamardinos, Greasidou and Borboudakis 2018): each draw
    picks its best model, which counts by the items that the draw left out.

    Parameters
    ----------
    loss : (M,) array
    draws, left_out : (B, M) arrays
        Losses of the items that a draw has, and of those that it left out; NaN where it left out none.

    Returns
    -------
    best : int
    corrected, low, high : float
        NaN where no draw left out any item.
    """
    best = int(loss.argmin())
    outside = left_out[np.arange(len(draws)), draws.argmin(axis=1)]
    outside = outside[~np.isnan(outside)]
    if len(outside) == 0:
        return best, float("nan"), float("nan"), float("nan")
    low, high = np.quantile(outside, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return best, float(outside.mean()), float(low), float(high)
