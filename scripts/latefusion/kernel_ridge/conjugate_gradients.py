"""Preconditioned conjugate gradients for (K + pI) α = y, all folds and targets side by side.

Each column follows its own path: products have one shape whatever the others do, and a column that has
converged stands still. So what one fold's labels are changes no bit of a solution that does not see them.
"""

from __future__ import annotations

from itertools import count
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, run
from latefusion.kernel_ridge.gram import BLOCK, Float64

TOLERANCE: Final = 1e-12
"""Of the residual's norm, as a share of that of the targets: a bound on the error of fitted values."""

ENOUGH: Final = 1e-9
"""What is left of it where rounding lets it fall no further."""

REFINEMENTS: Final = 2
"""Times that conjugate gradients start again from the true residual, before that is accepted."""

MOST_STEPS: Final = 2000


class Systems(Protocol):
    """Equations (K + pI) α = y of one matrix K, each among training rows of its own."""

    @property
    def penalty(self) -> float | Float64:
        """What is added to the diagonal: p > 0, or (S, 1) of them."""

    @property
    def training(self) -> Float64:
        """1 where a row is one of a system's training rows, else 0: (n, S)."""

    def product(self, V: Float64, n_jobs: int) -> Float64:
        """Return K V for V of shape (n, S, T)."""

    def precondition(self, R: Float64, n_jobs: int) -> Float64:
        """Return what is close to (K + pI)⁻¹ R among each system's training rows, (n, S, T)."""


def product(K: Float64, V: Float64, n_jobs: int) -> Float64:
    """Return K V for V of shape (n, S, T), in blocks of rows."""
    flat = V.reshape(len(V), -1)
    out = np.empty_like(flat)

    def one(span: tuple[int, int]) -> None:
        out[slice(*span)] = K[slice(*span)] @ flat

    run(one, blocks(len(K), BLOCK), n_jobs)
    return out.reshape(V.shape)


def solve(
    systems: Systems, Y: Float64, start: Float64, n_jobs: int, *, tolerance: float = TOLERANCE
) -> tuple[Float64, Float64, int]:
    """Solutions of all systems.

    Parameters
    ----------
    systems : Systems
    Y : (n, S, T) float64 array
        Targets of each system, 0 where a row is none of its training rows.
    start : (n, S, T) float64 array
        Solutions for another penalty, or zeros.
    n_jobs : int
        Threads; changes no bit of the result.
    tolerance : float
        Of the residual's norm, as a share of that of the targets.

    Returns
    -------
    alpha : (n, S, T) float64 array
    fitted : (n, S, T) float64 array
        K α: what each system predicts of each row, of those too that it did not see.
    steps : int

    Raises
    ------
    ArithmeticError
        If the residual does not fall below the tolerance.
    """
    mask = systems.training[:, :, None]
    norm = np.sqrt(np.square(Y).sum(axis=0))
    alpha, steps = start.copy(), 0
    done = np.zeros(norm.shape, bool)
    for refinement in count():
        fitted = systems.product(alpha, n_jobs)
        # the true residual: that of the recursion drifts from it
        residual = Y - mask * fitted - systems.penalty * alpha
        done |= _converged(residual, 10.0 * tolerance * norm)
        if refinement > REFINEMENTS or steps >= MOST_STEPS:
            done |= _converged(residual, ENOUGH * norm)
        if done.all():
            break
        if steps >= MOST_STEPS:
            raise ArithmeticError(
                f"the penalty {np.min(systems.penalty):g} is too small for these rows: after {MOST_STEPS} "
                "steps of conjugate gradients the equations are not solved; allowed: penalties not "
                "negligible beside the rounding of the kernel; fix: raise the smallest penalty"
            )
        steps = _descend(systems, alpha, residual, tolerance * norm, ~done, steps, n_jobs)
    return alpha, fitted, steps


def _descend(
    systems: Systems,
    alpha: Float64,
    residual: Float64,
    limit: Float64,
    wanted: NDArray[np.bool_],
    steps: int,
    n_jobs: int,
) -> int:
    """Move `alpha` and `residual` of the wanted columns until the latter is below the limit; return steps."""
    mask, penalty = systems.training[:, :, None], systems.penalty
    active = wanted & ~_converged(residual, limit)
    direction = np.zeros_like(alpha)
    before = np.ones(limit.shape)
    while active.any() and steps < MOST_STEPS:
        z = systems.precondition(residual, n_jobs)
        now = (residual * z).sum(axis=0)
        direction *= np.where(active, now / before, 0.0)
        direction += np.where(active, z, 0.0)
        pushed = mask * systems.product(direction, n_jobs) + penalty * direction
        curvature = (direction * pushed).sum(axis=0)
        step = np.divide(now, curvature, out=np.zeros_like(now), where=active & (curvature > 0))
        alpha += step * direction
        residual -= step * pushed
        before = np.where(active, now, 1.0)
        active &= ~_converged(residual, limit)
        steps += 1
    return steps


def _converged(residual: Float64, limit: Float64) -> NDArray[np.bool_]:
    return np.asarray(np.sqrt(np.square(residual).sum(axis=0)) <= limit)
