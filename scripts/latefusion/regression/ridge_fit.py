"""Fitting of a kernel ridge regressor: every penalty, on all rows and without each fold, and the choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.kernel_ridge.gram import Float64
from latefusion.kernel_ridge.nystroem_path import evenly_spaced, fit_nystroem_path
from latefusion.kernel_ridge.path import RidgePath, fit_path
from latefusion.regression.kernel_alignment import aligned_weights
from latefusion.regression.regressor import KernelRidge, ScaledRows
from latefusion.svm.inputs import Features, Gamma
from latefusion.svm.kernels import InputScaling

ALIGNED: Final = "kernel_aligned"


@dataclass(frozen=True)
class RidgeFit:
    """A regressor whose settings were chosen out of fold, and what it says of its training rows.

    Attributes
    ----------
    model : KernelRidge
    settings : dict of str to (T,) float64 array
        Those with the least squared error out of fold for each target: `alpha`, the largest of equals, or
        `rho` and `penalty` of cooperative learning.
    error : (S, T) float64 array
        Mean squared error out of fold of each of the settings.
    in_sample, out_of_fold : (n, T) float64 arrays
        With the chosen settings.
    steps : tuple of int
        Of conjugate gradients, by penalty.
    spanned_by : (m,) int array
        Places of the training rows that span the regressor.
    """

    model: KernelRidge
    settings: dict[str, Float64]
    error: Float64
    in_sample: Float64
    out_of_fold: Float64
    steps: tuple[int, ...]
    spanned_by: NDArray[np.intp]


def fit_ridge(
    X: Sequence[Features],
    Y: Float64,
    fold: NDArray[np.integer],
    penalties: Sequence[float],
    *,
    gamma: Gamma = "auto",
    scale: str = "none",
    combine: str = "concatenate",
    components: int | None = None,
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
    combine : {'concatenate', 'balanced', 'kernel_mean', 'kernel_aligned'}
    components : int, optional
        Training rows, at equal distances from each other, that span a Nyström approximation.
    n_jobs : int
        Threads; changes no bit of the result.

    Raises
    ------
    ArithmeticError
        If a penalty is too small for the equations to be solved in double precision.
    """
    scaling = InputScaling.fit(list(X), combine, scale)
    gammas = scaling.in_units(scaling.gammas(gamma))
    rows = ScaledRows(scaling, X)
    spanned_by = evenly_spaced(len(Y), len(Y) if components is None else components)
    parts = rows[:] if components is None else rows[spanned_by]
    folds = 1 + int(fold.max())
    weights = [(1.0 / len(parts),) * len(parts)] * (1 + folds)
    if combine == ALIGNED and len(parts) > 1:
        weights = aligned_weights(parts, gammas, Y[spanned_by], fold[spanned_by], folds, n_jobs)
    if components is None:
        path = fit_path(parts, Y, fold, list(penalties), gammas, weights, n_jobs)
    else:
        path = fit_nystroem_path(rows, parts, Y, fold, list(penalties), gammas, weights, n_jobs)
    return _chosen(path, Y, penalties, scaling, tuple(parts), gammas, weights[0], spanned_by)


def _chosen(
    path: RidgePath,
    Y: Float64,
    penalties: Sequence[float],
    scaling: InputScaling,
    parts: tuple[Float64, ...],
    gammas: tuple[float, ...],
    weights: tuple[float, ...],
    spanned_by: NDArray[np.intp],
) -> RidgeFit:
    error = np.square(path.out_of_fold - Y).mean(axis=1)
    order = np.argsort(penalties)[::-1]
    best = order[error[order].argmin(axis=0)]
    target = np.arange(Y.shape[1])
    dual = path.dual[best, :, target].T
    weighted = np.stack([weight * dual for weight in weights])
    return RidgeFit(
        model=KernelRidge(scaling, parts, gammas, weights, weighted, path.intercept),
        settings={"alpha": np.asarray(penalties, dtype=np.float64)[best]},
        error=error,
        in_sample=path.in_sample[best, :, target].T,
        out_of_fold=path.out_of_fold[best, :, target].T,
        steps=path.steps,
        spanned_by=spanned_by,
    )
