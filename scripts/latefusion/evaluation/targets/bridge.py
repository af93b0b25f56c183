"""The bridge between numbers and classes: predictions cut at the axes, beside classifiers of the items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.metrics import Array
from latefusion.evaluation.names import ALL, SELECTED
from latefusion.evaluation.samples import Mask, Row
from latefusion.evaluation.statistics.drawn_signs import sign_flip_of_sums
from latefusion.evaluation.statistics.group_bootstrap import group_sums, grouped_variance, student
from latefusion.evaluation.statistics.proportions import proportions
from latefusion.evaluation.tables.strata import by_quantiles
from latefusion.evaluation.targets.names import CLASSIFIER, CUT, RECALIBRATED
from latefusion.evaluation.targets.samples import AlignedTargets, Quadrants, TargetItems, TargetSample

FLIPS: Final = 10_000


@dataclass(frozen=True)
class _Reading:
    """How often each item is given its class by a model in one reading, (n,)."""

    reading: str
    model: str
    right: Array
    expected: float | None = None


def quadrant_accuracy(r2: Array) -> float:
    """Return the share of cells that are right where targets and predictions are Gaussian around the cuts.

    Π_t (1/2 + arcsin(√R²_t)/π), with independent targets and predictions that are conditional means (Sheppard
    1899 for the orthant of two correlated variables).

    Parameters
    ----------
    r2 : (T,) array
        Below 0 counts as 0.
    """
    correlation = np.sqrt(np.clip(r2, 0.0, 1.0))
    return float(np.prod(0.5 + np.arcsin(correlation) / np.pi))


def cells(values: Array, cut: Array) -> NDArray[np.int64]:
    """Return the cell of each row of values (…, T): Σ_t 2^(T−1−t) [v_t ≥ cut_t]."""
    bits = 1 << np.arange(values.shape[-1] - 1, -1, -1, dtype=np.int64)
    return np.asarray((values >= cut) @ bits)


def recalibrated(model: AlignedTargets, items: TargetItems) -> Array | None:
    """Return the predictions of a model with mean and spread of the targets, (R, n, T).

    μ_y + (f − μ_f) σ_y/σ_f, with the moments of the training rows out of fold: cut at an axis, they fall on
    either side as often as the targets do, where shrunken ones stay on the side of the mean.

    None where the model has said nothing of training rows.
    """
    said = np.empty_like(model.predicted)
    done = np.zeros(model.partition.shape, bool)
    for partition, held in model.out_of_fold.items():
        y = items.y[items.positions(held.item)]
        scale = held.predicted.std(axis=0)
        ratio = np.divide(y.std(axis=0), scale, out=np.ones_like(scale), where=scale > 0)
        rows = model.partition == partition
        said[rows] = y.mean(axis=0) + (model.predicted[rows] - held.predicted.mean(axis=0)) * ratio
        done |= rows
    return said if done.all() else None


def bridge_rows(
    sample: TargetSample,
    items: TargetItems,
    quadrants: Quadrants,
    classifiers: pa.Table | None,
    *,
    rng: np.random.Generator,
) -> list[Row]:
    """Return the accuracy of each reading of the items as classes, over all and by distance from the axes.

    Each is compared with the classifier of the same name, or, where there is none, with the classifier that
    was selected without test rows; without classifiers, the recalibrated cut is compared with the plain one.

    Parameters
    ----------
    sample : TargetSample
    items : TargetItems
    quadrants : Quadrants
    classifiers : Table, optional
        Outcomes of the classifiers, one row a model and item.
    rng : numpy.random.Generator
    """
    truth, class_of_cell = _truth(sample, items, quadrants)
    known = truth >= 0
    readings = [
        one
        for model in sample.models
        for one in _cut_readings(sample, model, items, quadrants, truth, class_of_cell)
    ]
    if classifiers is not None:
        readings += _classifiers(sample, classifiers)
    distance = np.abs(sample.y - quadrants.cut).min(axis=1)
    subsets: list[tuple[str, Mask]] = [(ALL, known)]
    division = by_quantiles("boundary_distance", distance)
    if len(division.names) > 1:
        subsets += [(name, known & (division.code == k)) for k, name in enumerate(division.names)]
    rows = []
    for order, (subset, chosen) in enumerate(subsets):
        if chosen.any():
            rows += [row | {"order": order} for row in _on_subset(sample, readings, subset, chosen, rng)]
    return rows


def _truth(
    sample: TargetSample, items: TargetItems, quadrants: Quadrants
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the class of each item of the sample, and the class that each cell stands for.

    Where items have classes, a cell stands for the one that most of its items have.
    """
    count = 1 << len(sample.targets)
    if items.label is None:
        return cells(sample.y, quadrants.cut), np.arange(count)
    label, own = items.label.astype(np.int64), cells(items.y, quadrants.cut)
    known = label >= 0
    classes = int(label.max()) + 1
    table = np.bincount(own[known] * classes + label[known], minlength=count * classes)
    return label[items.positions(sample.item)], table.reshape(count, classes).argmax(axis=1)


