"""Compressed files as streams of their bytes, and what is wrong with those that cannot be unpacked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import IO, Final, Literal, cast

Compression = Literal["gzip", "bzip2", "xz", "zstd"]

_MAGIC: Final[dict[bytes, Compression]] = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


class UnpackError(Exception):
    """Compressed bytes are cut off or damaged; the message says which."""


def compression_of(head: bytes) -> Compression | None:
    """Return how a file is compressed, by its first bytes; None where it is not."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


class Unpacked:
    """The bytes of a compressed stream.

    Parameters
    ----------
    raw : binary stream
    kind : {'gzip', 'bzip2', 'xz', 'zstd'}
    """

    def __init__(self, raw: IO[bytes] | io.RawIOBase, kind: Compression) -> None:
        self._kind = kind
        self._stream = _opened(raw, kind)

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes.

        Raises
        ------
        UnpackError
        """
        try:
            return self._stream.read(size)
        except EOFError:
            raise UnpackError(f"{self._kind} data that end too early") from None
        except (zlib.error, lzma.LZMAError):
            raise UnpackError(f"{self._kind} data that cannot be unpacked") from None
        except OSError as error:
            if error.errno is not None:
                raise  # of the disk, not of the data
            text = str(error).lower()
            if "truncated" in text:
                raise UnpackError(f"{self._kind} data that end too early") from None
            what = "whose checksum is wrong" if "crc" in text else "that cannot be unpacked"
            raise UnpackError(f"{self._kind} data {what}") from None


def _opened(raw: IO[bytes] | io.RawIOBase, kind: Compression) -> IO[bytes]:
    if kind == "gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw, mode="rb"))
    if kind == "bzip2":
        return cast(IO[bytes], bz2.BZ2File(raw))
    if kind == "xz":
        return cast(IO[bytes], lzma.LZMAFile(cast(IO[bytes], raw)))
    import pyarrow as pa

    return cast(IO[bytes], pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd"))
