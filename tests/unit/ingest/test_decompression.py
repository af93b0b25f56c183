"""Every compression gives the bytes that went in; what is cut off or damaged says so."""

import bz2
import gzip
import io
import lzma

import numpy as np
import pyarrow as pa
import pytest

from latefusion.ingest.decompression import Unpacked, UnpackError, compression_of

DATA = np.random.default_rng(0).integers(97, 123, 300_000).astype(np.uint8).tobytes()
PACK = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: pa.compress(data, codec="zstd", asbytes=True),
}


def read_all(raw, kind):
    stream, pieces = Unpacked(io.BytesIO(raw), kind), []
    while piece := stream.read(70_001):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("kind", PACK)
def test_the_bytes_come_back(kind):
    raw = PACK[kind](DATA)
    assert compression_of(raw[:8]) == kind
    assert read_all(raw, kind) == DATA


@pytest.mark.parametrize("kind", PACK)
def test_data_that_end_early_say_so(kind):
    with pytest.raises(UnpackError, match=f"{kind} data that end too early"):
        read_all(PACK[kind](DATA)[:-2000], kind)


@pytest.mark.parametrize("kind", PACK)
def test_damaged_data_are_refused(kind):
    raw = bytearray(PACK[kind](DATA))
    raw[12:80] = b"\xff" * 68  # zstd has no checksum here: only its block headers tell
    with pytest.raises(UnpackError, match=kind):
        read_all(bytes(raw), kind)


def test_plain_text_is_not_compressed():
    assert compression_of(b"item,lab") is None
