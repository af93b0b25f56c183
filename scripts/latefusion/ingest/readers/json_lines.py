"""JSON lines, plain or compressed: read quickly where they are in order, exactly where they are not."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.findings import Findings
from latefusion.ingest.readers.reader import Batch, Selection, SuspectError
from latefusion.ingest.source import Bytes, NotTextError, explain_encoding

BLOCK_BYTES: Final = 4 << 20
BATCH_ROWS: Final = 512


class JsonLines:
    """A file of one JSON object a line; see `Reader`.

    Parameters
    ----------
    path : Path
    head : bytes
        The file's first bytes.
    max_cell : int
        Most bytes of a line.

    Attributes
    ----------
    first : mapping
        The object of the first line.
    """

    unit: Final = "line"

    def __init__(self, path: Path, head: bytes, max_cell: int) -> None:
        self.path, self._head, self._max_cell = path, head, max_cell
        self.files = [path]
        self.first = self._first_record()
        self.names: list[str] = list(self.first)
        self._sha256: str | None = None

    def check(self, columns: Selection) -> list[Problem]:  # noqa: ARG002 - of the contract
        """Return no problem: what a key holds may differ from line to line."""
        return []

    def quick(self, columns: Selection, *, beginning: bool = False) -> Iterator[Batch]:  # noqa: ARG002 - of the contract
        """Yield batches, read by pyarrow, texts as the strings or whole numbers of the first line.

        Raises
        ------
        SuspectError
            Where a line is not like the first one.
        """
        import pyarrow.json as pa_json

        schema = pa.schema([pa.field(name, self._type(name, columns)) for name in columns.all])
        with Bytes(self.path, self._head, quotes=False) as stream:
            try:
                reader = pa_json.open_json(
                    pa.PythonFile(stream, mode="r"),
                    read_options=pa_json.ReadOptions(block_size=BLOCK_BYTES),
                    parse_options=pa_json.ParseOptions(
                        explicit_schema=schema, unexpected_field_behavior="ignore"
                    ),
                )
                for batch in reader:
                    if len(batch):
                        yield _as_selected(batch, columns), None
            except (pa.ArrowException, NotTextError) as error:
                raise SuspectError(str(error)) from None
            if stream.failed is not None:
                raise SuspectError(str(stream.failed))
            self._sha256 = stream.sha256()

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:
        """Yield batches with the line of each record; what is no object of its line goes to `findings`."""
        records: list[Mapping[str, Any]] = []
        lines: list[int] = []
        for number, line in self._lines(findings):
            record = self._record(number, line, findings)
            if record is None:
                continue
            records.append(record)
            lines.append(number)
            if len(records) == BATCH_ROWS:
                yield self._batch(records, lines, columns, findings), np.array(lines, np.int64)
                records, lines = [], []
        if records:
            yield self._batch(records, lines, columns, findings), np.array(lines, np.int64)

    def sha256(self) -> str:
        """Return the hash of the file as stored."""
        if self._sha256 is None:
            with Bytes(self.path, self._head, strict=False) as stream:
                self._sha256 = stream.sha256()
        return self._sha256

    def _first_record(self) -> Mapping[str, Any]:
        findings = Findings()
        for number, line in self._lines(findings):
            record = self._record(number, line, findings)
            findings.check()
            assert record is not None
            return record
        found = "nothing but blank lines"
        raise InputError([Problem(str(self.path), found, "one JSON object a line", "export it again")])

    def _type(self, name: str, columns: Selection) -> pa.DataType:
        """Return the type in which a key is read: that of the first line, for texts."""
        if name in columns.vectors:
            return pa.list_(pa.float64()) if isinstance(self.first.get(name), list) else pa.string()
        value = self.first.get(name)
        if isinstance(value, bool):
            return pa.bool_()
        return (
            pa.int64()
            if isinstance(value, int)
            else pa.float64()
            if isinstance(value, float)
            else pa.string()
        )

    def _lines(self, findings: Findings) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that are not blank, with their numbers."""
        number, rest = 1, b""
        with Bytes(self.path, self._head, strict=False) as stream:
            while True:
                data = self._read(stream, findings)
                if not data:
                    break
                *whole, rest = (rest + data).split(b"\n")
                if len(rest) > self._max_cell:
                    findings.stop(self._too_long(number + len(whole), rest))
                for line in whole:
                    if line.strip():
                        yield number, line
                    number += 1
        if rest.strip():
            yield number, rest

    def _read(self, stream: Bytes, findings: Findings) -> bytes:
        try:
            return stream.read(BLOCK_BYTES)
        except NotTextError as error:
            fix = "it is cut off or damaged: copy it again"
            findings.stop(Problem(str(self.path), str(error), f"a whole {stream.compression} file", fix))

    def _too_long(self, number: int, line: bytes) -> Problem:
        begins = shorten(line[:160].decode("utf-8", "replace"), 40)
        found = f"a line of more than {self._max_cell} bytes, which begins {begins}"
        fix = "write one object a line; if the line is right, raise data.max_cell_bytes"
        return Problem(str(self.path), found, f"a line of up to {self._max_cell} bytes", fix, row=number)

    def _record(self, number: int, line: bytes, findings: Findings) -> Mapping[str, Any] | None:
        try:
            record = json.loads(line.decode("utf-8-sig") if number == 1 else line.decode())
        except UnicodeDecodeError as error:
            findings.stop(explain_encoding(self.path, line, error.start, number))
        except (ValueError, RecursionError) as error:
            why = f"no JSON ({error})" if isinstance(error, ValueError) else "brackets within brackets"
            record = None
        else:
            why = f"a JSON {_kind(record)}"
        if isinstance(record, dict):
            return record
        begins = shorten(line[:80].decode("utf-8", "replace"), 40)
        fix = "write the line again; a list of objects is written as one object a line"
        findings.add(
            Problem(str(self.path), f"{begins}: {why}", "a JSON object on each line", fix, row=number)
        )
        return None

    def _batch(
        self, records: list[Mapping[str, Any]], lines: list[int], columns: Selection, findings: Findings
    ) -> pa.RecordBatch:
        arrays = []
        for name in columns.all:
            values = [record.get(name) for record in records]
            if name in columns.vectors:
                arrays.append(self._vectors(name, values, lines, findings))
            else:
                arrays.append(self._texts(name, values, lines, findings))
        return pa.RecordBatch.from_arrays(arrays, columns.all)

    def _vectors(self, name: str, values: list[Any], lines: list[int], findings: Findings) -> pa.Array:
        """Return lists of numbers; text stays text, to be parsed as a cell of a CSV."""
        if all(value is None or isinstance(value, str) for value in values):
            return pa.array(values, pa.string())
        for row, value in enumerate(values):
            if value is not None and not _is_numbers(value):
                self._wrong(findings, lines[row], name, value, "a list of numbers", "write a list of numbers")
                values[row] = None
        numbers = [None if value is None else [_double(element) for element in value] for value in values]
        return pa.array(numbers, pa.list_(pa.float64()))

    def _texts(self, name: str, values: list[Any], lines: list[int], findings: Findings) -> pa.Array:
        for row, value in enumerate(values):
            if isinstance(value, dict | list):
                self._wrong(findings, lines[row], name, value, "text or a number", "name another key")
                values[row] = None
        return pa.array([_text(value) for value in values], pa.string())

    def _wrong(self, findings: Findings, line: int, name: str, value: object, allowed: str, fix: str) -> None:
        found = f"{shorten(json.dumps(value))}: a JSON {_kind(value)}"
        findings.add(Problem(str(self.path), found, allowed, fix, row=line, column=name))


