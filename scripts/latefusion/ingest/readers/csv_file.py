"""CSV and its kin, plain or compressed: read quickly where they are in order, exactly where not."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.findings import Findings
from latefusion.ingest.readers.csv_records import RecordReader
from latefusion.ingest.readers.reader import Batch, Selection, SuspectError
from latefusion.ingest.source import Bytes, NotTextError

BLOCK_BYTES = 4 << 20
DELIMITERS: Final = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}


class CsvFile:
    """A CSV file, or one with another character between its cells; see `Reader`.

    Parameters
    ----------
    path : Path
    head : bytes
        The file's first bytes.
    max_cell : int
        Most bytes of a cell.
    delimiter : str, optional
        The character between cells; by default the one that cuts the header into most names.

    Attributes
    ----------
    names : list of str
        The first may be empty: pandas writes an index so.
    """

    unit: Final = "line"

    def __init__(self, path: Path, head: bytes, max_cell: int, delimiter: str | None = None) -> None:
        self.path, self._head, self._max_cell = path, head, max_cell
        self.files = [path]
        self._delimiter = (delimiter or find_delimiter(path, head, max_cell)).encode()
        self.names = read_header(path, head, max_cell, self._delimiter)
        self._sha256: str | None = None

    def check(self, columns: Selection) -> list[Problem]:  # noqa: ARG002 - of the contract
        """Return no problem: every column is text."""
        return []

    def quick(self, columns: Selection, *, beginning: bool = False) -> Iterator[Batch]:
        """Yield batches of strings and numbers, read by pyarrow; of the `beginning`, the rows of one block.

        Raises
        ------
        SuspectError
            Where the file is not plainly in order.
        """
        with Bytes(self.path, self._head, delimiter=self._delimiter) as stream:
            yield from quick_batches(stream, self.names, columns, self._max_cell, beginning=beginning)
            if not beginning:
                self._sha256 = stream.sha256()

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:
        """Yield batches of string columns with the line of each record."""
        reader = RecordReader(self.path, self._head, findings, self._max_cell, self._delimiter)
        return exact_batches(reader, self.names, columns.all, findings)

    def sha256(self) -> str:
        """Return the hash of the file as stored."""
        if self._sha256 is None:
            with Bytes(self.path, self._head, strict=False) as stream:
                self._sha256 = stream.sha256()
        return self._sha256


def find_delimiter(path: Path, head: bytes, max_cell: int) -> str:
    """Return the character that cuts the header of a file into most names; a comma where none does.

    Raises
    ------
    InputError
        If two characters cut it into equally many.
    """
    counts = {}
    for delimiter in DELIMITERS:
        fields = next(iter(RecordReader(path, head, Findings(), max_cell, delimiter.encode())), (0, []))[1]
        counts[delimiter] = len(fields)
    most = max(counts.values())
    if most < 2:
        return ","
    best = [delimiter for delimiter, count in counts.items() if count == most]
    if len(best) > 1:
        words = " as well as ".join(DELIMITERS[delimiter] for delimiter in best)
        fix = f"write `delimiter: {best[0]!r}` beside the file, or {best[1]!r}"
        found = f"a header that {words} cut into {most} names"
        raise InputError([Problem(str(path), found, "one character between cells", fix, row=1)])
    return best[0]


def read_header(path: Path, head: bytes, max_cell: int, delimiter: bytes = b",") -> list[str]:
    """Return the names of the columns, of which the first may be empty.

    Raises
    ------
    InputError
        If there are none, or one is empty or twice there.
    """
    findings = Findings()
    first = next(iter(RecordReader(path, head, findings, max_cell, delimiter)), None)
    findings.check()
    if first is None:
        raise InputError(
            [Problem(str(path), "nothing but blank lines", "a header and rows", "export it again")]
        )
    line, fields = first
    names = [name.decode() for name in fields]
    if len(names) > 1 and not names[0].strip():
        names[0] = ""
    for position, name in enumerate(names):
        if not name.strip() and (position > 0 or len(names) == 1):
            problem = Problem(
                str(path),
                f"no name for column {position + 1} of {len(names)}",
                "a name for every column but the first, where pandas writes the index",
                "name the column, or drop it",
                row=line,
            )
            findings.add(problem)
    for name in sorted({name for name in names if name.strip() and names.count(name) > 1}):
        places = [str(i + 1) for i, other in enumerate(names) if other == name]
        found = f"the name {shorten(name)} for columns {' and '.join(places[:5])}"
        findings.add(Problem(str(path), found, "each name once", "rename or drop one of them", row=line))
    findings.check()
    return names


def quick_batches(
    stream: Bytes, names: Sequence[str], columns: Selection, max_cell: int, *, beginning: bool = False
) -> Iterator[Batch]:
    """Yield batches of strings and, in wide columns, numbers, read by pyarrow.

    Raises
    ------
    SuspectError
        Where the file is not plainly in order.
    """
    import pyarrow.csv as pa_csv

    wide = frozenset(columns.wide)
    texts = [at for at, name in enumerate(names) if name not in wide]
    try:
        reader = pa_csv.open_csv(
            _whole_lines(stream) if beginning else pa.PythonFile(_WholeLineEnds(stream), mode="r"),
            read_options=pa_csv.ReadOptions(block_size=BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(delimiter=stream.delimiter.decode(), newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()) | dict.fromkeys(columns.wide, pa.float64()),
                null_values=[""],
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        for batch in reader:
            if stream.failed is not None:
                raise SuspectError(str(stream.failed))
            if batch.schema.names != list(names):
                raise SuspectError("names of columns that are read in two ways")
            if len(batch):
                _check_sizes(map(batch.column, texts), max_cell)
                yield batch.select(columns.all), None
    except (pa.ArrowException, NotTextError) as error:
        raise SuspectError(str(error)) from None
    if stream.failed is not None:
        raise SuspectError(str(stream.failed))


def _whole_lines(stream: Bytes) -> pa.BufferReader:
    """Return the lines of the first block: pyarrow reads ahead of whoever wants but the first rows."""
    data = stream.read(BLOCK_BYTES)
    whole = data if len(data) < BLOCK_BYTES else data[: data.rfind(b"\n") + 1] or data
    return pa.BufferReader(whole)


class _WholeLineEnds(io.RawIOBase):
    """A stream of which no read ends between a carriage return and a line feed.

    pyarrow drops a line feed at the beginning of a block where the block before ended in a carriage return,
    also within quotes, where both are text.
    """

    def __init__(self, stream: Bytes) -> None:
        super().__init__()
        self._stream, self._kept = stream, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._kept + self._stream.read(size - len(self._kept) if size >= 0 else size)
        self._kept = b""
        if len(data) == size and data.endswith(b"\r"):
            self._kept = self._stream.read(1)
            if self._kept == b"\n":
                data, self._kept = data[:-1], b"\r\n"
        return data


def _check_sizes(texts: Iterable[pa.Array], max_cell: int) -> None:
    for column in texts:
        if column.nbytes > max_cell and pc.max(pc.binary_length(column)).as_py() > max_cell:
            raise SuspectError("a large cell")


def exact_batches(
    reader: RecordReader, names: Sequence[str], columns: Sequence[str], findings: Findings
) -> Iterator[Batch]:
    """Yield batches of string columns with the line of each record; what is wrong goes to `findings`."""
    places = [names.index(column) for column in columns]
    path, records = reader.path, iter(reader)
    next(records)
    rows: list[list[bytes]] = []
    lines: list[int] = []
    size = 0
    short: tuple[int, list[bytes]] | None = None
    for line, fields in records:
        if short is not None:
            findings.add(_wrong_number(path, *short, names, reader.delimiter))
            short = None
        if len(fields) != len(names):
            short = line, fields
            continue
        row = [fields[place] for place in places]
        rows.append(row)
        lines.append(line)
        size += sum(map(len, row))
        if size >= BLOCK_BYTES:
            yield _batch(rows, columns), np.array(lines, np.int64)
            rows, lines, size = [], [], 0
    if short is not None:
        refused = _cut_off if reader.ends_open() else _wrong_number
        findings.add(refused(path, *short, names, reader.delimiter))
    if rows:
        yield _batch(rows, columns), np.array(lines, np.int64)


def _batch(rows: list[list[bytes]], columns: Sequence[str]) -> pa.RecordBatch:
    arrays = [pa.array(cells, pa.binary()).cast(pa.string()) for cells in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, list(columns))


def _wrong_number(
    path: Path, line: int, fields: Sequence[bytes], names: Sequence[str], delimiter: bytes
) -> Problem:
    begins = shorten(delimiter.join(fields)[:200].decode("utf-8", "replace"), 40)
    few = len(fields) < len(names)
    if any(field.startswith((b' "', b'\t"')) for field in fields):
        fix = (
            "remove the blanks before quotes, or read the file with skipinitialspace=True and write it again"
        )
    elif few:
        fix = "quote cells that hold line breaks"
    else:
        fix = f"quote cells that hold {DELIMITERS.get(delimiter.decode(), 'it')}, such as lists and texts"
    return Problem(
        str(path),
        f"{len(fields)} cell{'s' if len(fields) != 1 else ''} in the row {begins}",
        f"{len(names)} cells, one for each name in the header",
        fix,
        row=line,
    )


def _cut_off(
    path: Path, line: int, fields: Sequence[bytes], names: Sequence[str], delimiter: bytes
) -> Problem:
    if len(fields) > len(names):
        return _wrong_number(path, line, fields, names, delimiter)
    return Problem(
        str(path),
        f"the file ends in the middle of a row, after {len(fields)} of {len(names)} cells",
        f"{len(names)} cells, one for each name in the header",
        "the file was cut off: copy or export it again",
        row=line,
    )
