"""Metrics of several models and targets with intervals over groups, all from the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from latefusion.evaluation.statistics.continuous_metrics import METRICS as OF_SUMS
from latefusion.evaluation.statistics.continuous_metrics import (
    RANGE,
    from_sums,
    spearman,
    spearman_influence,
    target_sums,
)
from latefusion.evaluation.statistics.group_bootstrap import (
    Array,
    Groups,
    Resampled,
    group_sums,
    grouped_variance,
    resample,
    student,
)

METRICS: Final = (*OF_SUMS, "spearman")
"""Of a model and target, in the order of `Measured`."""


@dataclass(frozen=True)
class Measured:
    """Metrics of M models and T targets, and R² averaged over the targets.

    Attributes
    ----------
    value, low, high : (M, T, 8) arrays
        In the order of `METRICS`; NaN where a metric is not defined.
    mean : (3, M) array
        R² averaged over the targets, and the ends of its interval.
    method : str
        'percentile', or 't' where groups are few; Spearman's intervals are always 't'.
    """

    value: Array
    low: Array
    high: Array
    mean: Array
    method: str


def measure(
    y: Array,
    predicted: Sequence[Array],
    base: Sequence[Array],
    group: Groups,
    *,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int = 1,
) -> Measured:
    """Resample whole groups and compute every metric of every model and target in each draw.

    Parameters
    ----------
    y : (n, T) array
    predicted : sequence of (R, n, T) arrays
        Of each model; metrics are averaged over its R replicates.
    base : sequence of (R, n, T) arrays
        What R² is measured against: means of the training targets.
    group : (n,) int array
        Codes 0 … G − 1.
    draws : int
    rng : numpy.random.Generator
    n_jobs : int
        Threads; no number depends on it.
    """
    count, T = int(group.max()) + 1, y.shape[1]
    level = y.mean(axis=0)
    tables = [
        target_sums(y[:, t], f[:, t], b[:, t], group, count)
        for own, against in zip(predicted, base, strict=True)
        for t in range(T)
        for f, b in zip(own, against, strict=True)
    ]
    replicates = [len(own) for own in predicted for _ in range(T)]

    statistics = partial(_of_sums, replicates=replicates, level=level)
    seed = int(rng.integers(2**63))
    sums = np.concatenate(tables, axis=1)
    found = resample(sums, statistics, draws=draws, rng=np.random.default_rng(seed), n_jobs=n_jobs)

    ranks = [_spearman(y[:, t], own[:, :, t], group, count) for own in predicted for t in range(T)]
    correlations = np.array(ranks).T
    return _measured(found, correlations, len(predicted), T)


def _of_sums(sums: Array, replicates: Sequence[int], level: Array) -> Array:
    """Turn sums, (b, F), into the metrics of each model and target, and R² averaged over targets, (b, S).

    Parameters
    ----------
    sums : (b, F) array
        As of `target_sums`, model by model, target by target, replicate by replicate.
    replicates : sequence of int
        Of each model and target.
    level : (T,) array
        Means of the targets, which the sums count from.
    """
    T, width = len(level), sums.shape[1] // sum(replicates)
    found, at = [], 0
    for place, times in enumerate(replicates):
        own = [
            from_sums(sums[:, k * width : (k + 1) * width], float(level[place % T]))
            for k in range(at, at + times)
        ]
        found.append(own[0] if times == 1 else np.mean(own, axis=0))
        at += times
    r2 = np.stack([one[:, 0] for one in found], axis=1).reshape(len(sums), -1, T)
    return np.concatenate([*found, r2.mean(axis=2)], axis=1)


def _measured(found: Resampled, correlations: Array, models: int, T: int) -> Measured:
    """Return metrics and their ends side by side, within their ranges.

    Parameters
    ----------
    found : Resampled
        Metrics of sums, model by model and target by target; last R² averaged over the targets.
    correlations : (3, M T) array
        Spearman's, and the ends of its interval.
    models, T : int
    """
    ends = found.intervals()
    split = models * T * len(OF_SUMS)
    shape = (models, T, -1)
    parts = [
        np.concatenate([all_of[:split].reshape(shape), own.reshape(shape)], axis=2)
        for all_of, own in zip((found.estimate, *ends), correlations, strict=True)
    ]
    least, most = np.array([RANGE.get(metric, (-np.inf, np.inf)) for metric in METRICS]).T
    mean = np.stack([found.estimate[split:], ends[0][split:], np.minimum(ends[1][split:], 1.0)])
    return Measured(
        parts[0], np.clip(parts[1], least, most), np.clip(parts[2], least, most), mean, found.method
    )


def _spearman(y: Array, predicted: Array, group: Groups, groups: int) -> tuple[float, float, float]:
    """Return Spearman's correlation averaged over replicates (R, n), and the ends of its linearised interval.

    Draws would have to rank all items anew, each time and for each model.
    """
    once = np.ones((1, len(y)))
    value = float(np.mean([spearman(y, f, once)[0] for f in predicted]))
    influence = np.mean([spearman_influence(y, f) for f in predicted], axis=0)
    variance = grouped_variance(group_sums(influence[:, None], group, groups))
    half = student(groups) * float(np.sqrt(variance[0]))
    return value, value - half, value + half
