"""The tables on disk: their schemas, and the only code that writes and reads them.

Every table is Parquet with an explicit schema, zstd, no pandas metadata and no dictionaries,
so that the same content is the same bytes.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from latefusion.core.errors import InputError, Problem

ROWS_PER_GROUP = 65_536

PARTITION = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("fold", pa.int32()),
    ]
)


class TableError(Exception):
    """A table of the workflow is not what this version writes; it must be made again."""


def features_schema(dimension: int) -> pa.Schema:
    """Schema of a feature matrix; a null embedding is a modality that the item lacks."""
    return pa.schema(
        [
            pa.field("item", pa.string(), nullable=False),
            pa.field("embedding", pa.list_(pa.field("element", pa.float32()), dimension)),
        ]
    )


GROUPS = pa.schema(
    [pa.field("item", pa.string(), nullable=False), pa.field("group", pa.string(), nullable=False)]
)


def items_schema(label: pa.DataType | None, describe: Mapping[str, pa.DataType]) -> pa.Schema:
    """Schema of an items table: `label` is as in the file (int64 or string), `class` its name.

    New items have neither.
    """
    fields = [pa.field("item", pa.string(), nullable=False)]
    if label is not None:
        fields += [
            pa.field("label", label, nullable=False),
            pa.field("class", pa.string(), nullable=False),
        ]
    fields.append(pa.field("group", pa.string(), nullable=False))
    return pa.schema(fields + [pa.field(name, kind) for name, kind in describe.items()])


def probabilities_schema(
    classes: Sequence[str], *, ovo_prediction: bool = False, fused: bool = False
) -> pa.Schema:
    """Schema of a probability table; `fused` tables add the partition and the repeat of the rule."""
    fields = [
        pa.field("item", pa.string(), nullable=False),
        pa.field("label", pa.int32()),
        pa.field("fold", pa.int32()),
        pa.field("predicted", pa.int32()),
    ]
    if ovo_prediction:
        fields.append(pa.field("ovo_prediction", pa.int32()))
    fields += [pa.field(f"p_{name}", pa.float64()) for name in classes]
    if fused:
        fields += [
            pa.field("partition", pa.string(), nullable=False),
            pa.field("repeat", pa.int32(), nullable=False),
        ]
    return pa.schema(fields)


_STORAGE = {
    errno.ENOSPC: ("the disk is full", "make room, or let `results` name a folder on another disk"),
    errno.EDQUOT: ("the disk quota is used up", "make room, or let `results` name a folder on another disk"),
    errno.EROFS: ("a file system that can only be read", "let `results` name a folder that can be written"),
    errno.EACCES: (
        "a folder that may not be written",
        "let `results` name a folder of yours, or chmod u+w it",
    ),
    errno.EPERM: ("a folder that may not be written", "let `results` name a folder of yours"),
    errno.ENOTDIR: ("a file where a folder should be", "move the file away, or let `results` name a folder"),
}


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Turn an error of the disk that the user can mend into an `InputError` that says how.

    Raises
    ------
    InputError
        If the disk is full or the folder of `path` cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _STORAGE:
            raise
        found, fix = _STORAGE[error.errno]
        allowed = "a place where the results can be written; nothing that was there has changed"
        raise InputError([Problem(str(path), found, allowed, fix)]) from error


class _Atomic:
    """A file that appears under its name only when it is whole."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __enter__(self) -> IO[bytes]:
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # a short name, as that of the file may be as long as the file system allows
            self._file = NamedTemporaryFile(dir=self.path.parent, prefix=".", suffix=".part", delete=False)
        return self._file

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        temporary = Path(self._file.name)
        try:
            with storage_errors(self.path):
                self._file.close()
                if isinstance(error, OSError):
                    raise error
            if kind is None:
                umask = os.umask(0)
                os.umask(umask)
                temporary.chmod(0o666 & ~umask)
                temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)


def atomic(path: Path | str) -> _Atomic:
    """Open `path` for writing bytes; the file appears when the block ends without an error."""
    return _Atomic(path)


@contextmanager
def staged(*paths: Path | str) -> Iterator[list[Path]]:
    """Yield a stand-in beside each path; all of them take its place at the end, none if the block fails.

    Files that one job writes appear together, and what was there before stays where it fails.
    """
    targets = [Path(path) for path in paths]
    token = token_hex(8)
    stand_ins = [path.with_name(f".{token}.{number}.part") for number, path in enumerate(targets)]
    try:
        for path in targets:
            with storage_errors(path):
                path.parent.mkdir(parents=True, exist_ok=True)
        yield stand_ins
        for stand_in, path in zip(stand_ins, targets, strict=True):
            with storage_errors(path):
                stand_in.replace(path)
    except InputError as error:
        names = dict(zip(map(str, stand_ins), map(str, targets), strict=True))
        problems = [
            replace(problem, file=names.get(problem.file, problem.file)) for problem in error.problems
        ]
        raise InputError(problems, error.total) from error
    finally:
        for stand_in in stand_ins:
            stand_in.unlink(missing_ok=True)


def write_table(table: pa.Table, path: Path | str, schema: pa.Schema) -> None:
    """Write a table, whole or not at all.

    Raises
    ------
    TableError
        If the table's columns are not those of `schema`.
    """
    with table_writer(path, schema) as writer:
        writer.write(table)


class table_writer:  # noqa: N801 - used like the function `open`
    """Write a table in pieces; the file appears when the block ends without an error.

    Row groups hold `ROWS_PER_GROUP` rows or what one call to `write` brings, whichever is less,
    so equal pieces make equal bytes.
    """

    def __init__(self, path: Path | str, schema: pa.Schema) -> None:
        self._atomic, self._schema, self._path = atomic(path), schema, path

    def __enter__(self) -> table_writer:
        file = self._atomic.__enter__()
        try:
            self._writer = pq.ParquetWriter(
                file,
                self._schema,
                compression="zstd",
                use_dictionary=False,
                write_statistics=False,
                store_schema=True,
            )
        except OSError as error:  # it writes at once
            self._atomic.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, table: pa.Table) -> None:
        """Append rows whose columns are those of the schema."""
        if table.schema.names != self._schema.names:
            raise TableError(f"{self._path}: columns {table.schema.names}, not {self._schema.names}")
        self._writer.write_table(table.cast(self._schema), row_group_size=ROWS_PER_GROUP)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            self._writer.close()
        except OSError as failure:
            # what could not be finished must not take the place of what was there
            kind, error, trace = type(failure), failure, failure.__traceback__
        self._atomic.__exit__(kind, error, trace)


def read_table(
    path: Path | str, schema: pa.Schema | None = None, columns: Sequence[str] | None = None
) -> pa.Table:
    """Read a table, checked against `schema` where one is given.

    Raises
    ------
    TableError
        If the file's schema is another one, or the file is not Parquet.
    """
    try:
        with pq.ParquetFile(path) as file:
            found = file.schema_arrow
            if schema is not None and not found.equals(schema):
                raise TableError(
                    f"{path}: its columns are {_columns(found)}, not {_columns(schema)}; make it again"
                )
            return file.read(columns=None if columns is None else list(columns))
    except pa.ArrowInvalid as error:
        raise TableError(f"{path}: not a Parquet file ({error}); make it again") from error


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)


def write_json(value: Mapping[str, Any], path: Path | str) -> None:
    """Write a mapping as JSON: sorted keys, full precision, no NaN; whole or not at all."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    with atomic(path) as file:
        file.write(text.encode() + b"\n")


def read_json(path: Path | str) -> dict[str, Any]:
    """Read a mapping that `write_json` wrote."""
    value: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return value
