"""Inner loops compiled by numba: kernel values from products, and what makes such loops fast.

Compiled code is cached beside this file or, where that folder cannot be written, in the user's cache
folder, so each machine compiles once. numba sees when a function's own file has changed, but not when one
that it calls has: whoever changes what other modules import from here touches these, too.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202, ARG001

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic

# Without "reassoc": the rounding trick in `_exp` needs the order of its operations. "nnan" and "nsz"
# let the compiler turn maxima into vector instructions; nothing here is ever NaN.
FAST = frozenset({"contract", "nnan", "nsz"})

logger = logging.getLogger(__name__)


def inlined(fast=frozenset()):
    """Compile a function that only compiled functions call."""
    return njit(nogil=True, fastmath=set(fast), error_model="numpy")


def compiled(fast=frozenset()):
    """Compile a function on its first call and keep the result between processes.

    It is kept beside the package or, where that cannot be written, in the user's cache folder: one place
    for every working directory. Where neither can be written each process compiles anew.
    """

    def decorate(function):
        options = {"nogil": True, "fastmath": set(fast), "error_model": "numpy"}
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError:
            # numba found no folder that it may write to
            return njit(**options)(function)

    return decorate


def say_if_compiling(*functions: Any) -> None:  # noqa: ANN401 - what numba makes
    """Say in the log that functions are about to be compiled, unless they are or were kept."""
    fresh = [function for function in functions if not function.signatures and not _is_kept(function)]
    if fresh:
        names = ", ".join(function.__name__ for function in fresh)
        folder = fresh[0].stats.cache_path
        kept = f"and kept in {folder}" if folder else "for this job alone: no cache folder can be written"
        logger.info("compiling %s, which takes some seconds, %s", names, kept)


def _is_kept(function):
    folder = function.stats.cache_path
    if folder is None:
        return False
    written = Path(function.py_func.__code__.co_filename).stat().st_mtime
    indices = Path(folder).glob(f"*.{function.__name__}-*.nbi")
    return any(index.stat().st_mtime >= written for index in indices)


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


@inlined(FAST)
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


@compiled(FAST)
def squared_distances(products, rows, columns):
    """Turn products of rows into their squared distances, in place, given the squared norms of both."""
    for i in range(products.shape[0]):
        line = products[i]
        a = rows[i]
        for j in range(line.shape[0]):
            line[j] = fmax(a + columns[j] - np.float32(2.0) * line[j], np.float32(0.0))


@compiled(FAST)
def rbf(tile, gamma, weight):
    """Turn squared distances into weight * exp(-gamma * distance), in place."""
    for i in range(tile.shape[0]):
        line = tile[i]
        for j in range(line.shape[0]):
            line[j] = weight * _exp(-gamma * line[j])


@compiled(FAST)
def add_rbf(distances, gamma, weight, total):
    """Add weight * exp(-gamma * distance) to `total`."""
    for i in range(distances.shape[0]):
        source, target = distances[i], total[i]
        for j in range(source.shape[0]):
            target[j] += weight * _exp(-gamma * source[j])


@compiled()
def place(tile, K, i0, j0):
    """Copy a tile to rows i0 … and columns j0 … of `K`, and its transpose to where that stands.

    Of a tile on the diagonal (i0 = j0) the upper half counts, and the diagonal becomes 1.
    """
    step = 16
    height, width = tile.shape
    for a in range(0, height, step):
        for b in range(a if i0 == j0 else 0, width, step):
            for i in range(a, min(a + step, height)):
                for j in range(b, min(b + step, width)):
                    K[i0 + i, j0 + j] = tile[i, j]
            for j in range(b, min(b + step, width)):
                for i in range(a, min(a + step, height)):
                    if i0 != j0 or i < j:
                        K[j0 + j, i0 + i] = tile[i, j]
                    elif i == j:
                        K[i0 + i, j0 + j] = np.float32(1.0)
