"""Numbers of an embedding that are a continuous target itself, in some unit, under another name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

ALIKE: Final = 1 - 1e-6
"""Correlation from which a column, which may be in single precision, says the target itself."""

_ROWS: Final = 4096


def target_columns(features: Sequence[Path], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the columns of a feature matrix that are a target, but for unit and sign.

    Parameters
    ----------
    features : sequence of Path
        The matrix of each split, in the order of `y`.
    y : (n,) float64 array

    Returns
    -------
    (k,) int64 array
        Columns, counted from 0.
    """
    y = (y - y.mean()) / (y.std() or 1.0)
    sums: NDArray[np.float64] | None = None
    n, of_y, start, level = 0, np.zeros(2), 0, np.zeros(0)
    for path in features:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            dimension = file.schema_arrow.field("embedding").type.list_size
            for batch in file.iter_batches(batch_size=_ROWS, columns=["embedding"], use_threads=False):
                column = batch.column(0)
                there = ~column.is_null().to_numpy(zero_copy_only=False)
                own, start = y[start : start + len(batch)][there], start + len(batch)
                block = column.flatten().to_numpy(zero_copy_only=False).reshape(-1, dimension)
                if sums is None:
                    # counted from the first rows' mean, so that no digits cancel
                    level = block.mean(axis=0, dtype=np.float64) if len(block) else np.zeros(dimension)
                    sums = np.zeros((3, dimension))
                apart = block - level
                sums += [apart.sum(axis=0), np.square(apart).sum(axis=0), own @ apart]
                of_y += [own.sum(), own @ own]
                n += len(own)
    if sums is None or n < 3:
        return np.empty(0, np.int64)
    together = sums[2] - sums[0] * of_y[0] / n
    spread = (sums[1] - sums[0] ** 2 / n) * (of_y[1] - of_y[0] ** 2 / n)
    return np.flatnonzero((spread > 0) & (np.square(together) >= ALIKE**2 * spread))
