"""The records of a CSV with their lines: slower than pyarrow, exact about what is wrong and where.

pyarrow reads the files that are in order. This reader takes over where something is suspicious, so it
speaks the same dialect (RFC 4180, any line ends, quotes inside an unquoted field are literal), and refuses
what other readers mend in silence.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from latefusion.core.errors import Problem, shorten
from latefusion.ingest.findings import Findings
from latefusion.ingest.source import Bytes, NotTextError, explain_encoding

_LINE_END = re.compile(rb"\r\n?|\n")
_CHUNK = 1 << 22
RECORD_CELLS = 8  # a record may be as large as this many cells of the largest size

Record = tuple[int, list[bytes]]


class _IncompleteError(Exception):
    """The record goes on beyond the bytes that are in memory."""


class _BrokenError(Exception):
    """The record breaks the rules of quoting.

    Attributes
    ----------
    at : int
        Offset where it does.
    """

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(problem)
        self.at, self.problem = at, problem


class RecordReader:
    """Reads the records of a file.

    Parameters
    ----------
    path : Path
    head : bytes
        The file's first bytes.
    findings : Findings
        Where problems go.
    max_cell : int
        Most bytes of a cell.
    delimiter : bytes
        The character between cells.
    """

    def __init__(
        self, path: Path, head: bytes, findings: Findings, max_cell: int, delimiter: bytes = b","
    ) -> None:
        self.path, self.findings, self.max_cell = path, findings, max_cell
        self.delimiter = delimiter
        self._end = re.compile(b"[" + re.escape(delimiter) + rb"\r\n]")
        self.stream = Bytes(path, head, strict=False)
        self.buffer, self.at, self.line, self.final = b"", 0, 1, False
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.lines_read = 1
        self._last_byte = b"\n"

    def __iter__(self) -> Iterator[Record]:
        """Yield the line and the fields of each record, the header first; blank lines are none.

        What breaks the rules of quoting is noted in the findings and left out. The number of fields is
        left to the caller.

        Raises
        ------
        InputError
            Where reading on makes no sense: no UTF-8, NUL bytes, a cell over the limit, damaged compression.
        """
        with self.stream:
            yield from self._records()

    def _records(self) -> Iterator[Record]:
        while len(self.buffer) < len(codecs.BOM_UTF8) and not self.final:
            self._fill()
        if self.buffer.startswith(codecs.BOM_UTF8):
            self.at = len(codecs.BOM_UTF8)
        while True:
            start, line = self.at, self.line
            try:
                if start >= len(self.buffer) and self.final:
                    return
                fields, self.at = self._record(start)
            except _IncompleteError:
                self._fill()
                continue
            except _BrokenError as broken:
                self._note(broken, line)
                if broken.at >= len(self.buffer):
                    return
                self._skip_line(start, broken.at)
                continue
            self.line += _count_lines(self.buffer, start, self.at)
            if fields != [b""] or self.buffer[start : start + 1] == b'"':
                yield line, fields

    def ends_open(self) -> bool:
        """Say, once all is read, whether the last line has no end."""
        return self._last_byte not in b"\r\n"

    def _record(self, at: int) -> tuple[list[bytes], int]:
        buffer, size, fields = self.buffer, len(self.buffer), []
        start = at
        while True:
            field_start = at
            if buffer[at : at + 1] == b'"':
                field, at = self._quoted(at)
            else:
                found = self._end.search(buffer, at)
                if found is None and not self.final:
                    self._check_size(start, field_start, size)
                    raise _IncompleteError
                end = size if found is None else found.start()
                field, at = buffer[at:end], end
            self._check_size(start, field_start, at)
            fields.append(field)
            if at == size:
                if not self.final:
                    raise _IncompleteError
                return fields, at
            if buffer[at] == ord(self.delimiter):
                at += 1
                if at == size and not self.final:
                    raise _IncompleteError
                continue
            if buffer[at] == ord("\r"):
                if at + 1 == size and not self.final:
                    raise _IncompleteError
                return fields, at + 1 + (buffer[at + 1 : at + 2] == b"\n")
            return fields, at + 1

    def _quoted(self, at: int) -> tuple[bytes, int]:
        buffer, size, opened = self.buffer, len(self.buffer), at
        at += 1
        while True:
            quote = buffer.find(b'"', at)
            if quote < 0 or (quote + 1 == size and not self.final):
                self._check_size(opened, opened, size)
                if self.final:
                    begins = shorten(buffer[opened : opened + 80].decode("utf-8", "replace"), 40)
                    raise _BrokenError(size, f"a quote that is never closed, which begins {begins}")
                raise _IncompleteError
            if buffer[quote + 1 : quote + 2] == b'"':
                at = quote + 2
                continue
            after = buffer[quote + 1 : quote + 2]
            if after not in (b"", self.delimiter, b"\r", b"\n"):
                text = buffer[quote + 1 : quote + 81].decode("utf-8", "replace")
                raise _BrokenError(quote, f"text after a closing quote: {shorten(text, 40)}")
            return buffer[opened + 1 : quote].replace(b'""', b'"'), quote + 1

    def _check_size(self, record: int, field: int, at: int) -> None:
        if at - field > self.max_cell:
            found, limit = "a cell", self.max_cell
        elif at - record > RECORD_CELLS * self.max_cell:
            found, limit = "a row", RECORD_CELLS * self.max_cell
        else:
            return
        self.findings.stop(
            Problem(
                str(self.path),
                f"{found} of more than {limit} bytes, which begins "
                f"{shorten(self.buffer[field : field + 160].decode('utf-8', 'replace'), 40)}",
                f"{found} of up to {limit} bytes",
                "look for a quote that is never closed; if the cell is right, raise data.max_cell_bytes",
                row=self.line,
            )
        )

    def _note(self, broken: _BrokenError, line: int) -> None:
        last = self.final and not self.buffer[broken.at :].strip(b"\r\n \t")
        if last:
            fix = "close the quote; if the file was cut off in mid-row, copy or export it again"
        else:
            fix = "double each quote inside a quoted cell, and quote cells that hold line breaks"
        allowed = "quotes around whole cells only, each closed, with inner quotes doubled"
        self.findings.add(Problem(str(self.path), broken.problem, allowed, fix, row=line))

    def _skip_line(self, start: int, at: int) -> None:
        """Go on after the line that holds offset `at`."""
        while not self.final:
            end = _LINE_END.search(self.buffer, at)
            if end is not None and end.end() < len(self.buffer):
                break
            shift = self.at
            self._fill()
            at, start = at - shift, start - shift
            self._check_size(start, at, len(self.buffer))
        end = _LINE_END.search(self.buffer, at)
        self.at = len(self.buffer) if end is None else end.end()
        self.line += _count_lines(self.buffer, start, self.at)

    def _fill(self) -> None:
        """Drop what is read and read at least as much as is kept, so that long records cost linear time."""
        rest = self.buffer[self.at :]
        try:
            data = self.stream.read(max(_CHUNK, len(rest)))
        except NotTextError as error:
            self._stop(
                str(error),
                f"a whole {self.stream.compression} file",
                f"it is cut off or damaged: copy it again and check it with `{self.stream.compression} -t`",
                None,
            )
        self._check_text(data)
        self.buffer, self.at = rest + data, 0
        self._last_byte = data[-1:] or self._last_byte
        self.final = not data

    def _check_text(self, data: bytes) -> None:
        if self.lines_read == 1 and self.buffer == b"" and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self._stop(
                "UTF-16 text",
                "UTF-8 text",
                "in Excel choose “CSV UTF-8” rather than “Unicode text”, or read it with encoding='utf-16'",
                1,
            )
        nul = data.find(b"\0")
        if nul >= 0:
            utf16 = data[:4000].count(b"\0") > len(data[:4000]) // 4
            self._stop(
                "NUL bytes, as UTF-16 text has" if utf16 else f"a NUL byte in {_around(data, nul)}",
                "UTF-8 text",
                "save the table as UTF-8" if utf16 else "the file is damaged: export it again",
                self.lines_read + _count_lines(data, 0, nul),
            )
        pending = self.decoder.getstate()[0]
        try:
            self.decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            whole = pending + data
            line = self.lines_read + _count_lines(whole, 0, error.start)
            self.findings.stop(explain_encoding(self.path, whole, error.start, line))
        if self.buffer[-1:] == b"\r" and data[:1] == b"\n":
            self.lines_read -= 1  # one line end in two pieces
        self.lines_read += _count_lines(data, 0, len(data))

    def _stop(self, found: str, allowed: str, fix: str, line: int | None) -> None:
        self.findings.stop(Problem(str(self.path), found, allowed, fix, row=line))


def _count_lines(data: bytes, start: int, end: int) -> int:
    lone = data.count(b"\r", start, end) - data.count(b"\r\n", start, end)
    return data.count(b"\n", start, end) + lone


def _around(data: bytes, at: int) -> str:
    return shorten(data[max(0, at - 20) : at + 20].decode("utf-8", "replace"))
