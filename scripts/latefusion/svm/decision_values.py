"""Decision values of the training rows, in and out of sample, from one Gram matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.svm.inputs import Float32, Float64
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.solution import KernelSolution
from latefusion.svm.symmetric_blocks import SymmetricBlocks

ROWS: Final = 256
COLUMNS: Final = 1024
EVERY_ROW: Final = slice(None)


def decide_training_rows(
    K: Float32 | SymmetricBlocks,
    layout: Layout,
    solutions: Sequence[KernelSolution],
    out: Float64,
    n_jobs: int,
) -> None:
    """Write decision values of the training rows, in the order in which these came.

    Parameters
    ----------
    K : (n, n) float32 array, or half of it
        In the order of the layout.
    layout : Layout
    solutions : sequence of KernelSolution
        Those on all rows decide for all rows, those without a fold for its rows.
    out : (2, n, pairs) float64 array
        In-sample and out-of-fold values; what `solutions` do not decide stays as it is.
    n_jobs : int
        Threads; changes no bit of the result.
    """
    by_fold = {solution.held_out_fold: solution for solution in solutions}
    whole = by_fold.get(NO_FOLD)
    whole_coefficients = None if whole is None else whole.coefficients(len(layout.y))
    n_pairs, place = out.shape[2], layout.place
    for fold in range(layout.n_folds):
        held_out = by_fold.get(fold)
        matrices = [] if whole_coefficients is None else [whole_coefficients]
        if held_out is not None:
            matrices.append(held_out.coefficients(len(layout.y)))
        if not matrices:
            continue
        both = np.hstack(matrices)
        # in the order in which they came, so that no label of theirs has a say in who stands beside whom
        rows = layout.rows_of_fold(fold)

        def one(
            span: tuple[int, int],
            rows: NDArray[np.intp] = rows,
            both: Float32 = both,
            held_out: KernelSolution | None = held_out,
        ) -> None:
            block = rows[span[0] : span[1]]
            # Always as many rows, so that where a block ends makes the least difference to a row.
            values = weigh(K, both, place[np.resize(block, ROWS)])[: len(block)]
            if whole is not None:
                out[0, block] = values[:, :n_pairs] + whole.offsets
            if held_out is not None:
                out[1, block] = values[:, -n_pairs:] + held_out.offsets

        run(one, blocks(len(rows), ROWS), n_jobs)


def weigh(
    kernel: Float32 | SymmetricBlocks,
    coefficients: NDArray[np.floating],
    rows: NDArray[np.intp] | slice = EVERY_ROW,
) -> Float64:
    """Return kernel[rows] @ coefficients, added up in double precision over blocks of a fixed size."""
    total = np.zeros((len(kernel[rows, :0]), coefficients.shape[1]))
    for a, b in blocks(len(coefficients), COLUMNS):
        total += kernel[rows, a:b] @ coefficients[a:b]
    return total
