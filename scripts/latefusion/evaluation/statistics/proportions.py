"""Score intervals of proportions whose items come in groups: within 0 and 1, and never a point."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVEL: Final = 0.95
FEW_GROUPS: Final = 50
"""Below so many groups neither the bootstrap nor an observed design effect can be relied on."""
FEW_OUTCOMES: Final = 20
"""Near the ends: fewer effective items than this are right, or wrong."""
PRIOR: Final = 0.5
"""Intraclass correlation that is expected before any outcome is seen; most are lower."""
PSEUDO_GROUPS: Final = 10
"""How many groups that expectation counts for."""
_NORMAL: Final = 5000
"""Groups from which Student's quantile is the normal one to three digits."""


@dataclass(frozen=True)
class Proportions:
    """Shares of items, in groups.

    Attributes
    ----------
    share : (F,) array
        What is 0/0 counts 0.
    n : (F,) array
        Items that each is a share of.
    groups : (F,) array
        Groups that these items are of.
    size : (F,) array
        Items in the group of an item, on average (Σ m² / Σ m).
    effect : (F,) array
        Design effect: variance by groups over variance by items; NaN where nothing varies.
    """

    share: Array
    n: Array
    groups: Array
    size: Array
    effect: Array

    def uncertain(self) -> NDArray[np.bool_]:
        """Return where groups or outcomes are too few for the bootstrap and the plain design effect, (F,)."""
        effective = self.n / np.maximum(np.nan_to_num(self.effect, nan=np.inf), 1.0)
        effective = np.where(np.isnan(self.effect), self.n / np.maximum(self.size, 1.0), effective)
        outcomes = effective * np.minimum(self.share, 1 - self.share)
        few: NDArray[np.bool_] = (self.groups < FEW_GROUPS) | (outcomes < FEW_OUTCOMES)
        return few

    def intervals(self) -> tuple[Array, Array]:
        """Return the 95 % score intervals, (F,) each: Wilson's (1927) on the effective number of items.

        That number is n over the design effect (Korn and Graubard 1998), with Student's quantile for the
        number of groups in the place of the normal one. Where groups or outcomes are few, the effect is
        1 + (m − 1) ρ of an intraclass correlation ρ that is shrunk towards 0.5 by ten groups, but never
        below the observed one: without an error in sight no correlation can be seen. Nothing is known of
        a share of no items.
        """
        observed = np.maximum(np.nan_to_num(self.effect, nan=1.0), 1.0)
        effect = np.where(self.uncertain(), np.maximum(observed, self._shrunk()), observed)
        size = np.maximum(self.n / effect, 1e-12)
        z = quantiles(self.groups)
        middle = (self.share + z**2 / (2 * size)) / (1 + z**2 / size)
        variance = np.maximum(self.share * (1 - self.share), 0) / size
        half = z / (1 + z**2 / size) * np.sqrt(variance + z**2 / (4 * size**2))
        low = np.clip(np.minimum(middle - half, self.share), 0, 1)
        high = np.clip(np.maximum(middle + half, self.share), 0, 1)
        known = self.n > 0
        return np.where(known, low, 0.0), np.where(known, high, 1.0)

    def or_else(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return score intervals where groups or outcomes are few, the given ones elsewhere."""
        own = self.intervals()
        uncertain = self.uncertain()
        return np.where(uncertain, own[0], low), np.where(uncertain, own[1], high)

    def _shrunk(self) -> Array:
        """Return the design effect of the shrunken intraclass correlation, (F,)."""
        more = np.maximum(self.size - 1, 0)
        # one group shows no variance between groups: its items may all be one
        alone = self.groups < 2
        seen = ~np.isnan(self.effect) & ~alone & (more > 0)
        within = np.divide(self.effect - 1, more, out=np.zeros_like(more), where=seen)
        weight = np.where(seen, self.groups, 0)
        shrunk = (weight * np.clip(within, 0, 1) + PSEUDO_GROUPS * PRIOR) / (weight + PSEUDO_GROUPS)
        return 1 + more * np.where(alone, 1.0, shrunk)


def proportions(hits: Array, of: Array) -> Proportions:
    """Return shares, column by column, from counts in each group.

    Parameters
    ----------
    hits, of : (G, F) arrays
        How many items of each group count as hits, and out of how many.
    """
    n, total = of.sum(axis=0), hits.sum(axis=0)
    share = np.divide(total, n, out=np.zeros_like(n), where=n > 0)
    groups = (of > 0).sum(axis=0).astype(np.float64)
    influence = ((hits - share * of) ** 2).sum(axis=0)
    by_items = share * (1 - share) * n * np.divide(n, n - 1, out=np.ones_like(n), where=n > 1)
    varies = (by_items > 1e-9 * n) & (groups > 1)
    scale = np.divide(groups, groups - 1, out=np.ones_like(groups), where=groups > 1)
    effect = np.divide(influence * scale, by_items, out=np.full_like(n, np.nan), where=varies)
    size = np.divide((of**2).sum(axis=0), n, out=np.ones_like(n), where=n > 0)
    return Proportions(share, n, groups, size, effect)


def quantiles(groups: Array) -> Array:
    """Return the 97.5 % quantile of Student's t with G − 1 degrees of freedom for each number of groups.

    The normal one for a single group, which has no degree of freedom; its design effect is the largest.
    """
    normal = NormalDist().inv_cdf((1 + LEVEL) / 2)
    found = np.full(np.shape(groups), normal)
    few = (groups > 1) & (groups <= _NORMAL)
    if few.any():
        from scipy.special import stdtrit

        found[few] = stdtrit(groups[few] - 1, (1 + LEVEL) / 2)
    return found


def mean_interval(share: Array, low: Array, high: Array) -> tuple[float, float]:
    """Return the interval of the mean of proportions from those of each, by the method of variance recovery.

    Zou and Donner 2008, with the proportions taken as independent.

    Parameters
    ----------
    share, low, high : (K,) arrays
    """
    down, up = (np.sqrt(((share - end) ** 2).sum()) / len(share) for end in (low, high))
    return max(float(share.mean() - down), 0.0), min(float(share.mean() + up), 1.0)
