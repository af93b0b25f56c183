"""Accuracy by what kind of item it is, and where a model answers only if it is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.samples import Aligned, Mask, Sample
from latefusion.evaluation.statistics.group_bootstrap import (
    Array,
    group_sums,
    grouped_means,
    grouped_variance,
    student,
)
from latefusion.evaluation.statistics.proportions import proportions

COVERAGES: Final = tuple(step / 20 for step in range(1, 21))
SIZES: Final = ((1, 1), (2, 3), (4, 9), (10, 29), (30, None))
MOST_VALUES: Final = 12
QUANTILES: Final = 4
PURE: Final = 0.95
UNKNOWN: Final = "unknown"
OTHER: Final = "other"


@dataclass(frozen=True)
class Stratification:
    """A division of the items of a sample.

    Attributes
    ----------
    by : str
    names : tuple of str
        Strata, in order.
    code : (n,) int array
        Stratum of each item; −1 where it is in none.
    """

    by: str
    names: tuple[str, ...]
    code: NDArray[np.int64]


def by_group_size(sizes: NDArray[np.int64]) -> Stratification:
    """Divide items by the number of items in their group, (n,)."""
    names: list[str] = []
    code = np.full(len(sizes), -1, np.int64)
    for low, high in SIZES:
        chosen = (sizes >= low) & ((sizes <= high) if high is not None else True)
        if chosen.any():
            code[chosen] = len(names)
            names.append(f"{low}" if low == high else f"{low} or more" if high is None else f"{low}–{high}")
    return Stratification("group_size", tuple(names), code)


def by_values(by: str, values: Sequence[Any]) -> Stratification:
    """Divide items by a descriptive column.

    Numbers with more than twelve values are cut at their quartiles; of other values the twelve most
    frequent stand for themselves. What is missing is `unknown`.
    """
    known = [value for value in values if value is not None and value == value]
    numbers = bool(known) and all(isinstance(value, int | float) for value in known)
    if numbers and len({*known}) > MOST_VALUES:
        return by_quantiles(by, np.array([np.nan if v is None else v for v in values], float))
    texts = [UNKNOWN if value is None or value != value else str(value) for value in values]
    names, counts = np.unique(np.array(texts, object).astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kept = [name for name in names[order].tolist() if name != UNKNOWN][:MOST_VALUES]
    rest = [name for name in (OTHER, UNKNOWN) if name not in kept]
    every = [*kept, *rest]
    place = {name: index for index, name in enumerate(every)}
    code = np.array([place.get(text, place[OTHER]) for text in texts], np.int64)
    used = [index for index in range(len(every)) if (code == index).any()]
    renumber = np.full(len(every), -1, np.int64)
    renumber[used] = np.arange(len(used))
    return Stratification(by, tuple(every[index] for index in used), renumber[code])


def by_quantiles(by: str, values: Array) -> Stratification:
    """Divide items at the quartiles of numbers, (n,); NaN is `unknown`."""
    known = ~np.isnan(values)
    inner = np.unique(np.quantile(values[known], np.arange(1, QUANTILES) / QUANTILES))
    code = np.searchsorted(inner, values, "right").astype(np.int64)
    edges = [values[known].min(), *inner.tolist(), values[known].max()]
    names = [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
    if not known.all():
        code[~known] = len(names)
        names.append(UNKNOWN)
    return Stratification(by, tuple(names), code)


@dataclass(frozen=True)
class Quadrants:
    """Classes that are the quadrants of valence and arousal.

    Attributes
    ----------
    distance : (n,) array
        Distance of an item from the nearer boundary; NaN where unknown.
    valence, arousal : (K,) bool arrays
        Which side of the boundary a class is on.
    """

    distance: Array
    valence: NDArray[np.bool_]
    arousal: NDArray[np.bool_]


def find_quadrants(
    label: NDArray[np.int32], classes: int, valence: Array, arousal: Array
) -> Quadrants | None:
    """Return how classes are quadrants, or None if they are not.

    The boundary is sought at 0, at 0.5 (scales from 0 to 1), at 5 (from 1 to 9) and at the medians; the
    one that agrees with the labels best counts, if 95 % of the items do.
    """
    known = ~(np.isnan(valence) | np.isnan(arousal))
    if classes != 4 or not known.any():
        return None
    v, a, y = valence[known], arousal[known], label[known]
    best: tuple[float, float, float, NDArray[np.int64]] | None = None
    for v0, a0 in ((0.0, 0.0), (0.5, 0.5), (5.0, 5.0), (float(np.median(v)), float(np.median(a)))):
        quadrant = 2 * (v > v0) + (a > a0)
        counts = np.bincount(quadrant * 4 + y, minlength=16).reshape(4, 4)
        owner = counts.argmax(axis=0)
        pure = counts.max(axis=0).sum() / len(y)
        if len(np.unique(owner)) == 4 and pure >= PURE and (best is None or pure > best[0]):
            best = (float(pure), v0, a0, owner.astype(np.int64))
    if best is None:
        return None
    _, v0, a0, owner = best
    distance = np.minimum(np.abs(valence - v0), np.abs(arousal - a0))
    return Quadrants(distance, owner >= 2, owner % 2 == 1)


def strata_rows(sample: Sample, divisions: Sequence[Stratification]) -> list[dict[str, Any]]:
    """Return accuracy and log loss of each model on each stratum."""
    values = []
    for model in sample.models:
        loss = model.loss(sample.label)
        values += [model.correct(sample.label), np.full(len(sample.label), np.nan) if loss is None else loss]
    columns = np.stack(values, axis=1)
    rows = [
        {"by": division.by, "stratum": name, "order": order} | row
        for division in divisions
        for order, name in enumerate(division.names)
        for row in _stratum(sample, columns, division.code == order)
    ]
    order_of = {model.name: index for index, model in enumerate(sample.models)}
    return sorted(rows, key=lambda row: order_of[row["model"]])


def _stratum(sample: Sample, columns: Array, chosen: Mask) -> list[dict[str, Any]]:
    """Return the rows of one stratum; columns are accuracy and log loss of each model, (n, 2 M)."""
    if not chosen.any():
        return []
    means = grouped_means(columns[chosen], sample.group[chosen])
    low, high = means.intervals()
    ends = {"accuracy": means.share_intervals(), "log_loss": (np.maximum(low, 0), high)}
    rows = []
    for index, model in enumerate(sample.models):
        for at, metric in enumerate(ends, start=2 * index):
            if np.isnan(means.mean[at]):
                continue
            row = {
                "model": model.name,
                "kind": model.kind,
                "n": means.n,
                "groups": means.groups,
                "metric": metric,
                "value": float(means.mean[at]),
                "share": float(chosen.mean()),
            }
            if means.groups > 1:
                low, high = ends[metric]
                row |= {"low": float(low[at]), "high": float(high[at])}
            rows.append(row)
    return rows


def error_rows(sample: Sample, quadrants: Quadrants | None) -> list[dict[str, Any]]:
    """Return the shares of items with valence, arousal, both or none of them predicted wrongly."""
    rows: list[dict[str, Any]] = []
    if quadrants is None:
        return rows
    for model in sample.models:
        valence = quadrants.valence[model.predicted] != quadrants.valence[sample.label]
        arousal = quadrants.arousal[model.predicted] != quadrants.arousal[sample.label]
        kinds: Mapping[str, Mask] = {
            "right": ~valence & ~arousal,
            "valence_wrong": valence & ~arousal,
            "arousal_wrong": arousal & ~valence,
            "both_wrong": valence & arousal,
        }
        means = grouped_means(np.stack([one.mean(axis=0) for one in kinds.values()], axis=1), sample.group)
        low, high = means.share_intervals()
        rows += [
            {
                "model": model.name,
                "kind": model.kind,
                "error": error,
                "n": means.n,
                "share": float(means.mean[at]),
                "low": float(low[at]),
                "high": float(high[at]),
            }
            for at, error in enumerate(kinds)
        ]
    return rows


def coverage_rows(sample: Sample) -> list[dict[str, Any]]:
    """Return the accuracy of each probabilistic model on the share of items that it is surest of.

    Risk against coverage (El-Yaniv and Wiener 2010), with linearised intervals, or score intervals where
    groups or errors are few.
    """
    return [
        row
        for model in sample.models
        if model.p is not None and model.kind != "baseline"
        for row in _coverage(model, sample)
    ]


def _coverage(model: Aligned, sample: Sample) -> list[dict[str, Any]]:
    assert model.p is not None
    n = len(sample.label)
    confidence = model.p.max(axis=2)
    right = model.predicted == sample.label
    order = np.argsort(-confidence, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(n)[None], axis=1)
    counts = sorted({max(1, round(share * n)) for share in COVERAGES})
    kept = np.stack([(rank < count).mean(axis=0) for count in counts], axis=1)  # (n, c)
    hits = np.stack([((rank < count) & right).mean(axis=0) for count in counts], axis=1)
    value = hits.sum(axis=0) / kept.sum(axis=0)
    influence = (hits - value * kept) / kept.sum(axis=0)
    half = student(sample.groups) * np.sqrt(
        grouped_variance(group_sums(influence, sample.group, sample.groups))
    )
    shares = proportions(*(group_sums(one, sample.group, sample.groups) for one in (hits, kept)))
    low, high = shares.or_else(np.maximum(value - half, 0), np.minimum(value + half, 1))
    sorted_confidence = np.take_along_axis(confidence, order, axis=1)
    return [
        {
            "model": model.name,
            "kind": model.kind,
            "coverage": count / n,
            "n": count,
            "threshold": float(sorted_confidence[:, count - 1].mean()),
            "accuracy": float(value[at]),
            "low": float(low[at]),
            "high": float(high[at]),
        }
        for at, count in enumerate(counts)
    ]
