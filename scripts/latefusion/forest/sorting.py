"""Sorting of the rows of a node by the ranks of one column, compiled by numba.

A key is a 64-bit number: the rank in its upper half, what else is known of the row in its lower.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="assignment, no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np

from latefusion.core.jit import inlined

U = np.uint64
FEW = U(40)
"""Keys up to which comparing each with each is faster."""
DIGIT = U(8)
"""Largest number of bits that are sorted by in one pass."""
BUCKETS = 1 << int(DIGIT)
_ZERO, _ONE, _RANK = U(0), U(1), U(32)


@inlined()
def comparison_sort(keys, spare, n, places):
    """Sort the first n keys, n being `FEW` at most, into `spare` by counting how many are less.

    Each pair is compared once, and no branch depends on the keys: a processor cannot foresee one.
    """
    for i in range(n):
        key, less = keys[i], np.int64(0)
        for j in range(i):
            above = np.int64(keys[j] > key)
            places[j] += above
            less += np.int64(1) - above
        places[i] = less
    for i in range(n):
        spare[places[i]] = keys[i]


@inlined()
def radix_sort(keys, spare, n, lowest, spread, starts):
    """Sort the first n keys by their ranks, which lie in lowest … lowest + spread; return where they are.

    Parameters
    ----------
    keys, spare : (m,) uint64 arrays
        The result is in one or the other.
    n, lowest, spread : uint64
    starts : (BUCKETS,) uint64 array
        Scratch.
    """
    bits = _ZERO
    while spread >> bits:
        bits += _ONE
    passes = (bits + DIGIT - _ONE) // DIGIT
    width = (bits + passes - _ONE) // passes
    buckets = _ONE << width
    source, target = keys, spare
    for step in range(passes):
        shift = U(step) * width
        for b in range(buckets):
            starts[b] = _ZERO
        for i in range(n):
            starts[(((source[i] >> _RANK) - lowest) >> shift) & (buckets - _ONE)] += _ONE
        below = _ZERO
        for b in range(buckets):
            below, starts[b] = below + starts[b], below
        for i in range(n):
            key = source[i]
            b = (((key >> _RANK) - lowest) >> shift) & (buckets - _ONE)
            target[starts[b]] = key
            starts[b] += _ONE
        source, target = target, source
    return source


@inlined()
def sort(keys, spare, n, lowest, spread, starts, places):
    """Sort the first n keys by their ranks, as for `radix_sort`; return where they are.

    `places`, (FEW,) int64, is scratch, too.
    """
    if n <= FEW:
        comparison_sort(keys, spare, n, places)
        return spare
    return radix_sort(keys, spare, n, lowest, spread, starts)
