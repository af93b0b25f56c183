"""Equations of cooperative learning: kernels of several modalities, coupled, and their preconditioner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.kernel_ridge.gram import BLOCK, Float64, gram
from latefusion.kernel_ridge.memory import RANK
from latefusion.kernel_ridge.preconditioner import nystroem_factor


@dataclass(frozen=True)
class ModalityKernels:
    """Kernel matrices of the same rows in several modalities, and factors of low rank that are close to them.

    Attributes
    ----------
    grams : tuple of (n, n) float64 arrays
    factors : tuple of (n, r_m) float64 arrays
    """

    grams: tuple[Float64, ...]
    factors: tuple[Float64, ...]

    @classmethod
    def of(cls, X: Sequence[Float64], gammas: Sequence[float], n_jobs: int) -> ModalityKernels:
        """Compute RBF kernels.

        Parameters
        ----------
        X : sequence of (n, d_m) float64 arrays
            Scaled and centred rows of each modality.
        gammas : sequence of float
            Of each modality.
        n_jobs : int
            Threads; changes no bit of the result.
        """
        with one_blas_thread():
            grams = tuple(gram([x], [gamma], [1.0], n_jobs) for x, gamma in zip(X, gammas, strict=True))
            rank = min(len(grams[0]), RANK)
            return cls(grams, tuple(run(lambda K: nystroem_factor(K, rank), grams, n_jobs)))


@dataclass(frozen=True)
class TrainingSets:
    """Sets of rows to learn from.

    Attributes
    ----------
    mask : (n, F) bool array
        The rows of each set; one or more.
    products : tuple of (r, r) float64 arrays
        F̄ᵀ F̄ on the rows of each set, F̄ the factors of all modalities side by side.
    """

    mask: NDArray[np.bool_]
    products: tuple[Float64, ...]

    @classmethod
    def of(cls, kernels: ModalityKernels, mask: NDArray[np.bool_], n_jobs: int) -> TrainingSets:
        """Compute what each set shares among all ρ and λ; threads change no bit of it."""
        F = np.concatenate(kernels.factors, axis=1)

        def one(which: int) -> Float64:
            rows = F[mask[:, which]]
            inner: Float64 = rows.T @ rows
            return inner

        with one_blas_thread():
            return cls(mask, tuple(run(one, range(mask.shape[1]), n_jobs)))


def mixed(V: Float64, modalities: int, rho: Float64) -> Float64:
    """Return (C^½ ⊗ I) V of each system.

    Parameters
    ----------
    V : (M n, S, T) float64 array
    modalities : int
        M.
    rho : (S,) float64 array
    """
    parts = V.reshape(modalities, -1, *V.shape[1:])
    mean = parts.mean(axis=0)
    found = parts - mean
    found *= np.sqrt(rho)[:, None]
    found += mean
    found *= np.sqrt(modalities)
    return found.reshape(V.shape)


@dataclass(frozen=True)
class CooperativeSystems:
    """Equations (C^½ K̄ C^½ + 2λI) β = …, rows of all modalities below each other.

    Attributes
    ----------
    kernels : ModalityKernels
    training : (M n, S) float64 array
        1 where a row is one of a system's training rows, else 0.
    rho : (S,) float64 array
    penalty : (S, 1) float64 array
        2λ.
    cholesky : tuple
        Of each system: of C^½ F̄ᵀ F̄ C^½ + 2λI on its training rows, F̄ the block diagonal of the factors.
    """

    kernels: ModalityKernels
    training: Float64
    rho: Float64
    penalty: Float64
    cholesky: tuple[tuple[Float64, bool], ...]

    @classmethod
    def fit(
        cls, kernels: ModalityKernels, sets: TrainingSets, rho: Float64, penalty: Float64, n_jobs: int
    ) -> CooperativeSystems:
        """Factorise what preconditions the systems: every set of training rows with each ρ and its λ."""
        modalities = len(kernels.grams)
        part = np.repeat(np.arange(modalities), [factor.shape[1] for factor in kernels.factors])
        same = part[:, None] == part

        def one(system: tuple[float, float, Float64]) -> tuple[Float64, bool]:
            own, ridge, products = system
            matrix = products * np.where(same, 1.0 + own * (modalities - 1), 1.0 - own)
            matrix[np.diag_indices_from(matrix)] += ridge
            factor: tuple[Float64, bool] = cho_factor(matrix, lower=True, overwrite_a=True)
            return factor

        ridges = 2.0 * penalty
        each = [
            (own, ridge, products)
            for own, ridge in zip(rho, ridges, strict=True)
            for products in sets.products
        ]
        times = sets.mask.shape[1]
        return cls(
            kernels,
            np.tile(sets.mask.astype(np.float64), (modalities, len(rho))),
            np.repeat(rho, times),
            np.repeat(ridges, times)[:, None],
            tuple(run(one, each, n_jobs)),
        )

    def product(self, V: Float64, n_jobs: int) -> Float64:
        """Return C^½ K̄ C^½ V for V of shape (M n, S, T)."""
        modalities = len(self.kernels.grams)
        flat = mixed(V, modalities, self.rho).reshape(modalities, -1, V.shape[1] * V.shape[2])
        out = np.empty_like(flat)

        def one(task: tuple[int, tuple[int, int]]) -> None:
            m, span = task
            out[m, slice(*span)] = self.kernels.grams[m][slice(*span)] @ flat[m]

        spans = blocks(flat.shape[1], BLOCK)
        run(one, [(m, span) for m in range(modalities) for span in spans], n_jobs)
        return mixed(out.reshape(V.shape), modalities, self.rho)

    def precondition(self, R: Float64, n_jobs: int) -> Float64:
        """Return (G Gᵀ + 2λI)⁻¹ R on each system's training rows, G = C^½ F̄ (Woodbury 1950)."""
        modalities, targets = len(self.kernels.factors), R.shape[2]
        flat = mixed(R, modalities, self.rho).reshape(modalities, -1, R.shape[1] * targets)
        tasks = [(m, span) for m in range(modalities) for span in blocks(flat.shape[1], BLOCK)]

        def down(task: tuple[int, tuple[int, int]]) -> Float64:
            m, span = task
            part: Float64 = self.kernels.factors[m][slice(*span)].T @ flat[m, slice(*span)]
            return part

        found = run(down, tasks, n_jobs)
        each = len(tasks) // modalities
        inner = [np.sum(found[m * each : (m + 1) * each], axis=0) for m in range(modalities)]
        coefficients = np.concatenate(inner)

        def invert(system: int) -> None:
            own = slice(system * targets, (system + 1) * targets)
            coefficients[:, own] = cho_solve(self.cholesky[system], coefficients[:, own])

        run(invert, range(len(self.cholesky)), n_jobs)
        ends = np.cumsum([len(part) for part in inner])[:-1]
        solved, low = np.split(coefficients, ends), np.empty_like(flat)

        def up(task: tuple[int, tuple[int, int]]) -> None:
            m, span = task
            low[m, slice(*span)] = self.kernels.factors[m][slice(*span)] @ solved[m]

        run(up, tasks, n_jobs)
        back = mixed(low.reshape(R.shape), modalities, self.rho)
        back *= -self.training[:, :, None]
        back += R
        back /= self.penalty
        return back
