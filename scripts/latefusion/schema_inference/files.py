"""Files and folders that are looked at: tables, matrices, lists of identifiers, one file an item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from latefusion.core.errors import InputError, Problem
from latefusion.core.table_files import is_table, table_files
from latefusion.ingest.forms import Kind, recognise
from latefusion.ingest.readers.array_listing import ListingError, embedding_and_identifiers, list_arrays
from latefusion.ingest.readers.array_rows import read_identifiers
from latefusion.ingest.readers.matrix_file import MATRIX_SUFFIXES
from latefusion.ingest.source import first_bytes
from latefusion.schema_inference.samples import TableSample, sample_table

Split = Literal["train", "validation", "test"]
SPLITS: Final[Mapping[Split, frozenset[str]]] = {
    "train": frozenset({"train", "training", "trn", "tr"}),
    "validation": frozenset({"validation", "validate", "valid", "val", "dev", "development"}),
    "test": frozenset({"test", "testing", "tst", "eval", "evaluation"}),
}
TABLE_SUFFIXES: Final = (".csv", ".tsv", ".parquet", ".feather")
FEWEST: Final = 5
MOST_ENTRIES: Final = 200_000
LOOKED_INTO: Final = 200
DEEP: Final = 3
_PART = re.compile(r"(?:[-_.]?part)?[-_.]?\d+(?:-of-\d+)?$", re.IGNORECASE)
_LIST_BYTES: Final = 64 << 20


@dataclass(frozen=True)
class IdentifierList:
    """A text file of one identifier a line, or an array of them."""

    source: str
    values: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The identifiers without a first line that may be a header."""
        return self.values[1:]


@dataclass(frozen=True)
class Matrix:
    """A matrix of a file of arrays.

    Attributes
    ----------
    source : str
    array : str
        Its name within the file; empty where that has one.
    shape : (rows, numbers)
    items : str, optional
        The array of its rows' identifiers.
    identifiers : tuple of str
        These.
    alone : bool
        Whether the file has no other matrix.
    """

    source: str
    array: str
    shape: tuple[int, ...]
    items: str | None = None
    identifiers: tuple[str, ...] = ()
    alone: bool = True


@dataclass(frozen=True)
class FilesOfItems:
    """A folder of one file an item.

    Attributes
    ----------
    folder, suffix : str
    stems : frozenset of str
        Names of the files, below the folder and without the suffix.
    frames : bool
        Whether the first of them holds several rows.
    table : TableSample, optional
        The first, where it is a table.
    """

    folder: str
    suffix: str
    stems: frozenset[str]
    frames: bool
    table: TableSample | None = None


Sample = TableSample | IdentifierList | Matrix | FilesOfItems


def look(source: str, base: Path) -> list[Sample]:
    """Return what a file, a folder or a pattern holds.

    Parameters
    ----------
    source : str
        Seen from `base`.
    base : Path

    Raises
    ------
    InputError
        If there is nothing of that name, or a file is damaged or of a form that is not read.
    """
    path = base / source
    if path.is_dir():
        return _folder(source, path, base)
    if not path.exists() and (files := table_files(str(path))) != [path]:
        return [sample_table(source, files)]
    return _file(source, path)


def _file(source: str, path: Path) -> list[Sample]:
    first_bytes(path, "a table, a matrix, or a list of identifiers")
    form = recognise(path)
    if form.kind is Kind.REFUSED:
        allowed = "a table, a matrix, or a list of identifiers"
        raise InputError([Problem(source, form.found, allowed, form.fix)])
    if form.kind is Kind.MATRIX:
        return _arrays(source, path)
    if form.kind is Kind.CSV and path.stat().st_size <= _LIST_BYTES and _is_list(path):
        return [IdentifierList(source, tuple(read_identifiers(path)))]
    return [sample_table(source, [path])]


def _is_list(path: Path) -> bool:
    """Say whether a text has one word a line and no header that would be cut into names."""
    if path.suffix.lower() in (".gz", ".bz2", ".xz", ".zst"):
        return False
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return not any(delimiter in head for delimiter in (b",", b"\t", b";", b"|", b'"', b"["))


