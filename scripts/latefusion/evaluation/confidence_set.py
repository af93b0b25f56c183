"""Which models cannot be told from the best, and what is left of a best that was picked by its score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.bootstrap import LEVEL, Array


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


def confidence_set(loss: Array, draws: Array) -> ConfidenceSet:
    """Return the model confidence set by all-pairs max-t (Hansen, Lunde and Nason 2011).

    Models are left out one by one, the one that is worst against any other first, as long as the largest
    standardised difference between two of those that remain is too large for equal models.

    Parameters
    ----------
    loss : (M,) array
        Mean losses; less is better.
    draws : (B, M) array
        The same in draws of the paired group bootstrap.
    """
    models = len(loss)
    difference = loss[:, None] - loss[None, :]
    spread = draws - loss
    # var(a − b) from the covariance, not from (B, M, M) numbers
    covariance = np.atleast_2d(np.cov(spread, rowvar=False, ddof=1)) if models > 1 else np.zeros((1, 1))
    variance = np.diag(covariance)[:, None] + np.diag(covariance)[None, :] - 2 * covariance
    scale = np.sqrt(np.maximum(variance, 0))
    scale[scale < 1e-9 * max(float(np.abs(loss).max(initial=0)), 1e-9)] = np.inf
    t = difference / scale
    remaining = list(range(models))
    p = np.ones(models)
    eliminated = np.zeros(models, np.int64)
    # |t*| of each pair once; removing a model only takes columns away
    pairs = np.array([(i, j) for i in range(models) for j in range(i)], np.int64).reshape(-1, 2)
    t_draws = np.abs(spread[:, pairs[:, 0]] - spread[:, pairs[:, 1]]) / scale[pairs[:, 0], pairs[:, 1]]
    reached, step = 0.0, 0
    left = np.ones(len(pairs), bool)
    while len(remaining) > 1:
        within = t[np.ix_(remaining, remaining)]
        largest = within.max()
        null = t_draws[:, left].max(axis=1)
        reached = max(reached, float((null >= largest).mean()))
        worst = remaining[int(within.max(axis=1).argmax())]
        p[worst] = reached
        step += 1
        if reached < 1 - LEVEL:
            eliminated[worst] = step
        remaining.remove(worst)
        left &= (pairs != worst).all(axis=1)
    return ConfidenceSet(p, eliminated)


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
