"""The same embeddings in every form of file, and the lines of the configuration that read them.

`unit/ingest/test_modality_file.py` joins each form of some made-up items and compares bytes,
`unit/ingest/test_song_forms.py` those of the bundled songs; the table of docs/data.md is written here.
"""

import bz2
import gzip
import json
import lzma
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from latefusion.schema_inference.config_text import flow
from refusals.small import text

ROWS, TEST = 90, 30
PARTS = 3


@dataclass(frozen=True)
class Embeddings:
    """Some items' embeddings, (n, d), in double precision, and the order in which files have them."""

    keys: list[str]
    X: np.ndarray
    order: np.ndarray

    @property
    def dimension(self):
        return self.X.shape[1]

    def shuffled(self, values):
        return [values[row] for row in self.order]

    def wide(self, separator, key="id"):
        rows = [[self.keys[row], *map(repr, self.X[row].tolist())] for row in self.order]
        names = [f"mfcc_{column}" for column in range(self.dimension)]
        return text([[key, *names], *rows], delimiter=separator)

    def bracketed(self):
        rows = [[self.keys[row], str(self.X[row].tolist())] for row in self.order]
        return text([["id", "embedding"], *rows])

    def lists(self):
        return pa.table({"id": self.shuffled(self.keys), "embedding": self.X[self.order].tolist()})

    def columns(self):
        numbers = {f"c{at}": self.X[self.order][:, at] for at in range(self.dimension)}
        return pa.table({"id": self.shuffled(self.keys), **numbers})

    def json_lines(self):
        return [json.dumps(row) + "\n" for row in self.lists().to_pylist()]


def made_up():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, 6))
    return Embeddings([f"song {row:03}" for row in range(ROWS)], X, rng.permutation(ROWS))


def ids(folder, data):
    (folder / "ids.txt").write_text("".join(f"{key}\n" for key in data.shuffled(data.keys)))
    return str(folder / "ids.txt")


def per_item(folder, data, make=lambda row: row):
    (folder / "each").mkdir()
    for key, row in zip(data.keys, data.X, strict=True):
        np.save(folder / "each" / f"{key}.npy", make(row))
    return str(folder / "each" / "{item}.npy")


def table_per_item(folder, data):
    """Write a table of two frames for each item, whose mean is its embedding to the last bit."""
    (folder / "frames").mkdir()
    for key, row in zip(data.keys, data.X, strict=True):
        frames = [[0.5 * at, *(row * factor).tolist()] for at, factor in enumerate((2, 0))]
        cells = [["frameTime", *(f"f{at}" for at in range(data.dimension))], *frames]
        (folder / "frames" / f"{key}.csv").write_text(text(cells, delimiter=";"))
    return str(folder / "frames" / "{item}.csv")


def save_hdf5(path, data):
    with h5py.File(path, "w") as file:
        file["emb"], file["id"] = data.X[data.order], data.shuffled(data.keys)


def save_stream(path, data):
    with pa.ipc.new_stream(path, data.lists().schema) as stream:
        stream.write_table(data.lists(), max_chunksize=40)


def save_safetensors(path, data):
    values = np.ascontiguousarray(data.X[data.order])
    header = {"emb": {"dtype": "F64", "shape": list(values.shape), "data_offsets": [0, values.nbytes]}}
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + values.tobytes())


def saved(name, write: Callable[[Path, Embeddings], Any], **entry) -> Callable[..., Mapping[str, Any]]:
    """Return a form of one file that a function writes; identifiers in `ids.txt` stand beside it."""

    def form(folder, data):
        write(folder / name, data)
        if entry.get("items") == "ids.txt":
            return {"file": str(folder / name), **entry, "items": ids(folder, data)}
        return {"file": str(folder / name), **entry}

    return form


def compressed(name, compress, separator, key="id"):
    return saved(name, lambda path, data: path.write_bytes(compress(data.wide(separator, key).encode())))


