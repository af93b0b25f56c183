"""The files of a run that come of finished predictions: items, groups, partitions, and what models say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from latefusion.external.judged_items import Part
from latefusion.external.prediction_item_table import described
from latefusion.external.prediction_items import ItemTable
from latefusion.external.prediction_set import PredictionSet
from latefusion.external.target_prediction_set import TargetPredictionSet
from latefusion.store.schemas import GROUPS, PARTITION, TARGET_PREFIX, items_schema
from latefusion.store.tables import write_json, write_table

SPLITS = ("train", "test")

Predicted = PredictionSet | TargetPredictionSet


def write_predictions(
    predicted: Predicted,
    results: Path,
    *,
    item_table: ItemTable | None = None,
    files: Sequence[Path] = (),
    folds: int = 5,
    seed: int = 0,
) -> dict[str, Any]:
    """Write the contract files that fusion, evaluation and report read, and return what dataset.json holds.

    Parameters
    ----------
    predicted : PredictionSet or TargetPredictionSet
    results : Path
        The folder of the run's results.
    item_table : ItemTable, optional
        Where items are described.
    files : sequence of Path
        Where the predictions were read, for the page.
    folds, seed : int
        Of the division of rows that teach and name no folds.
    """
    items = items_table(predicted, item_table)
    source = _provenance(files)
    for split, inside in zip(SPLITS, (predicted.split, ~predicted.split), strict=True):
        own = items.filter(pa.array(inside))
        write_table(own, results / "items" / f"{split}.parquet", own.schema)
        write_json({**source, "rows": len(own)}, results / "items" / f"{split}.source.json")
    write_table(predicted.groups_table(), results / "groups.parquet", GROUPS)
    for name, partition in predicted.partitions(folds=folds, seed=seed).items():
        write_table(partition, results / "partitions" / f"{name}.parquet", PARTITION)
        parts: list[tuple[Part, str]] = [("test", "test")]
        parts += [("train", "train_out_of_fold")] if predicted.teaches else []
        for part, kind in parts:
            for model, table in predicted.tables(partition, part).items():
                table.write(results / name / predicted.folder / model / f"{kind}.parquet")
    dataset = predicted.dataset()
    write_json(dataset, results / "dataset.json")
    return dataset


def items_table(predicted: Predicted, item_table: ItemTable | None = None) -> pa.Table:
    """Return the items of some predictions, those of both splits in their order."""
    answers = predicted.answers()
    more = described(item_table, predicted)
    label = answers["label"].type if "label" in answers else None
    targets = [name.removeprefix(TARGET_PREFIX) for name in answers if name.startswith(TARGET_PREFIX)]
    schema = items_schema(label, {column: values.type for column, values in more.items()}, targets)
    item, group = (pa.array(values, pa.string()) for values in (predicted.item, predicted.group))
    return pa.table([item, *answers.values(), group, *more.values()], schema=schema)


def _provenance(files: Sequence[Path]) -> dict[str, Any]:
    """Return `path`, `bytes` and `sha256` of some files together."""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return {
        "path": f"{files[0]}{more}" if files else "",
        "bytes": sum(path.stat().st_size for path in files),
        "sha256": digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest(),
    }
