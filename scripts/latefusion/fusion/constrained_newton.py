"""Exact minima of small smooth convex functions of weights that may not be negative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from latefusion.fusion.aggregation import Array, Mask

MAX_STEPS = 200
EXACT = 1e-11
"""Bound on each violated condition of optimality, in nats per unit of weight."""
ROUNDING = 1e-15
ENOUGH = 1e-4
"""Share of the decrease that a Newton step foresees which must come true, else it is halved."""

Objective = Callable[[Array], tuple[float, Array, Array]]
"""Turns weights (M,) into the value, gradient (M,) and Hessian (M, M)."""


@dataclass(frozen=True)
class Minimum:
    """Where a function is least.

    Attributes
    ----------
    weights : (M,) array
    value : float
    violation : float
        Largest violation of the conditions of optimality (Karush, Kuhn and Tucker).
    steps : int
        Newton steps taken.
    """

    weights: Array
    value: float
    violation: float
    steps: int


def minimise(objective: Objective, start: Array, *, sum_to_one: bool, signed: Mask | None = None) -> Minimum:
    """Minimise a convex function over weights >= 0, some of either sign, which may have to sum to one.

    Each Newton step goes to the exact minimum of the quadratic model under the same conditions (found by
    an active-set method, Nocedal and Wright 2006, algorithm 16.3), so few are needed and a weight that
    should be zero is exactly zero.

    Parameters
    ----------
    objective : callable
    start : (M,) array
        Weights that meet the conditions.
    sum_to_one : bool
    signed : (M,) bool array, optional
        Weights that may be negative; none if left out.

    Returns
    -------
    Minimum
        `violation` is under 1e-11 where it converged.
    """
    weights = start.astype(np.float64)
    signed = np.zeros(len(weights), bool) if signed is None else signed
    value, gradient, hessian = objective(weights)
    for steps in range(MAX_STEPS):
        violation = _violation(weights, gradient, sum_to_one, signed)
        if violation <= EXACT:
            break
        direction = _quadratic(hessian, gradient, weights, sum_to_one, signed) - weights
        foreseen = float(gradient @ direction)
        length = 1.0
        while True:
            trial = _feasible(weights + length * direction, signed)
            found = objective(trial)
            if found[0] <= value + ENOUGH * length * foreseen + ROUNDING * abs(value):
                break
            length /= 2
            if length < ROUNDING:
                return Minimum(weights, value, violation, steps)
        if np.array_equal(trial, weights):
            break
        weights, (value, gradient, hessian) = trial, found
    return Minimum(weights, value, _violation(weights, gradient, sum_to_one, signed), steps)


def _feasible(weights: Array, signed: Mask) -> Array:
    feasible: Array = np.where(signed, weights, np.maximum(weights, 0.0))
    return feasible


def _violation(weights: Array, gradient: Array, sum_to_one: bool, signed: Mask) -> float:
    """Return how far the weights are from optimal: slopes of free weights, negative slopes of zeros."""
    free = (weights > 0) | signed
    level = float(gradient @ weights / weights.sum()) if sum_to_one else 0.0
    slopes = gradient - level
    return float(np.max(np.where(free, np.abs(slopes), np.maximum(-slopes, 0))))


def _quadratic(hessian: Array, gradient: Array, weights: Array, sum_to_one: bool, signed: Mask) -> Array:
    """Return x, (M,), >= 0 or signed, that minimises ½ xᵀHx + (g − Hw)ᵀx, from the feasible x = w."""
    M = len(weights)
    H = hessian + np.eye(M) * (np.trace(hessian) * 1e-13 + 1e-300)  # equal modalities make it singular
    c = gradient - H @ weights
    x, free = weights.copy(), (weights > 0) | signed
    for _ in range(10 * M * M + 10):
        target, level = _equality(H, c, free, sum_to_one)
        step = target - x
        blocking = free & ~signed & (step < 0) & (target < 0)
        if blocking.any():
            lengths = np.full(M, np.inf)
            lengths[blocking] = x[blocking] / -step[blocking]
            first = int(lengths.argmin())
            x = _feasible(x + lengths[first] * step, signed)
            x[first], free[first] = 0.0, False
            continue
        x = target
        slopes = np.where(free, np.inf, H @ x + c - level)
        if slopes.min() >= -EXACT / 10:
            break
        free[int(slopes.argmin())] = True
    return x


def _equality(H: Array, c: Array, free: Mask, sum_to_one: bool) -> tuple[Array, float]:
    """Return the minimum over the free weights alone, the others zero, and the multiplier of the sum."""
    x, k = np.zeros(len(c)), int(free.sum())
    if k == 0:
        return x, 0.0
    inside = H[np.ix_(free, free)]
    if not sum_to_one:
        x[free] = np.linalg.solve(inside, -c[free])
        return x, 0.0
    system = np.zeros((k + 1, k + 1))
    system[:k, :k], system[:k, k], system[k, :k] = inside, -1, 1
    solution = np.linalg.solve(system, np.append(-c[free], 1.0))
    x[free] = solution[:k]
    return x, float(solution[k])