def _as_selected(batch: pa.RecordBatch, columns: Selection) -> pa.RecordBatch:
    """Return the columns in their order, texts as strings."""
    arrays = []
    for name in columns.all:
        array = batch.column(name)
        plain = name in columns.vectors or pa.types.is_string(array.type)
        if plain or (name in columns.numbers and not pa.types.is_boolean(array.type)):
            arrays.append(array if plain else array.cast(pa.float64()))
        else:
            arrays.append(pa.array([_text(value) for value in array.to_pylist()], pa.string()))
    return pa.RecordBatch.from_arrays(arrays, columns.all)


def _text(value: object) -> str | None:
    """Return a value as a CSV would have it: the shortest decimal of a number."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if not isinstance(value, bool) else str(value)


def _double(value: float | None) -> float | None:
    """Return a number in double precision, in which a whole number beyond it is infinite."""
    try:
        return None if value is None else float(value)
    except OverflowError:
        return math.inf if value and value > 0 else -math.inf


def _is_numbers(value: object) -> bool:
    return isinstance(value, list) and all(
        element is None or type(element) in (int, float) for element in value
    )


def _kind(value: object) -> str:
    kinds = {dict: "object", list: "list", str: "text", bool: "truth value", int: "number", float: "number"}
    return kinds.get(type(value), "null")
