"""Samples of files: enough of each to tell what it is for, whatever its size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa

from latefusion.ingest.findings import Findings
from latefusion.ingest.readers.json_lines import JsonLines
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.readers.reader import Batch, Reader, Selection, SuspectError

MAX_CELL_BYTES: Final = 16 << 20
MOST_BYTES: Final = 16 << 20
MOST_ROWS: Final = 100_000
MOST_FILES: Final = 100
"""Of one table: what is beyond is not looked at."""

ColumnKind = Literal["list", "integer", "number", "text", "blank"]
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|nan", re.ASCII | re.IGNORECASE)
_LIST = re.compile(r"\[\s*[+-]?(?:\d|\.\d)[^\[\]]*\]\s*", re.ASCII)


@dataclass(frozen=True)
class ColumnSample:
    """A column of a table, as far as it was looked at.

    Attributes
    ----------
    name : str
    kind : {'list', 'integer', 'number', 'text', 'blank'}
    values : tuple of str
        What its cells hold, without blank ones; empty for lists.
    rows : int
        Cells that were looked at.
    """

    name: str
    kind: ColumnKind
    values: tuple[str, ...] = ()
    rows: int = 0

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The different values."""
        return frozenset(self.values)

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value, and none has that of another."""
        return self.rows > 0 and len(self.values) == self.rows == len(self.distinct)

    @property
    def counts_rows(self) -> bool:
        """Whether it numbers the rows from 0 or 1, as an index does, and identifies nothing elsewhere."""
        return self.kind == "integer" and self.values[:2] in (("0", "1"), ("1", "2")) and self.is_unique

    @classmethod
    def of(cls, name: str, cells: Sequence[str | None]) -> ColumnSample:
        """Return the sample of cells as a CSV has them."""
        values = tuple(text for cell in cells if cell is not None and (text := cell.strip()))
        return cls(name, _kind(values), values, len(cells))


def _kind(values: Sequence[str]) -> ColumnKind:
    if not values:
        return "blank"
    if all(map(_INTEGER.fullmatch, values)):
        return "integer"
    if all(map(_NUMBER.fullmatch, values)):
        return "number"
    if all(map(_LIST.fullmatch, values[:20])):
        return "list"
    return "text"


@dataclass(frozen=True)
class TableSample:
    """A table, as far as it was looked at.

    Attributes
    ----------
    source : str
        The file, the pattern or the folder, as the configuration names it.
    columns : tuple of ColumnSample
    rows : int
        Rows that were looked at.
    whole : bool
        Whether these are all.
    unreadable : tuple of str
        Columns of a kind that is neither text nor number nor a list of numbers.
    """

    source: str
    columns: tuple[ColumnSample, ...]
    rows: int
    whole: bool = True
    unreadable: tuple[str, ...] = ()

    def column(self, name: str) -> ColumnSample:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def sample_table(source: str, files: Sequence[Path]) -> TableSample:
    """Look at a table of one file or several.

    Raises
    ------
    InputError
        If a file cannot be read, or is no table.
    """
    names: list[str] = []
    lists: list[str] = []
    unreadable: list[str] = []
    cells: dict[str, list[str | None]] = {}
    rows, left, whole = 0, MOST_BYTES, len(files) <= MOST_FILES
    for file in files[:MOST_FILES]:
        reader = open_table(file, MAX_CELL_BYTES)
        names = list(reader.names)
        texts, lists, unreadable = _kinds(reader)
        batches, ended = _read(reader, Selection(texts), left, MOST_ROWS - rows)
        for batch in batches:
            for name in texts:
                cells.setdefault(name, []).extend(batch.column(name).to_pylist())
            rows, left = rows + len(batch), left - batch.nbytes
        if not ended:
            whole = False
            break
    columns = [
        ColumnSample(name, "list", rows=rows) if name in lists else ColumnSample.of(name, cells.get(name, []))
        for name in names
        if name not in unreadable
    ]
    return TableSample(source, tuple(columns), rows, whole, tuple(unreadable))


def _kinds(reader: Reader) -> tuple[list[str], list[str], list[str]]:
    """Return the columns that are text or numbers, those that are lists of numbers, and the others."""
    if isinstance(reader, JsonLines):
        lists = [name for name, value in reader.first.items() if isinstance(value, list)]
        others = [name for name, value in reader.first.items() if isinstance(value, dict)]
    else:
        nested = [name for name in reader.names if reader.check(Selection([name]))]
        lists = [name for name in nested if not reader.check(Selection([], [name]))]
        others = [name for name in nested if name not in lists]
    texts = [name for name in reader.names if name not in lists and name not in others]
    return texts, lists, others


def _read(
    reader: Reader, selection: Selection, most_bytes: int, most_rows: int
) -> tuple[list[pa.RecordBatch], bool]:
    """Return the first batches, and whether these are all; line by line where the quick reading stumbles."""
    findings = Findings()
    quick = reader.quick(selection)
    if quick is not None:
        try:
            return _some(quick, most_bytes, most_rows)
        except SuspectError:
            pass
    found = _some(reader.exact(selection, findings), most_bytes, most_rows)
    findings.check()
    return found


def _some(batches: Iterator[Batch], most_bytes: int, most_rows: int) -> tuple[list[pa.RecordBatch], bool]:
    kept: list[pa.RecordBatch] = []
    for batch, _ in batches:
        if most_bytes <= 0 or most_rows <= 0:
            return kept, False
        kept.append(batch.slice(0, most_rows))
        if len(batch) > most_rows:
            return kept, False
        most_bytes, most_rows = most_bytes - batch.nbytes, most_rows - len(batch)
    return kept, True
