"""From the workflow's files to the models of numbers that are evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.evaluation.reading import read_items, read_parts
from latefusion.evaluation.targets.baselines import target_baselines
from latefusion.evaluation.targets.bridge import cells
from latefusion.evaluation.targets.samples import Held, Quadrants, TargetItems, TargetModel
from latefusion.store.samples import read_targets, target_names
from latefusion.store.tables import read_table
from latefusion.store.target_predictions import TargetPredictions

Float64 = NDArray[np.float64]
View = tuple[str, Literal["single", "early", "learner"], Sequence[Path | str], Sequence[Path | str]]
"""Name and kind of a view, and its tables of test rows and of training rows out of fold."""


def read_target_items(
    tables: Sequence[Path | str], groups: Path | str, dataset: Mapping[str, Any], describe: Sequence[str]
) -> TargetItems:
    """Read the items of all splits with their numbers, their final groups and what describes them."""
    items = read_items(tables, groups, dataset, describe)
    targets = target_names(dataset)
    classes = tuple(entry["name"] for entry in dataset["classes"])
    return TargetItems(
        targets=targets,
        item=items.item,
        y=read_targets(tables, targets)[1],
        group=items.group,
        split=items.split,
        described=items.described,
        label=items.label if classes else None,
        classes=classes,
    )


def read_target_models(
    views: Sequence[View],
    rules: Sequence[tuple[str, Path | str, Path | str]],
    partitions: Sequence[tuple[str, Path | str]],
    items: TargetItems,
    dataset: Mapping[str, Any],
) -> tuple[list[TargetModel], dict[str, Float64]]:
    """Read every model of a protocol, and the means that R² is measured against, (T,) by partition.

    These are the means of the training parts, which are a baseline as well. Where finished predictions have
    no rows to learn from, there is none, and the means are those of the items that are judged.

    Parameters
    ----------
    views : sequence of (name, kind, test, out_of_fold)
        Candidates of them as well, of kind `learner`. Tables in the order of the partitions; no `out_of_fold`
        where nothing is known of training rows.
    rules : sequence of (name, table, out_of_fold)
    partitions : sequence of (name, table)
    items : TargetItems
    dataset : mapping
        From dataset.json.
    """
    parts = list(read_parts(partitions, items))
    taught = all(len(train) for _, train, _ in parts)
    centers = {name: items.y[train if taught else test].mean(axis=0) for name, train, test in parts}
    models = target_baselines(parts, items, lookup=dataset["groups"]["known"]) if taught else []
    names = [name for name, _ in partitions]
    for name, kind, test, out_of_fold in views:
        held = list(zip(names, out_of_fold, strict=True)) if out_of_fold else []
        models.append(read_target_view(name, kind, list(zip(names, test, strict=True)), held, centers))
    models += [read_target_rule(name, table, outside) for name, table, outside in rules]
    return models, centers


def read_quadrants(cut: Sequence[float], label: str | None, items: TargetItems) -> Quadrants:
    """Return where numbers are cut, and what the cells are called where a descriptive column says so.

    Each cell has the name that most of its items have; names are left to the classes of the items, or to
    signs, where there is no such column, or two cells would have one name.

    Parameters
    ----------
    cut : sequence of float
        Of each target.
    label : str or None
        A column of `items.described`.
    items : TargetItems
    """
    at = np.asarray(cut, np.float64)
    if label is None or label not in items.described:
        return Quadrants(at)
    cell = cells(items.y, at)
    names = []
    for code in range(1 << len(at)):
        inside = Counter(str(items.described[label][i]) for i in np.flatnonzero(cell == code).tolist())
        names += [name for name, _ in inside.most_common(1)]
    return Quadrants(at, tuple(names) if len({*names}) == 1 << len(at) else ())


def read_target_view(
    name: str,
    kind: Literal["single", "early", "learner"],
    tables: Sequence[tuple[str, Path | str]],
    out_of_fold: Sequence[tuple[str, Path | str]],
    centers: Mapping[str, Float64],
) -> TargetModel:
    """Read what a view predicts.

    Parameters
    ----------
    name : str
    kind : {'single', 'early', 'learner'}
    tables, out_of_fold : sequence of (partition, table)
        What it says of test rows, and of training rows; none of these where that is not known.
    centers : mapping of str to (T,) array
        Training means, said of items that lack the modality.
    """
    tests = [(partition, TargetPredictions.read(test)) for partition, test in tables]
    outside = {partition: TargetPredictions.read(path) for partition, path in out_of_fold}
    missing = [np.isnan(one.predicted).any(axis=1) for _, one in tests]
    counts = [len(one.item) for _, one in tests]
    sure = [
        _sd(one, outside[partition])
        for partition, one in tests
        if partition in outside and _differs_by_item(outside[partition].variance)
    ]
    known = [one for one in sure if one is not None]
    by_item = len(known) == len(tests)
    return TargetModel(
        name=name,
        kind=kind,
        item=np.concatenate([one.item for _, one in tests]),
        predicted=np.concatenate([_filled(one.predicted, centers[partition]) for partition, one in tests]),
        partition=np.repeat(np.array([partition for partition, _ in tests], object), counts),
        repeat=np.zeros(sum(counts), np.int32),
        sd=np.concatenate(known) if by_item else None,
        out_of_fold={partition: _held(one, by_item=by_item) for partition, one in outside.items()},
        filled=int(sum(one.sum() for one in missing)),
    )


def read_target_rule(name: str, table: Path | str, out_of_fold: Path | str) -> TargetModel:
    """Read what a rule makes of the views' predictions."""
    read, outside = read_table(table), read_table(out_of_fold)
    said = TargetPredictions.from_table(read)
    return TargetModel(
        name=name,
        kind="rule",
        item=said.item,
        predicted=said.predicted,
        partition=read["partition"].to_numpy(zero_copy_only=False),
        repeat=read["repeat"].to_numpy().astype(np.int32),
        sd=None,
        out_of_fold={
            partition: _held(TargetPredictions.from_table(rows)) for partition, rows in _by_partition(outside)
        },
    )


def _by_partition(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    for partition in dict.fromkeys(table["partition"].to_pylist()):
        yield partition, table.filter(pc.equal(table["partition"], partition))


def _differs_by_item(variance: Float64 | None) -> bool:
    if variance is None:
        return False
    known = variance[~np.isnan(variance).any(axis=1)]
    return bool((known != known[:1]).any())


def _sd(table: TargetPredictions, training: TargetPredictions) -> Float64 | None:
    """Return the standard deviations of errors, (n, T); of items without the modality that of the targets."""
    if table.variance is None:
        return None
    return np.where(np.isnan(table.variance), training.y.std(axis=0), np.sqrt(table.variance))


def _held(table: TargetPredictions, *, by_item: bool = False) -> Held:
    """Return out-of-fold rows; those without the modality are told the mean of the other folds."""
    predicted = table.predicted.copy()
    for fold in np.unique(table.fold):
        outside = table.fold == fold
        predicted[outside] = _filled(predicted[outside], table.y[~outside].mean(axis=0))
    return Held(table.item, table.fold, predicted, _sd(table, table) if by_item else None)


def _filled(predicted: Float64, center: Float64) -> Float64:
    return np.where(np.isnan(predicted), center, predicted)
