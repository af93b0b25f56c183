"""The rows of a modality's files, whichever form its configuration names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import InputError, Problem
from latefusion.core.table_files import table_files
from latefusion.ingest.forms import Kind, recognise
from latefusion.ingest.readers.array_listing import NPY
from latefusion.ingest.readers.array_rows import ArrayRows, read_identifiers
from latefusion.ingest.readers.file_per_item import FilePerItem
from latefusion.ingest.readers.matrix_file import MATRIX_SUFFIXES
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.readers.rows import RowSource
from latefusion.ingest.readers.table_rows import TableColumns, TableRows
from latefusion.ingest.source import first_bytes

BY_ROW: Final = "rows"
"""What `items` says where row i of a file belongs to the i-th item."""


def open_modality(
    entry: Mapping[str, Any],
    *,
    item: str | None,
    keys: Callable[[], Sequence[str]],
    max_cell_bytes: int,
) -> RowSource:
    """Open the files of a modality.

    Parameters
    ----------
    entry : mapping
        From `modalities` of the configuration: `file` or `files`, and where they need it `array`, `items`,
        `key`, `column`, `columns`, `pool`, `delimiter`; `apart`, columns with a part in the items' table;
        `order`, columns of one number each as the labelled items' files have them.
    item : str, optional
        Column of the identifiers in the items' table.
    keys : callable
        Returns the identifiers of all items; only a file an item needs them.
    max_cell_bytes : int

    Raises
    ------
    InputError
        If a file is not there, is damaged, or does not hold what the configuration names.
    """
    if entry.get("files") is not None:
        return FilePerItem(entry["files"], keys(), entry, max_cell_bytes)
    source = entry["file"]
    files = table_files(source)
    matrices = [path for path in files if _is_matrix(path)]
    if len(files) == len(matrices) == 1:
        return _matrix(matrices[0], entry)
    if matrices:
        found = f"a matrix among {len(files)} files"
        fix = "join them in one: np.save('all.npy', np.concatenate([np.load(file) for file in files]))"
        raise InputError([Problem(str(matrices[0]), found, "one matrix a modality, or tables", fix)])
    columns = TableColumns(
        key=entry.get("key"),
        column=entry.get("column"),
        columns=entry.get("columns"),
        item=item,
        joined=entry.get("items") != BY_ROW,
        apart=entry.get("apart") or (),
        order=entry.get("order") or (),
    )
    return TableRows(open_table(source, max_cell_bytes, entry.get("delimiter")), columns)


def _is_matrix(path: Path) -> bool:
    """Say whether a file holds a matrix, or should by its name: what it holds says why it is none."""
    if not path.is_file():
        return path.name.lower().endswith(MATRIX_SUFFIXES)
    first_bytes(path, "a matrix: .npy, .npz, HDF5 or safetensors, or a table")
    kind = recognise(path).kind
    named = path.name.lower().endswith(MATRIX_SUFFIXES)
    return kind is Kind.MATRIX or (named and kind is Kind.CSV)


def _matrix(path: Path, entry: Mapping[str, Any]) -> ArrayRows:
    head = first_bytes(path, "a matrix: .npy, .npz, HDF5 or safetensors")
    array, items = entry.get("array"), entry.get("items")
    if items == BY_ROW:
        return ArrayRows(path, array, None)
    if items is None:
        fix = "name them, `items: ids.txt`, or write `items: rows` where row i is of the i-th item"
        allowed = "identifiers for the rows"
        raise InputError([Problem(str(path), "a matrix without identifiers", allowed, fix)])
    beside = Path(items)
    if beside.is_file():
        return ArrayRows(path, array, read_identifiers(beside, header=entry.get("key")), origin=items)
    if head.startswith(NPY):
        first_bytes(beside, "a list of identifiers")
    return ArrayRows(path, array, read_identifiers(path, items), origin=f"the array {items}")
