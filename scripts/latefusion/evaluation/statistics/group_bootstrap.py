"""Intervals that resample whole groups: items of one group are not independent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import run
from latefusion.evaluation.statistics.proportions import FEW_GROUPS, LEVEL, Proportions, quantiles

Array = NDArray[np.float64]
Groups = NDArray[np.int64]

BLOCK: Final = 125
"""Draws that are made at once; fixed, so that no number depends on the number of workers."""
STEP: Final = 1e-3
"""Of a group's weight, where derivatives are taken by it."""

Statistics = Callable[[Array], Array]
"""Turns sums over items, (b, F), into statistics, (b, S)."""


@dataclass(frozen=True)
class Resampled:
    """Statistics of the items, and of draws of whole groups.

    Attributes
    ----------
    estimate : (S,) array
    draws : (B, S) array
    left_out : (B, S') array, optional
        Statistics of the groups that each draw left out.
    influence : (G, S) array, optional
        Derivative by each group's weight; there where groups are few.
    groups : int
    """

    estimate: Array
    draws: Array
    left_out: Array | None
    influence: Array | None
    groups: int

    @property
    def method(self) -> str:
        """'t' where groups are few, otherwise 'percentile'."""
        return "percentile" if self.influence is None else "t"

    def intervals(self) -> tuple[Array, Array]:
        """Return lower and upper ends of the 95 % intervals, (S,) each."""
        return self._ends(self.estimate, self.draws, self.influence)

    def contrast(self, a: int, b: int) -> tuple[float, float, float]:
        """Return the difference of statistics a − b, and its interval from the same draws."""
        columns = None if self.influence is None else self.influence[:, [a]] - self.influence[:, [b]]
        estimate = self.estimate[[a]] - self.estimate[[b]]
        low, high = self._ends(estimate, self.draws[:, [a]] - self.draws[:, [b]], columns)
        return float(estimate[0]), float(low[0]), float(high[0])

    def _ends(self, estimate: Array, draws: Array, influence: Array | None) -> tuple[Array, Array]:
        if influence is None:
            low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
            return low, high
        half = student(self.groups) * np.sqrt(grouped_variance(influence))
        return estimate - half, estimate + half


