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
    dual : (n_penalties, n, T) float64 array
        Coefficients α of the machine that saw all rows.
    intercept : (T,) float64 array
        Mean of the targets, which is taken off before and put back after.
    in_sample, out_of_fold : (n_penalties, n, T) float64 arrays
        Predictions of the rows by the machine that saw them, and by the one that did not see their fold.
    steps : tuple of int
        Of conjugate gradients, by penalty.
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
    X: Float64, Y: Float64, fold: NDArray[np.integer], penalties: Sequence[float], gamma: float, n_jobs: int
) -> RidgePath:
    """Minimise ‖y − f‖² + λ‖f‖² in the kernel's space for each λ, target, and fold held out.

    Saunders, Gammerman & Vovk (1998): α = (K + λI)⁻¹(y − ȳ), with ȳ the mean of the rows that are learned
    from. One kernel matrix serves all; the systems are solved by conjugate gradients, from the largest
    penalty to the least, each from the solution before.

    Parameters
    ----------
    X : (n, d) float64 array
        Scaled and centred rows.
    Y : (n, T) float64 array
    fold : (n,) int array
        0 to F − 1, each with a row, F ≥ 2.
    penalties : sequence of float
        λ > 0.
    gamma : float
    n_jobs : int
        Threads; changes no bit of the result.

    Raises
    ------
    ArithmeticError
        If a penalty is too small for the equations to be solved in double precision.
    """
    with one_blas_thread():
        K = gram(X, gamma, n_jobs)
        held_out = fold[:, None] == np.arange(int(fold.max()) + 1)
        training = np.concatenate([np.ones((len(X), 1), bool), ~held_out], axis=1)
        mask = training[:, :, None]
        level = (mask * Y[:, None, :]).sum(axis=0) / training.sum(axis=0)[:, None]
        centred = mask * (Y[:, None, :] - level)
        preconditioner = Preconditioner.fit(K, training, n_jobs)
        shape = (len(penalties), *Y.shape)
        dual, in_sample, out_of_fold = (np.empty(shape) for _ in range(3))
        steps = [0] * len(penalties)
        alpha = np.zeros_like(centred)
        for place in np.argsort(penalties)[::-1].tolist():
            systems = RidgeSystems(K, preconditioner, penalties[place])
            alpha, fitted, steps[place] = solve(systems, centred, alpha, n_jobs)
            fitted = fitted + level
            dual[place], in_sample[place] = alpha[:, 0], fitted[:, 0]
            out_of_fold[place] = fitted[np.arange(len(X)), 1 + fold]
    return RidgePath(dual, level[0], in_sample, out_of_fold, tuple(steps))
