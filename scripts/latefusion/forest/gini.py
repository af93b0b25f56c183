"""The split of a node of classes that leaves the least Gini impurity, compiled by numba.

Every number of rows is a whole one, so that sums are exact in whichever order they are made; what is not
exact is computed as scikit-learn computes it, in the same order.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np

from latefusion.core.jit import inlined

U = np.uint64
ALIKE = np.float32(1e-7)
"""Values that are no further apart are not told from one another."""
ROUNDING = 1e-12
"""Bound on the rounding of a gain, per drawn row."""
_ONE, _RANK, _WEIGHT, _HALF = U(1), U(32), U(16), U(0xFFFF)


@inlined()
def impurity(squares, weight):
    """Return 1 − Σ_c n_c² / n² of the sum of the classes' squared numbers of rows, and their sum."""
    return 1.0 - squares / (weight * weight)


@inlined()
def least_sum(best, weight):
    """Return what Σ_side squares / n_side has at least, rounding allowed for, where a gain exceeds `best`."""
    return best + weight - ROUNDING * weight


@inlined()
def best_cut(keys, n, values, left, right, weight, squares, best):
    """Find the cut of sorted rows that leaves less impurity than any before.

    Parameters
    ----------
    keys : (m,) uint64 array
        Of which n: rank, number of times the row was drawn, class.
    n : uint64
    values : (r,) float32 array
        Of the ranks.
    left, right : (K,) float64 arrays
        Drawn rows of each class on either side: at first all to the right. Changed.
    weight, squares : float
        Sum of `right`, and of its squares.
    best : float
        −Σ_side n_side · impurity_side to be exceeded.

    Returns
    -------
    tuple of float, uint64, uint64
        What the best cut has, and the ranks of its neighbours; `best` and zeros where there is none.
    """
    below = above = U(0)
    left_weight, right_weight = 0.0, weight
    left_squares, right_squares = 0.0, squares
    least = least_sum(best, weight)
    key = keys[0]
    for i in range(_ONE, n):
        c, w = key & _HALF, np.float64((key >> _WEIGHT) & _HALF)
        on_left, on_right = left[c], right[c]
        left[c], right[c] = on_left + w, on_right - w
        left_squares += w * (on_left + on_left + w)
        right_squares -= w * (on_right + on_right - w)
        left_weight += w
        right_weight -= w
        rank = key >> _RANK
        key = keys[i]
        other = key >> _RANK
        # without a division: whether the gain can be larger
        reached = right_squares * left_weight + left_squares * right_weight
        if reached >= least * (left_weight * right_weight) and other != rank:
            gain = -right_weight * impurity(right_squares, right_weight) - left_weight * impurity(
                left_squares, left_weight
            )
            if gain > best and values[other] > values[rank] + ALIKE:
                best, below, above = gain, rank, other
                least = least_sum(best, weight)
    return best, below, above
