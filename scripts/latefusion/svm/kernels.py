"""RBF kernels of several modalities: the scaling of their input, and their values in blocks.

A kernel here has one *part* or several. `concatenate` and `balanced` put all columns side by side in one
part; `kernel_mean` and `kernel_aligned` keep one part for each modality and average the parts' kernels.
A kernel is 1 on the diagonal. Everywhere here it is kept *less one*, k − 1 = expm1(−γd²): under the dual's
Σβ = 0 the same classifiers follow from it, and where all rows are close to each other in terms of γ it keeps
the digits that a k near 1 has lost in single precision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.svm.inputs import Features, Float32, Float64, Gamma

BLOCK: Final = 512
# Products in single precision put an error of about 3e-7 |x|² on a squared distance. Where gamma makes
# more than 1e-5 of that, products are taken in double precision: twice the time, and rows that are
# equal are then told from rows that are merely close.
SINGLE_PRECISION_UP_TO: Final = 30.0
# Scaled input further out than this is put here: its square is still a number in single precision.
FURTHEST: Final = 2.0**50
LARGEST_FACTOR: Final = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class InputScaling:
    """Shift and scale of each column, as the training rows have them: the input space of the kernel.

    Attributes
    ----------
    combine : {'concatenate', 'balanced', 'kernel_mean', 'kernel_aligned'}
    shift, scale : tuple of (d_m,) float64 arrays
        A column x becomes (x - shift) · scale, in double precision, before it is narrowed. Distances do not
        depend on the shift, their rounding does.
    exponent : tuple of int
        For each part, the power of two that `scale` divides by, so that the widest column has a standard
        deviation between 1 and 2 and no square overflows. It loses no digit.
    variance : tuple of float
        For each part, what gamma = 'scale' divides by.
    auto : tuple of float
        For each part, gamma = 'auto'.
    """

    combine: str
    shift: tuple[Float64, ...]
    scale: tuple[Float64, ...]
    exponent: tuple[int, ...]
    variance: tuple[float, ...]
    auto: tuple[float, ...]

    @classmethod
    def fit(cls, X: Sequence[Features], combine: str, scale: str) -> InputScaling:
        """Learn shift and scale from the training rows, one array for each modality."""
        mean = [x.mean(axis=0, dtype=np.float64) for x in X]
        spread = [_column_variance(x, m) for x, m in zip(X, mean, strict=True)]
        width = [x.shape[1] for x in X]
        factor = [np.ones(d) for d in width]
        # Mean and variance of each column as gamma = 'scale' sees them.
        level = [m.copy() for m in mean]
        if scale == "standard":
            factor = [1.0 / np.sqrt(np.where(v > 0, v, 1.0)) for v in spread]
            spread = [v * f**2 for v, f in zip(spread, factor, strict=True)]
            level = [np.zeros(d) for d in width]
        if combine == "concatenate":
            variance = [_total_variance(np.concatenate(level), np.concatenate(spread))]
            auto = [1.0 / sum(width)]
        elif combine == "balanced":
            each = [_total_variance(m, v) for m, v in zip(level, spread, strict=True)]
            variance = [float(np.mean(each))]
            auto = [1.0]
            factor = [f / np.sqrt(d) for f, d in zip(factor, width, strict=True)]
        else:
            variance = [_total_variance(m, v) for m, v in zip(level, spread, strict=True)]
            auto = [1.0 / d for d in width]
        return cls(combine, tuple(mean), *_in_units(factor, spread, len(auto)), tuple(variance), tuple(auto))

    @property
    def n_parts(self) -> int:
        """Number of kernels that are averaged."""
        return len(self.auto)

    def gammas(self, gamma: Gamma) -> tuple[float, ...]:
        """Return gamma of each part: 'auto', 'scale' (sklearn's definition) or a number for all."""
        if gamma == "auto":
            return self.auto
        if gamma == "scale":
            return tuple(a / v if v > 0 else 1.0 for a, v in zip(self.auto, self.variance, strict=True))
        return (float(gamma),) * self.n_parts

    def in_units(self, gammas: Sequence[float]) -> tuple[float, ...]:
        """Return gammas for scaled rows: those for the input, times the square of the unit."""
        return tuple(math.ldexp(gamma, 2 * e) for gamma, e in zip(gammas, self.exponent, strict=True))

    def as_given(self) -> InputScaling:
        """Return the same space without shift and unit: rows as they came, but for the scale of columns."""
        units = self.exponent * len(self.scale) if self.n_parts == 1 else self.exponent
        return replace(
            self,
            shift=tuple(np.zeros_like(shift) for shift in self.shift),
            scale=tuple(np.ldexp(scale, e) for scale, e in zip(self.scale, units, strict=True)),
            exponent=(0,) * self.n_parts,
        )

    def squared_offsets(self) -> list[float]:
        """Return the squared norm of the shift in each part, scaled as rows are."""
        each = [float(np.square(a * b).sum()) for a, b in zip(self.shift, self.scale, strict=True)]
        return [sum(each)] if self.n_parts == 1 else each

    def rows(self, X: Sequence[Features], *, n_jobs: int = 1) -> KernelRows:
        """Return rows of the input, shifted and scaled.

        Parameters
        ----------
        X : sequence of (n, d_m) float32 or float64 arrays
            One for each modality.
        n_jobs : int
            Threads; changes no bit of the result.
        """
        n = len(X[0])
        width = [x.shape[1] for x in X]
        ends = np.cumsum(width).tolist()
        if self.combine in ("concatenate", "balanced"):
            parts = [np.empty((n, ends[-1]), np.float32)]
            places = [parts[0][:, end - d : end] for d, end in zip(width, ends, strict=True)]
        else:
            parts = places = [np.empty((n, d), np.float32) for d in width]
        squares = [np.empty(n) for _ in parts]

        def move(span: tuple[int, int]) -> None:
            start, stop = span
            for x, place, shift, scale in zip(X, places, self.shift, self.scale, strict=True):
                block = (x[start:stop] - shift) * scale
                place[start:stop] = np.clip(block, -FURTHEST, FURTHEST, out=block)
            for part, square in zip(parts, squares, strict=True):
                square[start:stop] = np.square(part[start:stop], dtype=np.float64).sum(axis=1)

        run(move, blocks(n, BLOCK), n_jobs)
        return KernelRows(tuple(parts), tuple(squares))


def _column_variance(x: Features, mean: Float64) -> Float64:
    """Return the variance of each column, 0 where it is no more than the rounding of the mean."""
    total = np.zeros(x.shape[1])
    for start, stop in blocks(len(x), BLOCK):
        total += np.square(x[start:stop] - mean).sum(axis=0)
    variance = total / max(len(x), 1)
    rounding = np.square(len(x) * np.finfo(np.float64).eps * mean)
    return np.where(variance > rounding, variance, 0.0)


def _total_variance(mean: Float64, variance: Float64) -> float:
    """Variance of all values of a matrix, from those of its columns."""
    return float(np.mean(variance) + np.mean(np.square(mean - np.mean(mean))))


def _in_units(
    factor: Sequence[Float64], variance: Sequence[Float64], parts: int
) -> tuple[tuple[Float64, ...], tuple[int, ...]]:
    """Return factors divided by a power of two for each part, and its exponent.

    Parameters
    ----------
    factor : sequence of (d_m,) arrays
        Of each modality.
    variance : sequence of (d_m,) arrays
        Of the columns before the last factor of `balanced`, which is within a few powers of two of 1.
    parts : int
        1, or as many as modalities.
    """
    widest = [float(np.sqrt(v.max(initial=0.0))) for v in variance]
    units = [max(widest)] if parts == 1 else widest
    exponent = [math.frexp(unit)[1] - 1 if unit > 0 else 0 for unit in units]
    each = exponent * len(factor) if parts == 1 else exponent
    return tuple(np.ldexp(f, -e) for f, e in zip(factor, each, strict=True)), tuple(exponent)


@dataclass(frozen=True)
class KernelRows:
    """Rows in the input space of a kernel.

    Attributes
    ----------
    parts : tuple of (n, d_p) float32 arrays
    squares : tuple of (n,) float64 arrays
        Squared norms.
    """

    parts: tuple[Float32, ...]
    squares: tuple[Float64, ...]

    def __len__(self) -> int:
        return len(self.parts[0])

    def padded(self, block: int) -> KernelRows:
        """Return the rows with zeros below, so that they are a multiple of `block`."""
        more = -len(self) % block
        if not more:
            return self
        return KernelRows(
            tuple(np.pad(part, ((0, more), (0, 0))) for part in self.parts),
            tuple(np.pad(square, (0, more)) for square in self.squares),
        )

    def __getitem__(self, index: slice | NDArray[np.intp]) -> KernelRows:
        return KernelRows(tuple(p[index] for p in self.parts), tuple(s[index] for s in self.squares))

    def needs_double(self, gammas: Sequence[float]) -> bool:
        """Whether single precision would spoil the kernel."""
        return needs_double(gammas, [float(square.max(initial=0.0)) for square in self.squares])


def needs_double(gammas: Sequence[float], largest: Sequence[float]) -> bool:
    """Whether single precision would spoil a kernel of rows whose largest squared norms are given."""
    return any(gamma * square > SINGLE_PRECISION_UP_TO for gamma, square in zip(gammas, largest, strict=True))


def closeness(a: KernelRows, b: KernelRows, part: int, *, double: bool) -> Float32:
    """Return minus half the squared distances between rows in one part, (len(a), len(b)); 0 at most."""
    left, right = a.parts[part], b.parts[part]
    if double:
        left, right = left.astype(np.float64), right.astype(np.float64)
    tile = left @ right.T
    # the sum of both norms first: which row is on which side must not matter
    halves = [(rows.squares[part] / 2.0).astype(tile.dtype) for rows in (a, b)]
    tile -= np.add.outer(*halves)
    return tile.astype(np.float32, copy=False)


def rbf_less_one(tile: Float32, gamma: float) -> None:
    """Turn minus half the squared distances into kernel values less one, in place.

    By expm1(2x) = 2 tanh(x) / (1 − tanh(x)), which keeps its digits near 0: the hyperbolic tangent uses
    vector instructions on every processor, expm1 on few.
    """
    tile *= np.float32(min(gamma, LARGEST_FACTOR))
    # rounding may have left a distance below 0
    np.minimum(tile, 0.0, out=tile)
    np.tanh(tile, out=tile)
    tile /= np.float32(0.5) - np.float32(0.5) * tile


def values(
    a: KernelRows, b: KernelRows, gammas: Sequence[float], weights: Sequence[float], *, double: bool
) -> Float32:
    """Return kernel values less one between the rows of `a` and of `b`, (len(a), len(b)) float32."""
    return weighted_sum(
        [closeness(a, b, part, double=double) for part in range(len(gammas))], gammas, weights
    )


def weighted_sum(tiles: Sequence[Float32], gammas: Sequence[float], weights: Sequence[float]) -> Float32:
    """Return the weighted sum of the parts' kernels less one, made of their closeness, overwritten."""
    for tile, gamma, weight in zip(tiles, gammas, weights, strict=True):
        rbf_less_one(tile, gamma)
        if len(tiles) > 1:
            np.multiply(tile, np.float32(weight), out=tile)
    total = tiles[0]
    for tile in tiles[1:]:
        total += tile
    return total
