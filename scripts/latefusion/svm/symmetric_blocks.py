"""A Gram matrix in half its memory: blocks on and under the diagonal, the rest of it read from these."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.inputs import Float32
from latefusion.svm.memory import PACKED_SIDE, WORKING_SHARE, packed_blocks, packed_bytes

LEAST_ROWS: Final = 16
"""Rows that a solver holds at least; it needs two."""


class SymmetricBlocks:
    """A symmetric float32 matrix of n rows, less half of it.

    Its values are those of the whole matrix, so what is computed of them is the same to the last bit. They
    take longer to read: above the diagonal a row stands in columns.

    Parameters
    ----------
    n : int
        Rows.
    n_jobs : int
        Threads that solve at the same time and share what is set aside for whole rows.
    """

    def __init__(self, n: int, n_jobs: int) -> None:
        from latefusion.core.jit import say_if_compiling
        from latefusion.svm.block_access import gather, put

        say_if_compiling(put, gather)
        self.n = n
        self.values = np.empty((packed_blocks(n), PACKED_SIDE, PACKED_SIDE), np.float32)
        self.working_bytes = packed_bytes(n) // WORKING_SHARE // max(n_jobs, 1)

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: tuple[NDArray[np.integer] | slice, slice]) -> Float32:
        rows, columns = index
        chosen = np.arange(self.n)[rows] if isinstance(rows, slice) else rows
        return self.dense(chosen, np.arange(self.n)[columns])

    def put(self, tile: Float32, rows: NDArray[np.uint64], columns: NDArray[np.uint64]) -> None:
        """Write the values of some rows and columns, and of their mirror image."""
        from latefusion.svm.block_access import put

        put(tile, rows, columns, self.values)

    def dense(self, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> Float32:
        """Return the values of some rows and columns, (r, c)."""
        from latefusion.svm.block_access import gather

        out = np.empty((len(rows), len(columns)), np.float32)
        gather(self.values, rows.astype(np.uint64), columns.astype(np.uint64), out)
        return out

    def working_rows(self, columns: int) -> Float32:
        """Return room for the rows that a solver used last, of so many columns, (r, columns)."""
        fit = self.working_bytes // (4 * max(columns, 1))
        return np.empty((min(max(fit, LEAST_ROWS), max(columns, 2)), columns), np.float32)
