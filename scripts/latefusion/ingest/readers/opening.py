"""The reader for a file, picked by its first bytes."""

from __future__ import annotations

from pathlib import Path

from latefusion.ingest.readers.csv_file import CsvFile
from latefusion.ingest.readers.parquet_file import ParquetFile
from latefusion.ingest.readers.reader import Reader
from latefusion.ingest.source import PARQUET, check_file


def open_table(path: Path, max_cell_bytes: int) -> Reader:
    """Open a table: Parquet, or CSV, also compressed with gzip.

    Parameters
    ----------
    path : Path
    max_cell_bytes : int
        A larger cell is refused.

    Raises
    ------
    InputError
        If the file cannot be read, is of a kind that is not read, or has no usable header.
    """
    head = check_file(path)
    if head.startswith(PARQUET):
        return ParquetFile(path, head)
    return CsvFile(path, head, max_cell_bytes)
