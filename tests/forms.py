"""The same embeddings in every form of file, and the lines of the configuration that read them.

`unit/ingest/test_modality_file.py` joins each and compares bytes; the table of docs/data.md is written here.
"""

import bz2
import gzip
import json
import lzma
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from latefusion.schema_inference.config_text import flow
from refusals.small import text

ROWS, TEST = 90, 30
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 6))
KEYS = [f"song {row:03}" for row in range(ROWS)]
ORDER = RNG.permutation(ROWS)


def shuffled(values):
    return [values[row] for row in ORDER]


def wide(separator, key="id"):
    rows = [[KEYS[row], *map(repr, X[row].tolist())] for row in ORDER]
    return text([[key, *[f"mfcc_{column}" for column in range(6)]], *rows], delimiter=separator)


def ids(folder):
    (folder / "ids.txt").write_text("".join(f"{key}\n" for key in shuffled(KEYS)))
    return str(folder / "ids.txt")


def per_item(folder, make=lambda row: row):
    (folder / "each").mkdir()
    for key, row in zip(KEYS, X, strict=True):
        np.save(folder / "each" / f"{key}.npy", make(row))
    return str(folder / "each" / "{item}.npy")


def table_per_item(folder):
    (folder / "frames").mkdir()
    for key, row in zip(KEYS, X, strict=True):
        frames = [[0.5 * at, *(row + shift).tolist()] for at, shift in enumerate((1, 0, -1))]
        cells = [["frameTime", *(f"f{at}" for at in range(6))], *frames]
        (folder / "frames" / f"{key}.csv").write_text(text(cells, delimiter=";"))
    return str(folder / "frames" / "{item}.csv")


def hdf5(folder):
    with h5py.File(folder / "a.h5", "w") as file:
        file["emb"], file["id"] = X[ORDER], shuffled(KEYS)


def lists(folder=None):
    return pa.table({"id": shuffled(KEYS), "embedding": shuffled(X.tolist())})


def saved(write):
    """Return a form whose file `a…` is written by a function."""

    def form(name, **entry):
        def make(folder):
            write(folder / name)
            return {"file": str(folder / name), **entry}

        return make

    return form


def json_text():
    return "".join(json.dumps(row) + "\n" for row in lists().to_pylist())


def bracketed():
    rows = [[KEYS[row], str(X[row].tolist())] for row in ORDER]
    return text([["id", "embedding"], *rows])


def shards(folder, pattern):
    (folder / "parts").mkdir()
    for number, start in enumerate(range(0, ROWS, 40)):
        pq.write_table(lists().slice(start, 40), folder / "parts" / f"part-{number}.parquet")
    return {"file": f"{folder}/parts/{pattern}".rstrip("/"), "column": "embedding"}


def json_parts(folder):
    lines = json_text().splitlines(keepends=True)
    (folder / "part-0.jsonl").write_text("".join(lines[:50]))
    (folder / "part-1.jsonl.gz").write_bytes(gzip.compress("".join(lines[50:]).encode()))
    return {"file": [f"{folder}/part-0.jsonl", f"{folder}/part-1.jsonl.gz"], "column": "embedding"}


def safetensors(folder):
    values = np.ascontiguousarray(X[ORDER])
    header = {"emb": {"dtype": "F64", "shape": list(values.shape), "data_offsets": [0, values.nbytes]}}
    head = json.dumps(header).encode()
    (folder / "a.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + values.tobytes())
    return f"{folder}/a.safetensors"


FORMS = {
    "a column of lists, CSV": saved(lambda path: path.write_text(bracketed()))("a.csv", column="embedding"),
    "one number a column, CSV": saved(lambda path: path.write_text(wide(",")))("a.csv"),
    "the same as pandas writes it with its index, TSV in bzip2": saved(
        lambda path: path.write_bytes(bz2.compress(wide("\t", "").encode()))
    )("a.tsv.bz2"),
    "the same by another identifier, some of the columns": saved(
        lambda path: path.write_text(wide(",", "track"))
    )("a.csv", key="track", columns="mfcc_*"),
    "one number a column, Parquet": saved(
        lambda path: pq.write_table(
            pa.table({"id": shuffled(KEYS), **{f"c{at}": X[ORDER][:, at] for at in range(6)}}), path
        )
    )("a.parquet"),
    "a column of lists, Parquet": saved(lambda path: pq.write_table(lists(), path))(
        "a.parquet", column="embedding"
    ),
    "a column of lists, Feather or Arrow": saved(lambda path: pyarrow.feather.write_feather(lists(), path))(
        "a.feather", column="embedding"
    ),
    "JSON lines": saved(lambda path: path.write_text(json_text()))("a.jsonl", column="embedding"),
    "one number a column, gzip": saved(lambda path: path.write_bytes(gzip.compress(wide(",").encode())))(
        "a.csv.gz"
    ),
    "one number a column, xz": saved(lambda path: path.write_bytes(lzma.compress(wide(";").encode())))(
        "a.csv.xz"
    ),
    "one number a column, zstd": saved(
        lambda path: path.write_bytes(pa.compress(wide("|").encode(), codec="zstd", asbytes=True))
    )("a.csv.zst"),
    "shards, a pattern": lambda folder: shards(folder, "*.parquet"),
    "shards, a folder": lambda folder: shards(folder, ""),
    "JSON lines, a list of files, one of them gzip": lambda folder: json_parts(folder),
    "safetensors, and a list of identifiers": lambda folder: {
        "file": safetensors(folder),
        "array": "emb",
        "items": ids(folder),
    },
    ".npy, and a list of identifiers": lambda folder: (
        np.save(folder / "a.npy", X[ORDER]) or {"file": str(folder / "a.npy"), "items": ids(folder)}
    ),
    ".npz with identifiers inside": saved(
        lambda path: np.savez(path, emb=X[ORDER], ids=np.array(shuffled(KEYS)))
    )("a.npz", array="emb", items="ids"),
    "HDF5 with identifiers inside": lambda folder: (
        hdf5(folder) or {"file": str(folder / "a.h5"), "array": "/emb", "items": "/id"}
    ),
    "a matrix whose row i is of the i-th item": saved(lambda path: np.save(path, X))("a.npy", items="rows"),
    "a file an item": lambda folder: {"files": per_item(folder)},
    "frames, of which the first counts": lambda folder: {
        "files": per_item(folder, lambda row: np.stack([row, -row])),
        "pool": "first",
    },
    "frames, of which the mean counts": lambda folder: {
        "files": per_item(folder, lambda row: np.stack([row + 1, row - 1])),
        "pool": "mean",
    },
    "a table of frames an item": lambda folder: {
        "files": table_per_item(folder),
        "columns": ["*", "!frameTime"],
        "pool": "mean",
    },
    "a file an item, called after what is before the identifier's suffix": lambda folder: {
        "files": per_item(folder).replace("{item}", "{stem}"),
    },
}


def forms_table():
    """Return the table of docs/data.md: each form, and its line under `modalities`."""
    rows = ["| form | line under `modalities` |", "| --- | --- |"]
    for name, write in FORMS.items():
        with tempfile.TemporaryDirectory() as folder:
            entry = {"name": "m", **write(Path(folder))}
            rows.append(f"| {name} | `- {flow(entry)}` |".replace(f"{folder}/", ""))
    return "\n".join(rows)
