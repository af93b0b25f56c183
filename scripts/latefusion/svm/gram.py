"""The Gram matrix of the training rows: kernel values of every two of them, computed half and mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from latefusion.core.parallel import blocks, run
from latefusion.svm.inputs import Float32
from latefusion.svm.kernels import BLOCK, KernelRows, closeness, weighted_sum

Tile = tuple[int, int, int, int]

LINE: Final = 16


class Gram:
    """Kernel values less one among the training rows, (n, n) float32, symmetric, computed half and mirrored.

    Parameters
    ----------
    rows : KernelRows
    gammas : sequence of float
        The largest gamma of each part that `fill` will be called with.
    reuse : bool
        Keep the distances (half of them) for more than one call to `fill`.
    n_jobs : int
        Threads.
    """

    def __init__(self, rows: KernelRows, gammas: Sequence[float], *, reuse: bool, n_jobs: int) -> None:
        self.n, self.reuse, self.n_jobs = len(rows), reuse, n_jobs
        # All tiles have one shape: what is computed for two rows does not depend on where they stand.
        self.rows = rows.padded(BLOCK)
        self.double = rows.needs_double(gammas)
        self.K = np.empty((self.n, self.n), np.float32)
        starts = blocks(self.n, BLOCK)
        self.tiles = [(*i, *j) for a, i in enumerate(starts) for j in starts[a:]]
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

    def fill(self, gammas: Sequence[float], weights: Sequence[float]) -> Float32:
        """Compute the kernel values for these gammas and weights, over those of the last call."""

        def one(tile: Tile) -> None:
            i0, i1, j0, j1 = tile
            parts = [self.closeness(tile, part) for part in range(len(gammas))]
            found = weighted_sum(parts, gammas, weights)[: i1 - i0, : j1 - j0]
            if i0 == j0:
                # both halves were computed and may differ in their last bits
                found = np.triu(found, 1)
                found += found.T
                np.fill_diagonal(found, 0.0)
            else:
                # a cache line's columns at a time: four times as fast as the whole tile at once
                for a in range(0, i1 - i0, LINE):
                    self.K[j0:j1, i0 + a : min(i0 + a + LINE, i1)] = found[a : a + LINE].T
            self.K[i0:i1, j0:j1] = found

        run(one, self.tiles, self.n_jobs)
        return self.K