def resample(
    sums: Array,
    statistics: Statistics,
    *,
    draws: int,
    rng: np.random.Generator,
    left_out: tuple[Array, Statistics] | None = None,
    n_jobs: int = 1,
) -> Resampled:
    """Draw groups with replacement, as many as there are, and compute statistics of each draw.

    The percentile bootstrap over clusters (Davison and Hinkley 1997, section 3.8); under 50 groups also
    the infinitesimal jackknife (Jaeckel 1972).

    Parameters
    ----------
    sums : (G, F) array
        Sums over the items of each group.
    statistics : callable
    draws : int
    rng : numpy.random.Generator
    left_out : tuple of (G, F') array and callable, optional
        What to compute of the groups that a draw leaves out.
    n_jobs : int
        Threads; the numbers do not depend on it.
    """
    groups = len(sums)
    seeds = rng.integers(2**63, size=-(-draws // BLOCK))
    sizes = [min(BLOCK, draws - start) for start in range(0, draws, BLOCK)]

    def block(task: tuple[int, int]) -> tuple[Array, Array | None]:
        seed, size = task
        weights = group_weights(np.random.default_rng(seed), size, groups)
        drawn = statistics(weights @ sums)
        if left_out is None:
            return drawn, None
        return drawn, left_out[1]((weights == 0).astype(np.float64) @ left_out[0])

    blocks = run(block, list(zip(seeds.tolist(), sizes, strict=True)), n_jobs)
    total = sums.sum(axis=0)[None]
    influence = None
    if groups < FEW_GROUPS:
        influence = influences(sums, statistics)
    outside = [one for _, one in blocks if one is not None]
    return Resampled(
        statistics(total)[0],
        np.concatenate([one for one, _ in blocks]),
        np.concatenate(outside) if outside else None,
        influence,
        groups,
    )


def influences(sums: Array, statistics: Statistics) -> Array:
    """Return the derivative of statistics by each group's weight, (G, S): the infinitesimal jackknife.

    Source: Jaeckel 1972.

    Parameters
    ----------
    sums : (G, F) array
        Sums over the items of each group.
    statistics : callable
    """
    total = sums.sum(axis=0)[None]
    return (statistics(total + STEP * sums) - statistics(total - STEP * sums)) / (2 * STEP)


def group_weights(rng: np.random.Generator, draws: int, groups: int) -> Array:
    """Return how often each draw has each group, (draws, G)."""
    chosen = rng.integers(groups, size=(draws, groups), dtype=np.int32)
    chosen += np.arange(draws, dtype=np.int32)[:, None] * groups
    return np.bincount(chosen.ravel(), minlength=draws * groups).reshape(draws, groups).astype(np.float64)


def group_sums(values: Array, group: Groups, groups: int) -> Array:
    """Return the sums over each group, (G, F), of values (n, F)."""
    return np.stack([np.bincount(group, column, minlength=groups) for column in values.T], axis=1)


def grouped_variance(influence: Array) -> Array:
    """Return G/(G − 1) Σ_g (u_g − ū)² of influences (G, S); NaN for one group."""
    groups = len(influence)
    if groups < 2:
        return np.full(influence.shape[1:], np.nan)
    variance: Array = ((influence - influence.mean(axis=0)) ** 2).sum(axis=0) * groups / (groups - 1)
    return variance


def least_p(groups: int) -> float:
    """Return the least two-sided p-value of a test by whole groups: that all of them differ the same way.

    By chance alone each group's difference could as well have had the other sign (Fisher 1935): all agree in
    2 of 2^G cases. Draws of so few groups lack the tails to tell it, so that p-values of bootstraps are held
    to it as well.
    """
    return float(2.0 ** (1 - groups))


def student(groups: int) -> float:
    """Return the 97.5 % quantile of Student's t with G − 1 degrees of freedom; NaN for one group."""
    return float(quantiles(np.array([groups]))[0]) if groups > 1 else float("nan")


@dataclass(frozen=True)
class Means:
    """Means of columns, with what groups do to their precision.

    Attributes
    ----------
    mean, se, design_effect : (F,) arrays
        `se` by groups; the design effect is its square over that by items, NaN where nothing varies.
    n, groups : int
    size : float
        Items in the group of an item, on average.
    """

    mean: Array
    se: Array
    design_effect: Array
    n: int
    groups: int
    size: float

    def intervals(self) -> tuple[Array, Array]:
        """Return the linearised 95 % interval, (F,) each."""
        half = student(self.groups) * self.se
        return self.mean - half, self.mean + half

    def share_intervals(self) -> tuple[Array, Array]:
        """Return the score interval of columns that are shares, (F,) each."""
        n, groups, size = (
            np.full(len(self.mean), float(value)) for value in (self.n, self.groups, self.size)
        )
        return Proportions(self.mean, n, groups, size, self.design_effect).intervals()


def grouped_means(values: Array, group: Groups) -> Means:
    """Return means of columns, (n, F), n >= 1, with cluster-robust standard errors (Liang and Zeger 1986)."""
    n = len(values)
    codes, member = np.unique(group, return_inverse=True)
    mean = values.mean(axis=0)
    deviation = (values - mean) / n
    by_group = grouped_variance(group_sums(deviation, member, len(codes)))
    by_item = grouped_variance(deviation)
    # rounding alone must not look like variance
    flat = np.ptp(values, axis=0) == 0
    effect = np.divide(by_group, by_item, out=np.full_like(by_group, np.nan), where=~flat & (by_item > 0))
    size = float((np.bincount(member).astype(np.float64) ** 2).sum() / n)
    return Means(mean, np.sqrt(by_group), effect, n, len(codes), size)
