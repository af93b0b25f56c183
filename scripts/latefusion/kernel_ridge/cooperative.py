"""Cooperative learning: kernel ridge regression in each modality, with a penalty on their disagreement.

Ding, Li, Narasimhan & Tibshirani (2022), for f_m = K_m α_m of M modalities in their kernels' spaces:

    min ½‖y − Σ f_m‖² + ρ/2 Σ_{m<l} ‖f_m − f_l‖² + λ Σ ‖f_m‖²

The equations are (C ⊗ I) K̄ α + 2λ α = 1 ⊗ y, K̄ the block diagonal of the K_m, C = (1 − ρ) 11ᵀ + ρ M I. At
ρ = 0 each α_m is (ΣK_m + 2λI)⁻¹ y: additive, one fit with the sum of the kernels. At ρ = 1 nothing couples
them, whatever M is: Σ f_m is the mean of separate fits K_m (K_m + (2λ/M) I)⁻¹ y. With α = C^½ β they become

    (C^½ K̄ C^½ + 2λI) β = M^−½ (1 ⊗ y),

symmetric, so that what solves one kernel's equations solves these. C^½ takes the mean over modalities √M
times, and what each differs from it √(ρM) times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from latefusion.core.parallel import one_blas_thread
from latefusion.kernel_ridge.conjugate_gradients import solve
from latefusion.kernel_ridge.cooperative_systems import (
    CooperativeSystems,
    ModalityKernels,
    TrainingSets,
    mixed,
)
from latefusion.kernel_ridge.gram import Float64

RHO: Final = (0.0, 0.1, 0.3, 0.5, 0.8, 1.0)
PENALTY: Final = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""What ρ and λ are chosen from where nothing else is said."""

TOLERANCE: Final = 1e-6
"""Of the residual's norm, as a share of that of the targets: a bound on the error of fitted values."""


@dataclass(frozen=True)
class CooperativeFit:
    """What cooperative learning gives with each ρ on each set of training rows.

    Attributes
    ----------
    beta : (M n, R F, T) float64 array
        Solutions of the symmetric equations, where those for other penalties may start.
    dual : (M, n, R, F, T) float64 array
        α of each modality; 0 where a row is no training row.
    intercept : (F, T) float64 array
        Means of the targets over the training rows, taken off before and put back after.
    fitted : (n, R, F, T) float64 array
        Predictions of all rows, of those too that a fit did not see.
    steps : int
        Of conjugate gradients.
    """

    beta: Float64
    dual: Float64
    intercept: Float64
    fitted: Float64
    steps: int


def fit_cooperative(
    kernels: ModalityKernels,
    Y: Float64,
    sets: TrainingSets,
    rho: Float64,
    penalty: Float64,
    n_jobs: int,
    *,
    start: Float64 | None = None,
) -> CooperativeFit:
    """Minimise the loss of cooperative learning for each ρ on each set of training rows, side by side.

    No bit of a fit depends on targets outside of its training rows.

    Parameters
    ----------
    kernels : ModalityKernels
    Y : (n, T) float64 array
    sets : TrainingSets
    rho : (R,) float64 array
        ρ in [0, 1]: 0 additive, 1 separate.
    penalty : (R,) float64 array
        λ > 0 that goes with each ρ.
    n_jobs : int
        Threads; changes no bit of the result.
    start : (M n, R F, T) float64 array, optional
        `beta` of the same fits with other penalties, close to which the solutions may be.

    Raises
    ------
    ArithmeticError
        If a penalty is too small for the equations to be solved in double precision.
    """
    modalities, mask = len(kernels.grams), sets.mask[:, :, None]
    level = (mask * Y[:, None, :]).sum(axis=0) / sets.mask.sum(axis=0)[:, None]
    centred = mask * (Y[:, None, :] - level) / np.sqrt(modalities)
    target = np.tile(centred, (modalities, len(rho), 1))
    shape = (modalities, len(Y), len(rho), *level.shape)
    with one_blas_thread():
        systems = CooperativeSystems.fit(kernels, sets, rho, penalty, n_jobs)
        start = np.zeros_like(target) if start is None else start
        beta, said, steps = solve(systems, target, start, n_jobs, tolerance=TOLERANCE)
    dual = mixed(beta, modalities, systems.rho).reshape(shape)
    # C^½ K̄ α sums to √M times the sum of what the modalities say
    fitted = said.reshape(shape).sum(axis=0) / np.sqrt(modalities) + level
    return CooperativeFit(beta, dual, level, fitted, steps)
