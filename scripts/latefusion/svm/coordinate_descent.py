"""Dual coordinate descent for one linear binary classifier, compiled by numba."""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numpy as np

from latefusion.core.jit import FAST, compiled, inlined


@inlined(FAST | {"reassoc"})
def _dot(Z, row, w):
    total = 0.0
    for k in range(w.shape[0]):
        total += np.float64(Z[row, k]) * w[k]
    return total


@inlined(FAST)
def _add(w, Z, row, weight):
    for k in range(w.shape[0]):
        w[k] += weight * np.float64(Z[row, k])


@inlined()
def _shuffle(order, state):
    """Shuffle in place by a xorshift generator (Marsaglia 2003); return its next state."""
    for t in range(order.shape[0] - 1, 0, -1):
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        other = np.int64(state % np.uint64(t + 1))
        order[t], order[other] = order[other], order[t]
    return state


@inlined()
def _pass(Z, squares, rows, y, cost, beta, w, order, offset, penalty, total):
    """Visit every row once; return the largest gradient of those that moved, and the sum of β."""
    gap = 0.0
    for index in range(order.shape[0]):
        t = order[index]
        row = rows[t]
        gradient = _dot(Z, row, w) + offset + penalty * total - y[t]
        low = 0.0 if y[t] > 0 else -cost[t]
        high = cost[t] if y[t] > 0 else 0.0
        new = min(max(beta[t] - gradient / (squares[row] + penalty), low), high)
        if new != beta[t]:
            gap = max(gap, abs(gradient))
            _add(w, Z, row, new - beta[t])
            total += new - beta[t]
            beta[t] = new
    return gap, total


@compiled()
def descend(Z, squares, rows, y, cost, beta, w, offset, penalty, tol, epochs, seed):
    """Solve min ½|w|² + Σ cost·max(0, 1 - y(zw + b)) in place; the bias is not penalised.

    Dual coordinate descent (Hsieh et al. 2008) on the signed coefficients β = αy, one row after another
    in random order. The constraint Σβ = 0, which the bias brings, is an augmented Lagrangian: the bias
    is its multiplier.

    Parameters
    ----------
    Z : (n, r) float32 array
    squares : (n,) float64 array
        Squared norms of its rows.
    rows : (m,) int64 array
        Rows of the classifier.
    y, cost, beta : (m,) float64 arrays
        Sides (1 or -1), costs and signed coefficients, which are changed.
    w : (r,) float64 array
        Σ βz, changed.
    offset : float
        Bias to start from.
    penalty : float
        Weight of the constraint in the augmented Lagrangian; of the size of the squared norms.
    tol : float
        Stop when in one pass no gradient that counts exceeded it and the scores of rows that may go up
        and down overlap by no more.
    epochs : int
        Most passes.
    seed : int
        Of the order of the rows.

    Returns
    -------
    offset : float
    epochs : int
    gap : float
        Largest violation in the last pass.
    """
    n = rows.shape[0]
    order = np.arange(n)
    state = np.uint64(seed) * np.uint64(2) + np.uint64(88172645463325252)
    total = 0.0
    for t in range(n):
        total += beta[t]
    epoch, gap = 0, 0.0
    while epoch < epochs:
        state = _shuffle(order, state)
        gap, total = _pass(Z, squares, rows, y, cost, beta, w, order, offset, penalty, total)
        offset += penalty * total
        epoch += 1
        if gap < tol and penalty * abs(total) < tol:
            break
        gap = max(gap, penalty * abs(total))
    return offset, epoch, gap
