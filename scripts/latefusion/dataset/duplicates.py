"""Items whose embeddings coincide: the same song twice, or a filler value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from latefusion.store.samples import Features

_BLOCK_ROWS = 1_024
"""Rows that are read and hashed at a time: few enough to stay in the cache and in memory already held."""


def fingerprints(
    features: Sequence[Path], *, single: Collection[int] = ()
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return a hash of each item's embeddings, read in blocks.

    Parameters
    ----------
    features : sequence of Path
        The feature matrices of one split, one for each modality.
    single : collection of int
        Numbers of the matrices to compare in single precision, as another split has them in it.

    Returns
    -------
    hashes : (n, 2) uint64 array
        Equal where all embeddings of two items are: sums of BLAKE2b digests (Aumasson et al. 2013) of 128
        bits, with the modality's number as their person.
    has_content : (n,) bool array
        Whether an item has an embedding that is not all zeros; others coincide without meaning anything.
    """
    total: NDArray[np.uint64] | None = None
    has_content: NDArray[np.bool_] | None = None
    for number, path in enumerate(features):
        hashes, present = _of_matrix(path, number, single=number in single)
        total = hashes if total is None else total + hashes
        has_content = present if has_content is None else has_content | present
    if total is None or has_content is None:
        return np.empty((0, 2), np.uint64), np.empty(0, bool)
    return total, has_content


def _of_matrix(path: Path, number: int, *, single: bool) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    person = number.to_bytes(8, "little")
    hashes: list[NDArray[np.uint64]] = [np.empty((0, 2), np.uint64)]
    has_content: list[NDArray[np.bool_]] = [np.empty(0, bool)]
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
        dimension = file.schema_arrow.field("embedding").type.list_size
        for batch in file.iter_batches(batch_size=_BLOCK_ROWS, columns=["embedding"], use_threads=False):
            column = batch.column(0)
            missing = column.is_null().to_numpy(zero_copy_only=False)
            block = _values(column, dimension)
            if single:
                block = block.astype(np.float32)
            block[missing] = 0
            block += np.float32(0)  # -0.0 becomes 0.0
            digests = [blake2b(row, digest_size=16, person=person).digest() for row in block]
            hashes.append(np.frombuffer(b"".join(digests), "<u8").reshape(len(block), 2).astype(np.uint64))
            has_content.append((block != 0).any(axis=1))
    return np.concatenate(hashes), np.concatenate(has_content)


def _values(column: pa.FixedSizeListArray, dimension: int) -> Features:
    flat = column.values.slice(column.offset * dimension, len(column) * dimension)
    return np.array(flat.to_numpy(zero_copy_only=False)).reshape(len(column), dimension)


def duplicate_sets(hashes: NDArray[np.uint64], has_content: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the rows of each set of two or more items with equal hashes, in order."""
    rows = np.flatnonzero(has_content)
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
