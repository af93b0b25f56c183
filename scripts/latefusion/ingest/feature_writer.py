"""The feature matrix of one modality on its way to disk."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.ingest.embeddings import Features
from latefusion.store.schemas import features_schema
from latefusion.store.tables import ROWS_PER_GROUP, table_writer

BLOCK_BYTES = 16 << 20


class MatrixWriter:
    """Writes rows in blocks whose size depends on the dimension alone, and notes what is odd about them.

    Parameters
    ----------
    path : Path
        The table, which appears when the block of the writer ends without an error.
    double : bool
        Whether numbers are written in double precision.

    Attributes
    ----------
    dimension : int or None
        Length of the rows; None until the first row that is not missing.
    rows, missing, zero : int
        How many rows there are, how many of them are missing, and how many are nothing but zeros.
    whole : bool
        Whether every number so far is a whole one.
    """

    def __init__(self, path: Path, *, double: bool = False) -> None:
        self._path, self._stack, self.double = path, ExitStack(), double
        self._kind = np.dtype(np.float64 if double else np.float32)
        self.dimension: int | None = None
        self.rows = self.missing = self.zero = 0
        self.whole = True
        self._fill = 0
        self._items: list[pa.Array] = []
        self._early: list[pa.Array] = []

    def add(self, items: pa.Array, present: NDArray[np.bool_], values: Features) -> None:
        """Append rows.

        Parameters
        ----------
        items : (n,) array of str
        present : (n,) bool array
            False where the item lacks the modality.
        values : (number of present rows, dimension) array
        """
        self.rows += len(items)
        self.missing += int(len(present) - present.sum())
        values = values.astype(self._kind, copy=False)
        if len(values):
            self._start(values.shape[1])
            self._note(values)
        if self.dimension is None:
            self._early.append(items)
            return
        if not present.all():
            sparse = np.zeros((len(present), self.dimension), self._kind)
            sparse[present] = values
            values = sparse
        at = 0
        while at < len(items):
            take = min(self._size - self._fill, len(items) - at)
            block = slice(self._fill, self._fill + take)
            self._block[block], self._absent[block] = values[at : at + take], ~present[at : at + take]
            self._items.append(items.slice(at, take))
            self._fill, at = self._fill + take, at + take
            if self._fill == self._size:
                self.flush()

    def _start(self, dimension: int) -> None:
        if self.dimension is not None:
            return
        self.dimension = dimension
        self._size = max(1, min(ROWS_PER_GROUP, BLOCK_BYTES // (self._kind.itemsize * dimension)))
        self._block = np.zeros((self._size, dimension), self._kind)
        self._absent = np.zeros(self._size, bool)
        self.low = np.full(dimension, np.inf, self._kind)
        self.high = np.full(dimension, -np.inf, self._kind)
        schema = features_schema(dimension, double=self.double)
        self._type = schema.field("embedding").type
        self._writer = self._stack.enter_context(table_writer(self._path, schema))
        early, self._early = self._early, []
        for items in early:  # rows without the modality, before the first that has it
            self.rows, self.missing = self.rows - len(items), self.missing - len(items)
            self.add(items, np.zeros(len(items), bool), np.empty((0, dimension), self._kind))

    def _note(self, values: Features) -> None:
        np.minimum(self.low, values.min(axis=0), out=self.low)
        np.maximum(self.high, values.max(axis=0), out=self.high)
        # the first number tells most rows from a row of zeros
        candidates = values[values[:, 0] == 0]
        self.zero += int((candidates == 0).all(axis=1).sum())
        self.whole = self.whole and bool(
            (values[0] == np.rint(values[0])).all() and (values == np.rint(values)).all()
        )

    @property
    def constant(self) -> NDArray[np.int64]:
        """Columns whose numbers are all the same, counted from 0."""
        return np.flatnonzero(self.low == self.high) if self.dimension is not None else np.empty(0, np.int64)

    def flush(self) -> None:
        """Write the rows that do not fill a block."""
        if not self._fill:
            return
        absent = self._absent[: self._fill]
        embedding = pa.FixedSizeListArray.from_arrays(
            pa.array(self._block[: self._fill].ravel()),
            type=self._type,
            mask=pa.array(absent) if absent.any() else None,
        )
        items = pa.concat_arrays(self._items)
        self._writer.write(pa.table([items, embedding], names=["item", "embedding"]))
        self._fill, self._items = 0, []

    def __enter__(self) -> MatrixWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._stack.__exit__(kind, error, error.__traceback__ if error is not None else None)
