"""Memory that kernel ridge regression takes. Light: the plan asks before any job starts."""

from __future__ import annotations

from typing import Final

WHOLE_UP_TO: Final = 1024
"""Rows up to which the approximation that preconditions a kernel is the kernel itself."""

RANK: Final = 512
"""Its rank above."""


BLOCKS_AT_ONCE: Final = 16
"""Of an approximation's features, whose products are added up together."""


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
    vectors = (12 + 2 * penalties) * (1 + folds) * targets + 3 * penalties * targets
    return 8 * (rows * rows + 3 * rows * rank + rows * vectors + 3 * rows * columns)


def nystroem_ridge_bytes(
    rows: int, columns: int, targets: int, folds: int, penalties: int, components: int
) -> int:
    """Return what fitting a path on an approximated kernel takes at its peak, beside the libraries.

    The rows in single precision and their copy, what is predicted of them with each penalty, and what does
    not grow with them: products of the features of each fold, and a few blocks.
    """
    kept = min(components, rows)
    fixed = kept * (kept * (2 * folds + BLOCKS_AT_ONCE + 4) + 8 * 4 * 512 + 2 * columns)
    return 8 * (rows * (columns + 4 * penalties * targets + 3 * targets) + fixed)


def view_bytes(
    rows: int,
    columns: int,
    modalities: int,
    *,
    targets: int,
    folds: int,
    penalties: int,
    components: int | None = None,
    weights: int | None = None,
) -> int:
    """Return what fitting a view of numbers takes.

    Parameters
    ----------
    rows, columns, modalities : int
        Columns of all modalities together.
    targets, folds, penalties : int
    components : int, optional
        Of an approximated kernel; by default it is whole.
    weights : int, optional
        Of disagreement that are tried, where modalities are learned cooperatively.
    """
    if weights is not None:
        return cooperative_bytes(rows, columns, modalities, targets=targets, fits=folds * weights)
    if components is not None:
        return nystroem_ridge_bytes(rows, columns, targets, folds, penalties, components)
    return ridge_bytes(rows, columns, targets, folds, penalties)
