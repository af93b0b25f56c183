"""Input of the SVM engine: array types, the checks of matrices, and what the engine asks of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.core.errors import InputError, Problem
from latefusion.core.parallel import blocks

Int32 = NDArray[np.int32]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Features = NDArray[np.floating]
"""Rows of one modality, (n, d) float32 or float64."""

Matrices = ArrayLike | Sequence[Features]
Gamma = float | Literal["auto", "scale"]

ROWS_AT_ONCE: Final = 4096
LARGEST: Final = 1e150
"""Of float64 input: squares of more overflow."""

COMBINE: Final = ("concatenate", "balanced", "kernel_mean", "kernel_aligned")


class SvmParameters(Protocol):
    """Parameters that fitting reads, as documented at `estimator.SVM`."""

    C: float
    gamma: Gamma
    scale: str
    combine: str
    class_weight: str | Mapping[Any, float] | None
    approximation: Mapping[str, int] | None
    max_iter: int | None
    n_jobs: int
    memory_mb: float | None
    random_state: np.random.Generator | int | None


class DecisionModel(Protocol):
    """Fitted model that gives one-vs-one decision values, and turns them into probabilities and votes."""

    def set_params(self, *, n_jobs: int) -> object:
        """Set the number of threads."""

    def pairwise_decision(self, X: Matrices) -> Float64:
        """Return one-vs-one decision values, (n, K(K-1)/2), positive for the first class of the pair."""

    def proba_of_decision(self, decision: Float64, *, guarded: bool = True) -> Float64:
        """Return the class probabilities that belong to decision values, (n, K)."""

    def vote_of_decision(self, decision: Float64) -> Int32:
        """Return the class index with most one-vs-one votes, (n,)."""


def as_parts(X: Matrices) -> list[Features]:
    """Return the input as a list of (n, d_m) float32 or float64 arrays.

    What single precision does not hold without loss is double: columns are narrowed after they were
    centred and scaled, not before. Differences below 1e-150 count as none.

    Raises
    ------
    ValueError
        If an array is not two-dimensional, lengths differ, a value is not finite or beyond 1e150.
    """
    several = isinstance(X, (list, tuple)) and len(X) > 0 and all(np.ndim(x) == 2 for x in X)
    given: Sequence[Any] = X if several else [X]  # type: ignore[assignment]
    parts = [_as_floats(x) for x in given]
    for part in parts:
        if part.ndim != 2:
            raise ValueError(f"X must have two dimensions, rows and columns, not {part.ndim}")
        if len(part) != len(parts[0]):
            raise ValueError(f"modalities have {len(parts[0])} and {len(part)} rows")
        if not all(np.isfinite(part[a:b]).all() for a, b in blocks(len(part), ROWS_AT_ONCE)):
            raise ValueError("X holds NaN or infinite values")
        if part.dtype == np.float64 and part.size and max(part.max(), -part.min()) > LARGEST:
            raise ValueError(f"X holds values beyond ±{LARGEST:g}: divide such columns by a constant")
    return parts


def _as_floats(x: ArrayLike) -> Features:
    given = np.asarray(x)
    kind = np.float32 if np.can_cast(given.dtype, np.float32, "safe") else np.float64
    return given.astype(kind, copy=False)


def present_rows(X: Sequence[Features]) -> NDArray[np.bool_]:
    """Return which rows have all modalities, (n,)."""
    known = np.ones(len(X[0]), bool)
    for x in X:
        known &= ~np.isnan(x[:, 0])
    return known


def select_rows(X: Sequence[Features], known: NDArray[np.bool_]) -> list[Features]:
    """Return some rows of every modality; the arrays themselves where these are all."""
    return list(X) if known.all() else [x[known] for x in X]


def require_finite(values: Float64, source: str) -> None:
    """Refuse results that are no numbers: NaN means a missing modality, and nothing else.

    Parameters
    ----------
    values : (n, k) array
        Of rows that have all modalities.
    source : str
        View, partition and files, for the message.

    Raises
    ------
    InputError
        If a value is NaN or infinite.
    """
    wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(wrong) == 0:
        return
    rows = "1 item" if len(wrong) == 1 else f"{len(wrong):,} items"
    raise InputError(
        [
            Problem(
                file=source,
                found=f"{rows} of {len(values):,} for which the computation gave NaN or an infinite number, "
                f"number {wrong[0]} of them first, although they have every modality",
                allowed="finite decision values and probabilities",
                fix="look for extreme values in these columns and set `svm: {scale: standard}`; delete the "
                "saved model where it was made with other data",
            )
        ]
    )


def scatter_rows(values: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[Any]:
    """Put the values of known rows among all rows; NaN, or -1 for integers, elsewhere."""
    blank = np.nan if np.issubdtype(values.dtype, np.floating) else -1
    out = np.full((len(known), *values.shape[1:]), blank, values.dtype)
    out[known] = values
    return out
