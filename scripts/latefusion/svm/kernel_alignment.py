"""Weights of the modalities' kernels by how well each one agrees with the labels."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.core.hsic import alignment, alignment_weights
from latefusion.core.parallel import run
from latefusion.svm.gram import Gram, Tile
from latefusion.svm.inputs import Float64
from latefusion.svm.kernels import rbf_less_one
from latefusion.svm.layout import Layout

logger = logging.getLogger(__name__)


class Alignment:
    """Sums over the blocks of each modality's kernel, from which weights follow for any held-out fold.

    Attributes
    ----------
    rows : tuple of (n, segments) float64 arrays
        For each part, sums of every row's kernel values over each class and fold, without the diagonal; rows
        in the order in which they came.
    squares : tuple of (segments, segments) float64 arrays
        Sums of squared kernel values between every two classes and folds, without the diagonal.
    """

    def __init__(self, gram: Gram, layout: Layout, gammas: Sequence[float]) -> None:
        self.layout = layout
        # (K, F) segments; of those without rows, sums stay 0
        self.size = np.diff(layout.start, axis=1).ravel()
        self.of_row = (layout.y * layout.n_folds + layout.fold)[layout.place]
        sums = [_sums(gram, self.of_row, len(self.size), part, gamma) for part, gamma in enumerate(gammas)]
        self.rows = tuple(rows for rows, _ in sums)
        self.squares = tuple(squares for _, squares in sums)

    def weights(self, held_out_fold: int) -> tuple[float, ...]:
        """Return weights that sum to one, from the rows outside a held-out fold (or from all).

        Proportional to max(0, HSIC_u(K_m, Y) / √HSIC_u(K_m, K_m)) with Y_ij = [y_i = y_j]; zero where
        HSIC_u(K_m, K_m) is not above 1e-12 of the mean square of K_m − 1, to which it does not react; equal
        where all are zero.
        """
        n_folds = self.layout.n_folds
        label, fold = np.divmod(np.arange(len(self.size)), n_folds)
        used = (fold != held_out_fold) & (self.size > 0)
        seen = fold[self.of_row] != held_out_fold
        y = label[self.of_row[seen]]
        n = int(seen.sum())
        count = np.bincount(y, minlength=self.layout.n_classes)
        parts = len(self.rows)
        if n < 4:
            return (1.0 / parts,) * parts
        # row sums and sum of squares of Y without its diagonal
        same = (count[y] - 1).astype(np.float64)
        aligned = []
        for rows, squares in zip(self.rows, self.squares, strict=True):
            kept = rows[seen][:, used]
            own = float(np.where(label[used] == y[:, None], kept, 0.0).sum())
            square = float(squares[np.ix_(used, used)].sum())
            aligned.append(alignment(n, own, square, kept.sum(axis=1), same))
        return alignment_weights(aligned)

    def kernels(self, folds: Sequence[int]) -> dict[tuple[float, ...], list[int]]:
        """Return the different weights, and which of the held-out folds (or `NO_FOLD`) have them."""
        found: dict[tuple[float, ...], list[int]] = {}
        for fold in folds:
            found.setdefault(self.weights(fold), []).append(fold)
        logger.info("weights of the kernels by alignment: %s", "; ".join(map(str, found)))
        return found


def _sums(
    gram: Gram, of_row: NDArray[np.int64], segments: int, part: int, gamma: float
) -> tuple[Float64, Float64]:

    def one(tile: Tile) -> tuple[Float64, Float64, Float64]:
        i0, i1, j0, j1 = tile
        values = gram.closeness(tile, part)
        rbf_less_one(values, gamma)
        k = values[: i1 - i0, : j1 - j0].astype(np.float64)
        if i0 == j0:
            k = np.triu(k, 1)
            k += k.T
        left, right = _indicator(of_row[i0:i1], segments), _indicator(of_row[j0:j1], segments)
        return k @ right, k.T @ left, left.T @ np.square(k) @ right

    rows, squares = np.zeros((gram.n, segments)), np.zeros((segments, segments))
    # a few tiles at a time, added up in the order of the tiles
    for start in range(0, len(gram.tiles), 64):
        some = gram.tiles[start : start + 64]
        for (i0, i1, j0, j1), (across, down, square) in zip(some, run(one, some, gram.n_jobs), strict=True):
            rows[i0:i1] += across
            squares += square
            if i0 != j0:
                rows[j0:j1] += down
                squares += square.T
    return rows, squares


def _indicator(segment: NDArray[np.int64], segments: int) -> Float64:
    return (segment[:, None] == np.arange(segments)).astype(np.float64)
