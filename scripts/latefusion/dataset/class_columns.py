"""Numbers of an embedding that are the class itself under another name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

_ROWS: Final = 4096


def class_columns(features: Sequence[Path], y: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the columns of a feature matrix that hold one value a class, and no two classes the same.

    A label that was coded as a number and left among the features is such a column. Hardly any column is, so
    that the first rows mostly answer.

    Parameters
    ----------
    features : sequence of Path
        The matrix of each split, in the order of `y`.
    y : (n,) int array
        Class of each item, from 0 on.

    Returns
    -------
    (k,) int64 array
        Columns, counted from 0.
    """
    n_classes = int(y.max()) + 1
    candidates: NDArray[np.int64] | None = None
    # one value a class, where that has been seen
    values = np.empty((n_classes, 0))
    seen = np.zeros(n_classes, bool)
    start = 0
    for path in features:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            dimension = file.schema_arrow.field("embedding").type.list_size
            if candidates is None:
                candidates, values = np.arange(dimension), np.zeros((n_classes, dimension))
            for batch in file.iter_batches(batch_size=_ROWS, columns=["embedding"], use_threads=False):
                column = batch.column(0)
                there = ~column.is_null().to_numpy(zero_copy_only=False)
                own = y[start : start + len(batch)][there]
                start += len(batch)
                block = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, dimension)[:, candidates]
                same = _constant(block, own, values, seen)
                candidates, values = candidates[same], values[:, same]
                if not len(candidates):
                    return candidates
    if candidates is None or seen.sum() < n_classes:
        return np.empty(0, np.int64)
    apart = [len(np.unique(column)) == n_classes for column in values.T]
    return candidates[np.array(apart, bool)]


def _constant(
    block: NDArray[np.floating], y: NDArray[np.integer], values: NDArray[np.float64], seen: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which columns hold for each class the value that it has so far; note those of new classes."""
    same = np.ones(block.shape[1], bool)
    for k in np.unique(y):
        rows = block[y == k]
        if not seen[k]:
            values[k], seen[k] = rows[0], True
        same &= (rows == values[k]).all(axis=0)
    return same
