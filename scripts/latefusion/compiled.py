"""The inner loops, compiled by numba: kernel values from products, and one step after another of SMO.

Compiled code is cached beside this file or, where that folder cannot be written, in the user's cache
folder, so each machine compiles once.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202, ARG001

from __future__ import annotations

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic

# Without "reassoc": the rounding trick in `_exp` needs the order of its operations. "nnan" and "nsz"
# let the compiler turn maxima into vector instructions; nothing here is ever NaN.
FAST = {"contract", "nnan", "nsz"}
CHUNK = 512
NEVER = 1e30  # added to a row's score, it keeps the row from being selected


@intrinsic
def _as_int(typingctx, value):
    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), codegen


@intrinsic
def _as_float(typingctx, value):
    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), codegen


def _extremum(name):
    """Make a two-argument maximum or minimum that the compiler turns into vector instructions.

    Those of Python become comparisons and branches on NaN, ten times as slow.
    """

    @intrinsic
    def extremum(typingctx, a, b):
        def codegen(context, builder, signature, arguments):
            kind = arguments[0].type
            function = builder.module.declare_intrinsic(name, [kind], ir.FunctionType(kind, [kind, kind]))
            return builder.call(function, arguments, fastmath=("nnan", "nsz"))

        return a(a, a), codegen

    return extremum


fmax = _extremum("llvm.maxnum")
fmin = _extremum("llvm.minnum")


@njit(inline="always")
def _exp(x):
    """exp of a float32 that is not positive, to 2e-7; below -87 it is 0."""
    shifter = np.float32(12582912.0)  # 1.5 * 2**23: adding it rounds to an integer in the low bits
    shifted = fmax(x, np.float32(-87.0)) * np.float32(1.4426950408889634) + shifter
    whole = shifted - shifter
    r = fmax(x, np.float32(-87.0)) - whole * np.float32(0.693359375)
    r = r - whole * np.float32(-2.12194440e-4)
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    p = p * r * r + r + np.float32(1.0)
    power = _as_float((_as_int(shifted) << np.int32(23)) + np.int32(1065353216))
    return p * power if x > np.float32(-87.0) else np.float32(0.0)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def distances_inplace(tile, rows, columns):
    """Turn products into squared distances, given the squared norms of both sides."""
    for i in range(tile.shape[0]):
        line = tile[i]
        a = rows[i]
        for j in range(line.shape[0]):
            line[j] = fmax(a + columns[j] - np.float32(2.0) * line[j], np.float32(0.0))


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def rbf(distances, gamma, weight, out, add):
    """Write, or add, weight * exp(-gamma * distances) to `out`; both (rows, columns) float32."""
    for i in range(distances.shape[0]):
        source, target = distances[i], out[i]
        if add:
            for j in range(source.shape[0]):
                target[j] += weight * _exp(-gamma * source[j])
        else:
            for j in range(source.shape[0]):
                target[j] = weight * _exp(-gamma * source[j])


@njit(cache=True, nogil=True, error_model="numpy")
def mirror(K, i0, i1, j0, j1):
    """Copy the block of rows i0..i1 and columns j0..j1 to where its transpose stands.

    On the diagonal (i0 = j0) the upper half goes to the lower one, and the diagonal is 1.
    """
    step = 16
    for a in range(i0, i1, step):
        for b in range(j0, j1, step):
            for j in range(b, min(b + step, j1)):
                for i in range(a, min(a + step, i1)):
                    if i < j:
                        K[j, i] = K[i, j]
                    elif i == j:
                        K[i, i] = np.float32(1.0)


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _update(f, up, low, ki, kj, step):
    """Move the scores of one chunk and return the largest that may go up, the least that may go down."""
    m = -NEVER
    M = NEVER
    for t in range(f.shape[0]):
        value = f[t] - step * (ki[t] - kj[t])
        f[t] = value
        m = fmax(m, value + up[t])
        M = fmin(M, value + low[t])
    return m, M


@njit(nogil=True, fastmath=FAST, error_model="numpy")
def _gain(f, low, ki, m):
    """Return the largest decrease of the objective that a partner in this chunk offers."""
    best = np.float32(0.0)
    for t in range(f.shape[0]):
        b = fmax(np.float32(m - f[t]) - low[t], np.float32(0.0))
        best = fmax(best, b * b / fmax(np.float32(2.0) - np.float32(2.0) * ki[t], np.float32(1e-12)))
    return best


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def smo(K, chunks, rows, beta, upper, lower, f, tol, max_iter):
    """Solve one machine by sequential minimal optimisation, in place.

    The machine's dual in signed coefficients: minimise ½ βᵀKβ - yᵀβ with Σβ = 0 and lower ≤ β ≤ upper.
    `f` = y - Kβ is kept up to date; a row may go up while β < upper and down while β > lower.
    The pair of each step: i has the largest f of those that may go up; j, of those that may go down,
    promises the largest decrease to second order (Fan, Chen & Lin 2005).

    Parameters
    ----------
    K : (n, n) float32 array
        Gram matrix of all rows, with a unit diagonal.
    chunks : (c, 3) int64 array
        The machine's rows: start and stop among its own, and the column of `K` of the first.
    rows : (m,) int64 array
        Row of `K` of each of the machine's own rows.
    beta, upper, lower, f : (m,) float64 arrays
    tol : float
        Stop when the largest f that may go up exceeds the least that may go down by less.
    max_iter : int

    Returns
    -------
    iterations : int
    gap : float
        The violation that is left; above `tol` where `max_iter` ended the search.
    """
    n = beta.shape[0]
    never = np.float32(NEVER)
    up = np.empty(n, np.float32)
    low = np.empty(n, np.float32)
    for t in range(n):
        up[t] = np.float32(0.0) if beta[t] < upper[t] else -never
        low[t] = np.float32(0.0) if beta[t] > lower[t] else never
    step = 0.0
    i = 0
    j = 0
    iteration = 0
    while True:
        m = -NEVER
        M = NEVER
        at = 0
        for c in range(chunks.shape[0]):
            a, b, k = chunks[c, 0], chunks[c, 1], chunks[c, 2]
            cm, cM = _update(
                f[a:b], up[a:b], low[a:b], K[rows[i], k : k + b - a], K[rows[j], k : k + b - a], step
            )
            if cm > m:
                m, at = cm, c
            M = min(M, cM)
        gap = m - M
        if gap < tol or iteration >= max_iter:
            return iteration, gap
        best = -NEVER
        for t in range(chunks[at, 0], chunks[at, 1]):
            if f[t] + up[t] > best:
                best = f[t] + up[t]
                i = t
        m = f[i]
        gain = np.float32(0.0)
        at = 0
        for c in range(chunks.shape[0]):
            a, b, k = chunks[c, 0], chunks[c, 1], chunks[c, 2]
            g = _gain(f[a:b], low[a:b], K[rows[i], k : k + b - a], m)
            if g > gain:
                gain, at = g, c
        gain = np.float32(0.0)
        for t in range(chunks[at, 0], chunks[at, 1]):
            d = max(np.float32(m - f[t]) - low[t], np.float32(0.0))
            k = chunks[at, 2] + t - chunks[at, 0]
            g = d * d / max(np.float32(2.0) - np.float32(2.0) * K[rows[i], k], np.float32(1e-12))
            if g > gain:
                gain = g
                j = t
        step = (m - f[j]) / max(2.0 - 2.0 * np.float64(K[rows[i], rows[j]]), 1e-12)
        room_i = upper[i] - beta[i]
        room_j = beta[j] - lower[j]
        full_i = step >= room_i
        full_j = step >= room_j
        step = min(step, room_i, room_j)
        beta[i] = upper[i] if full_i and room_i <= room_j else beta[i] + step
        beta[j] = lower[j] if full_j and room_j <= room_i else beta[j] - step
        up[i] = np.float32(0.0) if beta[i] < upper[i] else -never
        low[i] = np.float32(0.0) if beta[i] > lower[i] else never
        up[j] = np.float32(0.0) if beta[j] < upper[j] else -never
        low[j] = np.float32(0.0) if beta[j] > lower[j] else never
        iteration += 1
