"""Random embeddings in every form of file, ways to damage these, and plain readers to compare."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
from hypothesis import strategies as st
from numpy.typing import NDArray

from latefusion.dataset.keys import canonical_texts
from latefusion.ingest.modality_file import ingest_modality
from latefusion.ingest.readers.modality_source import open_modality
from latefusion.store.samples import read_features
from latefusion.store.tables import write_table

LARGEST = float(np.finfo(np.float32).max)
Rows = Mapping[str, NDArray[np.float64] | None]
"""An embedding, or None, by identifier."""


@dataclass(frozen=True)
class Case:
    """A form, the embeddings of some items, and the file that holds them, whole or damaged."""

    form: str
    ids: list[str]
    values: NDArray[Any]
    options: dict[str, Any]
    data: bytes = b""
    damaged: bool = False

    @property
    def rows(self) -> Rows:
        """What was written."""
        return dict(zip(self.ids, self.values.astype(np.float64), strict=True))


@dataclass(frozen=True)
class Form:
    """How embeddings are written, named in the configuration, and read plainly.

    Where they stand in several files, `file` is the one that is damaged, and `beside` writes the others.
    """

    file: str
    write: Callable[[Case], bytes]
    read: Callable[[bytes], Rows]
    entry: Mapping[str, Any] = field(default_factory=dict)
    beside: Callable[[Case, Path], None] | None = None


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def _wide(case: Case) -> bytes:
    delimiter, end = case.options["delimiter"], case.options["end"]
    lines = [["id", *(f"f{at}" for at in range(case.values.shape[1]))]]
    lines += [[key, *map(repr, row.tolist())] for key, row in zip(case.ids, case.values, strict=True)]
    text = "".join(delimiter.join(line) + end for line in lines).encode()
    compress = {
        "none": bytes,
        "gzip": gzip.compress,
        "bzip2": bz2.compress,
        "xz": lzma.compress,
        "zstd": lambda text: pa.compress(text, codec="zstd", asbytes=True),
    }
    return compress[case.options["compression"]](text)


def _read_wide(data: bytes) -> Rows:
    for opened in (gzip.decompress, bz2.decompress, lzma.decompress, _unzstd):
        try:
            data = opened(data)
            break
        except (OSError, lzma.LZMAError, ValueError, EOFError):
            continue
    text = data.decode("utf-8-sig")
    head = text.splitlines()[0]
    delimiter = max(",\t;|", key=head.count)
    header, *lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if line]
    assert all(len(line) == len(header) for line in lines)
    at = header.index("id") if "id" in header else header.index("")
    # a column of texts is left out; where half of it are numbers, all should be
    numeric = []
    for column in set(range(len(header))) - {at, *([0] if not header[0] else [])}:
        there = [line[column] for line in lines if line[column].strip()]
        if there and 2 * sum(map(_is_number, there)) >= len(there):
            numeric.append(column)
    return _unique((line[at], [line[column] for column in numeric]) for line in lines)


def _unzstd(data: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        whole: bytes = stream.read()
    return whole


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return "_" not in text


def _unique(pairs: Any) -> Rows:
    found: dict[str, NDArray[np.float64] | None] = {}
    for key, cells in pairs:
        if key in found:
            found[key] = np.empty(0)  # refused where it is an item's
        elif cells is None or all(isinstance(cell, str) and not cell.strip() for cell in cells):
            found[key] = None
        else:
            row = np.array([float(cell) for cell in cells])
            found[key] = None if np.isnan(row).all() else row
    return found


def _json(case: Case) -> bytes:
    pairs = zip(case.ids, case.values.tolist(), strict=True)
    return "".join(
        json.dumps({"id": key, "embedding": row}) + case.options["end"] for key, row in pairs
    ).encode()


def _read_json(data: bytes) -> Rows:
    text, records, decode = data.decode("utf-8-sig").lstrip(), [], json.JSONDecoder().raw_decode
    while text:  # an object may go over several lines
        record, end = decode(text)
        records.append(record)
        text = text[end:].lstrip()
    key = "" if next(iter(records[0])) == "" else "id"
    return _unique(
        (_plain(record.get(key)), record.get("embedding")) for record in records if record.get(key)
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(case: Case) -> pa.Table:
    kind = pa.float32() if case.values.dtype == np.float32 else pa.float64()
    lists = pa.array(case.values.tolist(), pa.list_(kind))
    return pa.table({"id": pa.array(case.ids), "embedding": lists})


def _rows_of(table: pa.Table) -> Rows:
    return _unique(zip(table["id"].to_pylist(), table["embedding"].to_pylist(), strict=True))


def _parquet(table: pa.Table) -> bytes:
    return _saved(lambda stream: pq.write_table(table, stream, write_page_checksum=True))


def _stream(table: pa.Table) -> bytes:
    def save(file: io.BytesIO) -> None:
        with pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table, max_chunksize=3)

    return _saved(save)


def _first_shard(case: Case, folder: Path) -> None:
    table = _table(case)
    (folder / "part-0.parquet").write_bytes(_parquet(table.slice(0, len(table) // 2)))


def _other_items(case: Case, folder: Path) -> None:
    for key, row in zip(case.ids[1:], case.values[1:], strict=True):
        np.save(folder / f"{key}.npy", row)


def _npz(case: Case) -> bytes:
    save = np.savez_compressed if case.options["compression"] != "none" else np.savez
    return _saved(lambda stream: save(stream, emb=case.values, ids=np.array(case.ids)))


def _read_npz(data: bytes) -> Rows:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return _unique(zip(map(str, arrays["ids"].tolist()), arrays["emb"].tolist(), strict=True))


def _hdf5(case: Case) -> bytes:
    def save(stream: io.BytesIO) -> None:
        with h5py.File(stream, "w") as file:
            chunks = case.options["compression"] != "none" or None
            file.create_dataset("emb", data=case.values, chunks=chunks, fletcher32=bool(chunks))
            file["id"] = np.array([key.encode() for key in case.ids])

    return _saved(save)


def _read_hdf5(data: bytes) -> Rows:
    with h5py.File(io.BytesIO(data), "r") as file:
        keys = [key.decode("utf-8", "replace") for key in file["id"][()].tolist()]
        return _unique(zip(keys, file["emb"][()].tolist(), strict=True))


def _safetensors(case: Case) -> bytes:
    kind = "F32" if case.values.dtype == np.float32 else "F64"
    raw = case.values.tobytes()
    head = json.dumps(
        {"emb": {"dtype": kind, "shape": list(case.values.shape), "data_offsets": [0, len(raw)]}}
    )
    return len(head).to_bytes(8, "little") + head.encode() + raw


def _npy(case: Case) -> bytes:
    order = np.asfortranarray if case.options["fortran"] else np.ascontiguousarray
    return _saved(lambda stream: np.save(stream, order(case.values)))


FORMS: Mapping[str, Form] = {
    "wide": Form("m.csv", _wide, _read_wide),
    "JSON lines": Form("m.jsonl", _json, _read_json, {"column": "embedding"}),
    "Parquet": Form(
        "m.parquet",
        lambda case: _parquet(_table(case)),
        lambda data: _rows_of(pq.read_table(io.BytesIO(data))),
        {"column": "embedding"},
    ),
    "Feather": Form(
        "m.feather",
        lambda case: _saved(
            lambda stream: pa.feather.write_feather(_table(case), stream, compression="uncompressed")
        ),
        lambda data: _rows_of(pa.feather.read_table(io.BytesIO(data))),
        {"column": "embedding"},
    ),
    "Arrow stream": Form(
        "m.arrow",
        lambda case: _stream(_table(case)),
        lambda data: _rows_of(pa.ipc.open_stream(data).read_all()),
        {"column": "embedding"},
    ),
    "shards": Form(
        "part-1.parquet",
        lambda case: _parquet(_table(case).slice(len(case.ids) // 2)),
        lambda data: _rows_of(pq.read_table(io.BytesIO(data))),
        {"column": "embedding", "file": "part-*.parquet"},
        _first_shard,
    ),
    # the first item's file is damaged
    "a file an item": Form(
        "{item}.npy",
        lambda case: _saved(lambda stream: np.save(stream, case.values[0])),
        lambda data: {},
        {"files": "{item}.npy"},
        _other_items,
    ),
    "npz": Form("m.npz", _npz, _read_npz, {"array": "emb", "items": "ids"}),
    "HDF5": Form("m.h5", _hdf5, _read_hdf5, {"array": "/emb", "items": "/id"}),
    # identifiers of these stand in a list beside them, which is left whole
    "npy": Form("m.npy", _npy, lambda data: {}, {"items": "ids.txt"}),
    "safetensors": Form("m.safetensors", _safetensors, lambda data: {}, {"array": "emb", "items": "ids.txt"}),
}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw embeddings in a form, in order."""
    form = draw(st.sampled_from(sorted(FORMS)))
    n, dimension = draw(st.integers(2, 9)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = rng.normal(size=(n, dimension)) * 10.0 ** rng.integers(-6, 6, (1, dimension))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    name = draw(st.sampled_from(["s{}", "song {}", "0{}", "é{}", "{}.wav"]))
    case = Case(
        form,
        [name.format(number) for number in rng.permutation(n).tolist()],
        values.astype(dtype),
        {
            "delimiter": draw(st.sampled_from(",\t;|")),
            "end": draw(st.sampled_from(["\n", "\r\n"])),
            "compression": draw(st.sampled_from(["none", "none", "gzip", "bzip2", "xz", "zstd"])),
            "fortran": draw(st.booleans()),
        },
    )
    return Case(**{**vars(case), "data": FORMS[form].write(case)})


@st.composite
def damaged_cases(draw: st.DrawFn) -> Case:
    """Draw embeddings in a form, whose file was damaged in one to three places."""
    case = draw(cases())
    data = bytearray(case.data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        # the beginning and the end are where formats keep what they are
        at = draw(st.sampled_from([at, at, min(at, 64), max(0, len(data) - at % 64)]))
        action = draw(st.sampled_from(["insert", "delete", "replace", "cut", "flip", "repeat"]))
        end = at + draw(st.integers(1, 16))
        piece = draw(
            st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from([b"nan", b"\0", b",", b"\n", b'"']))
        )
        if action == "insert":
            data[at:at] = piece
        elif action == "delete":
            del data[at:end]
        elif action == "replace":
            data[at : at + len(piece)] = piece
        elif action == "cut":
            del data[at:]
        elif action == "repeat":
            data[at:at] = data[at:end]
        elif at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
    return Case(**{**vars(case), "data": bytes(data), "damaged": True})


def ingested(case: Case, folder: Path) -> Rows:
    """Join the file to its items in their order by name; return what each has."""
    form = FORMS[case.form]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / form.file.replace("{item}", case.ids[0])).write_bytes(case.data)
    if form.beside is not None:
        form.beside(case, folder)
    (folder / "ids.txt").write_text("".join(f"{key}\n" for key in case.ids), encoding="utf-8")
    items = sorted(case.ids)
    table = pa.table({"item": pa.array(items, pa.string())})
    write_table(table, folder / "items.parquet", table.schema)
    place = "files" if "files" in form.entry else "file"
    entry = {**form.entry, place: str(folder / form.entry.get(place, form.file))}
    if entry.get("items") == "ids.txt":
        entry["items"] = str(folder / "ids.txt")
    source = open_modality({"name": "m", **entry}, item="id", keys=lambda: items, max_cell_bytes=100_000)
    files = {"train": folder / "m.parquet"}
    ingest_modality(source, "m", {"train": folder / "items.parquet"}, files, folder / "m.json", missing=True)
    features = read_features(files["train"])
    return {key: None if np.isnan(row).all() else row for key, row in zip(items, features, strict=True)}


