"""Parquet: its strings as strings and its lists as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.findings import Findings
from latefusion.ingest.forms import PARQUET
from latefusion.ingest.readers.reader import Batch, Selection, is_list, is_number, is_text
from latefusion.ingest.source import Bytes

BATCH_ROWS = 1024
_UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)


class ParquetFile:
    """A Parquet file; see `Reader`.

    Parameters
    ----------
    path : Path
    head : bytes
        The file's first bytes.
    """

    unit: Final = "row"

    def __init__(self, path: Path, head: bytes) -> None:
        self.path, self._head = path, head
        self.files = [path]
        self._file = open_parquet(path)
        self.names: list[str] = self._file.schema_arrow.names

    def check(self, columns: Selection) -> list[Problem]:
        """Return a problem for each column of a type that cannot be used."""
        return check_types(self._file.schema_arrow, self.path, columns)

    def quick(self, columns: Selection, *, beginning: bool = False) -> None:  # noqa: ARG002 - of the contract
        """Return nothing: there is one way to read it."""
        return

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:  # noqa: ARG002 - of the contract
        """Yield batches with the number of each row."""
        row = 1
        for batch in batches(self._file, self.path, columns):
            yield batch, np.arange(row, row + len(batch))
            row += len(batch)

    def sha256(self) -> str:
        """Return the hash of the file as stored."""
        with Bytes(self.path, self._head, strict=False) as stream:
            return stream.sha256()


def open_parquet(path: Path) -> pq.ParquetFile:
    """Open a Parquet file.

    Raises
    ------
    InputError
        If it is cut off or damaged.
    """
    try:
        # read ahead by little: what pyarrow reads ahead by itself, it keeps until the end
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20, page_checksum_verification=True)
        str(file.schema_arrow)  # decodes every name
    except _UNREADABLE as error:
        raise InputError([_damaged(path, error)]) from None
    return file


def _damaged(path: Path, error: Exception) -> Problem:
    with path.open("rb") as file:
        file.seek(-len(PARQUET), os.SEEK_END)
        whole = file.read() == PARQUET
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    found = (
        f"a Parquet file that cannot be read ({shorten(first, 120)})"
        if whole
        else "a Parquet file without its end"
    )
    fix = "it is damaged: write or copy it again" if whole else "it was cut off: write or copy it again"
    return Problem(str(path), found, "a whole Parquet file", fix)


def check_types(schema: pa.Schema, path: Path, columns: Selection) -> list[Problem]:
    """Return a problem for each column of a type that cannot be used."""
    problems = []
    for name in columns.all:
        if schema.names.count(name) > 1:
            found = f"{schema.names.count(name)} columns of this name"
            problems.append(
                Problem(str(path), found, "each name once", "rename or drop one of them", column=name)
            )
    if problems:
        return problems
    for name in columns.texts:
        kind = _plain(schema.field(name).type)
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            allowed = "numbers or text"
            fix = "name another column, or write this one as text"
            problems.append(Problem(str(path), f"a column of {kind}", allowed, fix, column=name))
    for name in columns.vectors:
        kind = _plain(schema.field(name).type)
        if not (is_list(kind) or is_text(kind)):
            nested = pa.types.is_nested(kind)
            found = f"a single number in each row ({kind})" if not nested else f"a column of {kind}"
            fix = "name the column of the embeddings, or write each row's array.tolist()"
            problems.append(Problem(str(path), found, "a list of numbers in each row", fix, column=name))
    for name in columns.wide:
        kind = _plain(schema.field(name).type)
        if not (is_number(kind) or is_text(kind) or pa.types.is_null(kind)):
            fix = "leave it out of `columns`; a column of lists is named under `column`"
            problems.append(
                Problem(str(path), f"a column of {kind}", "a number in each row", fix, column=name)
            )
    return problems


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def batches(file: pq.ParquetFile, path: Path, columns: Selection) -> Iterator[pa.RecordBatch]:
    """Yield batches of the selected columns.

    Raises
    ------
    InputError
        If the file turns out to be damaged.
    """
    try:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=columns.all, use_threads=False):
            batch.validate(full=True)
            yield selected(batch, columns)
    except _UNREADABLE as error:
        raise InputError([_damaged(path, error)]) from None


def selected(batch: pa.RecordBatch, columns: Selection) -> pa.RecordBatch:
    """Return the selected columns of a batch, each as the selection says."""
    arrays = []
    for name in columns.all:
        array = batch.column(name)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        as_it_is = name in columns.vectors or name in columns.wide
        arrays.append(array if as_it_is else _text(array, keep=name in columns.numbers))
    return pa.RecordBatch.from_arrays(arrays, columns.all)


def _text(array: pa.Array, *, keep: bool) -> pa.Array:
    kind = array.type
    if keep and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return array.cast(pa.float64(), safe=False)
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_floating(kind):
        # NaN is how pandas marks a missing value
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, kind), array)
    return array.cast(pa.string())
