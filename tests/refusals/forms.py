"""Files in forms that are no table, or no whole one, and what reads them."""

import gzip
import io
import json
import pickle
import tarfile
import zipfile

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from latefusion.ingest.modality_file import ingest_modality
from latefusion.ingest.readers.modality_source import open_modality
from latefusion.store.tables import write_table
from refusals import Case
from refusals.small import read, table, text

TABLES, MODALITY = "Forms: the table of the items", "Forms: a modality's own file"
IDS = [f"s{number}" for number in range(6)]
LISTED = "\n".join(IDS) + "\n"
X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


def _as_table(name, file, write, *sees):
    def run(folder):
        write(folder / file)
        return read(folder / file)

    return Case(name, TABLES, run, sees)


def _in_table(name, modality, cells, *sees):
    def run(folder):
        (folder / "train.csv").write_text(text(cells))
        return read(folder / "train.csv", modality=modality, class_name=None, group=None, describe=())

    return Case(name, TABLES, run, sees)


def _modality(name, entry, write, *sees, items=IDS, refused=True):
    """Return a case in which the files of a modality are joined to six items."""

    def run(folder):
        write(folder)
        table = pa.table({"item": pa.array(items, pa.string())})
        tables = {"train": folder / "items.parquet"}
        write_table(table, tables["train"], table.schema)
        placed = dict(entry)
        for key in ("file", "files", "items"):
            value = placed.get(key)
            if isinstance(value, list):
                placed[key] = [str(folder / one) for one in value]
            elif value is not None and (key != "items" or "." in value):
                placed[key] = str(folder / value)
        source = open_modality(
            {"name": "m", **placed}, item="song", keys=lambda: items, max_cell_bytes=1 << 20
        )
        facts = ingest_modality(
            source, "m", tables, {"train": folder / "out/m.parquet"}, folder / "out/m.json", missing=False
        )
        return [warning["message"] for warning in facts.warnings]

    return Case(name, MODALITY, run, sees, refused)


def _wide(rows=None, header=("song", "f0", "f1", "f2", "f3"), delimiter=","):
    rows = (
        [[name, *map(str, values)] for name, values in zip(IDS, X.tolist(), strict=True)]
        if rows is None
        else rows
    )
    return text([list(header), *rows], delimiter=delimiter)


def _wide_rows(row, cells):
    rows = [[name, *map(str, values)] for name, values in zip(IDS, X.tolist(), strict=True)]
    rows[row] = cells
    return rows


def _csv(content, file="m.csv"):
    return lambda folder: (folder / file).write_text(content)


def _npy(array=X, ids=LISTED, *, cut=None, pickled=False):
    def write(folder):
        np.save(folder / "m.npy", array, allow_pickle=pickled)
        data = (folder / "m.npy").read_bytes()
        (folder / "m.npy").write_bytes(data[:cut])
        (folder / "ids.txt").write_text(ids)

    return write


NPY = {"file": "m.npy", "items": "ids.txt"}


def _npz(**arrays):
    return lambda folder: np.savez(folder / "m.npz", **arrays)


def _hdf5(**arrays):
    def write(folder):
        with h5py.File(folder / "m.h5", "w") as file:
            for name, array in arrays.items():
                file[name] = np.asarray(array, "S") if np.asarray(array).dtype.kind == "U" else array

    return write


def _shards(*tables):
    def write(folder):
        (folder / "shards").mkdir()
        for number, columns in enumerate(tables):
            pq.write_table(pa.table(columns), folder / "shards" / f"part-{number}.parquet")

    return write


def _shard(start, stop, **other):
    return {"song": IDS[start:stop], "embedding": X[start:stop].tolist(), **other}


def _per_item(suffix=".npy", skip=(), **other):
    def write(folder):
        (folder / "m").mkdir()
        for name, row in zip(IDS, X, strict=True):
            if name not in skip:
                np.save(folder / "m" / f"{name}{suffix}", other.get(name, row), allow_pickle=True)

    return write


def _zipped(*names):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, b"something")

    return write


def _torch(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"weight": 1}, protocol=2))


def _tar(path):
    with tarfile.open(path, "w:gz") as archive:
        data = io.BytesIO(text(table()).encode())
        info = tarfile.TarInfo("train.csv")
        info.size = len(data.getvalue())
        archive.addfile(info, data)


