"""Embeddings that stand in a file of their own for each item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.embedding_errors import Explanation
from latefusion.ingest.embeddings import BAD, EMPTY, EXPLAINED, Parsed, with_spread
from latefusion.ingest.findings import Findings
from latefusion.ingest.readers.array_rows import parse_rows
from latefusion.ingest.readers.matrix_file import is_number, open_array
from latefusion.ingest.readers.rows import Rows

Pool = Literal["mean", "max", "first"]
PLACE: Final = "{item}"
FILES_A_BLOCK: Final = 256


class FilePerItem:
    """One file for each item.

    Parameters
    ----------
    pattern : str
        Path with `{item}` where the identifier stands.
    keys : sequence of str
        Identifiers of all items.
    name : str, optional
        The array within each file.
    pool : {'mean', 'max', 'first'}, optional
        How the frames of a matrix (frames, d) become one row.
    """

    unit = "file"

    def __init__(
        self, pattern: str, keys: Sequence[str], name: str | None = None, pool: Pool | None = None
    ) -> None:
        self.file, self.files, self.column = pattern, [pattern], name
        self.by_row = False
        self._keys, self._pool = keys, pool

    def rows(self, findings: Findings, *, exact: bool) -> Iterator[Rows]:  # noqa: ARG002 - of the contract
        """Yield a row for each item, empty where it has no file; lines count items.

        Raises
        ------
        InputError
            If a file is damaged, or holds a matrix and no way of pooling is named.
        """
        for start in range(0, len(self._keys), FILES_A_BLOCK):
            keys = self._keys[start : start + FILES_A_BLOCK]
            yield Rows(
                pa.array(keys, pa.string()), self._read(keys), np.arange(start + 1, start + 1 + len(keys))
            )

    def path_of(self, key: str) -> Path:
        """Return the file of an item.

        Raises
        ------
        InputError
            If the identifier would lead out of the folder.
        """
        if key in ("", ".", "..") or "\0" in key or ".." in Path(key).parts or Path(key).is_absolute():
            fix = "give the item an identifier that can be a file's name"
            raise InputError(
                [Problem(self.file, f"the identifier {shorten(key)}", "the name of a file", fix)]
            )
        return Path(self.file.replace(PLACE, key))

    def _read(self, keys: Sequence[str]) -> Parsed:
        lengths = np.full(len(keys), EMPTY, np.int64)
        values: list[NDArray[Any]] = []
        bad: dict[int, Explanation] = {}
        for row, key in enumerate(keys):
            path = self.path_of(key)
            if not path.is_file():
                continue
            parsed = parse_rows(self._embedding(path)[None])
            lengths[row] = parsed.lengths[0]
            if lengths[row] > 0:
                values.append(parsed.values)
            elif lengths[row] == BAD and len(bad) < EXPLAINED:
                why = parsed.bad[0]
                bad[row] = Explanation(f"{path}: {why.found}", why.allowed, why.fix)
        numbers = np.concatenate(values) if values else np.empty(0, np.float32)
        return with_spread(Parsed(lengths, numbers, bad))

    def _embedding(self, path: Path) -> NDArray[Any]:
        """Return one file's embedding, (d,), its frames pooled."""
        with open_array(path, self.column) as array:
            if not is_number(array.dtype):
                found, fix = f"an array of the type {array.dtype}", "write real numbers"
                raise InputError([array.problem(found, "real numbers", fix)])
            if len(array.shape) not in (1, 2) or 0 in array.shape:
                found, fix = (
                    f"an array of shape {array.shape}",
                    "write (d,), or (frames, d) with `pool: mean`",
                )
                raise InputError([array.problem(found, "one row of numbers, or frames to pool", fix)])
            blocks = list(array.blocks)
            values = np.concatenate(blocks) if len(blocks) > 1 else blocks[0]
            if len(array.shape) == 1:
                return values
            if len(values) == 1:
                return np.asarray(values[0])
            if self._pool is None:
                found = f"{array.shape[0]:,} frames of {array.shape[1]} numbers"
                fix = "write `pool: mean`, `pool: max` or `pool: first` for the modality"
                raise InputError([array.problem(found, "one row of numbers, or a way to pool frames", fix)])
            return pooled(values, self._pool)


def pooled(frames: NDArray[Any], pool: Pool) -> NDArray[Any]:
    """Return one row from frames, (frames, d): their mean (in double), their maximum, or the first."""
    if pool == "first":
        return np.asarray(frames[0])
    if pool == "max":
        return np.asarray(frames.max(axis=0))
    return np.asarray(frames.mean(axis=0, dtype=np.float64))
