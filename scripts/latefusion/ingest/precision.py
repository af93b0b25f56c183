"""What single precision would change of the columns of an embedding, beside how far they spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

TOLERANCE: Final = 1e-3
"""Part of a column's standard deviation that single precision may change."""


class PrecisionError(Exception):
    """Modalities that single precision would change; they have to be written in double precision.

    Attributes
    ----------
    modalities : frozenset of str
    """

    def __init__(self, modalities: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(modalities)))
        self.modalities = modalities


@dataclass(frozen=True)
class Spread:
    """Moments of some rows' columns, and the largest error of single precision in each.

    Attributes
    ----------
    n : int
        Rows.
    mean, squares : (d,) float64 arrays
        Mean, and the sum of squared deviations from it.
    low, high, error : (d,) float64 arrays
        Least and largest value, and the largest difference to the value in single precision.
    """

    n: int
    mean: Float64
    squares: Float64
    low: Float64
    high: Float64
    error: Float64

    @classmethod
    def of(cls, X: Float64) -> Spread:
        """Return the spread of rows, (n, d), at least one."""
        mean = X.mean(axis=0)
        error = np.abs(X - X.astype(np.float32)).max(axis=0)
        return cls(len(X), mean, np.square(X - mean).sum(axis=0), X.min(axis=0), X.max(axis=0), error)

    def __add__(self, other: Spread) -> Spread:
        """Return the spread of both sets of rows (Chan, Golub and LeVeque 1983)."""
        n, apart = self.n + other.n, other.mean - self.mean
        return Spread(
            n,
            self.mean + apart * (other.n / n),
            self.squares + other.squares + np.square(apart) * (self.n * other.n / n),
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
            np.maximum(self.error, other.error),
        )

    def lossy(self) -> NDArray[np.int64]:
        """Return the columns, from 0, of which single precision loses what tells rows apart."""
        deviation = np.sqrt(self.squares / self.n)
        return np.flatnonzero((self.low < self.high) & (self.error > TOLERANCE * deviation))


def kept_in_double(lossy: Sequence[int] | NDArray[np.int64], dimension: int | None) -> str:
    """Say which columns of an embedding, from 0, are why it is kept in double precision."""
    some = ", ".join(str(column + 1) for column in lossy[:5]) + (" …" if len(lossy) > 5 else "")
    return (
        f"single precision would change {len(lossy)} of {dimension} numbers ({some}) by more than "
        f"{TOLERANCE:g} of their standard deviation; they are kept in double precision"
    )
