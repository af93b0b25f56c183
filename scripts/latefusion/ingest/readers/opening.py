"""The reader for a table, picked by the first bytes of its files."""

from __future__ import annotations

from pathlib import Path

from latefusion.core.table_files import Source, table_files
from latefusion.ingest.forms import Kind, recognise
from latefusion.ingest.readers.arrow_file import ArrowFile
from latefusion.ingest.readers.csv_file import CsvFile
from latefusion.ingest.readers.json_lines import JsonLines
from latefusion.ingest.readers.parquet_file import ParquetFile
from latefusion.ingest.readers.reader import Reader
from latefusion.ingest.readers.shards import Shards
from latefusion.ingest.source import check_file


def open_table(source: Source, max_cell_bytes: int, delimiter: str | None = None) -> Reader:
    """Open a table: CSV or JSON lines, also compressed, Parquet, Arrow or Feather, in one file or several.

    Parameters
    ----------
    source : path or sequence of paths
        A file, a list of files, a pattern (`shards/*.parquet`), or a folder of tables.
    max_cell_bytes : int
        A larger cell is refused.
    delimiter : str, optional
        The character between the cells of a CSV, where its header does not tell.

    Raises
    ------
    InputError
        If there is no file, or one cannot be read, is of a kind that is not read, or has no usable header;
        if the files of one table have different columns.
    """
    tables = [_open(path, max_cell_bytes, delimiter) for path in table_files(source)]
    return tables[0] if len(tables) == 1 else Shards(tables)


def _open(path: Path, max_cell_bytes: int, delimiter: str | None) -> Reader:
    head, kind = check_file(path), recognise(path).kind
    if kind is Kind.PARQUET:
        return ParquetFile(path, head)
    if kind is Kind.ARROW:
        return ArrowFile(path, head)
    if kind is Kind.JSON_LINES:
        return JsonLines(path, head, max_cell_bytes)
    return CsvFile(path, head, max_cell_bytes, delimiter)
