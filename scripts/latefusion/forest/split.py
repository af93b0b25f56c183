"""The best split of a node over columns tried in random order, compiled by numba.

Columns are drawn as scikit-learn draws them (its `tree` package, BSD licence, by its developers), which
remembers those that are constant on the way to a node.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latefusion.core.jit import inlined
from latefusion.forest.gini import ALIKE, best_cut
from latefusion.forest.sorting import sort

U = np.uint64
_ZERO, _ONE, _UPPER = U(0), U(1), U(32)
_INDEX, _SIGNED = U(0xFFFFFFFF), U(0x7FFFFFFF)


class Columns(NamedTuple):
    """Columns by the ranks of their values.

    Attributes
    ----------
    ranks : (d, n) uint32 array
        Position of each row's value among the different ones of its column.
    values : (d, r) float32 array
        These values, ascending; beyond the last they are nothing.
    """

    ranks: Any
    values: Any


class Scratch(NamedTuple):
    """What is written over at each node.

    Attributes
    ----------
    keys, spare : (m,) uint64 arrays
        Of the rows that are sorted or divided.
    starts : (BUCKETS,) uint64 array
    places : (FEW,) int64 array
    total, left, right : (K,) float64 arrays
        Drawn rows of each class.
    features, constants : (d,) uint64 arrays
        A permutation of the columns; and its beginning, those known to be constant on the way to the node.
    """

    keys: Any
    spare: Any
    starts: Any
    places: Any
    total: Any
    left: Any
    right: Any
    features: Any
    constants: Any


class Split(NamedTuple):
    """The split of a node: the rank that rows on the right have at least, and the one below it.

    With `above` 0 there is none.
    """

    feature: Any
    below: Any
    above: Any


NO_SPLIT = Split(_ZERO, _ZERO, _ZERO)


@inlined()
def next_state(state):
    """Return the next state of a 32-bit xorshift generator (Marsaglia, 2003)."""
    if state == _ZERO:
        state = _ONE
    state ^= (state << U(13)) & _INDEX
    state ^= state >> U(17)
    state ^= (state << U(5)) & _INDEX
    return state


@inlined()
def gather(rows, start, end, ranks, keys):
    """Write the keys of a node's rows in one column; return the lowest and the highest rank."""
    lowest, highest = _INDEX, _ZERO
    for p in range(start, end):
        row = rows[p]
        rank = U(ranks[row & _INDEX])
        lowest, highest = min(lowest, rank), max(highest, rank)
        # the class below, the number of draws above it
        keys[p - start] = (rank << _UPPER) | (row >> _UPPER)
    return lowest, highest


@inlined()
def swap(values, a, b):
    """Swap two places."""
    values[a], values[b] = values[b], values[a]


@inlined()
def best_split(columns, rows, node, sums, tries, state, scratch):
    """Try columns in random order, at least `tries` and one that is not constant; return the best cut.

    Parameters
    ----------
    columns : Columns
    rows : (m,) uint64 array
    node : tuple of three uint64
        Where its rows start and end, and how many columns are known to be constant there.
    sums : tuple of float
        Drawn rows, and the sum of the classes' squares.
    tries, state : uint64
    scratch : Scratch

    Returns
    -------
    tuple of Split, uint64, uint64
        The best; how many columns are known to be constant by now; the state of the generator.
    """
    start, end, known = node
    weight, squares = sums
    features, keys = scratch.features, scratch.keys
    undrawn, drawn, found, tried = U(len(features)), _ZERO, _ZERO, _ZERO
    best, split = -np.inf, NO_SPLIT
    # in `features`: constant ones, drawn and not; those just found; others; those that were tried
    while undrawn > known + found and (tried < tries or tried <= found + drawn):
        tried += _ONE
        state = next_state(state)
        at = drawn + (state & _SIGNED) % (undrawn - found - drawn)
        if at < known:
            swap(features, drawn, at)
            drawn += _ONE
            continue
        at += found
        feature = features[at]
        values = columns.values[feature]
        lowest, highest = gather(rows, start, end, columns.ranks[feature], keys)
        if values[highest] <= values[lowest] + ALIKE:
            swap(features, at, known + found)
            found += _ONE
            continue
        undrawn -= _ONE
        swap(features, undrawn, at)
        ordered = sort(
            keys, scratch.spare, end - start, lowest, highest - lowest, scratch.starts, scratch.places
        )
        for c in range(len(scratch.total)):
            scratch.left[c], scratch.right[c] = 0.0, scratch.total[c]
        gain, below, above = best_cut(
            ordered, end - start, values, scratch.left, scratch.right, weight, squares, best
        )
        if gain > best:
            best, split = gain, Split(feature, below, above)
    # siblings draw from the same order of constant columns
    for place in range(known):
        features[place] = scratch.constants[place]
    for place in range(known, known + found):
        scratch.constants[place] = features[place]
    return split, known + found, state
