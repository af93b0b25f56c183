"""The Gram matrix of the training rows: kernel values of every two of them, computed half and mirrored.

Products of some processors (Haswell, Zen) depend on where a row stands in its block. So rows are multiplied
in the order in which they came, which no label has a say in, and their kernel values are put where the
solvers want them afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.svm.inputs import Float32
from latefusion.svm.kernels import BLOCK, KernelRows, closeness, weighted_sum
from latefusion.svm.symmetric_blocks import SymmetricBlocks

Tile = tuple[int, int, int, int]


class Gram:
    """Kernel values less one among the training rows.

    Parameters
    ----------
    rows : KernelRows
        In the order in which they came.
    gammas : sequence of float
        The largest gamma of each part that `fill` will be called with.
    reuse : bool
        Keep the distances (half of them) for more than one call to `fill`.
    n_jobs : int
        Threads.
    """

    def __init__(self, rows: KernelRows, gammas: Sequence[float], *, reuse: bool, n_jobs: int) -> None:
        self.n, self.reuse, self.n_jobs = len(rows), reuse, n_jobs
        # All tiles have one shape: what is computed for two rows depends on as little else as can be.
        self.rows = rows.padded(BLOCK)
        self.double = rows.needs_double(gammas)
        starts = blocks(self.n, BLOCK)
        self.tiles = [(*i, *j) for a, i in enumerate(starts) for j in starts[a:]]
        self._K: Float32 | SymmetricBlocks | None = None
        self._kept: dict[tuple[int, int, int], Float32] = {}

    def closeness(self, tile: Tile, part: int) -> Float32:
        """Return `closeness` of one tile in one part, padded, the caller's to overwrite."""
        i0, _, j0, _ = tile
        kept = self._kept.get((i0, j0, part))
        if kept is not None:
            return kept.copy()
        i, j = self.rows[i0 : i0 + BLOCK], self.rows[j0 : j0 + BLOCK]
        found = closeness(i, j, part, double=self.double)
        if self.reuse:
            self._kept[i0, j0, part] = found.copy()
        return found

    def fill(
        self,
        gammas: Sequence[float],
        weights: Sequence[float],
        place: NDArray[np.integer],
        *,
        packed: bool = False,
    ) -> Float32 | SymmetricBlocks:
        """Compute the kernel values for these gammas and weights, over those of the last call.

        Parameters
        ----------
        gammas, weights : sequence of float
            Of each part.
        place : (n,) int array
            Where each row stands in the result; -1 for a row that is none of it.
        packed : bool
            Whether to keep half of the matrix; the values are the same.

        Returns
        -------
        (m, m) float32 array, or half of it
            Symmetric, of the m rows that have a place.
        """
        from latefusion.core.jit import say_if_compiling
        from latefusion.svm.scatter import scatter, scatter_mirrored

        if not packed:
            say_if_compiling(scatter, scatter_mirrored)
        chosen = place >= 0
        K = self._matrix(int(chosen.sum()), packed=packed)
        # unsigned, since numba's check for negative indices would slow the loops down
        places = place.astype(np.uint64)

        def one(tile: Tile) -> None:
            i0, i1, j0, j1 = tile
            rows, columns = np.flatnonzero(chosen[i0:i1]), np.flatnonzero(chosen[j0:j1])
            parts = [self.closeness(tile, part) for part in range(len(gammas))]
            found = weighted_sum(parts, gammas, weights)[: i1 - i0, : j1 - j0]
            if i0 == j0:
                # both halves were computed and may differ in their last bits
                found = np.triu(found, 1)
                found += found.T
                np.fill_diagonal(found, 0.0)
            if found.shape != (len(rows), len(columns)):
                found = found[np.ix_(rows, columns)]
            at_rows, at_columns = places[i0:i1][rows], places[j0:j1][columns]
            if isinstance(K, SymmetricBlocks):
                K.put(found, at_rows, at_columns)
                return
            if i0 != j0:
                scatter_mirrored(found, at_rows, at_columns, K)
            scatter(found, at_rows, at_columns, K)

        run(one, self.tiles, self.n_jobs)
        return K

    def _matrix(self, n: int, *, packed: bool) -> Float32 | SymmetricBlocks:
        """Return room for n rows: that of the last call where it has as many."""
        if self._K is None or len(self._K) != n or isinstance(self._K, SymmetricBlocks) != packed:
            self._K = None  # before there is another
            self._K = SymmetricBlocks(n, self.n_jobs) if packed else np.empty((n, n), np.float32)
        return self._K
