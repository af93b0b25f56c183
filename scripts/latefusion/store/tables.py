"""The only code that writes and reads the tables on disk.

Every table is Parquet with an explicit schema, zstd, no pandas metadata and no dictionaries,
so that the same content is the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from latefusion.store.atomic import atomic

ROWS_PER_GROUP = 65_536


class TableError(Exception):
    """A table of the workflow is not what this version writes; it must be made again."""


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
    with parquet_file(path) as file:
        found = file.schema_arrow
        if schema is not None and not found.equals(schema):
            raise TableError(
                f"{path}: its columns are {_columns(found)}, not {_columns(schema)}; make it again"
            )
        return file.read(columns=None if columns is None else list(columns))


def read_batches(path: Path | str, columns: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield columns of a table in batches of at most `rows`, of which one is held at a time.

    Raises
    ------
    TableError
        If the file is not Parquet.
    """
    with parquet_file(path, pre_buffer=False, buffer_size=1 << 20) as file:
        yield from file.iter_batches(batch_size=rows, columns=list(columns), use_threads=False)


@contextmanager
def parquet_file(path: Path | str, **options: Any) -> Iterator[pq.ParquetFile]:  # noqa: ANN401 - of pyarrow
    """Open a table.

    Raises
    ------
    TableError
        If the file is not Parquet.
    """
    try:
        with pq.ParquetFile(path, **options) as file:
            yield file
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
