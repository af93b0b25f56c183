"""The files of a run that come of finished predictions: items, groups, partitions, probabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.external.prediction_item_table import described
from latefusion.external.prediction_items import ItemTable
from latefusion.external.prediction_set import PredictionSet
from latefusion.store.schemas import GROUPS, PARTITION, items_schema
from latefusion.store.tables import write_json, write_table

SPLITS = ("train", "test")


def write_predictions(
    predicted: PredictionSet,
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
    predicted : PredictionSet
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
    learned = predicted.protocol == "cross" or bool(predicted.dev.any())
    for name, partition in predicted.partitions(folds=folds, seed=seed).items():
        write_table(partition, results / "partitions" / f"{name}.parquet", PARTITION)
        place = results / name / "probabilities"
        for model, table in predicted.probabilities(partition, "test").items():
            table.write(place / model / "test.parquet")
        if learned:
            for model, table in predicted.probabilities(partition, "train").items():
                table.write(place / model / "train_out_of_fold.parquet")
    dataset = predicted.dataset()
    write_json(dataset, results / "dataset.json")
    return dataset


def items_table(predicted: PredictionSet, item_table: ItemTable | None = None) -> pa.Table:
    """Return the items of some predictions, those of both splits in their order."""
    keys = [key for key, _ in predicted.classes]
    integers = all(isinstance(key, int) for key in keys)
    label = pa.array(_taken([key if integers else str(key) for key in keys], predicted.y))
    name = pa.array(_taken([name for _, name in predicted.classes], predicted.y), pa.string())
    more = described(item_table, predicted)
    schema = items_schema(label.type, {column: values.type for column, values in more.items()})
    own = [pa.array(predicted.item, pa.string()), label, name, pa.array(predicted.group, pa.string())]
    return pa.table([*own, *more.values()], schema=schema)


def _taken(values: Sequence[Any], index: NDArray[np.int32]) -> list[Any]:
    return [values[one] for one in index.tolist()]


def _provenance(files: Sequence[Path]) -> dict[str, Any]:
    """Return `path`, `bytes` and `sha256` of some files together."""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return {
        "path": f"{files[0]}{more}" if files else "",
        "bytes": sum(path.stat().st_size for path in files),
        "sha256": digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest(),
    }
