"""From the workflow's files to the models that are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.core.metrics import Array
from latefusion.evaluation.baselines import baselines, training_shares
from latefusion.evaluation.held_out import held_out_value
from latefusion.evaluation.samples import HeldOut, Items, Known, Listed, Model, Names
from latefusion.evaluation.tables.cooperative import path_rows
from latefusion.evaluation.tables.learners import at_edge
from latefusion.evaluation.view_files import ViewFiles
from latefusion.store.probabilities import BAG, Probabilities
from latefusion.store.samples import positions, read_group_of, read_labels
from latefusion.store.schemas import PARTITION
from latefusion.store.tables import read_json, read_table

BAG_SUFFIX = "_bag"
_COLUMNS = ("item", "label", "class", "group")


def read_items(
    tables: Sequence[Path | str], groups: Path | str, dataset: Mapping[str, Any], describe: Sequence[str]
) -> Items:
    """Read the items of all splits, train first, with their final groups.

    Descriptive columns that no table has are left out; a column that one file lacks is None there.
    """
    read = [read_table(path) for path in tables]
    item, label = read_labels(tables, dataset)
    split = np.repeat(np.array([Path(path).stem for path in tables], object), [len(table) for table in read])
    described = {
        name: _described(read, name)
        for name in describe
        if any(name in table.column_names for table in read) and name not in _COLUMNS
    }
    return Items(item, label, read_group_of(groups, item), split, described)


def _described(tables: Sequence[pa.Table], name: str) -> list[Any]:
    """Return a descriptive column of all tables; numbers become text where one table holds text."""
    columns = [table[name] for table in tables if name in table.column_names]
    as_text = len({column.type for column in columns}) > 1
    values: list[Any] = []
    for table in tables:
        if name not in table.column_names:
            values += [None] * len(table)
        elif as_text:
            # pyarrow writes 3.0 as 3, as a column of text does that has a word in the other file
            values += table[name].cast(pa.string()).to_pylist()
        else:
            values += table[name].to_pylist()
    return values


def read_parts(
    partitions: Sequence[tuple[str, Path | str]], items: Listed
) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the name of each partition, and where its training and test rows stand among the items."""
    for name, path in partitions:
        table = read_table(path, PARTITION)
        rows = {
            part: positions(
                items.item,
                table.filter(pc.equal(table["part"], part))["item"].to_numpy(zero_copy_only=False),
                path,
            )
            for part in ("train", "test")
        }
        yield name, rows["train"], rows["test"]


def read_view(files: ViewFiles, partitions: Sequence[str], metric: str = "accuracy") -> tuple[Model, Known]:
    """Read what a view says of the test parts, and how it fares on the training parts."""
    tests = [Probabilities.read(path) for path in files.test]
    predicted = []
    for table in tests:
        votes = table.ovo_prediction if files.ovo_prediction else None
        predicted.append(table.predicted if votes is None else votes)
    model = Model(
        name=files.name,
        kind=files.kind,
        probabilistic=not files.decisions,
        item=np.concatenate([table.item for table in tests]),
        label=np.concatenate([table.label for table in tests]),
        predicted=np.concatenate(predicted),
        p=np.concatenate([table.p for table in tests]),
        partition=_repeated(partitions, [len(table.item) for table in tests]),
        repeat=np.zeros(sum(len(table.item) for table in tests), np.int32),
    )
    facts = [read_json(path) for path in files.facts]
    noted = [one.get("replica", one) if files.replica else one for one in facts]
    distances = [float(one["kernel_distance"]) for one in noted if one.get("kernel_distance") is not None]
    inside, n = _training(files.in_sample)
    outside, held_out = _training(files.out_of_fold)
    if files.decisions:
        outside.pop("log_loss", None)
    if metric not in ("accuracy", "log_loss") and held_out:
        outside[metric] = held_out_value(files.out_of_fold, metric)
    ovo_prediction = files.ovo_prediction and all(table.ovo_prediction is not None for table in tests)
    known = Known(
        in_sample=inside,
        out_of_fold=outside,
        n_train=n or held_out,
        partitions=len(partitions),
        approximated=any(bool(one.get("approximated")) for one in noted),
        inverted_sigmoids=sum(int(one.get("n_inverted_sigmoids") or 0) for one in noted),
        kernel_distance=min(distances) if distances else None,
        scored_by="ovo_prediction" if ovo_prediction else "predicted",
        held_out=_held_out(files),
        note=_note({"partitions": dict(enumerate(facts))}),
        grid=[
            {"partition": partition, **point, "gamma": str(point["gamma"])}
            for partition, one in zip(partitions, facts, strict=bool(facts))
            for point in one.get("grid") or ()
            if "settings" not in point
        ],
        points=[
            point
            for partition, one in zip(partitions, facts, strict=bool(facts))
            for point in _points(partition, one.get("grid") or ())
        ],
        along_rho=[
            row
            for partition, one in zip(partitions, facts, strict=bool(facts))
            for row in path_rows(partition, one)
        ],
        chosen=[str(one["chosen"]) for one in facts if "chosen" in one],
    )
    return model, known


