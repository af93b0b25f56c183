"""One table in every form that is read gives the same bytes."""

import bz2
import gzip
import json
import lzma

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from latefusion.ingest.columns import Columns
from latefusion.ingest.ingest import SplitFiles, ingest
from latefusion.ingest.readers import csv_file, json_lines
from latefusion.ingest.readers.opening import open_table
from refusals.small import text

ROWS = 150
X = np.random.default_rng(0).normal(size=(ROWS, 7))
RECORDS = [
    {
        "id": f"song {row}",
        "lyrics": f'she said\n"{row}", twice; or\tmore | é',
        "artist": f"Artist {row % 9}",
        "year": 1990 + row % 20,
        "embedding": X[row].tolist(),
        "label": row % 3,
    }
    for row in range(ROWS)
]
HEADER = list(RECORDS[0])
CELLS = [HEADER, *[[str(value) for value in record.values()] for record in RECORDS]]
CSV = text(CELLS)
# as pandas writes it with its index
INDEXED = [["", *HEADER], *[[str(row), *cells] for row, cells in enumerate(CELLS[1:])]]
JSON = "".join(json.dumps(record) + "\n" for record in RECORDS)
ARROW = pa.Table.from_pylist(RECORDS)


def stream(path):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, ARROW.schema) as writer:
        writer.write_table(ARROW, max_chunksize=40)


def parts(write, suffix):
    def make(path):
        path.mkdir()
        for number, (start, stop) in enumerate([(0, 60), (60, 61), (61, ROWS)]):
            write(path / f"part-{number:02}.{suffix}", start, stop)

    return make


FORMS = {
    "plain.csv": lambda path: path.write_text(CSV),
    "a.tsv": lambda path: path.write_text(text(CELLS, delimiter="\t")),
    "semicolons.csv": lambda path: path.write_text(text(CELLS, delimiter=";")),
    "bars.txt": lambda path: path.write_text(text(CELLS, delimiter="|")),
    "indexed.csv": lambda path: path.write_text(text(INDEXED)),
    "a.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV.encode())),
    "a.csv.bz2": lambda path: path.write_bytes(bz2.compress(CSV.encode())),
    "a.csv.xz": lambda path: path.write_bytes(lzma.compress(CSV.encode())),
    "a.csv.zst": lambda path: path.write_bytes(pa.compress(CSV.encode(), codec="zstd", asbytes=True)),
    "a.parquet": lambda path: pq.write_table(ARROW, path),
    "a.arrow": stream,
    "a.feather": lambda path: pyarrow.feather.write_feather(ARROW, path, chunksize=40),
    "a.jsonl": lambda path: path.write_text(JSON),
    "a.jsonl.gz": lambda path: path.write_bytes(gzip.compress(JSON.encode())),
    "spaced.jsonl": lambda path: path.write_text(JSON.replace("}\n", "}\n\n", 70)),
    "shards": parts(lambda path, *rows: pq.write_table(ARROW[slice(*rows)], path), "parquet"),
    "csvs": parts(lambda path, *rows: path.write_text(text([HEADER, *CELLS[1:][slice(*rows)]])), "csv"),
}


def ingested(source, out, *, exact=False):
    columns = Columns.of(
        {"label": "label", "group": "artist", "item": "id", "describe": ["year", "lyrics"]},
        [{"name": "m", "column": "embedding"}],
    )
    table = open_table(source, 16 << 20)
    if exact:
        table.quick = lambda columns: None
    files = SplitFiles({"m": out / "m.parquet"}, out / "items.parquet")
    ingest(table, "train", columns, files)
    return [(out / name).read_bytes() for name in ("m.parquet", "items.parquet")]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    FORMS["plain.csv"](folder / "plain.csv")
    return ingested(folder / "plain.csv", folder / "out")


@pytest.mark.parametrize("block", [1 << 22, 3000])
@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_features_and_items(tmp_path, monkeypatch, expected, name, block):
    for reader in (csv_file, json_lines):
        monkeypatch.setattr(reader, "BLOCK_BYTES", block)
    FORMS[name](tmp_path / name)
    assert ingested(tmp_path / name, tmp_path / "out") == expected


@pytest.mark.parametrize("name", ["a.tsv", "a.jsonl", "csvs", "a.csv.bz2"])
def test_reading_line_by_line_gives_the_same(tmp_path, expected, name):
    FORMS[name](tmp_path / name)
    assert ingested(tmp_path / name, tmp_path / "out", exact=True) == expected


def test_a_pattern_and_a_list_stand_for_their_files(tmp_path, expected):
    FORMS["csvs"](tmp_path / "csvs")
    files = sorted((tmp_path / "csvs").iterdir())
    assert ingested(str(tmp_path / "csvs" / "*.csv"), tmp_path / "one") == expected
    assert ingested(files, tmp_path / "two") == expected
    assert ingested(files[::-1], tmp_path / "three") != expected
