"""A kernel ridge regressor: its input scaling, its training rows, and a penalty for each target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import one_blas_thread
from latefusion.kernel_ridge.gram import Float64, kernel_times
from latefusion.kernel_ridge.path import fit_path
from latefusion.svm.inputs import Features, Gamma
from latefusion.svm.kernels import InputScaling


@dataclass(frozen=True)
class KernelRidge:
    """Kernel ridge regression of several targets on one RBF kernel.

    Attributes
    ----------
    scaling : InputScaling
        Of one part: all columns side by side.
    rows : (n, d) float64 array
        Training rows, scaled.
    gamma : float
        For scaled rows.
    dual : (n, T) float64 array
    intercept : (T,) float64 array
        Mean of the training targets.
    """

    scaling: InputScaling
    rows: Float64
    gamma: float
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
        with one_blas_thread():
            scaled = scaled_rows(self.scaling, X)
            return kernel_times(scaled, self.rows, self.gamma, self.dual, n_jobs) + self.intercept


@dataclass(frozen=True)
class RidgeFit:
    """A regressor whose penalties were chosen out of fold, and what it says of its training rows.

    Attributes
    ----------
    model : KernelRidge
    penalty : (T,) float64 array
        The penalty with the least squared error out of fold, the largest of equals.
    error : (n_penalties, T) float64 array
        Mean squared error out of fold.
    in_sample, out_of_fold : (n, T) float64 arrays
        With the chosen penalty.
    steps : tuple of int
        Of conjugate gradients, by penalty.
    """

    model: KernelRidge
    penalty: Float64
    error: Float64
    in_sample: Float64
    out_of_fold: Float64
    steps: tuple[int, ...]


def fit_ridge(
    X: Sequence[Features],
    Y: Float64,
    fold: NDArray[np.integer],
    penalties: Sequence[float],
    *,
    gamma: Gamma = "auto",
    scale: str = "none",
    combine: str = "concatenate",
    n_jobs: int = 1,
) -> RidgeFit:
    """Fit every penalty on all rows and without each fold, and choose one for each target.

    Parameters
    ----------
    X : sequence of (n, d_m) arrays
        One for each modality; rows that have all of them.
    Y : (n, T) float64 array
    fold : (n,) int array
        0 to F − 1, each with a row, F ≥ 2.
    penalties : sequence of float
        λ > 0.
    gamma : float or {'auto', 'scale'}
    scale : {'none', 'standard'}
    combine : {'concatenate', 'balanced'}
    n_jobs : int
        Threads; changes no bit of the result.

    Raises
    ------
    ArithmeticError
        If a penalty is too small for the equations to be solved in double precision.
    """
    scaling = InputScaling.fit(list(X), combine, scale)
    (width,) = scaling.in_units(scaling.gammas(gamma))
    rows = scaled_rows(scaling, X)
    path = fit_path(rows, Y, fold, list(penalties), width, n_jobs)
    error = np.square(path.out_of_fold - Y).mean(axis=1)
    order = np.argsort(penalties)[::-1]
    best = order[error[order].argmin(axis=0)]
    target = np.arange(Y.shape[1])
    return RidgeFit(
        model=KernelRidge(scaling, rows, width, path.dual[best, :, target].T, path.intercept),
        penalty=np.asarray(penalties, dtype=np.float64)[best],
        error=error,
        in_sample=path.in_sample[best, :, target].T,
        out_of_fold=path.out_of_fold[best, :, target].T,
        steps=path.steps,
    )


def scaled_rows(scaling: InputScaling, X: Sequence[Features]) -> Float64:
    """Return rows in the input space of a kernel of one part, (n, d) in double precision."""
    parts = [(x - shift) * scale for x, shift, scale in zip(X, scaling.shift, scaling.scale, strict=True)]
    return np.concatenate(parts, axis=1, dtype=np.float64)