def _hdf5_table(path):
    with h5py.File(path, "w") as file:
        file["emb"], file["id"] = X, np.array(IDS, "S")


def _pickled(value, protocol=4):
    return lambda path: path.write_bytes(pickle.dumps(value, protocol=protocol))


WIDE_TABLE = [
    ["label", *(f"audio_{i}" for i in range(4))],
    *[["ab"[i % 2], *map(str, X[i])] for i in range(6)],
]
JSON_ROW = json.dumps({"song": "s0", "embedding": [1.0, 2.0]})
CSV_FILE = {"file": "m.csv"}
JSON_FILE = {"file": "m.jsonl", "column": "embedding"}

CASES = [
    _as_table(
        "an .npy file",
        "feats.npy",
        lambda path: np.save(path, X),
        "an array of NumPy's",
        "{name: feats, file: feats.npy, items: IDS.txt}",
    ),
    _as_table(
        "an .npz archive",
        "vgg.npz",
        lambda path: np.savez(path, emb=X, ids=np.array(IDS)),
        "an .npz archive of NumPy's",
        "{name: vgg, file: vgg.npz, array: emb, items: ids}",
    ),
    _as_table(
        "an HDF5 file",
        "yamnet.h5",
        _hdf5_table,
        "an HDF5 file",
        "{name: yamnet, file: yamnet.h5, array: /emb, items: /id}",
    ),
    _as_table(
        "an .npy file by another name",
        "feats.csv",
        lambda path: path.write_bytes(_bytes_of_npy()),
        "an array of NumPy's",
        "items: IDS.txt",
    ),
    _as_table(
        "a zip archive of one CSV",
        "train.zip",
        _zipped("train.csv"),
        "a zip archive of 'train.csv'",
        "unpack it: unzip train.zip",
    ),
    _as_table("a tar archive", "train.tar.gz", _tar, "a tar archive", "unpack it: tar -xf train.tar.gz"),
    _as_table(
        "an Excel workbook, whole",
        "train.xlsx",
        _zipped("[Content_Types].xml", "xl/workbook.xml"),
        "an Excel workbook",
        "CSV UTF-8",
    ),
    _as_table(
        "a file of MATLAB's",
        "feats.mat",
        lambda path: path.write_bytes(b"MATLAB 5.0 MAT-file" + bytes(500)),
        "a file of MATLAB's",
        "scipy.io.loadmat('feats.mat')",
    ),
    _as_table(
        "an ARFF file",
        "feats.arff",
        lambda path: path.write_text("% openSMILE\n@RELATION is09\n@attribute x numeric\n@data\n1\n"),
        "an ARFF file of Weka's",
        "loadarff('feats.arff')",
    ),
    _as_table(
        "an SQLite database",
        "songs.db",
        lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(100)),
        "an SQLite database",
        "pandas.read_sql",
    ),
    _as_table(
        "a web page",
        "train.csv",
        lambda path: path.write_text("<!doctype html><html><body>Sign in"),
        "a web page",
        "fetch the file again",
    ),
    _as_table(
        "a pointer of Git LFS",
        "train.csv",
        lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
        "a pointer of Git LFS",
        "git lfs pull",
    ),
    _as_table(
        "audio",
        "song.wav",
        lambda path: path.write_bytes(b"RIFF\0\0\0\0WAVEfmt "),
        "audio",
        "compute embeddings",
    ),
    _as_table(
        "a pickled table",
        "songs.pkl",
        lambda path: path.write_bytes(b"\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x11pandas.core.frame"),
        "a pickle, which is never loaded",
        "import pandas",
        "pandas.read_pickle('songs.pkl')).to_parquet('songs.parquet')",
    ),
    _as_table(
        "a pickle, compressed",
        "songs.pkl.gz",
        lambda path: path.write_bytes(gzip.compress(pickle.dumps([1], protocol=4))),
        "a pickle",
        "read_pickle('songs.pkl.gz')",
    ),
    _in_table(
        "one number a column, named as a list",
        {"column": "audio"},
        WIDE_TABLE,
        "no such column",
        "it stands one number a column: write `columns: 'audio_*'`",
    ),
    _in_table(
        "one number a column, by a longer name",
        {"column": "audio_embedding"},
        WIDE_TABLE,
        "no such column",
        "write `columns: 'audio_*'`",
    ),
    _in_table(
        "one of the numbered columns as a list",
        {"column": "audio_3"},
        WIDE_TABLE,
        "a single number",
        "name all under `columns`",
    ),
    _modality(
        "a pickle of a dictionary",
        {"file": "m.pkl", "column": "embedding"},
        lambda folder: _pickled({"s0": [1.0]})(folder / "m.pkl"),
        "a pickle, which is never loaded",
        "np.savez('m.npz', ids=list(d)",
    ),
    _modality(
        "a pickle of an array",
        {"file": "m.pkl", "column": "embedding"},
        lambda folder: _pickled(X)(folder / "m.pkl"),
        "a pickle",
        "np.save('m.npy'",
    ),
    _modality(
        "a pickle of an old protocol",
        {"file": "m.pkl", "column": "embedding"},
        lambda folder: _pickled([1.0], 0)(folder / "m.pkl"),
        "a pickle",
        "pandas.read_pickle('m.pkl')",
    ),
    _modality(
        "a file of PyTorch's",
        {"file": "m.pt", "column": "embedding"},
        lambda folder: _torch(folder / "m.pt"),
        "a file of PyTorch's",
        "torch.load('m.pt', weights_only=True)",
    ),
    _modality(
        "a pickle that is called .npy",
        NPY,
        lambda folder: _pickled({"s0": [1.0]})(folder / "m.npy"),
        "a pickle, which is never loaded",
        "if you trust the file",
    ),
    _modality(
        "an array of objects",
        NPY,
        _npy(np.array([{"a": 1}] * 6, object), pickled=True),
        "Python objects",
        "if you trust the file",
        "allow_pickle=True",
    ),
    _modality(
        "a pickle in an .npz archive",
        {"file": "m.npz", "array": "emb", "items": "ids"},
        _npz(emb=np.array([{}] * 6, object), ids=np.array(IDS)),
        "emb",
        "Python objects",
        "allow_pickle=True)['emb']",
    ),
    _modality(
        "an .npy file, cut off",
        NPY,
        _npy(cut=-20),
        "76 bytes of numbers where an array of shape (6, 4) takes 96",
        "the file was cut off",
    ),
    _modality(
        "an .npy file, cut off in its header",
        NPY,
        _npy(cut=40),
        "an array in NumPy's format that cannot be read",
        "copy or write it again",
    ),
    _modality(
        "a matrix of frames",
        NPY,
        _npy(np.zeros((6, 3, 4), np.float32)),
        "an array of shape (6, 3, 4)",
        "pool its frames",
    ),
    _modality("one number an item", NPY, _npy(X[:, 0].copy()), "an array of shape (6,)", "a[:, None]"),
    _modality("a matrix of text", NPY, _npy(np.array([["a", "b"]] * 6)), "text", "real numbers"),
    _modality(
        "complex numbers", NPY, _npy(X.astype(np.complex64)), "numbers of the type complex64", "real numbers"
    ),
    _modality(
        "infinity in a matrix",
        NPY,
        _npy(np.where(np.arange(24).reshape(6, 4) == 9, np.inf, X)),
        "m.npy, row 3",
        "infinity (number 2 of the list)",
    ),
    _modality(
        "NaN in a matrix",
        NPY,
        _npy(np.where(np.arange(24).reshape(6, 4) == 9, np.nan, X)),
        "m.npy, row 3",
        "NaN (number 2 of the list)",
    ),
    _modality(
        "fewer identifiers than rows",
        NPY,
        _npy(ids="\n".join(IDS[:5])),
        "6 rows, and 5 identifiers in",
        "one identifier for each row",
    ),
    _modality(
        "an identifier twice in the list",
        NPY,
        _npy(ids="\n".join([*IDS[:5], "s0"])),
        "m.npy, row 6",
        "the identifier 's0' again, as on row 1",
    ),
    _modality(
        "a list of identifiers that is no text",
        NPY,
        lambda folder: (_npy()(folder), (folder / "ids.txt").write_bytes(b"s\xe9\n")),
        "a byte that is no UTF-8",
        "one identifier a line",
    ),
    _modality(
        "identifiers that are fractions",
        {"file": "m.npz", "array": "emb", "items": "ids"},
        _npz(emb=X, ids=X[:, 0]),
        "ids",
        "numbers of the type float32",
        "text or whole numbers",
    ),
    _modality(
        "no identifiers named", {"file": "m.npy"}, _npy(), "a matrix without identifiers", "items: ids.txt"
    ),
    _modality(
        "other rows than items",
        {"file": "m.npy", "items": "rows"},
        _npy(X[:5]),
        "5 rows for 6 items",
        "name their identifiers",
    ),
    _modality(
        "identifiers of no item",
        NPY,
        _npy(ids="\n".join(f"track_{i}" for i in range(6))),
        "identifiers of which none is an item's, such as 'track_0'",
        "such as 's0'",
        "under `key`",
    ),
    _modality(
        "items without a row",
        NPY,
        _npy(X[:4], "\n".join(IDS[:4])),
        "no embedding for 2 of 6 items: 's4', 's5'",
        "missing: true",
        "keep: complete",
    ),
    _modality(
        "HDF5 without the array",
        {"file": "m.h5", "array": "/embeddings", "items": "/id"},
        _hdf5(emb=X, id=IDS),
        "no array '/embeddings'; there are /emb (6, 4), /id (6,)",
        "array of the file",
    ),
    _modality(
        "HDF5 with two matrices, none named",
        {"file": "m.h5", "items": "/id"},
        _hdf5(emb=X, logits=X, id=IDS),
        "more or fewer arrays than one",
        "/logits",
        "array: NAME",
    ),
    _modality(
        "HDF5, cut off",
        {"file": "m.h5", "items": "/id"},
        lambda folder: (
            _hdf5(emb=X, id=IDS)(folder),
            (folder / "m.h5").write_bytes((folder / "m.h5").read_bytes()[:1000]),
        ),
        "an HDF5 file that cannot be read",
        "copy or write it again",
    ),
    _modality(
        "an .npz archive, cut off",
        {"file": "m.npz", "items": "ids"},
        lambda folder: (
            _npz(emb=X, ids=np.array(IDS))(folder),
            (folder / "m.npz").write_bytes((folder / "m.npz").read_bytes()[:200]),
        ),
        "an .npz archive that cannot be read",
        "copy or write it again",
    ),
    _modality(
        "two matrices for one modality",
        {"file": ["m.npy", "n.npy"], "items": "ids.txt"},
        lambda folder: (_npy()(folder), np.save(folder / "n.npy", X)),
        "a matrix among 2 files",
        "np.concatenate",
    ),
    _modality(
        "a folder of arrays",
        {"file": "m"},
        _per_item(),
        "a folder without a table",
        "/{item}.npy', pool: mean}",
    ),
    _modality(
        "a pattern that no file fits",
        {"file": "shards/*.parquet", "column": "embedding"},
        lambda folder: None,
        "a pattern that no file fits",
        "at least one file",
    ),
    _modality(
        "shards of different columns",
        {"file": "shards", "column": "embedding"},
        _shards(_shard(0, 3), {"song": IDS[3:], "vector": X[3:].tolist()}),
        "part-1.parquet",
        "no column 'embedding'; also 'vector'",
        "same columns",
    ),
    _modality(
        "shards of different types",
        {"file": "shards", "column": "embedding"},
        _shards(_shard(0, 3), {"song": IDS[3:], "embedding": [1.0, 2.0, 3.0]}),
        "part-1.parquet, embedding",
        "a single number in each row (double)",
        "a list of numbers",
    ),
    _modality(
        "shards of different lengths",
        {"file": "shards", "column": "embedding"},
        _shards(_shard(0, 3), {"song": IDS[3:], "embedding": X[3:, :3].tolist()}),
        "part-1.parquet, row 1, embedding",
        "3 numbers",
        "4 numbers, as in the rows before",
    ),
    _modality(
        "an item in two shards",
        {"file": "shards", "column": "embedding"},
        _shards(_shard(0, 4), _shard(3, 6)),
        "part-1.parquet, row 1",
        "the identifier 's3' again",
        "drop one",
    ),
    _modality(
        "a wide row too long",
        CSV_FILE,
        _csv(_wide(_wide_rows(2, ["s2", "1", "2", "3", "4", "5"]))),
        "m.csv, line 4",
        "6 cells",
        "5 cells",
    ),
    _modality(
        "a wide row too short",
        CSV_FILE,
        _csv(_wide(_wide_rows(2, ["s2", "1", "2"]))),
        "m.csv, line 4",
        "3 cells",
        "5 cells",
    ),
    _modality(
        "text in a numeric column",
        {**CSV_FILE, "columns": "f*"},
        _csv(_wide(_wide_rows(2, ["s2", "1", "n.a.", "2", "3"]))),
        "m.csv, line 4",
        "the text 'n.a.' in the column 'f1'",
        "a finite number",
    ),
    _modality(
        "a decimal comma in a numeric column",
        {**CSV_FILE, "columns": "f*"},
        _csv(_wide(_wide_rows(2, ["s2", "1", "0,5", "2", "3"]), delimiter=";")),
        "line 4",
        "the decimal comma of '0,5'",
        "decimal points",
    ),
    _modality(
        "a hole in a wide row",
        {**CSV_FILE, "columns": "f*"},
        _csv(_wide(_wide_rows(2, ["s2", "1", "", "2", "3"]))),
        "line 4",
        "no number in the column 'f1'",
        "fill it in",
    ),
    _modality(
        "a pattern of columns that matches nothing",
        {**CSV_FILE, "columns": "mfcc_*"},
        _csv(_wide()),
        "no column that 'mfcc_*' stands for; there are",
        "correct the pattern",
    ),
    _modality(
        "a column that is not there",
        {**CSV_FILE, "columns": ["f0", "f9"]},
        _csv(_wide()),
        "f9",
        "no such column, which columns names",
    ),
    _modality(
        "no column of identifiers",
        CSV_FILE,
        _csv(_wide(header=("track", "f0", "f1", "f2", "f3"))),
        "no column 'song'; there are 'track'",
        "key: NAME",
    ),
    _modality(
        "an identifier twice in a table",
        CSV_FILE,
        _csv(_wide(_wide_rows(2, ["s1", "1", "2", "3", "4"]))),
        "m.csv, line 4",
        "the identifier 's1' again, as on line 3",
        "drop one",
    ),
    _modality(
        "no numbers in a table",
        CSV_FILE,
        _csv("song,artist\ns0,A\ns1,B\n"),
        "no column of numbers; there are 'artist'",
        "name a column of lists",
    ),
    _modality(
        "JSON lines, one with a text",
        JSON_FILE,
        _csv(JSON_ROW + '\n{"song": "s1", "embedding": ["a"]}\n', "m.jsonl"),
        "line 2, embedding",
        "a list of numbers",
    ),
    _modality(
        "JSON lines without the key",
        JSON_FILE,
        _csv('{"song": "s0", "vector": [1.0]}\n', "m.jsonl"),
        "no such column, which column names; there are 'song', 'vector'",
    ),
    _modality(
        "a list of JSON objects over lines",
        JSON_FILE,
        _csv("[\n " + JSON_ROW + "\n]\n", "m.jsonl"),
        "line 1",
        "one object a line",
    ),
    _modality(
        "frames without a way to pool them",
        {"files": "m/{item}.npy"},
        _per_item(s1=np.ones((3, 4))),
        "s1.npy",
        "3 frames of 4 numbers",
        "pool: mean",
    ),
    _modality(
        "an item without its file",
        {"files": "m/{item}.npy"},
        _per_item(skip=("s4",)),
        "no embedding for 1 of 6 items: 's4'",
        "missing: true",
    ),
    _modality(
        "a file an item, one of objects",
        {"files": "m/{item}.npy"},
        _per_item(s1=np.array([{}], object)),
        "s1.npy",
        "Python objects",
        "if you trust the file",
    ),
    _modality(
        "a file an item, one of another length",
        {"files": "m/{item}.npy"},
        _per_item(s3=np.ones(5)),
        "m/s3.npy\n    found:   5 numbers",
        "4 numbers, as in the files before",
    ),
    _modality(
        "a file an item, one with NaN",
        {"files": "m/{item}.npy"},
        _per_item(s2=np.array([1, np.nan, 3, 4])),
        "m/s2.npy\n    found:   NaN (number 2 of the list)",
        "a list of finite numbers",
    ),
    _modality(
        "an identifier that leads out of the folder",
        {"files": "m/{item}.npy"},
        _per_item(),
        "the identifier '../secret'",
        "the name of a file",
        items=[*IDS, "../secret"],
    ),
    _modality(
        "rows of no item",
        NPY,
        _npy(np.vstack([X, X[:1]]), "\n".join([*IDS, "s99"])),
        "1 row is of no item ('s99')",
        refused=False,
    ),
]


def _bytes_of_npy():
    stream = io.BytesIO()
    np.save(stream, X)
    return stream.getvalue()
