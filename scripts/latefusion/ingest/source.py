"""A table's file as a stream of bytes: opened, decompressed, hashed and checked to be UTF-8 text."""

from __future__ import annotations

import codecs
import errno
import hashlib
import io
import stat
from pathlib import Path
from typing import IO, NoReturn

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.ingest.decompression import Unpacked, UnpackError, compression_of
from latefusion.ingest.forms import recognise
from latefusion.ingest.quotes import QuoteBalance

_PIECE = 1 << 16
TABLE = (
    "a table: CSV, TSV or JSON lines as UTF-8 text (also gzip, bzip2, xz, zstd), Parquet, Arrow or Feather"
)
_CP1252_GAPS = frozenset(b"\x81\x8d\x8f\x90\x9d")


class NotTextError(Exception):
    """The bytes that were read are no clean UTF-8; the slow reader finds out where and why."""


def check_file(path: Path) -> bytes:
    """Return the first bytes of a file that can be read as a table.

    Raises
    ------
    InputError
        If it is missing, empty, not a regular file, not readable, or of a kind that is not read.
    """
    head = first_bytes(path, TABLE)
    form = recognise(path)
    if not form.is_table:
        _refuse(path, form.found, TABLE, form.fix)
    return head


def first_bytes(path: Path, allowed: str) -> bytes:
    """Return the first bytes of a file.

    Raises
    ------
    InputError
        If it is missing, empty, not a regular file, or not readable.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            _refuse(path, "a folder", "a file", _names_inside(path))
        if not stat.S_ISREG(mode):
            _refuse(path, "a device, pipe or socket", "a regular file", "write the table to a file first")
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        _refuse_os_error(path, error)
    if not head:
        _refuse(path, "an empty file (0 bytes)", allowed, "export the table again")
    return head


def _refuse(path: Path, found: str, allowed: str, fix: str) -> NoReturn:
    raise InputError([Problem(str(path), found, allowed, fix)])


def _names_inside(path: Path) -> str:
    try:
        names = sorted(entry.name for entry in path.iterdir())
    except OSError:
        names = []
    tables = [name for name in names if name.endswith((".csv", ".csv.gz", ".parquet"))]
    return (
        f"name a file inside it, such as {shorten(str(path / tables[0]), 200)}" if tables else "name a file"
    )


def _refuse_os_error(path: Path, error: OSError) -> NoReturn:
    if error.errno == errno.ENOENT or isinstance(error, NotADirectoryError):
        folder = next(parent for parent in path.parents if parent.is_dir() or parent == parent.parent)
        try:
            near = (
                nearest(path.name, sorted(other.name for other in folder.iterdir()))
                if folder == path.parent
                else None
            )
        except OSError:
            near = None
        if near is not None:
            fix = f"did you mean {shorten(str(folder / near), 200)}?"
        elif folder != path.parent:
            fix = (
                f"only {shorten(str(folder), 200)} exists: check the folder; paths start where Snakemake does"
            )
        else:
            fix = "check the name; paths start where Snakemake does"
        raise InputError([Problem(str(path), "no such file", "a file that exists", fix)]) from None
    if isinstance(error, PermissionError):
        fix = f"chmod u+r {shorten(path.name, 200)}, or ask its owner"
        raise InputError([Problem(str(path), "no permission to read it", "a readable file", fix)]) from None
    if error.errno == errno.ENAMETOOLONG:
        fix = "use a shorter path"
        raise InputError([Problem(shorten(str(path)), "a name too long", "a file's name", fix)]) from None
    found = f"an error of the file system: {error.strerror or error}"
    raise InputError(
        [Problem(str(path), found, "a readable file", "copy the file to a local disk")]
    ) from error


class Bytes(io.RawIOBase):
    """The decompressed bytes of a text file, hashed as stored and checked as they pass.

    Parameters
    ----------
    path : Path
        A file that `check_file` has seen.
    head : bytes
        What `check_file` returned.
    strict : bool
        Whether to check the text.
    delimiter : bytes
        What stands between cells, beside which quotes may stand.
    quotes : bool
        Whether a strict stream checks these.

    Raises
    ------
    NotTextError
        From `read`, where a byte is NUL or not UTF-8, or the compression is broken. Only `strict` streams
        raise it; others leave the check to who reads.
    """

    def __init__(
        self, path: Path, head: bytes, *, strict: bool = True, delimiter: bytes = b",", quotes: bool = True
    ) -> None:
        super().__init__()
        self.path, self.strict, self.delimiter = path, strict, delimiter
        self._hash = hashlib.sha256()
        self._raw = _Hashed(path.open("rb", buffering=0), self._hash)
        self.compression = compression_of(head)
        self._file = self._raw if self.compression is None else Unpacked(self._raw, self.compression)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._quotes = QuoteBalance(delimiter) if quotes else None
        self.failed: NotTextError | None = None

    def readable(self) -> bool:
        """Say that bytes can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; fewer only at the end."""
        try:
            data = self._file.read(size)
            while 0 <= len(data) < size and (more := self._file.read(size - len(data))):
                data += more
        except UnpackError as error:
            self._fail(str(error))
        if self.strict:
            self._check(data)
        return data

    def _check(self, data: bytes) -> None:
        if b"\0" in data:
            self._fail("NUL")
        try:
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                if not piece.isascii() or self._decoder.getstate()[0]:
                    self._decoder.decode(piece)
            if not data:
                self._decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            self._fail(str(error))
        if self._quotes is not None and not self._quotes.balanced(data):
            self._fail("quotes")

    def _fail(self, why: str) -> NoReturn:
        # kept as well as raised: pyarrow reads from a thread of its own
        self.failed = NotTextError(why)
        raise self.failed

    def sha256(self) -> str:
        """Return the hash of the file as stored, read to its end."""
        while self._raw.read(1 << 20):
            pass
        return self._hash.hexdigest()

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._raw.close()
        super().close()


class _Hashed(io.RawIOBase):
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: io.FileIO | IO[bytes], digest: hashlib._Hash) -> None:
        super().__init__()
        self._file, self._digest = file, digest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size) or b""
        self._digest.update(data)
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


def explain_encoding(path: Path, data: bytes, offset: int, line: int) -> Problem:
    """Say which byte is not UTF-8 and in which encoding the file probably is.

    Parameters
    ----------
    data : bytes
        A piece of the file that holds the byte.
    offset : int
        Offset of the byte within `data`.
    line : int
        Line that holds the byte.
    """
    high = {byte for byte in data if byte >= 0x80}
    likely = "cp1252 (Windows)" if not high & _CP1252_GAPS else "Latin-1 or a Mac or Asian encoding"
    name = "cp1252" if not high & _CP1252_GAPS else "latin-1"
    around = data[max(0, offset - 10) : offset + 10].decode(name, "replace")
    return Problem(
        str(path),
        f"byte 0x{data[offset]:02x} in {shorten(around)}; the encoding is probably {likely}",
        "UTF-8 text",
        f"read the file with encoding={name!r} and write it with encoding='utf-8'; in Excel, “CSV UTF-8”",
        row=line,
    )
