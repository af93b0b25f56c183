"""Kernel ridge regression along a grid of penalties, in sample and out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import one_blas_thread
from latefusion.kernel_ridge.conjugate_gradients import product, solve
from latefusion.kernel_ridge.gram import Float64, gram
from latefusion.kernel_ridge.preconditioner import Preconditioner


@dataclass(frozen=True)
class RidgePath:
    """What each penalty gives.

    Attributes
    ----------
    dual : (n_penalties, m, T) float64 array
        Coefficients of the machine that saw all rows: of each row, or component of an approximation.
    intercept : (T,) float64 array
        Mean of the targets, which is taken off before and put back after.
    in_sample, out_of_fold : (n_penalties, n, T) float64 arrays
        Predictions of the rows by the machine that saw them, and by the one that did not see their fold.
    steps : tuple of int
        Of conjugate gradients, by penalty; none of an approximation.
    """

    dual: Float64
    intercept: Float64
    in_sample: Float64
    out_of_fold: Float64
    steps: tuple[int, ...]


@dataclass(frozen=True)
class RidgeSystems:
    """Equations of one kernel matrix and one penalty, on all rows and without each fold.

    Attributes
    ----------
    K : (n, n) float64 array
    preconditioner : Preconditioner
    penalty : float
        λ.
    """

    K: Float64
    preconditioner: Preconditioner
    penalty: float

    @property
    def training(self) -> Float64:
        """1 where a row is one of a system's training rows, else 0: (n, S)."""
        return self.preconditioner.training

    def product(self, V: Float64, n_jobs: int) -> Float64:
        """Return K V for V of shape (n, S, T)."""
        return product(self.K, V, n_jobs)

    def precondition(self, R: Float64, n_jobs: int) -> Float64:
        """Return (F Fᵀ + λI)⁻¹ R among each system's training rows, (n, S, T)."""
        return self.preconditioner.solve(R, self.penalty, n_jobs)


def fit_path(
    X: Sequence[Float64],
    Y: Float64,
    fold: NDArray[np.integer],
    penalties: Sequence[float],
    gammas: Sequence[float],
    weights: Sequence[tuple[float, ...]],
    n_jobs: int,
) -> RidgePath:
    """Minimise ‖y − f‖² + λ‖f‖² in the kernel's space for each λ, target, and fold held out.

    Saunders, Gammerman & Vovk (1998): α = (K + λI)⁻¹(y − ȳ), with ȳ the mean of the rows that are learned
    from. One kernel matrix serves all fits that weigh the parts alike; the systems are solved by conjugate
    gradients, from the largest penalty to the least, each from the solution before.

    Parameters
    ----------
    X : sequence of (n, d_p) float64 arrays
        Scaled and centred rows, for each part of the kernel.
    Y : (n, T) float64 array
    fold : (n,) int array
        0 to F − 1, each with a row, F ≥ 2.
    penalties : sequence of float
        λ > 0.
    gammas : sequence of float
        Of each part.
    weights : sequence of tuple of float
        Of the parts, for the fit on all rows and for that without each fold: 1 + F of them.
    n_jobs : int
        Threads; changes no bit of the result.

    Raises
    ------
    ArithmeticError
        If a penalty is too small for the equations to be solved in double precision.
    """
    shape = (len(penalties), *Y.shape)
    dual, in_sample, out_of_fold = (np.empty(shape) for _ in range(3))
    steps = np.zeros(len(penalties), np.int64)
    training = training_rows(fold, 1 + int(fold.max()))
    mask = training[:, :, None]
    level = (mask * Y[:, None, :]).sum(axis=0) / training.sum(axis=0)[:, None]
    centred = mask * (Y[:, None, :] - level)
    with one_blas_thread():
        for some, fits in alike(weights).items():
            K = gram(X, gammas, some, n_jobs)
            own = np.take(centred, fits, axis=1), np.take(training, fits, axis=1)
            alpha, fitted, taken = _solved(K, *own, penalties, n_jobs)
            # freed before the next is computed
            del K
            steps += taken
            for at, fit in enumerate(fits):
                said = fitted[:, :, at] + level[fit]
                out_of_fold[:, fold == fit - 1] = said[:, fold == fit - 1]
                if fit == 0:
                    dual, in_sample = alpha[:, :, at], said
    return RidgePath(dual, level[0], in_sample, out_of_fold, tuple(steps.tolist()))


def training_rows(fold: NDArray[np.integer], folds: int) -> NDArray[np.bool_]:
    """Return which rows the fit on all of them, and that without each fold, learn from, (n, 1 + F)."""
    every = np.ones((len(fold), 1), bool)
    return np.concatenate([every, fold[:, None] != np.arange(folds)], axis=1)


def alike(weights: Sequence[tuple[float, ...]]) -> dict[tuple[float, ...], list[int]]:
    """Return the different weights of a kernel's parts, and which fits have them."""
    found: dict[tuple[float, ...], list[int]] = {}
    for fit, one in enumerate(weights):
        found.setdefault(one, []).append(fit)
    return found


def _solved(
    K: Float64, centred: Float64, training: NDArray[np.bool_], penalties: Sequence[float], n_jobs: int
) -> tuple[Float64, Float64, NDArray[np.int64]]:
    """Return coefficients and fitted values, (n_penalties, n, S, T), and steps of each penalty."""
    preconditioner = Preconditioner.fit(K, training, n_jobs)
    alpha, fitted = (np.empty((len(penalties), *centred.shape)) for _ in range(2))
    steps, start = np.zeros(len(penalties), np.int64), np.zeros_like(centred)
    for place in np.argsort(penalties)[::-1].tolist():
        systems = RidgeSystems(K, preconditioner, penalties[place])
        alpha[place], fitted[place], steps[place] = solve(systems, centred, start, n_jobs)
        start = alpha[place]
    return alpha, fitted, steps
