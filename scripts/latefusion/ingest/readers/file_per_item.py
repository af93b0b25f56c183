"""Embeddings that stand in a file of their own for each item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.table_files import ITEM, STEM, files_of_items
from latefusion.core.wording import plural
from latefusion.dataset.keys import canonical_text
from latefusion.ingest.embedding_errors import Explanation
from latefusion.ingest.embeddings import BAD, EMPTY, EXPLAINED, Parsed, with_spread
from latefusion.ingest.findings import Findings
from latefusion.ingest.forms import recognise
from latefusion.ingest.readers.array_rows import parse_rows
from latefusion.ingest.readers.matrix_file import MATRIX_SUFFIXES, is_number, open_array
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.readers.reader import SuspectError
from latefusion.ingest.readers.rows import Rows
from latefusion.ingest.readers.table_rows import TableColumns, TableRows, table_matrix

Pool = Literal["mean", "max", "first"]
FILES_A_BLOCK: Final = 256


class FilePerItem:
    """One file for each item.

    Parameters
    ----------
    pattern : str
        Path with `{item}` where the identifier stands, or `{stem}` for what is before its suffix.
    keys : sequence of str
        Identifiers of all items.
    entry : mapping
        From `modalities` of the configuration: `array` within each file; `column`, `columns`, `delimiter` of
        a table, whose rows are frames; `pool`, how frames, (frames, d), become one row.
    max_cell_bytes : int
    """

    unit = "file"

    def __init__(
        self, pattern: str, keys: Sequence[str], entry: Mapping[str, Any], max_cell_bytes: int
    ) -> None:
        self.file, self.files = pattern, [pattern]
        self.column: str | None = entry.get("array") or entry.get("column")
        self.by_row = False
        self._keys, self._max_cell_bytes = keys, max_cell_bytes
        self._array: str | None = entry.get("array")
        self._pool: Pool | None = entry.get("pool")
        self._delimiter: str | None = entry.get("delimiter")
        self._columns = TableColumns(
            column=entry.get("column"),
            columns=entry.get("columns"),
            joined=False,
            apart=entry.get("apart") or (),
            order=entry.get("order") or (),
        )
        self.wide: Sequence[str] = ()

    def rows(self, findings: Findings, *, exact: bool) -> Iterator[Rows]:  # noqa: ARG002 - of the contract
        """Yield a row for each item, empty where it has no file; lines count items.

        Raises
        ------
        InputError
            If no item has a file, or one is damaged, or holds a matrix and no way of pooling is named.
        """
        if not any(self.path_of(key).is_file() for key in self._keys):
            raise InputError([self._no_file()])
        for start in range(0, len(self._keys), FILES_A_BLOCK):
            keys = self._keys[start : start + FILES_A_BLOCK]
            yield Rows(
                pa.array(keys, pa.string()), self._read(keys), np.arange(start + 1, start + 1 + len(keys))
            )

    def place(self, line: int) -> tuple[str, int | None]:
        """Return the file of an item; see `RowSource`."""
        return str(self.path_of(self._keys[line - 1])), None

    def path_of(self, key: str) -> Path:
        """Return the file of an item, whose name may write the identifier in another form of its letters.

        Raises
        ------
        InputError
            If the identifier would lead out of the folder.
        """
        if key in ("", ".") or key.startswith("/") or "\0" in key or ".." in key.split("/"):
            fix = "give the item an identifier that can be a file's name"
            raise InputError(
                [Problem(self.file, f"the identifier {shorten(key)}", "the name of a file", fix)]
            )
        name = self.file.replace(ITEM, key)
        if STEM in name:
            name = name.replace(STEM, str(PurePosixPath(key).with_suffix("")))
        path = Path(name)
        if path.is_file():
            return path
        alike = self._by_canonical_name.get(canonical_text(str(path)), [])
        return alike[0] if len(alike) == 1 else path

    @cached_property
    def _by_canonical_name(self) -> dict[str, list[Path]]:
        """The files that are there, by their names in canonical form: archives of macOS decompose letters."""
        found: dict[str, list[Path]] = {}
        for path, _ in files_of_items(self.file):
            found.setdefault(canonical_text(path), []).append(Path(path))
        return found

    def _no_file(self) -> Problem:
        tried = ", ".join(str(self.path_of(key)) for key in self._keys[:2])
        found = f"no file of any of {plural(len(self._keys), 'item')}, such as {tried}"
        fix = "correct the pattern: {item} stands for the identifier, {stem} for what is before its suffix"
        there = sorted(str(path) for paths in self._by_canonical_name.values() for path in paths)
        if there:
            fix = f"call files and items alike: there is {shorten(there[0], 200)}; or {fix}"
        return Problem(self.file, found, "a file for each item", fix)

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
                fix = "compute it again, or remove the file and write `missing: true` for the modality"
                bad[row] = replace(parsed.bad[0], fix=fix)
        numbers = np.concatenate(values) if values else np.empty(0, np.float32)
        return with_spread(Parsed(lengths, numbers, bad))

    def _embedding(self, path: Path) -> NDArray[Any]:
        """Return one file's embedding, (d,), its frames pooled."""
        frames = self._frames_of_table(path) if is_table_file(path) else self._frames_of_array(path)
        if len(frames) == 1:
            return np.asarray(frames[0])
        if self._pool is None:
            found = f"{len(frames):,} frames of {frames.shape[1]} numbers"
            fix = "write `pool: mean`, `pool: max` or `pool: first` for the modality"
            allowed = "one row of numbers, or a way to pool frames"
            raise InputError([Problem(str(path), found, allowed, fix, column=self.column)])
        return pooled(frames, self._pool)

    def _frames_of_array(self, path: Path) -> NDArray[Any]:
        with open_array(path, self._array) as array:
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
            return values[None] if len(array.shape) == 1 else values

    def _frames_of_table(self, path: Path) -> NDArray[Any]:
        # the columns of all files stand in the order of the first one's
        columns = replace(self._columns, order=self.wide or self._columns.order)
        table = TableRows(open_table(path, self._max_cell_bytes, self._delimiter), columns)
        self.wide = self.wide or table.wide
        try:
            return table_matrix(table, exact=False)
        except SuspectError:
            return table_matrix(table, exact=True)


def is_table_file(path: Path) -> bool:
    """Say whether a file is a table, by what it holds; what is neither goes to the reader of arrays."""
    named = path.name.lower().endswith(MATRIX_SUFFIXES)
    return not named and recognise(path).is_table


def pooled(frames: NDArray[Any], pool: Pool) -> NDArray[Any]:
    """Return one row from frames, (frames, d): their mean (in double), their maximum, or the first."""
    if pool == "first":
        return np.asarray(frames[0])
    if pool == "max":
        return np.asarray(frames.max(axis=0))
    return np.asarray(frames.mean(axis=0, dtype=np.float64))
