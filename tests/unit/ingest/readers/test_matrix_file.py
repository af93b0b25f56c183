"""Arrays of every kind of file come out as they were written; what cannot be read is refused."""

import json
import zipfile

import h5py
import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.ingest.readers import matrix_file
from latefusion.ingest.readers.matrix_file import open_array

X = np.random.default_rng(0).normal(size=(37, 5))
FLOATS = {"F64": np.float64, "F32": np.float32, "F16": np.float16}


def whole(path, name=None, ndim=None):
    with open_array(path, name, ndim=ndim) as array:
        blocks = list(array.blocks)
        assert sum(map(len, blocks)) == array.shape[0]
        return np.concatenate(blocks)


def write_safetensors(path, tensors):
    """Write tensors as the format's description has them, without its library."""
    header, data = {}, b""
    for name, (kind, values) in tensors.items():
        raw = values.tobytes()
        header[name] = {
            "dtype": kind,
            "shape": list(values.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of a few rows, so that every file has several."""
    monkeypatch.setattr(matrix_file, "BLOCK_BYTES", 100)


@pytest.mark.parametrize("kind", ["f8", "f4", "f2", "i8", "u1", "?", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_of_any_type_and_order_gives_its_numbers(tmp_path, kind, order):
    values = np.array(X * 10, kind, order=order)
    np.save(tmp_path / "x.npy", values)
    np.testing.assert_array_equal(whole(tmp_path / "x.npy"), values)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_array_of_an_archive_is_found_by_name_or_by_its_dimensions(tmp_path, save):
    save(tmp_path / "x.npz", emb=X, ids=np.arange(37))
    np.testing.assert_array_equal(whole(tmp_path / "x.npz", "emb"), X)
    np.testing.assert_array_equal(whole(tmp_path / "x.npz", ndim=2), X)
    np.testing.assert_array_equal(whole(tmp_path / "x.npz", "ids"), np.arange(37))


def test_hdf5_gives_numbers_and_text(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("deep/emb", data=X, chunks=(4, 5), compression="gzip")
        file.create_dataset("id", data=[f"song {row} é" for row in range(37)])
    for name in ("/deep/emb", "deep/emb", None):
        np.testing.assert_array_equal(whole(tmp_path / "x.h5", name, ndim=2), X)
    assert whole(tmp_path / "x.h5", "id")[3] == "song 3 é"


@pytest.mark.parametrize("kind", FLOATS)
def test_safetensors_give_their_numbers(tmp_path, kind):
    values = X.astype(FLOATS[kind])
    write_safetensors(
        tmp_path / "x.safetensors", {"a": ("F32", np.ones(3, np.float32)), "emb": (kind, values)}
    )
    np.testing.assert_array_equal(whole(tmp_path / "x.safetensors", ndim=2), values)


def test_bfloat16_numbers_are_the_upper_half_of_float32(tmp_path):
    values = np.array([[1.0, -2.5], [3e38, 0.15625]], np.float32)
    upper = (values.view(np.uint32) >> 16).astype(np.uint16)
    write_safetensors(tmp_path / "x.safetensors", {"emb": ("BF16", upper)})
    np.testing.assert_array_equal(
        whole(tmp_path / "x.safetensors"), (upper.astype(np.uint32) << 16).view(np.float32)
    )


def objects(path):
    np.save(path, np.array([{"a": 1}], object), allow_pickle=True)


def objects_inside(path):
    np.savez(path, emb=np.array([[1, "x"]], object))


def cut(path):
    np.save(path, X)
    path.write_bytes(path.read_bytes()[:-40])


def cut_archive(path):
    np.savez(path, emb=X)
    path.write_bytes(path.read_bytes()[:-40])


def changed_archive(path):
    np.savez(path, emb=X)
    data = bytearray(path.read_bytes())
    data[700] ^= 0xFF
    path.write_bytes(data)


def two(path):
    np.savez(path, emb=X, other=X)


def other_name(path):
    np.savez(path, embedding=X)


def not_hdf5(path):
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 50)


def nothing_known(path):
    path.write_bytes(b"something else entirely")


def long_header(path):
    path.write_bytes((20).to_bytes(8, "little") + b"[1, 2]" + b" " * 14)


def lying_offsets(path):
    write_safetensors(path, {"emb": ("F32", X.astype(np.float32))})
    path.write_bytes(path.read_bytes()[:-8])


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (objects, None, ["Python objects", "allow_pickle=True", "np.save("]),
        (objects_inside, "emb", ["Python objects", "['emb']"]),
        (cut, None, ["1,440 bytes", "shape (37, 5) takes 1,480", "cut off"]),
        (cut_archive, "emb", ["an .npz archive that cannot be read"]),
        (changed_archive, "emb", ["an .npz archive that cannot be read", "CRC"]),
        (two, None, ["one that could be meant: emb (37, 5), other (37, 5)", "write `array: NAME`"]),
        (
            other_name,
            "embeding",
            ["no array 'embeding'; there are embedding (37, 5)", "did you mean 'embedding'?"],
        ),
        (not_hdf5, None, ["an HDF5 file that cannot be read"]),
        (nothing_known, None, ["an .npy, .npz, HDF5 or safetensors file that cannot be read"]),
        (long_header, None, ["its header names no tensors"]),
        (lying_offsets, None, ["a safetensors file that cannot be read", "emb should take 740 bytes"]),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path, make, name, said):
    path = tmp_path / (
        "x.npz" if "npz" in str(said) or make in (objects_inside, two, other_name) else "x.npy"
    )
    make(path)
    with pytest.raises(InputError) as refused:
        whole(path, name, ndim=2)
    message = str(refused.value)
    assert all(part in message for part in said), message


def test_an_archive_of_something_else_has_no_array(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError) as refused:
        whole(tmp_path / "x.npz")
    assert "could be meant: readme.txt" in str(refused.value)
