"""Sequential minimal optimisation of one binary classifier, compiled by numba.

The dual of libsvm's C-SVC in signed coefficients β = αy: minimise ½ βᵀKβ - yᵀβ with Σβ = 0 and
lower ≤ β ≤ upper, where [lower, upper] is [0, C] for positive rows and [-C, 0] for negative ones.
The score f = y - Kβ is kept up to date. A row may go up while β < upper and down while β > lower; at the
optimum no row that may go up has a larger score than one that may go down. The kernel is
given less one, which Σβ = 0 cancels; its diagonal is then zero, and the curvature of i and j is -2 K_ij.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, assignment"
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numpy as np

from latefusion.svm.jit import FAST, compiled, fmax, fmin, inlined

# Added to a score, it keeps the row from being selected.
NEVER = np.float32(1e30)
ZERO = np.float32(0.0)
MINUS_TWO = np.float32(-2.0)
SNAP = 1e-11
STEPS_BETWEEN_SHIFTS = 1024


@inlined(FAST)
def _move(f, score, shift, bound, K, i, j, chunk, step, least):
    """Move the scores of one chunk; return the largest that may go up, the least that may go down."""
    largest = -NEVER
    for t in range(chunk[0], chunk[1]):
        value = f[t] - step * (np.float64(K[i, t + chunk[2]]) - np.float64(K[j, t + chunk[2]]))
        f[t] = value
        short = np.float32(value - shift)
        score[t] = short
        largest = fmax(largest, short + fmin(bound[t], ZERO))
        least = fmin(least, short + fmax(bound[t], ZERO))
    return largest, least


@inlined(FAST)
def _gain(score, bound, K, i, chunk, top, flat):
    """Return the largest decrease of the objective that a partner in this chunk promises."""
    best = ZERO
    for t in range(chunk[0], chunk[1]):
        b = fmax(top - score[t] - fmax(bound[t], ZERO), ZERO)
        best = fmax(best, b * b / fmax(MINUS_TWO * K[i, t + chunk[2]], flat))
    return best


@inlined()
def _snapped(beta, upper, lower):
    """Return β, on the bound that only rounding keeps it from.

    Where all other rows are bound, a row that merely seems free would fix the offset.
    """
    near = SNAP * (upper - lower)
    if upper - beta <= near:
        return upper
    return lower if beta - lower <= near else beta


@inlined()
def _bound(beta, upper, lower):
    """Return what keeps a row from going up (negative) or down (positive), 0 where it may do both."""
    if beta >= upper:
        return -NEVER
    return NEVER if beta <= lower else ZERO


@inlined(FAST)
def _sweep(f, score, shift, bound, K, i, j, chunks, step):
    """Move all scores; return the largest that may go up, the least that may go down, and the chunk
    of the first.
    """
    top, least, at = -NEVER, NEVER, 0
    for c in range(chunks.shape[0]):
        chunk = (chunks[c, 0], chunks[c, 1], chunks[c, 2])
        largest, least = _move(f, score, shift, bound, K, i, j, chunk, step, least)
        if largest > top:
            top, at = largest, c
    return top, least, at


@inlined(FAST)
def _first(score, bound, chunks, at):
    """Return the row of the largest score that may go up, which stands in chunk `at`."""
    largest, i = -NEVER, 0
    for t in range(chunks[at, 0], chunks[at, 1]):
        if score[t] + min(bound[t], ZERO) > largest:
            largest, i = score[t], np.int64(t)
    return i


@inlined(FAST)
def _second(score, bound, K, i, chunks, top, flat):
    """Return the row that may go down and promises the largest decrease together with row `i` of `K`."""
    best, at = ZERO, 0
    for c in range(chunks.shape[0]):
        chunk = (chunks[c, 0], chunks[c, 1], chunks[c, 2])
        promised = _gain(score, bound, K, i, chunk, top, flat)
        if promised > best:
            best, at = promised, c
    best, j = -NEVER, 0
    for t in range(chunks[at, 0], chunks[at, 1]):
        d = max(top - score[t] - max(bound[t], ZERO), ZERO)
        promised = d * d / max(MINUS_TWO * K[i, t + chunks[at, 2]], flat)
        if promised > best:
            best, j = promised, np.int64(t)
    return j


@compiled(FAST)
def optimise(K, chunks, rows, beta, upper, lower, f, tol, max_iter, flat):
    """Solve a classifier in place, from any feasible β and its f.

    In each step i has the largest score of the rows that may go up; of those that may go down, j promises
    the largest decrease to second order (Fan, Chen & Lin 2005).

    Parameters
    ----------
    K : (n, n) float32 array
        Gram matrix of all rows, less one.
    chunks : (c, 3) uint64 array
        Start and stop among the classifier's rows, and what to add for the column of `K`. Unsigned, since
        numba's check for negative indices would keep the loops from being vectorised.
    rows : (m,) uint64 array
        Row of `K` of each of the classifier's own.
    beta, upper, lower, f : (m,) float64 arrays
    tol : float
        Stop when no row that may go up has a score so much larger than one that may go down.
    max_iter : int
    flat : float
        Least curvature that counts: rows that are equal have this one.

    Returns
    -------
    steps : int
    gap : float
        The violation that is left; not under `tol` where `max_iter` ended the search.
    """
    n = beta.shape[0]
    least_curvature = np.float32(flat)
    score = np.empty(n, np.float32)
    bound = np.empty(n, np.float32)
    for t in range(n):
        beta[t] = _snapped(beta[t], upper[t], lower[t])
        bound[t] = _bound(beta[t], upper[t], lower[t])
    i = j = steps = 0
    step = shift = 0.0
    while True:
        top, least, at = _sweep(f, score, shift, bound, K, rows[i], rows[j], chunks, step)
        gap = np.float64(top) - np.float64(least)
        if gap < tol or steps >= max_iter:
            return steps, gap
        if steps % STEPS_BETWEEN_SHIFTS == 0:
            # single precision is finest around zero, which is where rows are to be told apart
            middle = (np.float64(top) + np.float64(least)) / 2.0
            shift += middle
            for t in range(n):
                score[t] = np.float32(f[t] - shift)
        i = _first(score, bound, chunks, at)
        j = _second(score, bound, K, rows[i], chunks, score[i], least_curvature)
        step = (f[i] - f[j]) / max(-2.0 * np.float64(K[rows[i], rows[j]]), flat)
        room_i, room_j = upper[i] - beta[i], beta[j] - lower[j]
        step = min(step, room_i, room_j)
        beta[i] = _snapped(beta[i] + step, upper[i], lower[i])
        beta[j] = _snapped(beta[j] - step, upper[j], lower[j])
        bound[i] = _bound(beta[i], upper[i], lower[i])
        bound[j] = _bound(beta[j], upper[j], lower[j])
        steps += 1


@inlined(FAST | {"reassoc"})
def _dot(K, row, beta, chunk):
    total = 0.0
    for t in range(chunk[0], chunk[1]):
        total += beta[t] * np.float64(K[row, t + chunk[2]])
    return total


@compiled()
def weighted_sums(K, rows, chunks, beta, out):
    """Write Σ_t β_t K[row, t] over a classifier's rows to `out`, for rows that need not be its own.

    Parameters
    ----------
    K, chunks, beta
        As for `optimise`.
    rows : (r,) uint64 array
        Rows of `K`.
    out : (r,) float64 array
    """
    for r in range(rows.shape[0]):
        out[r] = 0.0
        for c in range(chunks.shape[0]):
            out[r] += _dot(K, rows[r], beta, (chunks[c, 0], chunks[c, 1], chunks[c, 2]))