def _arrays(source: str, path: Path) -> list[Sample]:
    try:
        arrays = list_arrays(path)
    except ListingError as error:
        fix = "copy or write it again"
        raise InputError([Problem(source, f"a damaged file ({error})", "a whole file", fix)]) from None
    found = list(embedding_and_identifiers(arrays))
    if not found and "" in arrays and arrays[""].is_identifiers:
        return [IdentifierList(source, tuple(read_identifiers(path)))]
    if not found:
        there = ", ".join(f"{name} {array.shape}".strip() for name, array in list(arrays.items())[:5])
        allowed = "a matrix: a row for each item, a column for each number"
        fix = "write one; frames are pooled by a.mean(axis=1)"
        raise InputError([Problem(source, f"no matrix of numbers, but {there or 'nothing'}", allowed, fix)])
    return [
        Matrix(
            source,
            name,
            arrays[name].shape or (),
            items,
            tuple(read_identifiers(path, items)) if items is not None else (),
            len(found) == 1,
        )
        for name, items in found
    ]


def _folder(source: str, path: Path, base: Path, depth: int = 0) -> list[Sample]:
    """Return what a folder holds: one file an item, the parts of tables, or files of all kinds."""
    if (own := _one_file_an_item(source, path)) is not None:
        return [own]
    entries = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))[:LOOKED_INTO]
    samples: list[Sample] = []
    for name, files in _tables(entries):
        inside = f"{source.rstrip('/')}/{name}"
        samples += [sample_table(inside, files)] if len(files) > 1 else _file(inside, files[0])
    for entry in entries:
        inside = f"{source.rstrip('/')}/{entry.name}"
        if entry.is_dir() and depth < DEEP:
            samples += _folder(inside, entry, base, depth + 1)
        elif entry.is_file() and entry.name.lower().endswith(MATRIX_SUFFIXES):
            samples += _file(inside, entry)
    return samples


def _tables(entries: Sequence[Path]) -> Iterator[tuple[str, list[Path]]]:
    """Yield the tables of a folder: single files by name, numbered parts of one by their pattern."""
    parts: dict[tuple[str, str], list[Path]] = {}
    for file in (entry for entry in entries if entry.is_file() and is_table(entry)):
        stem, _, suffix = file.name.partition(".")
        parts.setdefault((_PART.sub("", stem), suffix), []).append(file)
    for (stem, suffix), files in parts.items():
        if len(files) > 1:
            yield f"{stem}*.{suffix}", files
        else:
            yield files[0].name, files


def _one_file_an_item(source: str, path: Path) -> FilesOfItems | None:
    """Return a folder of files that are called after items: arrays, or tables whose names are no parts."""
    files: list[Path] = []
    for file in path.rglob("*"):
        if file.is_file() and not file.name.startswith("."):
            files.append(file)
        if len(files) > MOST_ENTRIES:
            break
    suffixes = {file.suffix.lower() for file in files}
    if len(files) < FEWEST or len(suffixes) != 1:
        return None
    suffix = suffixes.pop()
    files.sort()
    stems = frozenset(file.relative_to(path).with_suffix("").as_posix() for file in files)
    numbered = len({_PART.sub("", stem) for stem in stems}) == 1
    if _called_after_splits(stems) and not numbered:
        return None
    if suffix in MATRIX_SUFFIXES:
        shape = next((array.shape for array in list_arrays(files[0]).values()), None)
        return FilesOfItems(source, suffix, stems, shape is not None and len(shape) > 1)
    if suffix not in TABLE_SUFFIXES or (numbered and not all(map(str.isdigit, stems))):
        return None
    table, last = sample_table(source, files[:1]), sample_table(source, files[-1:])
    if table.names != last.names:
        return None
    return FilesOfItems(source, suffix, stems, table.rows > 1, table)


def _called_after_splits(stems: frozenset[str]) -> bool:
    """Say whether files are called after splits, more of them than items are by chance (`Train in Vain`)."""
    return sum(split_of(stem) is not None for stem in stems) * 10 >= len(stems)


def split_of(name: str) -> Split | None:
    """Return the split that a file or a value is called after: `tvt_70_15_15_train_audio.csv` is of train."""
    words = set(re.split(r"[^a-z]+", name.lower()))
    found = [split for split, called in SPLITS.items() if words & called]
    return found[0] if len(found) == 1 else None
