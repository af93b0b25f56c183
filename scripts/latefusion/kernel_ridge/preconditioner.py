"""A preconditioner of (K + λI) for every penalty λ and every choice of training rows, from a part of K.

Some columns of K span a Nyström approximation F Fᵀ of low rank (Williams & Seeger 2001); where K is close to
it, (F Fᵀ + λI)⁻¹ K + … is close to the identity, and conjugate gradients need few steps (Frangella, Tropp &
Udell 2023). The rows of a fold are taken out of F, not of K, so that one F serves all folds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.kernel_ridge.gram import BLOCK, Float64
from latefusion.kernel_ridge.memory import RANK, WHOLE_UP_TO

LEAST_EIGENVALUE: Final = 1e-12
"""As a share of the largest: directions below are rounding."""


def nystroem_factor(K: Float64, rank: int) -> Float64:
    """Return F, (n, r), with F Fᵀ close to K: spanned by columns of K at equal distances from each other."""
    chosen = np.linspace(0, len(K) - 1, rank).astype(np.intp)
    eigenvalues, vectors = np.linalg.eigh(K[np.ix_(chosen, chosen)])
    kept = eigenvalues > LEAST_EIGENVALUE * eigenvalues[-1]
    F: Float64 = K[:, chosen] @ (vectors[:, kept] / np.sqrt(eigenvalues[kept]))
    return F


@dataclass(frozen=True)
class Preconditioner:
    """Inverse of (F Fᵀ + λI) among the training rows of several systems.

    Attributes
    ----------
    F : (n, r) float64 array
    training : (n, S) float64 array
        1 where a row is one of a system's training rows, else 0.
    eigenvalues : tuple of (r,) arrays
        Of FᵀF with each system's rows alone.
    vectors : tuple of (r, r) arrays
    """

    F: Float64
    training: Float64
    eigenvalues: tuple[Float64, ...]
    vectors: tuple[Float64, ...]

    @classmethod
    def fit(cls, K: Float64, training: NDArray[np.bool_], n_jobs: int) -> Preconditioner:
        """Factorise K, and each system's rows of the factor."""
        F = nystroem_factor(K, len(K) if len(K) <= WHOLE_UP_TO else RANK)
        masks = training.astype(np.float64)

        def one(system: int) -> tuple[Float64, Float64]:
            rows = F[training[:, system]]
            values, basis = np.linalg.eigh(rows.T @ rows)
            return np.maximum(values, 0.0), basis

        found = run(one, range(training.shape[1]), n_jobs)
        return cls(F, masks, tuple(v for v, _ in found), tuple(b for _, b in found))

    def solve(self, R: Float64, penalty: float, n_jobs: int) -> Float64:
        """Return (F Fᵀ + λI)⁻¹ R of each system.

        Parameters
        ----------
        R : (n, S, T) float64 array
            0 where a row is none of the system's training rows.
        penalty : float
            λ.
        n_jobs : int
        """
        n, _, targets = R.shape
        spans = blocks(n, BLOCK)
        flat = R.reshape(n, -1)
        parts = run(lambda span: self.F[slice(*span)].T @ flat[slice(*span)], spans, n_jobs)
        coefficients = np.sum(parts, axis=0)
        for system, (values, basis) in enumerate(zip(self.eigenvalues, self.vectors, strict=True)):
            own = slice(system * targets, (system + 1) * targets)
            coefficients[:, own] = basis @ (basis.T @ coefficients[:, own] / (values + penalty)[:, None])
        out = np.empty_like(R)

        def one(span: tuple[int, int]) -> None:
            rows = slice(*span)
            low = (self.F[rows] @ coefficients).reshape(-1, *R.shape[1:])
            out[rows] = (R[rows] - self.training[rows, :, None] * low) / penalty

        run(one, spans, n_jobs)
        return out
