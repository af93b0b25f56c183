"""Items whose embeddings coincide: the same song twice, or a filler value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

_SEED = 20_210_501
_BLOCK_ROWS = 8_192


def fingerprints(features: Sequence[Path]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return a hash of each item's embeddings, read in blocks.

    Parameters
    ----------
    features : sequence of Path
        The feature matrices of one split, one for each modality.

    Returns
    -------
    hashes : (n, 2) uint64 array
        Equal where all embeddings of two items are. Two sums with random weights modulo 2^64 (multilinear
        hashing; Carter and Wegman 1979): different rows agree with a probability below 2^-60.
    telling : (n,) bool array
        Whether an item has an embedding that is not all zeros; others coincide without meaning anything.
    """
    total: NDArray[np.uint64] | None = None
    telling: NDArray[np.bool_] | None = None
    for number, path in enumerate(features):
        hashes, present = _of_matrix(path, np.random.default_rng([_SEED, number]))
        total = hashes if total is None else total + hashes
        telling = present if telling is None else telling | present
    if total is None or telling is None:
        return np.empty((0, 2), np.uint64), np.empty(0, bool)
    return total, telling


def _of_matrix(path: Path, rng: np.random.Generator) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    with pq.ParquetFile(path) as file:
        dimension = file.schema_arrow.field("embedding").type.list_size
        weights = rng.integers(0, 2**64, (dimension, 2), np.uint64) | np.uint64(1)
        absent = rng.integers(0, 2**64, 2, np.uint64)
        hashes, telling = [], []
        for batch in file.iter_batches(batch_size=_BLOCK_ROWS, columns=["embedding"], use_threads=False):
            column = batch.column(0)
            missing = column.is_null().to_numpy(zero_copy_only=False)
            block = _values(column, dimension)
            words = (block + np.float32(0)).view(np.uint32)  # -0.0 becomes 0.0
            sums = np.stack([(words * weight).sum(axis=1, dtype=np.uint64) for weight in weights.T], axis=1)
            sums[missing] = absent
            hashes.append(sums)
            telling.append((block != 0).any(axis=1) & ~missing)
    if not hashes:
        return np.empty((0, 2), np.uint64), np.empty(0, bool)
    return np.concatenate(hashes), np.concatenate(telling)


def _values(column: pa.FixedSizeListArray, dimension: int) -> NDArray[np.float32]:
    flat = column.values.slice(column.offset * dimension, len(column) * dimension)
    return np.nan_to_num(flat.to_numpy(zero_copy_only=False)).reshape(len(column), dimension)


def coinciding(hashes: NDArray[np.uint64], telling: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the rows of each set of two or more items with equal hashes, in order."""
    rows = np.flatnonzero(telling)
    if len(rows) == 0:
        return []
    chosen = hashes[rows]
    order = np.lexsort((chosen[:, 1], chosen[:, 0]))
    new = np.r_[True, (np.diff(chosen[order], axis=0) != 0).any(axis=1)]
    starts = np.flatnonzero(new)
    sizes = np.diff(np.r_[starts, len(order)])
    sets = [
        np.sort(rows[order[start : start + size]])
        for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True)
    ]
    return sorted(sets, key=lambda members: int(members[0]))
