"""The reader for a table, picked by the first bytes of its files."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.readers.arrow_file import STREAM, ArrowFile
from latefusion.ingest.readers.csv_file import CsvFile
from latefusion.ingest.readers.json_lines import JsonLines
from latefusion.ingest.readers.parquet_file import ParquetFile
from latefusion.ingest.readers.reader import Reader
from latefusion.ingest.readers.shards import Shards
from latefusion.ingest.source import ARROW, PARQUET, check_file

_JSON: Final = (".json", ".jsonl", ".ndjson")
_TABLES: Final = (".csv", ".tsv", ".txt", ".parquet", ".arrow", ".feather", *_JSON)
_PACKED: Final = (".gz", ".bz2", ".xz", ".zst")


def open_table(
    source: Path | str | Sequence[Path | str], max_cell_bytes: int, delimiter: str | None = None
) -> Reader:
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


def table_files(source: Path | str | Sequence[Path | str]) -> list[Path]:
    """Return the files that a path, a pattern, a folder or a list of them stands for, in order of name.

    A list keeps its own order.

    Raises
    ------
    InputError
        If a pattern or a folder holds no table.
    """
    if not isinstance(source, str | Path):
        return [file for one in source for file in table_files(one)]
    path = Path(source)
    if path.is_dir():
        inside = sorted(file for file in path.iterdir() if file.is_file() and _is_table(file))
        if not inside:
            allowed = f"a file whose name ends in {', '.join(_TABLES)}"
            raise InputError([Problem(str(path), "a folder without a table in it", allowed, "name a file")])
        return inside
    if has_magic(str(source)) and not path.exists():
        fitting = glob(str(source))  # noqa: PTH207 - Path.glob takes no absolute pattern
        files = sorted(file for file in map(Path, fitting) if file.is_file())
        if not files:
            found, fix = "a pattern that no file fits", "check it; paths start where Snakemake does"
            raise InputError([Problem(shorten(str(source), 200), found, "at least one file", fix)])
        return files
    return [path]


def _is_table(file: Path) -> bool:
    name = file.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return name.endswith(_TABLES) and not name.startswith(".")


def _open(path: Path, max_cell_bytes: int, delimiter: str | None) -> Reader:
    head = check_file(path)
    if head.startswith(PARQUET):
        return ParquetFile(path, head)
    if head.startswith((ARROW, STREAM)):
        return ArrowFile(path, head)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or _named_json(path):
        return JsonLines(path, head, max_cell_bytes)
    return CsvFile(path, head, max_cell_bytes, delimiter)


def _named_json(path: Path) -> bool:
    """Say whether a compressed file is JSON by its name; an open one is known by its first character."""
    name = path.name.lower()
    return any(name.removesuffix(packed).endswith(_JSON) for packed in _PACKED)
