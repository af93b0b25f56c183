"""Numeric arrays of .npy, .npz, HDF5 and safetensors files, block by block; nothing is ever unpickled."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.ingest.pickles import conversion_of_objects
from latefusion.ingest.readers.array_listing import (
    BROKEN_HDF5,
    BROKEN_ZIP,
    HDF5,
    NPY,
    SAFETENSORS,
    ZIP,
    ListedArray,
    ListingError,
    hdf5_arrays,
    npz_arrays,
    read_npy_header,
    read_safetensors_header,
)

BLOCK_BYTES: Final = 16 << 20
MATRIX_SUFFIXES: Final = (".npy", ".npz", ".h5", ".hdf5", ".hdf", ".safetensors")
_NUMBERS: Final = frozenset("fiub")


@dataclass(frozen=True)
class Array:
    """One array of a file, whose rows come in order.

    Attributes
    ----------
    file : str
        The file, as messages name it.
    name : str or None
        The array within the file, where it has several.
    shape : tuple of int
    dtype : numpy.dtype
    blocks : iterator of arrays
        The rows, each block up to 16 MB; to be read once.
    """

    file: str
    name: str | None
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    blocks: Iterator[NDArray[Any]]

    def problem(self, found: str, allowed: str, fix: str) -> Problem:
        """Return a problem of the whole array."""
        return Problem(self.file, found, allowed, fix, column=self.name)


@contextmanager
def open_array(path: Path, name: str | None = None, *, ndim: int | None = None) -> Iterator[Array]:
    """Open one array of a file.

    Parameters
    ----------
    path : Path
        A `.npy`, `.npz`, HDF5 or safetensors file.
    name : str, optional
        The array within the file; may be left out where only one has `ndim` dimensions.
    ndim : int, optional
        Dimensions that are looked for where no array is named.

    Raises
    ------
    InputError
        If the file is damaged or a pickle, or has no such array.
    """
    with path.open("rb") as file:
        head = file.read(8)
    opened: AbstractContextManager[Array]
    if head.startswith(NPY):
        opened = _npy(path)
    elif head.startswith(ZIP):
        opened = _npz(path, name, ndim)
    elif head.startswith(HDF5):
        opened = _hdf5(path, name, ndim)
    else:
        opened = _safetensors(path, name, ndim, head)
    with opened as array:
        yield array


@contextmanager
def _npy(path: Path) -> Iterator[Array]:
    with path.open("rb") as file:
        yield _from_stream(path, None, file, path.stat().st_size)


@contextmanager
def _npz(path: Path, name: str | None, ndim: int | None) -> Iterator[Array]:
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN_ZIP as error:
        _damaged(path, "an .npz archive", str(error))
    with archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        info = members[_chosen(path, name, npz_arrays(archive), ndim)]
        try:
            member = archive.open(info)
        except BROKEN_ZIP as error:
            _damaged(path, "an .npz archive", str(error))
        with member as file:
            yield _from_stream(path, info.filename.removesuffix(".npy"), file, info.file_size)


def _from_stream(path: Path, name: str | None, file: IO[bytes], size: int) -> Array:
    """Return the array that a stream in the npy format holds."""
    try:
        shape, fortran, dtype = read_npy_header(file)
        at = file.tell()
    except BROKEN_ZIP as error:
        what = "an array in NumPy's format" if name is None else "an .npz archive"
        _damaged(path, what, str(error))
    if dtype.hasobject:
        _refuse_pickle(path, name)
    there, needed = size - at, math.prod(shape) * dtype.itemsize
    if there < needed:
        found = f"{there:,} bytes of numbers where an array of shape {shape} takes {needed:,}"
        fix = "the file was cut off: copy or write it again"
        raise InputError([Problem(str(path), found, "a whole array", fix, column=name)])
    whole = fortran and len(shape) > 1
    return Array(str(path), name, shape, dtype, _stream(path, file, shape, dtype, whole=whole))


def _stream(
    path: Path, file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any], *, whole: bool
) -> Iterator[NDArray[Any]]:
    """Yield rows from a stream; one that stands column by column is read whole."""
    row = math.prod(shape[1:]) * dtype.itemsize
    rows = shape[0] if shape else 1
    step = rows if whole else max(1, BLOCK_BYTES // max(1, row))
    for start in range(0, rows, max(1, step)):
        count = min(step, rows - start)
        try:
            data = file.read(count * row)
        except BROKEN_ZIP as error:
            _damaged(path, "an .npz archive", str(error))
        if len(data) < count * row:
            _damaged(path, "an array", f"it ends after {len(data):,} of {count * row:,} bytes")
        block = np.frombuffer(data, dtype)
        yield block.reshape(shape, order="F") if whole else block.reshape(count, *shape[1:])


@contextmanager
def _hdf5(path: Path, name: str | None, ndim: int | None) -> Iterator[Array]:
    import h5py

    wanted = None if name is None else f"/{name.strip('/')}"
    try:
        file = h5py.File(path, "r")
        arrays = hdf5_arrays(file)
    except BROKEN_HDF5 as error:
        _damaged(path, "an HDF5 file", str(error))
    with file:
        chosen = _chosen(path, wanted, arrays, ndim)
        try:
            data = file[chosen]
            text = h5py.check_string_dtype(data.dtype) is not None
            rows = data.asstr() if text and data.dtype.hasobject else data
            shape, of_objects = data.shape, data.dtype.hasobject
        except BROKEN_HDF5 as error:
            _damaged(path, "an HDF5 file", str(error))
        if of_objects and not text:
            _refuse_pickle(path, data.name)
        dtype = np.dtype(object) if of_objects else data.dtype
        yield Array(str(path), data.name, shape, dtype, _slices(path, data, rows))


def _slices(path: Path, data: Any, rows: Any) -> Iterator[NDArray[Any]]:  # noqa: ANN401 - h5py has no types
    row = math.prod(data.shape[1:]) * data.dtype.itemsize
    step = max(1, BLOCK_BYTES // max(1, row))
    for start in range(0, len(data), step):
        try:
            block = np.asarray(rows[start : start + step])
        except BROKEN_HDF5 as error:
            _damaged(path, "an HDF5 file", str(error))
        yield block


@contextmanager
def _safetensors(path: Path, name: str | None, ndim: int | None, head: bytes) -> Iterator[Array]:
    with path.open("rb") as file:
        try:
            entries = read_safetensors_header(file, head, path.stat().st_size)
        except ListingError as error:
            _damaged(path, "an .npy, .npz, HDF5 or safetensors file", str(error))
        start = 8 + int.from_bytes(head, "little")
        shapes = {key: ListedArray(tuple(value["shape"])) for key, value in entries.items()}
        key = _chosen(path, name, shapes, ndim)
        kind, shape = entries[key]["dtype"], tuple(entries[key]["shape"])
        if kind not in SAFETENSORS:
            allowed = "one of " + ", ".join(SAFETENSORS)
            raise InputError(
                [Problem(str(path), f"numbers of the type {kind}", allowed, "save it as F32", column=key)]
            )
        dtype = np.dtype(SAFETENSORS[kind])
        begin, end = entries[key]["data_offsets"]
        needed = math.prod(shape) * dtype.itemsize
        if end - begin != needed or start + end > path.stat().st_size:
            _damaged(path, "a safetensors file", f"{key} should take {needed:,} bytes")
        file.seek(start + begin)
        blocks = _stream(path, file, shape, dtype, whole=False)
        if kind == "BF16":
            dtype, blocks = np.dtype(np.float32), map(_widened, blocks)
        yield Array(str(path), key, shape, dtype, blocks)


def _widened(block: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return bfloat16 numbers as float32, whose upper half they are."""
    return (block.astype(np.uint32) << 16).view(np.float32)


