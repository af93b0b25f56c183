"""Mean differences over their own errors, in the data and in draws of whole groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.statistics.group_bootstrap import Array, least_p, resample

_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class Studentised:
    """Differences over their cluster-robust standard errors.

    Attributes
    ----------
    t : (P,) array
        Infinite where all items differ by the same, 0 where they do not differ.
    draws : (B, P) array
        How far the draws are from the data, each over its own error, 0 where it has none; no draws where
        there is but one group.
    groups : int
    """

    t: Array
    draws: Array
    groups: int

    def p(self) -> Array:
        """Return the two-sided p-value of each difference, (P,).

        The symmetric bootstrap-t test (Davison and Hinkley 1997, section 4.4; Hall 1992, section 3.6);
        at least `least_p`, which is 1 where there is but one group.
        """
        # a tolerance keeps rounding from deciding ties
        beyond = np.abs(self.draws) >= np.abs(self.t) * (1 - 1e-12)
        shares: Array = (1 + beyond.sum(axis=0)) / (1 + len(self.draws))
        return np.maximum(shares, least_p(self.groups))


def studentise(
    sums: Array,
    sizes: Array,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    *,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int = 1,
) -> Studentised:
    """Draw whole groups with replacement, and standardise each draw by the error that it has itself.

    A draw that happens to lack the groups that matter is nearer to zero and has a smaller error as well:
    with the error of the data in all draws, skewed losses are called different too often.

    Parameters
    ----------
    sums : (G, M) array
        Sums over each group.
    sizes : (G,) array
        Items of each group.
    first, second : (P,) int arrays
        Columns whose means are compared, first − second.
    draws : int
    rng : numpy.random.Generator
    n_jobs : int
        Threads; the numbers do not depend on it.
    """
    groups, columns = sums.shape
    if groups < 2:
        return Studentised(np.zeros(len(first)), np.empty((0, len(first))), groups)
    n = sizes.sum()
    # around the mean of the data, so that no digits cancel
    rest = sums - sums.sum(axis=0) / n * sizes[:, None]
    squares = (rest[:, first] - rest[:, second]) ** 2
    parts = np.c_[sizes, sizes**2, rest, rest * sizes[:, None], squares]

    def statistics(drawn: Array) -> Array:
        total, square = drawn[:, :1], drawn[:, 1:2]
        shift, cross = drawn[:, 2 : 2 + columns] / total, drawn[:, 2 + columns : 2 + 2 * columns]
        mean = shift[:, first] - shift[:, second]
        around = 2 * (cross[:, first] - cross[:, second]) - mean * square
        error = _error(drawn[:, 2 + 2 * columns :], mean * around, total, groups)
        return np.divide(mean, error, out=np.zeros_like(mean), where=error > _ROUNDING)

    difference = (sums[:, first] - sums[:, second]).sum(axis=0) / n
    error = _error(squares.sum(axis=0), np.zeros(1), n, groups)
    # rounding alone is no difference
    difference = np.where(np.abs(difference) <= _ROUNDING, 0.0, difference)
    constant = np.copysign(np.where(difference == 0, 0.0, np.inf), difference)
    t = np.divide(difference, error, out=constant, where=error > _ROUNDING)
    return Studentised(t, resample(parts, statistics, draws=draws, rng=rng, n_jobs=n_jobs).draws, groups)


def _error(squares: Array, shift: Array, n: Array, groups: int) -> Array:
    """Return cluster-robust standard errors, 0 where only rounding is left of them."""
    rest = squares - shift
    rest = np.where(rest <= _ROUNDING * squares, 0.0, rest)
    error: Array = np.sqrt(rest * (groups / (groups - 1))) / n
    return error