def plain_read(case: Case) -> Rows:
    """Read a damaged file by other means, its identifiers in canonical form."""
    whole: Rows = {}
    if case.form == "shards":
        whole = dict(list(case.rows.items())[: len(case.ids) // 2])
    if case.form == "a file an item":
        row = np.load(io.BytesIO(case.data), allow_pickle=False)
        pairs = [(case.ids[0], np.atleast_2d(row)[0].tolist()), *list(case.rows.items())[1:]]
        return _unique(pairs)
    if case.form == "npy":
        values = np.load(io.BytesIO(case.data), allow_pickle=False)
    elif case.form == "safetensors":
        length = int.from_bytes(case.data[:8], "little")
        head = json.loads(case.data[8 : 8 + length])["emb"]
        begin, end = head["data_offsets"]
        kind = {"F32": "<f4", "F64": "<f8"}.get(head["dtype"], head["dtype"])
        values = np.frombuffer(case.data[8 + length :][begin:end], kind).reshape(head["shape"])
    else:
        rows = FORMS[case.form].read(case.data)
        keys = canonical_texts(pa.array(list(rows), pa.string())).to_pylist()
        found = dict(zip(keys, rows.values(), strict=True))
        assert not {key for key, row in found.items() if key in whole and row is not None}
        return {**whole, **found}
    return _unique(zip(case.ids, values.tolist(), strict=True))
