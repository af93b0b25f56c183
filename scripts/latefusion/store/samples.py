"""The rows of one part of a partition: what an SVM trains on, or is tested on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.store.schemas import GROUPS, PARTITION, TARGET_PREFIX
from latefusion.store.tables import TableError, parquet_file, read_batches, read_table

Features = NDArray[np.float32] | NDArray[np.float64]
"""Rows of one modality, (n, d)."""

_BATCH_ROWS = 1_024


@dataclass(frozen=True)
class Samples:
    """Items of one part of a partition, in the order of the files.

    Attributes
    ----------
    item : (n,) object array of str
    label : (n,) int32 array
        Class index; -1 where the item has no label.
    fold : (n,) int32 array
        -1 where there is none, as in a test part.
    X : list of (n, d_m) float32 or float64 arrays
        One for each modality; a row of NaN is an item that lacks it.
    """

    item: NDArray[np.object_]
    label: NDArray[np.int32]
    fold: NDArray[np.int32]
    X: list[Features]


def class_names(dataset: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the classes, in the order of their index."""
    return tuple(entry["name"] for entry in dataset["classes"])


def read_samples(
    partition: Path | str,
    part: Literal["train", "test"],
    items: Sequence[Path | str],
    features: Sequence[Path | str],
    dataset: Mapping[str, Any],
) -> Samples:
    """Read one part of a partition.

    Parameters
    ----------
    partition : path
        The partition's table.
    part : {'train', 'test'}
    items : sequence of paths
        The items of every split that the part draws from, in the order of the partition.
    features : sequence of paths
        The feature matrices of the same splits, modality by modality.
    dataset : mapping
        From dataset.json.

    Raises
    ------
    TableError
        If the tables do not hold the same items.
    """
    wanted, fold = _items_and_folds(partition, part)
    every, label = read_labels(items, dataset)
    chosen = positions(every, wanted, partition)
    X = [read_rows(paths, chosen) for paths in _by_modality(features, len(items))]
    return Samples(wanted, label[chosen], fold, X)


@dataclass(frozen=True)
class SampleFiles:
    """All rows of some splits, read once for several partitions.

    Attributes
    ----------
    item : (n,) object array of str
    label : (n,) int32 array
        Class indices.
    X : list of (n, d_m) float32 or float64 arrays
        One for each modality; a row of NaN is an item that lacks it.
    """

    item: NDArray[np.object_]
    label: NDArray[np.int32]
    X: list[Features]

    @classmethod
    def read(
        cls, items: Sequence[Path | str], features: Sequence[Path | str], dataset: Mapping[str, Any]
    ) -> SampleFiles:
        """Read every row; arguments as for `read_samples`."""
        item, label = read_labels(items, dataset)
        every = np.arange(len(item))
        return cls(item, label, [read_rows(paths, every) for paths in _by_modality(features, len(items))])

    def part(
        self, partition: Path | str, part: Literal["train", "test"]
    ) -> tuple[Samples, NDArray[np.int64]]:
        """Return one part of a partition, and where its rows stand among all.

        Raises
        ------
        TableError
            If the tables do not hold the same items.
        """
        wanted, fold = _items_and_folds(partition, part)
        chosen = positions(self.item, wanted, partition)
        as_they_are = np.array_equal(chosen, np.arange(len(self.item)))
        X = self.X if as_they_are else [x[chosen] for x in self.X]
        return Samples(wanted, self.label[chosen], fold, X), chosen


def _items_and_folds(partition: Path | str, part: str) -> tuple[NDArray[np.object_], NDArray[np.int32]]:
    """Return the items of one part, and the fold of each; -1 where it has none."""
    table = read_table(partition, PARTITION)
    table = table.filter(pc.equal(table["part"], part))
    item = table["item"].to_numpy(zero_copy_only=False)
    return item, table["fold"].fill_null(-1).to_numpy().astype(np.int32)


def _by_modality(paths: Sequence[Path | str], splits: int) -> list[Sequence[Path | str]]:
    """Return the feature matrices of each modality, split by split."""
    return [paths[start : start + splits] for start in range(0, len(paths), splits)]


def read_labels(
    items: Sequence[Path | str], dataset: Mapping[str, Any]
) -> tuple[NDArray[np.object_], NDArray[np.int32]]:
    """Return the items of some splits and their class indices; -1 in data without classes."""
    columns = ["item", "label"] if dataset["classes"] else ["item"]
    tables = [read_table(path, columns=columns) for path in items]
    item = np.concatenate([table["item"].to_numpy(zero_copy_only=False) for table in tables])
    if not dataset["classes"]:
        return item, np.full(len(item), -1, np.int32)
    return item, class_indices([table["label"] for table in tables], dataset["classes"])