def _chosen(path: Path, name: str | None, arrays: Mapping[str, ListedArray], ndim: int | None) -> str:
    """Return the array that is meant: the one that is named, or the only one that fits."""
    if name is not None and name in arrays:
        return name
    shapes = {key: array.shape for key, array in arrays.items()}
    fitting = [
        key for key, shape in shapes.items() if shape is not None and len(shape) == (ndim or len(shape))
    ]
    if name is None and len(fitting) == 1:
        return fitting[0]
    there = ", ".join(
        f"{key} {shape if shape is not None else ''}".strip() for key, shape in sorted(shapes.items())[:10]
    )
    if name is None:
        found = f"more or fewer arrays than one that could be meant: {there}" if shapes else "no array"
        raise InputError([Problem(str(path), found, "the name of one of them", "write `array: NAME`")])
    close = nearest(name, shapes)
    fix = f"did you mean {shorten(close)}?" if close else "name one of them under `array`"
    found = (
        f"no array {shorten(name)}; there are {there}"
        if shapes
        else f"no array {shorten(name)}, nor any other"
    )
    raise InputError([Problem(str(path), found, "an array of the file", fix)])


def _refuse_pickle(path: Path, name: str | None) -> NoReturn:
    raise InputError(
        [
            Problem(
                str(path),
                "Python objects, which only unpickling could read; that runs whatever code the file holds",
                "an array of numbers, or of text for identifiers",
                conversion_of_objects(path, name),
                column=name,
            )
        ]
    )


def _damaged(path: Path, what: str, why: str) -> NoReturn:
    found = f"{what} that cannot be read ({shorten(why.splitlines()[0] if why else what, 120)})"
    raise InputError([Problem(str(path), found, "a whole file", "copy or write it again")]) from None


def is_number(dtype: np.dtype[Any]) -> bool:
    """Say whether an array's elements are real numbers."""
    return dtype.kind in _NUMBERS
