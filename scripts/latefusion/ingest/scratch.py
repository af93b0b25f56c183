"""Rows that come in any order and are wanted in another: kept in a file, not in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from latefusion.store.atomic import storage_errors


class Scratch:
    """A file of rows of one length, in single or double precision.

    Parameters
    ----------
    beside : Path
        A file of the run; the scratch file lies in its folder under the name of an unfinished file, so that
        what a killed job leaves is swept with the others.
    """

    def __init__(self, beside: Path) -> None:
        self._folder = beside.parent
        self._file: IO[bytes] | None = None
        self._descriptor = -1
        self.dtype: np.dtype[np.floating] = np.dtype(np.float32)
        self.dimension = 0

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    def write(self, places: NDArray[np.int64], values: NDArray[np.floating]) -> None:
        """Put rows, (n, d), where they belong; the first ones say how long and how precise all are.

        Raises
        ------
        InputError
            If the disk is full or cannot be written.
        """
        if not len(places):
            return
        with storage_errors(self._folder):
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = NamedTemporaryFile(  # noqa: SIM115 - closed with the scratch file
                    dir=self._folder, prefix=".", suffix=".part", delete=False, buffering=0
                )
                self._descriptor = self._file.fileno()
                self.dimension, self.dtype = values.shape[1], values.dtype
            rows = np.ascontiguousarray(values, self.dtype)
            for start, stop in _runs(places):
                self._write(int(places[start]) * self._row, rows[start:stop].data.cast("B"))

    def read(self, places: NDArray[np.int64]) -> NDArray[np.floating]:
        """Return the rows, (n, d), that were written at some places."""
        out = np.empty((len(places), self.dimension), self.dtype)
        if self._file is not None:
            for start, stop in _runs(places):
                self._read(int(places[start]) * self._row, out[start:stop].data.cast("B"))
        return out

    def _write(self, at: int, data: memoryview) -> None:
        while data:  # the system may take a part
            count = os.pwrite(self._descriptor, data, at)
            at, data = at + count, data[count:]

    def _read(self, at: int, into: memoryview) -> None:
        while into:
            count = os.preadv(self._descriptor, [into], at)
            if not count:
                raise EOFError(f"the scratch file ends before byte {at}")
            at, into = at + count, into[count:]

    @property
    def _row(self) -> int:
        return self.dimension * self.dtype.itemsize


def _runs(places: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of places that follow each other, which are one read or write."""
    if len(places):
        starts = np.flatnonzero(np.diff(places, prepend=places[0] - 2) != 1).tolist()
        yield from zip(starts, [*starts[1:], len(places)], strict=True)
