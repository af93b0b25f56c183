"""Metrics of predicted numbers, as functions of sums over groups."""

from __future__ import annotations

from typing import Final

import numpy as np

from latefusion.evaluation.statistics.group_bootstrap import Array, Groups, group_sums

METRICS: Final = ("r2", "rmse", "mae", "pearson", "ccc", "slope", "intercept")
"""Of one model and target, in the order of `from_sums`."""

RANGE: Final = {
    "r2": (-np.inf, 1.0),
    "rmse": (0.0, np.inf),
    "mae": (0.0, np.inf),
    "pearson": (-1.0, 1.0),
    "ccc": (-1.0, 1.0),
    "spearman": (-1.0, 1.0),
}
"""Least and most that a metric can be, where it has bounds."""

_FLAT: Final = 1e-13
"""Variance below this share of the mean square is rounding."""


def target_sums(y: Array, f: Array, baseline: Array | float, group: Groups, groups: int) -> Array:
    """Sums over each group of what the metrics are made of.

    Parameters
    ----------
    y, f : (n,) arrays
        True and predicted values.
    baseline : float or (n,) array
        What R² is measured against: the mean of the target among the training items.
    group : (n,) int array
        Codes 0 … groups − 1.
    groups : int

    Returns
    -------
    (groups, 9) array
        Of 1, y, f, y², f², yf, (y − f)², |y − f|, (y − baseline)², where y and f of the middle
        ones are counted from the mean of y, so that no digits cancel.
    """
    error = y - f
    level = float(y.mean())
    own, said = y - level, f - level
    columns = [np.ones(len(y)), own, said, own**2, said**2, own * said, error**2, np.abs(error)]
    return group_sums(np.stack([*columns, (y - baseline) ** 2], axis=1), group, groups)


def from_sums(sums: Array, level: float) -> Array:
    """Metrics of each row of sums.

    R² = 1 − Σ(y − f)² / Σ(y − b)² with b the baseline; Pearson's r; Lin's (1989) concordance
    2 s_yf / (s_y² + s_f² + (ȳ − f̄)²) with sums over n; slope and intercept of the regression of y on f:
    1 and 0 where predictions are calibrated, a slope above 1 where they are shrunk too far.

    Parameters
    ----------
    sums : (b, 9) array
        As of `target_sums`, added up.
    level : float
        Mean of y that the sums count from.

    Returns
    -------
    (b, 7) array
        In the order of `METRICS`; NaN where a metric is not defined: where nothing varies.
    """
    n, y, f, yy, ff, yf, squared, absolute, around = sums.T
    y, f = y / n, f / n
    vy, vf = (_variance(second / n, mean) for second, mean in ((yy, y), (ff, f)))
    cov = yf / n - y * f
    slope = _ratio(cov, vf)
    return np.stack(
        [
            1.0 - _ratio(squared, around),
            np.sqrt(squared / n),
            absolute / n,
            _ratio(cov, np.sqrt(vy * vf)),
            _ratio(2.0 * cov, vy + vf + (y - f) ** 2),
            slope,
            (level + y) - slope * (level + f),
        ],
        axis=1,
    )


def spearman(y: Array, f: Array, weights: Array) -> Array:
    """Spearman's rank correlation where each item counts as often as its weight says.

    Pearson's correlation of mid-ranks; equal values share theirs.

    Parameters
    ----------
    y, f : (n,) arrays
    weights : (b, n) array
        How often each draw has each item.

    Returns
    -------
    (b,) array
        NaN where one of the two does not vary.
    """
    own, said = _mid_ranks(y, weights), _mid_ranks(f, weights)
    total = weights.sum(axis=1)
    own, said = (ranks - ((weights * ranks).sum(axis=1) / total)[:, None] for ranks in (own, said))
    cov, vy, vf = ((weights * a * b).sum(axis=1) for a, b in ((own, said), (own, own), (said, said)))
    return _ratio(cov, np.sqrt(vy * vf))


def spearman_influence(y: Array, f: Array) -> Array:
    """Derivative of Spearman's rank correlation by the weight of each item, ranks moving along.

    The infinitesimal jackknife (Jaeckel 1972) of `spearman` at equal weights: an item counts by its own
    ranks, and by lifting the ranks of all items above it.

    Parameters
    ----------
    y, f : (n,) arrays

    Returns
    -------
    (n,) array
        NaN where one of the two does not vary.
    """
    once = np.ones((1, len(y)))
    own, said = (_mid_ranks(values, once)[0] for values in (y, f))
    own, said = own - own.mean(), said - said.mean()
    cov, vy, vf = float(own @ said), float(own @ own), float(said @ said)
    if vy <= 0 or vf <= 0:
        return np.full(len(y), np.nan)
    of_cov = own * said + _lifted(y, said) + _lifted(f, own)
    of_vy, of_vf = own**2 + 2 * _lifted(y, own), said**2 + 2 * _lifted(f, said)
    r = cov / np.sqrt(vy * vf)
    return np.asarray(of_cov / np.sqrt(vy * vf) - r / 2 * (of_vy / vy + of_vf / vf))


def _lifted(values: Array, counted: Array) -> Array:
    """Return for each item what is counted of the items above it, and half of that of its equals, (n,)."""
    _, place = np.unique(values, return_inverse=True)
    each = np.bincount(place, counted)
    above = np.cumsum(each[::-1])[::-1] - each / 2
    return np.asarray(above[place])


def _mid_ranks(values: Array, weights: Array) -> Array:
    """Return the rank of each item among the items of each draw, (b, n)."""
    _, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    each = np.add.reduceat(weights[:, order], starts, axis=1)
    ranks = np.cumsum(each, axis=1) - each / 2.0
    return np.asarray(ranks[:, place])


def _variance(square: Array, mean: Array) -> Array:
    variance = square - mean**2
    return np.where(variance > _FLAT * square, variance, 0.0)


def _ratio(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.full(np.shape(a), np.nan), where=b > 0)
