"""Random tables in every dialect that is accepted, ways to damage them, and a plain reader to compare."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from latefusion.ingest import feature_writer
from latefusion.ingest.columns import Columns
from latefusion.ingest.embeddings import Features
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.readers import csv_file, csv_records
from latefusion.ingest.readers.opening import open_table

HEADER = ("index", "artist", "lyrics", "embedding", "label")
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Table:
    """A file, and how small the pieces are that it is read in."""

    data: bytes
    block: int
    chunk: int
    numbers: list[list[float]]
    name: str = "train.csv"


@st.composite
def number(draw: st.DrawFn) -> str:
    """Draw a number as some program may write it."""
    value = draw(
        st.one_of(
            st.floats(-LARGEST, LARGEST, allow_nan=False),
            st.floats(-10, 10),
            st.floats(width=32, allow_nan=False, allow_infinity=False),
            st.integers(-1000, 1000).map(float),
            # halfway between two float32 numbers, and just beside it
            st.integers(0x3F800000, 0x40000000).map(_halfway),
        )
    )
    written = draw(st.sampled_from(["{!r}", "{:.3e}", "{:.17g}", "{:.9f}", "{:+.6g}", "{:.25e}"]))
    text = written.format(value)
    return text if abs(float(text)) <= LARGEST else repr(value)


def _halfway(bits: int) -> float:
    low, high = np.array([bits, bits + 1], np.uint32).view(np.float32).astype(np.float64)
    return float((low + high) / 2)


def _quoted(cell: str, always: bool) -> str:
    # not by the csv module, which leaves a lone CR unquoted before Python 3.13
    bare = not always and not any(character in cell for character in ',"\r\n')
    return cell if bare else '"' + cell.replace('"', '""') + '"'


TEXT = st.text(
    st.one_of(
        st.sampled_from('",\n\r;\t[]’é '),
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    ),
    max_size=12,
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table that is in order."""
    dimension = draw(st.integers(1, 6))
    rows = draw(st.integers(2, 12))
    separator = draw(st.sampled_from([", ", ",", " , ", ",\n"]))
    edge = draw(st.sampled_from(["", " ", "\n"]))
    cells, numbers = [list(HEADER)], []
    for row in range(rows):
        written = draw(st.lists(number(), min_size=dimension, max_size=dimension))
        if row < 2:
            written[0] = str(row + 0.5)  # not all rows are equal
        numbers.append([float(text) for text in written])
        cell = f"[{edge}{separator.join(written)}{edge}]"
        cells.append([str(row), draw(TEXT), draw(TEXT), cell, draw(st.sampled_from(["0", "1", "2.0"]))])
    order = draw(st.permutations(range(len(HEADER))))
    always = draw(st.booleans())
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = "".join(",".join(_quoted(line[i], always) for i in order) + end for line in cells)
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    data = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()
    name = "train.csv"
    if draw(st.integers(0, 4)) == 0:
        data, name = gzip.compress(data, mtime=0), "train.csv.gz"
    return Table(
        data,
        draw(st.sampled_from([256, 1024, 1 << 20])),
        draw(st.sampled_from([1, 7, 64, 1 << 20])),
        numbers,
        name,
    )


PIECES = st.sampled_from(
    [
        b'"',
        b'""',
        b",",
        b"\n",
        b"\r",
        b"[",
        b"]",
        b"[[",
        b"nan",
        b"Infinity",
        b"1e400",
        b"null",
        b" ",
        b";",
        b".",
        b"-",
        b"e",
        b"\0",
        b"\xff",
        b"\xe9",
        b"\xef\xbb\xbf",
        b"0x1",
        b"1_0",
        b"9" * 400,
        b"[" * 300,
        b"__import__('os')",
        b"\xe2\x80\xa6",
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> Table:
    """Draw a table that was damaged in one to three places."""
    table = draw(tables())
    data = bytearray(table.data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(1, 20)))
        action = draw(st.sampled_from(["insert", "delete", "replace", "cut", "repeat", "quote", "flip"]))
        if action == "insert":
            data[at:at] = draw(PIECES)
        elif action == "delete":
            del data[at:end]
        elif action == "replace":
            data[at:end] = draw(PIECES)
        elif action == "cut":
            del data[at:]
        elif action == "repeat":
            data[at:at] = data[at:end]
        elif action == "quote":
            quotes = [i for i, byte in enumerate(data) if byte == ord('"')]
            if quotes:
                del data[draw(st.sampled_from(quotes))]
        elif at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
    return Table(bytes(data), table.block, table.chunk, table.numbers, table.name)


def read(table: Table, folder: Path, threads: int = 2) -> tuple[Features, list[int | str]]:
    """Ingest a table in small pieces; return the embeddings and the labels."""
    import pyarrow.parquet as pq

    source = folder / table.name
    source.write_bytes(table.data)
    features, items = folder / "features.parquet", folder / "items.parquet"
    with (
        patch.object(csv_file, "BLOCK_BYTES", table.block),
        patch.object(csv_records, "_CHUNK", table.chunk),
        patch.object(feature_writer, "BLOCK_BYTES", 64),
    ):
        ingest(
            open_table(source, 100_000),
            "train",
            Columns.of(
                {"label": "label", "group": "artist", "describe": ["lyrics"]},
                [{"name": "m", "column": "embedding"}],
            ),
            SplitFiles({"m": features}, items),
            threads=threads,
        )
    column = pq.read_table(features)["embedding"].combine_chunks()
    return column.flatten().to_numpy().reshape(len(column), -1), pq.read_table(items)["label"].to_pylist()


def plain_read(table: Table) -> tuple[NDArray[np.float64], list[int | str]]:
    """Read a table with the standard library, refusing what is not in order."""
    data = gzip.decompress(table.data) if table.data[:2] == b"\x1f\x8b" else table.data
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    header, *rows = [row for row in lines if row]
    assert len(set(header)) == len(header)
    assert all(len(row) == len(header) for row in rows)
    place = {name: i for i, name in enumerate(header)}
    numbers = []
    for row in rows:
        cell = row[place["embedding"]].strip()
        assert cell[0] == "["
        assert cell[-1] == "]"
        numbers.append([float(text) for text in cell[1:-1].split(",")])
    labels = [row[place["label"]] for row in rows]
    return np.array(numbers, np.float64), labels


@st.composite
def damaged_parquet(draw: st.DrawFn) -> bytes:
    """Draw a Parquet file that was damaged in one to three places."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    embedding = [[row / 8, -1.5] for row in range(6)]
    stream = io.BytesIO()
    text = [f"Artist {row}" for row in range(6)]
    columns = {"artist": text, "lyrics": text, "embedding": embedding, "label": [0, 1] * 3}
    pq.write_table(pa.table(columns), stream, compression=draw(st.sampled_from(["none", "zstd"])))
    data = bytearray(stream.getvalue())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 20))] = draw(st.binary(max_size=8))
    return bytes(data)