def shards(pattern):
    def form(folder, data):
        (folder / "parts").mkdir()
        size = -(-len(data.keys) // PARTS)
        for number in range(PARTS):
            part = data.lists().slice(number * size, size)
            pq.write_table(part, folder / "parts" / f"part-{number}.parquet")
        return {"file": f"{folder}/parts/{pattern}".rstrip("/"), "column": "embedding"}

    return form


def json_parts(folder, data):
    lines = data.json_lines()
    half = len(lines) // 2
    (folder / "part-0.jsonl").write_text("".join(lines[:half]))
    (folder / "part-1.jsonl.gz").write_bytes(gzip.compress("".join(lines[half:]).encode()))
    return {"file": [f"{folder}/part-0.jsonl", f"{folder}/part-1.jsonl.gz"], "column": "embedding"}


FORMS = {
    "a column of lists, CSV": saved(
        "a.csv", lambda path, data: path.write_text(data.bracketed()), column="embedding"
    ),
    "one number a column, CSV": saved("a.csv", lambda path, data: path.write_text(data.wide(","))),
    "the same as pandas writes it with its index, TSV in bzip2": compressed(
        "a.tsv.bz2", lambda raw: bz2.compress(raw, 1), "\t", ""
    ),
    "the same by another identifier, some of the columns": saved(
        "a.csv", lambda path, data: path.write_text(data.wide(",", "track")), key="track", columns="mfcc_*"
    ),
    "one number a column, Parquet": saved(
        "a.parquet", lambda path, data: pq.write_table(data.columns(), path)
    ),
    "a column of lists, Parquet": saved(
        "a.parquet", lambda path, data: pq.write_table(data.lists(), path), column="embedding"
    ),
    "a column of lists, Feather or Arrow": saved(
        "a.feather", lambda path, data: pyarrow.feather.write_feather(data.lists(), path), column="embedding"
    ),
    "a column of lists, Arrow stream": saved("a.arrow", save_stream, column="embedding"),
    "JSON lines": saved(
        "a.jsonl", lambda path, data: path.write_text("".join(data.json_lines())), column="embedding"
    ),
    "one number a column, gzip": compressed("a.csv.gz", gzip.compress, ","),
    "one number a column, xz": compressed("a.csv.xz", lambda raw: lzma.compress(raw, preset=0), ";"),
    "one number a column, zstd": compressed(
        "a.csv.zst", lambda raw: pa.compress(raw, codec="zstd", asbytes=True), "|"
    ),
    "shards, a pattern": shards("*.parquet"),
    "shards, a folder": shards(""),
    "JSON lines, a list of files, one of them gzip": json_parts,
    "safetensors, and a list of identifiers": saved(
        "a.safetensors", save_safetensors, array="emb", items="ids.txt"
    ),
    ".npy, and a list of identifiers": saved(
        "a.npy", lambda path, data: np.save(path, data.X[data.order]), items="ids.txt"
    ),
    ".npz with identifiers inside": saved(
        "a.npz",
        lambda path, data: np.savez(path, emb=data.X[data.order], ids=np.array(data.shuffled(data.keys))),
        array="emb",
        items="ids",
    ),
    "HDF5 with identifiers inside": saved("a.h5", save_hdf5, array="/emb", items="/id"),
    "a matrix whose row i is of the i-th item": saved(
        "a.npy", lambda path, data: np.save(path, data.X), items="rows"
    ),
    "a file an item": lambda folder, data: {"files": per_item(folder, data)},
    "frames, of which the first counts": lambda folder, data: {
        "files": per_item(folder, data, lambda row: np.stack([row, -row])),
        "pool": "first",
    },
    "frames, of which the mean counts": lambda folder, data: {
        "files": per_item(folder, data, lambda row: np.stack([row * 2, row * 0])),
        "pool": "mean",
    },
    "a table of frames an item": lambda folder, data: {
        "files": table_per_item(folder, data),
        "columns": ["*", "!frameTime"],
        "pool": "mean",
    },
    "a file an item, called after what is before the identifier's suffix": lambda folder, data: {
        "files": per_item(folder, data).replace("{item}", "{stem}"),
    },
}


def forms_table():
    """Return the table of docs/data.md: each form, and its line under `modalities`."""
    rows = ["| form | line under `modalities` |", "| --- | --- |"]
    for name, write in FORMS.items():
        with tempfile.TemporaryDirectory() as folder:
            entry = {"name": "m", **write(Path(folder), made_up())}
            rows.append(f"| {name} | `- {flow(entry)}` |".replace(f"{folder}/", ""))
    return "\n".join(rows)
