"""Embeddings that stand as rows of an array, with their identifiers beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.embedding_errors import explain_list
from latefusion.ingest.embeddings import BAD, EMPTY, EXPLAINED, Parsed, with_spread
from latefusion.ingest.findings import Findings
from latefusion.ingest.readers.matrix_file import Array, is_number, open_array
from latefusion.ingest.readers.rows import Rows

_LARGEST = float(np.finfo(np.float32).max)


class ArrayRows:
    """The rows of a matrix.

    Parameters
    ----------
    path : Path
        A `.npy`, `.npz`, HDF5 or safetensors file.
    name : str, optional
        The array within the file.
    keys : sequence of str, optional
        Identifiers, one for each row; None where rows belong to the items in their order.
    origin : str
        Where the identifiers come from, for messages.
    """

    unit = "row"

    def __init__(
        self, path: Path, name: str | None, keys: Sequence[str] | None, *, origin: str = "items"
    ) -> None:
        self.file, self.files, self.column = str(path), [str(path)], name
        self.by_row = keys is None
        self.wide: Sequence[str] = ()
        self._path, self._keys, self._origin = path, keys, origin

    def place(self, line: int) -> tuple[str, int | None]:
        """Return the file of a line and its number there; see `RowSource`."""
        return self.file, line

    def rows(self, findings: Findings, *, exact: bool) -> Iterator[Rows]:  # noqa: ARG002 - of the contract
        """Yield the rows in blocks.

        Raises
        ------
        InputError
            If the array is no matrix of numbers, or has other than one row for each identifier.
        """
        with open_array(self._path, self.column, ndim=2) as array:
            check_matrix(array)
            if self._keys is not None and len(self._keys) != array.shape[0]:
                raise InputError([self._other_count(array)])
            start = 0
            for block in array.blocks:
                stop = start + len(block)
                keys = None if self._keys is None else pa.array(self._keys[start:stop], pa.string())
                yield Rows(keys, with_spread(parse_rows(block)), np.arange(start + 1, stop + 1))
                start = stop

    def _other_count(self, array: Array) -> Problem:
        found = f"{array.shape[0]:,} rows, and {len(self._keys or ()):,} identifiers in {self._origin}"
        turned = len(array.shape) == 2 and array.shape[1] == len(self._keys or ())
        fix = "turn it, a.T: rows are items" if turned else "write both again together, in one order"
        return array.problem(found, "one identifier for each row", fix)


def check_matrix(array: Array) -> None:
    """Refuse what is no matrix of real numbers with at least one column.

    Raises
    ------
    InputError
    """
    shape = f"an array of shape {array.shape}"
    if not is_number(array.dtype):
        what = "text" if array.dtype.kind in "OUS" else f"numbers of the type {array.dtype}"
        fix = "name the array of the embeddings, or write it as float32"
        raise InputError([array.problem(what, "real numbers", fix)])
    if len(array.shape) == 2 and array.shape[1] > 0:
        return
    if len(array.shape) == 3:
        fix = "pool its frames: np.save(…, a.mean(axis=1)); of one file an item, `pool: mean` does it"
    elif len(array.shape) == 1:
        fix = "name the array of the embeddings; a single number an item is a[:, None]"
    else:
        fix = "write one row of numbers for each item"
    raise InputError([array.problem(shape, "a matrix: a row for each item, a column for each number", fix)])


def parse_rows(block: NDArray[Any]) -> Parsed:
    """Return the numbers of a block of rows, (n, d).

    A row of NaN alone is one that lacks the embedding, since a matrix has no other way to say so. Any other
    number that is not finite, or that float32 cannot hold, makes its row bad.
    """
    values = block if block.dtype in (np.float32, np.float64) else block.astype(_native(block.dtype))
    lengths = np.full(len(values), values.shape[1], np.int64)
    good = np.abs(values) <= _LARGEST  # false of NaN
    bad: dict[int, Any] = {}
    if not good.all():
        broken = np.flatnonzero(~good.all(axis=1))
        empty = np.isnan(values[broken]).all(axis=1)
        lengths[broken] = np.where(empty, EMPTY, BAD)
        for row in broken[~empty][:EXPLAINED]:
            bad[int(row)] = explain_list(values[row].tolist())
        values = values[lengths > 0]
    return Parsed(lengths, values.ravel(), bad)


def _native(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """Return the type that holds these numbers: half precision fits into single, integers into double."""
    return np.float32 if dtype.kind == "f" and dtype.itemsize <= 4 else np.float64


def read_identifiers(path: Path, name: str | None = None, *, header: str | None = None) -> list[str]:
    """Return identifiers: lines of a text file, or a one-dimensional array.

    Parameters
    ----------
    path : Path
    name : str, optional
        The array within an archive.
    header : str, optional
        Name of the identifiers' column: a first line that is this word is no identifier.

    Raises
    ------
    InputError
        If the array has other than one dimension or holds fractions, or the text is no UTF-8.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if name is not None or head.startswith((b"\x93NUMPY", b"PK\x03\x04", b"\x89HDF")):
        return _from_array(path, name)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        found = f"a byte that is no UTF-8, at {error.start:,}"
        fix = "save the list as UTF-8 text, one identifier a line"
        raise InputError([Problem(str(path), found, "text, one identifier a line", fix)]) from None
    keys = [line.strip() for line in lines]
    while keys and not keys[-1]:
        keys.pop()
    return keys[1:] if keys and keys[0] == header else keys


def _from_array(path: Path, name: str | None) -> list[str]:
    with open_array(path, name, ndim=1) as array:
        if len(array.shape) != 1:
            fix = "name the array of the identifiers"
            raise InputError([array.problem(f"an array of shape {array.shape}", "one dimension", fix)])
        if array.dtype.kind not in "iuUSO":
            found = f"numbers of the type {array.dtype}"
            fix = "write identifiers as text or whole numbers"
            raise InputError([array.problem(found, "text or whole numbers", fix)])
        return [_text(value) for block in array.blocks for value in block.tolist()]


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def shown(keys: Sequence[str], most: int = 5) -> str:
    """Return the first identifiers for a message."""
    rest = f" and {len(keys) - most:,} more" if len(keys) > most else ""
    return ", ".join(shorten(key, 40) for key in keys[:most]) + rest
