"""Lists of identifiers: text of one a line, an array, or a table with a column of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from latefusion.core.errors import InputError, Problem
from latefusion.core.table_files import Source, table_files
from latefusion.ingest.columns import Columns
from latefusion.ingest.decompression import compression_of
from latefusion.ingest.forms import Kind, recognise
from latefusion.ingest.readers.array_rows import read_identifiers
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.source import first_bytes
from latefusion.ingest.table_scan import scan

_DELIMITERS: Final = ",;\t|"
_TABLES: Final = (Kind.PARQUET, Kind.ARROW, Kind.JSON_LINES)
_LONGEST: Final = 1 << 16


def read_list(source: Source, item: str, *, max_cell_bytes: int, delimiter: str | None = None) -> list[str]:
    """Return the identifiers of a list, as its files have them.

    A file is a table where it is of a kind that is nothing else, or where its header names the column
    `item`; else every line of it is an identifier, but for a first one that is `item` itself.

    Raises
    ------
    InputError
        If a file cannot be read, or holds no identifier.
    """
    found: list[str] = []
    for file in table_files(source):
        names = _of_file(file, item, max_cell_bytes, delimiter)
        if not names:
            raise InputError([Problem(str(file), "no identifier", "one a line", "name another file")])
        found += names
    return found


def _of_file(file: Path, item: str, max_cell_bytes: int, delimiter: str | None) -> list[str]:
    head = first_bytes(file, "a list of identifiers: text of one a line, or a table")
    is_table = recognise(file).kind in _TABLES or compression_of(head) is not None
    if not (is_table or _names_column(file, item, delimiter)):
        return [name for line in read_identifiers(file, header=item) if (name := _unquoted(line))]
    table = open_table(file, max_cell_bytes, delimiter)
    names = scan(table, Columns((), item=item), exact=False).texts[item].to_pylist()
    return [name for name in names if name is not None and name.strip()]


def _names_column(file: Path, item: str, delimiter: str | None) -> bool:
    """Say whether the first line of a text is a header with a column of identifiers beside others."""
    with file.open("rb") as stream:
        header = stream.readline(_LONGEST).decode("utf-8-sig", "replace").rstrip("\r\n")
    for mark in delimiter or _DELIMITERS:
        cells = [cell.strip() for cell in next(csv.reader([header], delimiter=mark), [])]
        if len(cells) > 1 and item in cells:
            return True
    return False


def _unquoted(line: str) -> str:
    quoted = len(line) > 1 and line[0] == line[-1] == '"'
    return line[1:-1].replace('""', '"') if quoted else line


def listed_files(source: Source) -> str:
    """Return the files of a list for a message."""
    files = table_files(source)
    return str(files[0]) + (f" and {len(files) - 1} more" if len(files) > 1 else "")
