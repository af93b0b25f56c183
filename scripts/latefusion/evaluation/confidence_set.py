"""Which models cannot be told from the best, and what is left of a best that was picked by its score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.bootstrap import LEVEL, Array, resample


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
    n = sizes.sum()
    mean = sums.sum(axis=0) / n
    rest = sums - mean * sizes[:, None]
    deviation = rest[:, first] - rest[:, second]
    difference = mean[first] - mean[second]
    t = _standardised(difference, (deviation**2).sum(axis=0), np.array(n), groups)
    parts = np.c_[sizes, sizes**2, deviation, deviation**2, deviation * sizes[:, None]]

    def statistics(drawn: Array) -> Array:
        total, square = drawn[:, :1], drawn[:, 1:2]
        shift, squares, cross = np.split(drawn[:, 2:], 3, axis=1)
        shift = shift / total
        return np.abs(_standardised(shift, squares - 2 * shift * cross + shift**2 * square, total, groups))

    t_draws = resample(parts, statistics, draws=draws, rng=rng, n_jobs=n_jobs).draws
    remaining = list(range(models))
    reached, step = 0.0, 0
    left = np.ones(len(first), bool)
    signed = np.zeros((models, models))
    signed[first, second], signed[second, first] = t, -t
    while len(remaining) > 1:
        within = signed[np.ix_(remaining, remaining)]
        null = t_draws[:, left].max(axis=1)
        reached = max(reached, float((null >= within.max()).mean()))
        worst = remaining[int(within.max(axis=1).argmax())]
        p[worst] = reached
        step += 1
        if reached < 1 - LEVEL:
            eliminated[worst] = step
        remaining.remove(worst)
        left &= (first != worst) & (second != worst)
    return ConfidenceSet(p, eliminated)


def _standardised(difference: Array, squares: Array, n: Array, groups: int) -> Array:
    """Return differences over their cluster-robust standard errors; 0 where nothing varies."""
    error = np.sqrt(np.maximum(squares, 0) * groups / (groups - 1)) / n
    flat = error <= 1e-12
    return np.where(flat, 0.0, difference / np.where(flat, 1.0, error))


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
