"""Nyström approximation of a kernel by a few of its rows (Williams & Seeger 2001)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.svm.blockwise_rows import BlockwiseRows
from latefusion.svm.inputs import Float32, Float64
from latefusion.svm.kernels import KernelRows, values

BLOCK: Final = 512
# Directions in which the components hardly differ are noise in single precision; as a share of the largest
# eigenvalue and of the largest kernel value less one.
LEAST_EIGENVALUE: Final = 1e-6


@dataclass(frozen=True)
class NystroemMap:
    """Features whose inner products are the approximated kernel.

    Attributes
    ----------
    components : KernelRows
        The rows that span the approximation.
    projection : (m, r) float64 array
    centre : (r,) float64 array
        Kernel values less one with the components, times `projection`, less `centre`, are the features. A
        bias takes up any shift; around zero the solver converges faster.
    """

    components: KernelRows
    projection: Float64
    centre: Float64
    gammas: tuple[float, ...]
    weights: tuple[float, ...]
    double: bool

    @classmethod
    def fit(
        cls,
        rows: KernelRows | BlockwiseRows,
        chosen: NDArray[np.intp],
        gammas: tuple[float, ...],
        weights: tuple[float, ...],
    ) -> NystroemMap:
        """Span the kernel of `rows` by those that are chosen."""
        components = rows[chosen]
        double = rows.needs_double(gammas)
        less_one = values(components, components, gammas, weights, double=True).astype(np.float64)
        less_one = (less_one + less_one.T) / 2.0
        np.fill_diagonal(less_one, 0.0)
        eigenvalues, vectors = np.linalg.eigh(1.0 + less_one)
        noise = LEAST_EIGENVALUE * -float(less_one.min())
        kept = eigenvalues > noise * eigenvalues[-1]
        projection = vectors[:, kept] / np.sqrt(eigenvalues[kept])
        return cls(components, projection, less_one.mean(axis=0) @ projection, gammas, weights, double)

    def features(self, rows: KernelRows | BlockwiseRows, n_jobs: int) -> Float32:
        """Return the features of rows, (n, r) float32."""
        out = np.empty((len(rows), self.projection.shape[1]), np.float32)

        def one(span: tuple[int, int]) -> None:
            start, stop = span
            # Always as many rows, so that where a block ends makes the least difference to a row.
            block = rows[start:stop].padded(BLOCK)
            kernel = values(block, self.components, self.gammas, self.weights, double=self.double)
            out[start:stop] = (kernel @ self.projection - self.centre)[: stop - start]

        run(one, blocks(len(rows), BLOCK), n_jobs)
        return out