def target_names(dataset: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the continuous targets, in the order of the configuration."""
    return tuple(entry["name"] for entry in dataset.get("targets", ()))


def read_targets(
    items: Sequence[Path | str], targets: Sequence[str]
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return the items of some splits and their continuous targets, (n, T)."""
    columns = [TARGET_PREFIX + name for name in targets]
    tables = [read_table(path, columns=["item", *columns]) for path in items]
    item = np.concatenate([table["item"].to_numpy(zero_copy_only=False) for table in tables])
    values = [np.column_stack([table[name].to_numpy() for name in columns]) for table in tables]
    return item, np.concatenate(values)


def class_indices(
    labels: Sequence[pa.ChunkedArray], classes: Sequence[Mapping[str, Any]]
) -> NDArray[np.int32]:
    """Return the class index of each label, (n,) int32; -1 where it is of no class.

    Parameters
    ----------
    labels : sequence of columns
        The labels of some files, each as its file writes them.
    classes : sequence of mapping
        From dataset.json: `label`, and `written` where a file writes it in another way.
    """
    index = {
        text: entry["index"] for entry in classes for text in entry.get("written", [str(entry["label"])])
    }
    known = pa.array(list(index), pa.string())
    of_text = np.array([*index.values(), -1], np.int32)
    found = [pc.index_in(column.cast(pa.string()), value_set=known).fill_null(-1) for column in labels]
    return np.concatenate([of_text[one.to_numpy()] for one in found])


def read_features(path: Path | str) -> Features:
    """Return a feature matrix, (n, d); NaN in the rows of items that lack the modality.

    It is float32, or float64 where single precision would have lost digits that tell items apart.
    """
    with parquet_file(path) as file:
        n = file.metadata.num_rows
    return read_rows([path], np.arange(n))


def read_rows(paths: Sequence[Path | str], chosen: NDArray[np.int64]) -> Features:
    """Return some rows of feature matrices, as `read_features` does, without ever holding a whole matrix.

    Parameters
    ----------
    paths : sequence of Path
        At least one; in double precision where one of them is.
    chosen : (n,) int array
        Rows of all of them, one below another, from 0.
    """
    kinds = [embedding_type(path) for path in paths]
    X: Features = np.empty((len(chosen), kinds[0][0]), np.result_type(*(kind for _, kind in kinds)))
    order = np.argsort(chosen, kind="stable")
    wanted, start = chosen[order], 0
    for path in paths:
        for batch in read_batches(path, ["embedding"], _BATCH_ROWS):
            first, last = np.searchsorted(wanted, (start, start + len(batch)))
            X[order[first:last]] = _block(batch.column(0))[wanted[first:last] - start]
            start += len(batch)
    return X


def embedding_type(path: Path | str) -> tuple[int, str]:
    """Return the length and the precision, `float32` or `float64`, of a feature matrix's embeddings."""
    with parquet_file(path) as file:
        kind = file.schema_arrow.field("embedding").type
    return int(kind.list_size), "float64" if pa.types.is_float64(kind.value_type) else "float32"


def in_double_precision(path: Path | str) -> bool:
    """Say whether a feature matrix is in double precision."""
    return embedding_type(path)[1] == "float64"


def _block(chunk: pa.FixedSizeListArray) -> Features:
    size = chunk.type.list_size
    values = chunk.values.slice(chunk.offset * size, len(chunk) * size)
    X: Features = values.to_numpy(zero_copy_only=False).reshape(len(chunk), size)
    if chunk.null_count:
        X = X.copy()
        X[chunk.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return X


def read_group_of(groups: Path | str, items: NDArray[np.object_]) -> NDArray[np.object_]:
    """Group of each item, (n,) object array of str.

    Raises
    ------
    TableError
        If the table does not hold an item.
    """
    table = read_table(groups, GROUPS)
    group: NDArray[np.object_] = table["group"].to_numpy(zero_copy_only=False)
    return group[positions(table["item"].to_numpy(zero_copy_only=False), items, groups)]


def positions(every: NDArray[np.object_], wanted: NDArray[np.object_], path: Path | str) -> NDArray[np.int64]:
    """Return where each wanted item stands among all, (number of wanted,) int64 array.

    Raises
    ------
    TableError
        If one is not there.
    """
    place = {item: index for index, item in enumerate(every.tolist())}
    try:
        return np.array([place[item] for item in wanted.tolist()], np.int64)
    except KeyError as error:
        raise TableError(f"{path}: the item {error} is not there; make it again") from error