def _points(partition: str, grid: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table `learner_grid` of one partition."""
    tried = [point["settings"] for point in grid if "settings" in point]
    for point in grid:
        if "settings" in point:
            told = ", ".join(f"{name} {value}" for name, value in point["settings"].items())
            edge = at_edge(point["settings"], tried) if point["chosen"] else []
            yield {
                "partition": partition,
                **point,
                "settings": told,
                "at_edge": ", ".join(edge) or None,
            }


def read_rule(name: str, table: Path | str, learned: Path | str) -> list[tuple[Model, Known]]:
    """Read a fusion table and what the rule learned; its bag, where it has one, is a model of its own."""
    facts = read_json(learned)
    read = read_table(table)
    said = Probabilities.from_table(read)
    predicted = read["predicted"].fill_null(-1).to_numpy().astype(np.int32)
    repeat = read["repeat"].to_numpy().astype(np.int32)
    partition = read["partition"].to_numpy(zero_copy_only=False)
    validated = [one for one in (facts.get("cross_validated") or {}).values() if one]
    known = Known(
        out_of_fold={key: _weighted(validated, key) for key in ("accuracy", "log_loss")} if validated else {},
        n_train=sum(int(one["n"]) for one in validated),
        partitions=len(np.unique(partition.astype(str))),
        note=_note(facts),
    )
    models = []
    for bag in (False, True):
        rows = (repeat == BAG) == bag
        if rows.any():
            model = Model(
                name=name + BAG_SUFFIX if bag else name,
                kind="rule",
                probabilistic=bool(facts.get("probabilistic", True)),
                item=said.item[rows],
                label=said.label[rows],
                predicted=predicted[rows],
                p=said.p[rows],
                partition=partition[rows],
                repeat=np.maximum(repeat[rows], 0),
            )
            # what was cross-validated is a single repeat, not the bag
            models.append((model, replace(known, out_of_fold={}, n_train=0) if bag else known))
    return models


def read_models(
    views: Sequence[ViewFiles],
    rules: Sequence[tuple[str, Path | str, Path | str]],
    partitions: Sequence[tuple[str, Path | str]],
    items: Items,
    dataset: Mapping[str, Any],
    metric: str = "accuracy",
) -> tuple[list[Model], dict[str, Known], dict[str, Array]]:
    """Read baselines, views and rules of a protocol, in the order in which they are shown.

    Returns
    -------
    models : list of Model
    known : dict of str to Known
        What training left behind, by model.
    shares : dict of str to (K,) array
        Class shares in the training part of each partition.
    """
    parts = list(read_parts(partitions, items))
    classes = len(dataset["classes"])
    found: list[tuple[Model, Known]] = []
    if all(len(train) for _, train, _ in parts):  # finished predictions may have no rows to learn from
        lookup = bool(dataset["groups"]["known"])
        made = baselines(parts, items.item, items.label, items.group, classes, lookup=lookup)
        found += [(model, Known()) for model in made]
    found += [read_view(files, [name for name, _ in partitions], metric) for files in views]
    for name, table, learned in rules:
        found += read_rule(name, table, learned)
    prior = np.array([entry["prior"] for entry in dataset["classes"]], float)
    shares = {
        name: training_shares(train, items.label, classes) if len(train) else prior
        for name, train, _ in parts
    }
    return [model for model, _ in found], {model.name: known for model, known in found}, shares


def _training(paths: Sequence[Path | str]) -> tuple[dict[str, float | None], int]:
    """Return accuracy and log loss pooled over tables of training rows, and how many rows these are."""
    right = loss = 0.0
    n = 0
    for path in paths:
        table = Probabilities.read(path)
        usable = (table.label >= 0) & (table.predicted >= 0)
        n += int(usable.sum())
        right += float((table.predicted == table.label)[usable].sum())
        loss += float(log_losses(table.p[usable], table.label[usable]).sum())
    return ({"accuracy": right / n, "log_loss": loss / n}, n) if n else ({}, 0)


def _held_out(files: ViewFiles) -> HeldOut | None:
    """Return losses on the held-out rows of a model that was not trained here; None under `cross`.

    There the rows are test rows of other partitions, and nothing could be seen of them.
    """
    if files.facts or len(files.out_of_fold) != 1:
        return None
    table = Probabilities.read(files.out_of_fold[0])
    usable = (table.label >= 0) & (table.predicted >= 0)
    label = table.label[usable]
    wrong = (table.predicted[usable] != label).astype(np.float64)
    return HeldOut(table.item[usable], wrong if files.decisions else log_losses(table.p[usable], label))


def _weighted(validated: Sequence[Mapping[str, Any]], key: str) -> float | None:
    if any(one.get(key) is None for one in validated):
        return None
    total = sum(float(one["n"]) for one in validated)
    return sum(float(one["n"]) * float(one[key]) for one in validated) / total


def _note(facts: Mapping[str, Any]) -> str | None:
    """Say which rule `selected` took, or which learner a view, and in how many partitions each."""
    parts = (facts.get("partitions") or {}).values()
    chosen = [str(one["chosen"]) for one in parts if isinstance(one, Mapping) and "chosen" in one]
    if not chosen:
        return None
    counts = {name: chosen.count(name) for name in sorted(set(chosen))}
    if len(chosen) == 1:
        return f"chosen out-of-fold: {chosen[0]}"
    return "chosen out-of-fold: " + ", ".join(
        f"{name} in {count} of {len(chosen)} partitions" for name, count in counts.items()
    )


def _repeated(names: Sequence[str], counts: Sequence[int]) -> Names:
    return np.repeat(np.array(list(names), object), counts)
