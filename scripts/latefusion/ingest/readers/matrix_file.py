"""Numeric arrays of .npy, .npz, HDF5 and safetensors files, block by block; nothing is ever unpickled."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, nearest, shorten

BLOCK_BYTES: Final = 16 << 20
MATRIX_SUFFIXES: Final = (".npy", ".npz", ".h5", ".hdf5", ".hdf", ".safetensors")
NPY, ZIP, HDF5 = npy.MAGIC_PREFIX, b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"

_NUMBERS: Final = frozenset("fiub")
_SAFETENSORS: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4",
    "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


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
    except zipfile.BadZipFile as error:
        _damaged(path, "an .npz archive", str(error))
    with archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        shapes = {key: _shape_in(archive, info) for key, info in members.items()}
        info = members[_chosen(path, name, shapes, ndim)]
        with archive.open(info) as file:
            yield _from_stream(path, info.filename.removesuffix(".npy"), file, info.file_size)


def _shape_in(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, ...] | None:
    try:
        with archive.open(info) as file:
            return _header(file)[0]
    except (ValueError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
        return None


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(file)
    if version == (1, 0):
        return npy.read_array_header_1_0(file)
    if version in ((2, 0), (3, 0)):
        return npy.read_array_header_2_0(file)
    raise ValueError(f"version {version} of the format")


def _from_stream(path: Path, name: str | None, file: IO[bytes], size: int) -> Array:
    """Return the array that a stream in the npy format holds."""
    try:
        shape, fortran, dtype = _header(file)
        at = file.tell()
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
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
        except (zipfile.BadZipFile, EOFError) as error:
            _damaged(path, "an .npz archive", str(error))
        block = np.frombuffer(data, dtype)
        yield block.reshape(shape, order="F") if whole else block.reshape(count, *shape[1:])


@contextmanager
def _hdf5(path: Path, name: str | None, ndim: int | None) -> Iterator[Array]:
    import h5py

    try:
        file = h5py.File(path, "r")
    except OSError as error:
        _damaged(path, "an HDF5 file", str(error))
    with file:
        shapes: dict[str, tuple[int, ...] | None] = {}

        def note(key: str, node: object) -> None:
            if isinstance(node, h5py.Dataset):
                shapes[f"/{key}"] = node.shape

        file.visititems(note)
        wanted = None if name is None else f"/{name.strip('/')}"
        data = file[_chosen(path, wanted, shapes, ndim)]
        text = h5py.check_string_dtype(data.dtype) is not None
        if data.dtype.hasobject and not text:
            _refuse_pickle(path, data.name)
        rows = data.asstr() if text and data.dtype.hasobject else data
        dtype = np.dtype(object) if text and data.dtype.hasobject else data.dtype
        yield Array(str(path), data.name, data.shape, dtype, _slices(path, data, rows))


def _slices(path: Path, data: Any, rows: Any) -> Iterator[NDArray[Any]]:  # noqa: ANN401 - h5py has no types
    row = math.prod(data.shape[1:]) * data.dtype.itemsize
    step = max(1, BLOCK_BYTES // max(1, row))
    for start in range(0, len(data), step):
        try:
            yield np.asarray(rows[start : start + step])
        except OSError as error:
            _damaged(path, "an HDF5 file", str(error))


@contextmanager
def _safetensors(path: Path, name: str | None, ndim: int | None, head: bytes) -> Iterator[Array]:
    with path.open("rb") as file:
        header, start = _safetensors_header(path, file, head)
        entries = {key: value for key, value in header.items() if key != "__metadata__"}
        shapes = {key: tuple(value["shape"]) for key, value in entries.items()}
        key = _chosen(path, name, shapes, ndim)
        kind, shape = entries[key]["dtype"], shapes[key]
        if kind not in _SAFETENSORS:
            allowed = "one of " + ", ".join(_SAFETENSORS)
            raise InputError(
                [Problem(str(path), f"numbers of the type {kind}", allowed, "save it as F32", column=key)]
            )
        dtype = np.dtype(_SAFETENSORS[kind])
        begin, end = entries[key]["data_offsets"]
        needed = math.prod(shape) * dtype.itemsize
        if end - begin != needed or start + end > path.stat().st_size:
            _damaged(path, "a safetensors file", f"{key} should take {needed:,} bytes")
        file.seek(start + begin)
        blocks = _stream(path, file, shape, dtype, whole=False)
        if kind == "BF16":
            dtype, blocks = np.dtype(np.float32), map(_widened, blocks)
        yield Array(str(path), key, shape, dtype, blocks)


def _safetensors_header(path: Path, file: IO[bytes], head: bytes) -> tuple[dict[str, Any], int]:
    what = "an .npy, .npz, HDF5 or safetensors file"
    length = int.from_bytes(head, "little")
    if length > path.stat().st_size - 8:
        _damaged(path, what, "it begins like none of them")
    file.seek(8)
    try:
        header = json.loads(file.read(length))
    except ValueError as error:
        _damaged(path, what, str(error))
    if not isinstance(header, Mapping):
        _damaged(path, what, "its header names no tensors")
    return dict(header), 8 + length


def _widened(block: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return bfloat16 numbers as float32, whose upper half they are."""
    return (block.astype(np.uint32) << 16).view(np.float32)


def _chosen(
    path: Path, name: str | None, shapes: Mapping[str, tuple[int, ...] | None], ndim: int | None
) -> str:
    """Return the array that is meant: the one that is named, or the only one that fits."""
    if name is not None and name in shapes:
        return name
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
    at = "" if name is None else f"[{name!r}]"
    raise InputError(
        [
            Problem(
                str(path),
                "Python objects, which only unpickling could read; that runs whatever code the file holds",
                "an array of numbers, or of text for identifiers",
                f"if you trust the file: a = np.load({path.name!r}, allow_pickle=True){at}; "
                f"np.save({path.stem + '_plain.npy'!r}, np.array(a.tolist()))",
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
