"""A kernel ridge regressor: its input scaling, the rows that span it, and its coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.kernel_ridge.gram import BLOCK, Float64, kernel_rows
from latefusion.kernel_ridge.nearness import distances
from latefusion.svm.inputs import Features
from latefusion.svm.kernels import InputScaling


@dataclass(frozen=True)
class KernelRidge:
    """Kernel ridge regression of several targets: a function Σ_p k_p(·, rows_p) dual_p + intercept.

    Attributes
    ----------
    scaling : InputScaling
        Of one part, all columns side by side, or of one for each modality.
    rows : tuple of (m, d_p) float64 arrays
        Training rows, or components of an approximation, scaled.
    gammas, weights : tuple of float
        Of each part, for scaled rows; with the weights the parts are one kernel, in which distances are
        measured.
    dual : (P, m, T) float64 array
    intercept : (T,) float64 array
        Mean of the training targets.
    """

    scaling: InputScaling
    rows: tuple[Float64, ...]
    gammas: tuple[float, ...]
    weights: tuple[float, ...]
    dual: Float64
    intercept: Float64

    def predict(self, X: Sequence[Features], n_jobs: int = 1) -> Float64:
        """Return the predictions of rows that have all modalities, (m, T).

        Parameters
        ----------
        X : sequence of (m, d_m) arrays
            One for each modality.
        n_jobs : int
            Threads; changes no bit of the result.
        """
        A, out = ScaledRows(self.scaling, X), np.empty((len(X[0]), len(self.intercept)))

        def one(span: tuple[int, int]) -> None:
            total = np.zeros((span[1] - span[0], len(self.intercept)))
            for part, rows, gamma, dual in zip(
                A[slice(*span)], self.rows, self.gammas, self.dual, strict=True
            ):
                total += kernel_rows([part], [rows], [gamma], [1.0]) @ dual
            out[slice(*span)] = total + self.intercept

        with one_blas_thread():
            run(one, blocks(len(A), BLOCK), n_jobs)
        return out

    def distances(self, X: Sequence[Features], n_jobs: int = 1) -> Float64:
        """Return how far rows that have all modalities lie from those that span the machine, (m,).

        See `kernel_ridge.nearness.distances`.
        """
        return distances(ScaledRows(self.scaling, X), self.rows, self.gammas, self.weights, n_jobs)


@dataclass(frozen=True)
class ScaledRows:
    """Rows in the input space of a kernel, scaled when they are asked for.

    Attributes
    ----------
    scaling : InputScaling
    X : sequence of (n, d_m) arrays
        One for each modality.
    """

    scaling: InputScaling
    X: Sequence[Features]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.X[0])

    def __getitem__(self, index: slice | NDArray[np.intp]) -> list[Float64]:
        """Return some rows in double precision, one array for each part of the kernel."""
        modalities = zip(self.X, self.scaling.shift, self.scaling.scale, strict=True)
        found = [np.asarray((x[index] - shift) * scale, np.float64) for x, shift, scale in modalities]
        return found if self.scaling.n_parts == len(found) else [np.concatenate(found, axis=1)]
