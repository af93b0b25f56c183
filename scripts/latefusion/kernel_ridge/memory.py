"""Memory that kernel ridge regression takes. Light: the plan asks before any job starts."""

from __future__ import annotations

from typing import Final

WHOLE_UP_TO: Final = 1024
"""Rows up to which the approximation that preconditions a kernel is the kernel itself."""

RANK: Final = 512
"""Its rank above."""


def cooperative_bytes(rows: int, columns: int, modalities: int, *, targets: int, fits: int) -> int:
    """Return what cooperative learning takes at its peak, beside the libraries.

    Parameters
    ----------
    rows, columns : int
        Of the training part, all modalities together.
    modalities, targets, fits : int
        Fits that are made at once.
    """
    rank = modalities * min(rows, RANK)
    kernels = modalities * rows * rows + 3 * rows * rank + 2 * fits * rank * rank
    return 8 * (kernels + 14 * modalities * rows * fits * targets + 3 * rows * columns)


def ridge_bytes(rows: int, columns: int, targets: int, folds: int, penalties: int) -> int:
    """Return what fitting a path takes at its peak, beside the libraries."""
    rank = rows if rows <= WHOLE_UP_TO else RANK
    vectors = 12 * (1 + folds) * targets + 3 * penalties * targets
    return 8 * (rows * rows + 3 * rows * rank + rows * vectors + 3 * rows * columns)
