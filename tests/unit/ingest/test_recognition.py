"""The form of a file is told by what it holds, whatever it is called."""

import bz2
import gzip
import json

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from latefusion.ingest.forms import Kind, matrix_entry, modality_name, recognise

X = np.eye(3, 2, dtype=np.float32)
TABLE = pa.table({"song": ["a", "b", "c"], "x": [1.0, 2.0, 3.0]})
JSON = b'{"song": "a"}\n'


def hdf5(path):
    with h5py.File(path, "w") as file:
        file["audio/emb"], file["id"] = X, np.array(["a", "b", "c"], "S")
        file["year"] = np.array([1990, 1991, 1992])


def stream(path):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, TABLE.schema) as writer:
        writer.write_table(TABLE)


def safetensors():
    header = json.dumps({"emb": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]}}).encode()
    return len(header).to_bytes(8, "little") + header + X.tobytes()


WRITERS = {
    "csv": (lambda path: path.write_bytes(b"song,x\na,1\n"), Kind.CSV),
    "csv that is compressed": (lambda path: path.write_bytes(bz2.compress(b"song,x\n")), Kind.CSV),
    "JSON lines": (lambda path: path.write_bytes(b"\xef\xbb\xbf " + JSON), Kind.JSON_LINES),
    "JSON lines that are compressed": (lambda path: path.write_bytes(gzip.compress(JSON)), Kind.JSON_LINES),
    "Parquet": (lambda path: pq.write_table(TABLE, path), Kind.PARQUET),
    "Feather": (lambda path: pyarrow.feather.write_feather(TABLE, path), Kind.ARROW),
    "an Arrow stream": (stream, Kind.ARROW),
    "npy": (lambda path: np.save(path, X), Kind.MATRIX),
    "npz": (lambda path: np.savez(path, emb=X), Kind.MATRIX),
    "HDF5": (hdf5, Kind.MATRIX),
    "safetensors": (lambda path: path.write_bytes(safetensors()), Kind.MATRIX),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_form_is_told_without_a_suffix(tmp_path, name):
    write, kind = WRITERS[name]
    path = tmp_path / "data"
    write(path)
    # NumPy adds a suffix to a name without one
    path = next(tmp_path.iterdir()).rename(path)
    assert recognise(path).kind is kind


def test_the_entry_of_a_matrix_names_its_arrays_and_no_number_as_an_identifier(tmp_path):
    hdf5(tmp_path / "yamnet.h5")
    assert (
        matrix_entry(tmp_path / "yamnet.h5")
        == "{name: yamnet, file: yamnet.h5, array: /audio/emb, items: /id}"
    )
    np.savez(tmp_path / "vgg.npz", a=X, b=X, year=np.arange(3))
    assert matrix_entry(tmp_path / "vgg.npz") == "{name: vgg, file: vgg.npz, array: NAME, items: IDS.txt}"
    np.savez(tmp_path / "one.npz", a=X, year=np.arange(3))
    assert matrix_entry(tmp_path / "one.npz") == "{name: one, file: one.npz, array: a, items: IDS.txt}"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("id_lyrics_bert.tsv.bz2", "lyrics_bert"),
        ("clap.npy", "clap"),
        ("CLAP 2023.npy", "clap_2023"),
        ("train.csv", "train"),
        ("2-grams.npy", "m_2_grams"),
        ("é.npy", "m"),
    ],
)
def test_a_modality_is_named_after_its_file(tmp_path, file, name):
    assert modality_name(tmp_path / file) == name
