"""Input of the SVM engine: array types, the checks of matrices, and what the engine asks of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int32 = NDArray[np.int32]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Matrices = ArrayLike | Sequence[Float32]
Gamma = float | Literal["auto", "scale"]

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


def as_parts(X: Matrices) -> list[Float32]:
    """Return the input as a list of (n, d_m) float32 arrays.

    Raises
    ------
    ValueError
        If an array is not two-dimensional, lengths differ or a value is not finite.
    """
    several = isinstance(X, (list, tuple)) and len(X) > 0 and all(np.ndim(x) == 2 for x in X)
    given: Sequence[Any] = X if several else [X]  # type: ignore[assignment]
    parts: list[Float32] = [np.asarray(x, np.float32) for x in given]
    for part in parts:
        if part.ndim != 2:
            raise ValueError(f"X must have two dimensions, rows and columns, not {part.ndim}")
        if len(part) != len(parts[0]):
            raise ValueError(f"modalities have {len(parts[0])} and {len(part)} rows")
        if not np.isfinite(part).all():
            raise ValueError("X holds NaN or infinite values")
    return parts


def present_rows(X: Sequence[Float32]) -> NDArray[np.bool_]:
    """Return which rows have all modalities, (n,)."""
    known = np.ones(len(X[0]), bool)
    for x in X:
        known &= ~np.isnan(x[:, 0])
    return known


def select_rows(X: Sequence[Float32], known: NDArray[np.bool_]) -> list[Float32]:
    """Return some rows of every modality; the arrays themselves where these are all."""
    return list(X) if known.all() else [x[known] for x in X]


def scatter_rows(values: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[Any]:
    """Put the values of known rows among all rows; NaN, or -1 for integers, elsewhere."""
    blank = np.nan if np.issubdtype(values.dtype, np.floating) else -1
    out = np.full((len(known), *values.shape[1:]), blank, values.dtype)
    out[known] = values
    return out
