"""The arrays that a file holds: their names, shapes and types, without reading their numbers."""

from __future__ import annotations

import json
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, Final

import numpy as np
from numpy.lib import format as npy

NPY, ZIP, HDF5 = npy.MAGIC_PREFIX, b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
SAFETENSORS: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4",
    "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
BROKEN_ZIP: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError,
    ValueError,
)  # fmt: skip
"""What the standard library raises of a damaged archive, or of one that is encrypted."""
BROKEN_HDF5: Final = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError)
"""What h5py raises of a damaged file."""
_LARGEST_HEADER: Final = 100 << 20
_NUMBERS: Final = frozenset("fiub")

ArrayHeader = tuple[tuple[int, ...], bool, np.dtype[Any]]


@dataclass(frozen=True)
class ListedArray:
    """What is known of an array before it is read.

    Attributes
    ----------
    shape : tuple of int, optional
        None where the file does not say.
    kind : str, optional
        Its type's kind as numpy has it, `O` for text of HDF5.
    """

    shape: tuple[int, ...] | None = None
    kind: str | None = None

    @property
    def is_matrix(self) -> bool:
        """Whether it may be embeddings: rows of real numbers."""
        return self.shape is not None and len(self.shape) == 2 and self.kind in _NUMBERS

    @property
    def is_identifiers(self) -> bool:
        """Whether it may be identifiers: one text or whole number a row."""
        return (
            self.shape is not None and len(self.shape) == 1 and self.kind is not None and self.kind in "iuUSO"
        )


class ListingError(Exception):
    """The file is no whole file of its form; the message says why."""


def list_arrays(path: Path) -> dict[str, ListedArray]:
    """Return the arrays of a file by name, in the order of their names; that of an .npy file is called ''.

    Raises
    ------
    ListingError
        If the file is of none of the forms, or damaged.
    """
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(NPY):
            file.seek(0)
            try:
                shape, _, dtype = read_npy_header(file)
            except (ValueError, EOFError) as error:
                raise ListingError(str(error)) from None
            return {"": ListedArray(shape, dtype.kind)}
        if head.startswith(HDF5):
            import h5py

            try:
                with h5py.File(path, "r") as store:
                    return dict(sorted(hdf5_arrays(store).items()))
            except BROKEN_HDF5 as error:
                raise ListingError(str(error)) from None
        if not head.startswith(ZIP):
            return _tensors(read_safetensors_header(file, head, path.stat().st_size))
    try:
        with zipfile.ZipFile(path) as archive:
            return dict(sorted(npz_arrays(archive).items()))
    except BROKEN_ZIP as error:
        raise ListingError(str(error)) from None


def read_npy_header(file: IO[bytes]) -> ArrayHeader:
    """Return shape, whether it stands column by column, and type, of an array in NumPy's format.

    Raises
    ------
    ValueError
        If the stream is in no such format.
    """
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError(f"version {version} of the format")
    length = file.read(2 if version == (1, 0) else 4)
    return _parsed_header(version, length + file.read(int.from_bytes(length, "little")))


@lru_cache(maxsize=64)
def _parsed_header(version: tuple[int, int], header: bytes) -> ArrayHeader:
    """Return what a header says; of thousands of files, one an item, most have the same."""
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a header that Python 2 wrote
            shape, fortran, dtype = read(BytesIO(header))
    except (SyntaxError, TokenError, TypeError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError(f"its header is damaged: {error}") from None
    if any(type(length) is not int or length < 0 for length in shape):
        raise ValueError(f"its shape is {shape}")
    return shape, fortran, dtype


def npz_arrays(archive: zipfile.ZipFile) -> dict[str, ListedArray]:
    """Return the arrays of an open .npz archive."""
    found = {}
    for info in archive.infolist():
        array = ListedArray()
        with (
            suppress(*BROKEN_ZIP),
            archive.open(info) as file,
        ):
            shape, _, dtype = read_npy_header(file)
            array = ListedArray(shape, dtype.kind)
        found[info.filename.removesuffix(".npy")] = array
    return found


def hdf5_arrays(store: Any) -> dict[str, ListedArray]:  # noqa: ANN401 - h5py has no types
    """Return the data sets of an open HDF5 file."""
    import h5py

    found: dict[str, ListedArray] = {}

    def note(key: str, node: object) -> None:
        if isinstance(node, h5py.Dataset):
            found[f"/{key}"] = ListedArray(node.shape, node.dtype.kind)

    store.visititems(note)
    return found


def read_safetensors_header(file: IO[bytes], head: bytes, size: int) -> dict[str, Any]:
    """Return the tensors of a safetensors file as its header has them, which begins after `head`.

    Raises
    ------
    ListingError
        If it is no such file.
    """
    length = int.from_bytes(head, "little")
    if len(head) < 8 or length > min(size - 8, _LARGEST_HEADER):
        raise ListingError("it begins like none of them")
    file.seek(8)
    try:
        header = json.loads(file.read(length))
    except (ValueError, RecursionError) as error:
        raise ListingError(str(error)) from None
    if not isinstance(header, Mapping) or not all(map(_is_tensor, dict(header).items())):
        raise ListingError("its header names no tensors")
    return {key: value for key, value in header.items() if key != "__metadata__"}


def _is_tensor(entry: tuple[str, object]) -> bool:
    name, value = entry
    if name == "__metadata__":
        return True
    if not isinstance(value, Mapping) or not isinstance(value.get("dtype"), str):
        return False
    shape, offsets = value.get("shape"), value.get("data_offsets")
    return _are_counts(shape) and _are_counts(offsets) and len(offsets or ()) == 2


def _are_counts(value: object) -> bool:
    return isinstance(value, list) and all(type(one) is int and one >= 0 for one in value)


def _tensors(header: Mapping[str, Any]) -> dict[str, ListedArray]:
    kinds = {name: np.dtype(code).kind for name, code in SAFETENSORS.items()} | {"BF16": "f"}
    return {
        name: ListedArray(tuple(entry["shape"]), kinds.get(entry["dtype"]))
        for name, entry in sorted(header.items())
    }


def embedding_and_identifiers(arrays: Mapping[str, ListedArray]) -> Iterator[tuple[str, str | None]]:
    """Yield each array that may be embeddings, and the one that may hold its identifiers, or None."""
    for name, array in arrays.items():
        if array.is_matrix and array.shape is not None:
            rows = array.shape[:1]
            beside = [key for key, other in arrays.items() if other.is_identifiers and other.shape == rows]
            texts = [key for key in beside if arrays[key].kind not in ("i", "u")]
            # whole numbers may as well be labels: they are identifiers where they are called so
            named = [
                key for key in beside if "id" in key.lower() or "name" in key.lower() or "key" in key.lower()
            ]
            fitting = named if len(named) == 1 else texts
            yield name, fitting[0] if len(fitting) == 1 else None
