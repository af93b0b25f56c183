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

from latefusion.core.jit import FAST, compiled, fmax, fmin, inlined
from latefusion.svm.block_access import value_at

# Added to a score, it keeps the row from being selected.
NEVER = np.float32(1e30)
ZERO = np.float32(0.0)
MINUS_TWO = np.float32(-2.0)
SNAP = 1e-11
STEPS_BETWEEN_SHIFTS = 1024
ABSENT = np.uint64(2**64 - 1)
WHOLE = np.empty((0, 1, 1), np.float32)


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


@inlined()
def _change(beta, bound, upper, lower, t, step):
    """Add to the coefficient of a row, and note what bounds it then."""
    beta[t] = _snapped(beta[t] + step, upper[t], lower[t])
    bound[t] = _bound(beta[t], upper[t], lower[t])


@inlined()
def _bounds(beta, upper, lower):
    """Return what bounds each row."""
    bound = np.empty(beta.shape[0], np.float32)
    for t in range(beta.shape[0]):
        _change(beta, bound, upper, lower, t, 0.0)
    return bound


@inlined(FAST)
def _shift_scores(f, score, shift):
    """Write the scores less a shift in single precision."""
    for t in range(f.shape[0]):
        score[t] = np.float32(f[t] - shift)


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


@inlined()
def _held(K, t, other, rows, place, owner, hand, halves):
    """Return the row of `K` that holds the classifier's row `t`, which may not take the place of `other`."""
    if place[t] != ABSENT:
        return place[t]
    slot = hand[0] if owner[hand[0]] != other else (hand[0] + 1) % K.shape[0]
    hand[0] = (slot + 1) % K.shape[0]
    if owner[slot] >= 0:
        place[owner[slot]] = ABSENT
    for s in range(rows.shape[0]):
        K[slot, s] = value_at(halves, rows[t], rows[s])
    owner[slot], place[t] = t, np.uint64(slot)
    return place[t]


@compiled(FAST)
def optimise(K, chunks, rows, beta, upper, lower, f, tol, max_iter, flat, halves):
    """Solve a classifier in place, from any feasible β and its f.

    In each step i has the largest score of the rows that may go up; of those that may go down, j promises
    the largest decrease to second order (Fan, Chen & Lin 2005).

    Parameters
    ----------
    K : (n, n) float32 array
        Gram matrix of all rows, less one; beside `halves`, room for two or more rows of the classifier's
        columns.
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
    halves : (b, s, s) float32 array
        Blocks from which rows of `K` are copied, the oldest making place; `WHOLE` where `K` has them all.

    Returns
    -------
    steps : int
    gap : float
        The violation that is left; not under `tol` where `max_iter` ended the search.
    """
    n = beta.shape[0]
    least_curvature = np.float32(flat)
    score, bound = np.empty(n, np.float32), _bounds(beta, upper, lower)
    whole = halves.shape[0] == 0
    place = rows.copy() if whole else np.full(n, ABSENT)
    owner, hand = np.full(0 if whole else K.shape[0], -1), np.zeros(1, np.int64)
    i = j = steps = 0
    row_i = row_j = _held(K, 0, -2, rows, place, owner, hand, halves)
    step = shift = 0.0
    while True:
        top, least, at = _sweep(f, score, shift, bound, K, row_i, row_j, chunks, step)
        gap = np.float64(top) - np.float64(least)
        if gap < tol or steps >= max_iter:
            return steps, gap
        if steps % STEPS_BETWEEN_SHIFTS == 0:
            # single precision is finest around zero, which is where rows are to be told apart
            middle = (np.float64(top) + np.float64(least)) / 2.0
            shift += middle
            _shift_scores(f, score, shift)
        i = _first(score, bound, chunks, at)
        row_i = _held(K, i, -2, rows, place, owner, hand, halves)
        j = _second(score, bound, K, row_i, chunks, score[i], least_curvature)
        row_j = _held(K, j, i, rows, place, owner, hand, halves)
        column = rows[j] if whole else np.uint64(j)
        step = (f[i] - f[j]) / max(-2.0 * np.float64(K[row_i, column]), flat)
        step = min(step, upper[i] - beta[i], beta[j] - lower[j])
        _change(beta, bound, upper, lower, i, step)
        _change(beta, bound, upper, lower, j, -step)
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