def _cut_readings(
    sample: TargetSample,
    model: AlignedTargets,
    items: TargetItems,
    quadrants: Quadrants,
    truth: NDArray[np.int64],
    class_of_cell: NDArray[np.int64],
) -> list[_Reading]:
    r2 = 1 - sample.squared(model).mean(axis=0) / np.where(sample.spread() > 0, sample.spread(), np.inf)
    ways = {CUT: model.predicted, RECALIBRATED: recalibrated(model, items)}
    return [
        _Reading(
            name,
            model.name,
            (class_of_cell[cells(values, quadrants.cut)] == truth).mean(axis=0),
            quadrant_accuracy(r2) if name == CUT else None,
        )
        for name, values in ways.items()
        if values is not None
    ]


def _classifiers(sample: TargetSample, outcomes: pa.Table) -> list[_Reading]:
    """Return the classifiers that say something of every item of the sample."""
    place = {item: index for index, item in enumerate(sample.item.tolist())}
    found: dict[str, Array] = {}
    names, items, correct = (outcomes[name].to_pylist() for name in ("model", "item", "correct"))
    for model, item, value in zip(names, items, correct, strict=True):
        if item in place:
            found.setdefault(model, np.full(len(place), np.nan))[place[item]] = value
    return [_Reading(CLASSIFIER, model, right) for model, right in found.items() if not np.isnan(right).any()]


def _on_subset(
    sample: TargetSample, readings: Sequence[_Reading], subset: str, chosen: Mask, rng: np.random.Generator
) -> list[Row]:
    group = np.unique(sample.group[chosen], return_inverse=True)[1]
    groups = int(group.max()) + 1
    right = np.stack([one.right[chosen] for one in readings], axis=1)
    sums = group_sums(right, group, groups)
    sizes = np.bincount(group, minlength=groups).astype(np.float64)[:, None]
    share = proportions(sums, np.broadcast_to(sizes, sums.shape))
    low, high = share.intervals()
    place = {(one.reading, one.model): k for k, one in enumerate(readings)}
    against = [_reference(one, place) for one in readings]
    compared = [k for k, at in enumerate(against) if at is not None]
    apart = np.stack([sums[:, k] - sums[:, against[k] or 0] for k in compared], axis=1) if compared else None
    tests = _paired(apart, sizes, rng) if apart is not None else {}
    rows = []
    for k, one in enumerate(readings):
        row: Row = {
            "reading": one.reading,
            "model": one.model,
            "subset": subset,
            "n": int(chosen.sum()),
            "groups": groups,
            "accuracy": float(right[:, k].mean()),
            "low": float(low[k]) if groups > 1 else None,
            "high": float(high[k]) if groups > 1 else None,
            "expected": one.expected if subset == ALL else None,
        }
        at = against[k]
        if at is not None:
            row["reference"] = f"{readings[at].reading} {readings[at].model}"
            row |= {name: float(values[compared.index(k)]) for name, values in tests.items()}
        rows.append(row)
    return rows


def _reference(one: _Reading, place: Mapping[tuple[str, str], int]) -> int | None:
    """Return where the reading stands that another is compared with."""
    if one.reading == CLASSIFIER:
        return None
    for wanted in ((CLASSIFIER, one.model), (CLASSIFIER, SELECTED)):
        if wanted in place:
            return place[wanted]
    return place[CUT, one.model] if one.reading == RECALIBRATED else None


def _paired(apart: Array, sizes: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Return mean differences with linearised intervals over groups and sign-flip p-values, (P,) each."""
    groups, n = len(apart), sizes.sum()
    mean = apart.sum(axis=0) / n
    influence = (apart - mean * sizes) / n
    half = student(groups) * np.sqrt(grouped_variance(influence))
    return {
        "difference": mean,
        "difference_low": np.maximum(mean - half, -1.0),
        "difference_high": np.minimum(mean + half, 1.0),
        "p": sign_flip_of_sums(apart, draws=FLIPS, rng=rng) if groups > 1 else np.ones(len(mean)),
    }
