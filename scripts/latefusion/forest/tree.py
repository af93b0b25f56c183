"""Growth of one decision tree of classes, compiled by numba.

Columns are tried, cuts compared and nodes numbered as scikit-learn does it (its `tree` package, BSD
licence, by its developers), so that the tree is the same.
"""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latefusion.core.jit import compiled, inlined
from latefusion.forest.gini import impurity
from latefusion.forest.sorting import BUCKETS, FEW
from latefusion.forest.split import NO_SPLIT, Scratch, best_split

U = np.uint64
EPSILON = np.finfo(np.float64).eps
LEAF = -1
_ZERO, _ONE, _TWO, _UPPER, _CLASS, _DRAWN, _INDEX = U(0), U(1), U(2), U(32), U(0xFFFF), U(48), U(0xFFFFFFFF)


class Tree(NamedTuple):
    """A tree whose nodes are in the order in which it grew: the left child of a node is the next.

    Attributes
    ----------
    feature : (nodes,) int32 array
        −1 where a node is a leaf.
    threshold : (nodes,) float64 array
        Rows go left if their value is at most this.
    right : (nodes,) int32 array
        The right child; of a leaf its place among the leaves.
    shares : (leaves, K) float64 array
        Of the classes among the drawn rows in each leaf.
    importance : (d,) float64 array
        Decrease of the impurity by each column, weighted by drawn rows, per drawn row of the root.
    """

    feature: Any
    threshold: Any
    right: Any
    shares: Any
    importance: Any


@inlined()
def count(rows, start, end, counts):
    """Count the drawn rows of each class; return their sum, and that of the classes' squares."""
    for c in range(len(counts)):
        counts[c] = 0.0
    for p in range(start, end):
        row = rows[p]
        counts[(row >> _UPPER) & _CLASS] += np.float64(row >> _DRAWN)
    weight = squares = 0.0
    for c in range(len(counts)):
        weight += counts[c]
        squares += counts[c] * counts[c]
    return weight, squares


@inlined()
def divide(rows, start, end, ranks, above, scratch):
    """Put rows of ranks below `above` first and count their classes; return where the others begin."""
    spare, left = scratch.spare, scratch.left
    for c in range(len(left)):
        left[c] = 0.0
    to, aside = start, _ZERO
    for p in range(start, end):
        row = rows[p]
        goes = U(ranks[row & _INDEX]) < above
        rows[to] = row
        spare[aside] = row
        to += U(goes)
        aside += U(not goes)
        left[(row >> _UPPER) & _CLASS] += np.float64(row >> _DRAWN) * goes
    for p in range(aside):
        rows[to + p] = spare[p]
    return to


@inlined()
def sum_of_squares(counts):
    """Return Σ_c n_c²."""
    total = 0.0
    for c in range(len(counts)):
        total += counts[c] * counts[c]
    return total


@inlined()
def halfway(values, split):
    """Return the middle between the values on both sides of a split."""
    return np.float64(values[split.below]) / 2.0 + np.float64(values[split.above]) / 2.0


@inlined()
def scratch_of(m, d, classes):
    """Return room for a tree of m rows, d columns and some classes."""
    return Scratch(
        np.empty(m, np.uint64),
        np.empty(m, np.uint64),
        np.empty(BUCKETS, np.uint64),
        np.empty(int(FEW), np.int64),
        np.empty(classes),
        np.empty(classes),
        np.empty(classes),
        np.arange(d).astype(np.uint64),
        np.zeros(d, np.uint64),
    )


@inlined()
def children(scratch, weight, own, whole):
    """Return the impurities of both sides, and whether splitting lessens that of the node.

    Parameters
    ----------
    scratch : Scratch
        With the classes of the node, and on the left.
    weight, own, whole : float
        Drawn rows and impurity of the node, drawn rows of the tree.
    """
    left, right, total = scratch.left, scratch.right, scratch.total
    left_weight = 0.0
    for c in range(len(total)):
        right[c] = total[c] - left[c]
        left_weight += left[c]
    right_weight = weight - left_weight
    of_left = impurity(sum_of_squares(left), left_weight)
    of_right = impurity(sum_of_squares(right), right_weight)
    decrease = weight / whole * (own - right_weight / weight * of_right - left_weight / weight * of_left)
    return of_left, of_right, decrease + EPSILON >= 0.0


class Growth(NamedTuple):
    """Room for a tree that grows, and its nodes that wait on a stack.

    Attributes
    ----------
    feature, threshold, right, shares
        As for `Tree`.
    impurity, weight : (nodes,) float64 arrays
        Of each node; its drawn rows.
    waiting : (nodes, 4) uint64 array
        Start, end, number of constant columns, of a right child its parent + 1.
    waiting_impurity : (nodes,) float64 array
    """

    feature: Any
    threshold: Any
    right: Any
    shares: Any
    impurity: Any
    weight: Any
    waiting: Any
    waiting_impurity: Any


@inlined()
def growth_of(m, classes):
    """Return room for a tree of m rows."""
    nodes = 2 * m - 1
    return Growth(
        np.full(nodes, LEAF, np.int32),
        np.zeros(nodes),
        np.empty(nodes, np.int32),
        np.empty((m, classes)),
        np.empty(nodes),
        np.empty(nodes),
        np.empty((m + 1, 4), np.uint64),
        np.empty(m + 1),
    )


@inlined()
def wait(growth, at, node, own):
    """Put a node on the stack, with its impurity."""
    for i in range(4):
        growth.waiting[at, i] = node[i]
    growth.waiting_impurity[at] = own


@inlined()
def grown(growth, nodes, leaves, d):
    """Return the tree."""
    feature, right, own, weight = growth.feature, growth.right, growth.impurity, growth.weight
    importance = np.zeros(d)
    for node in range(nodes):
        if feature[node] != LEAF:
            a, b = node + 1, right[node]
            importance[feature[node]] += weight[node] * own[node] - weight[a] * own[a] - weight[b] * own[b]
    for column in range(d):
        importance[column] /= weight[0]
    return Tree(
        feature[:nodes].copy(),
        growth.threshold[:nodes].copy(),
        right[:nodes].copy(),
        growth.shares[:leaves].copy(),
        importance,
    )


@compiled()
def grow(columns, rows, state, tries, classes):
    """Grow a tree until its leaves are pure or cannot be split.

    Parameters
    ----------
    columns : Columns
    rows : (m,) uint64 array
        Row number, class << 32, times drawn << 48. Changed.
    state : uint64
        Of the generator.
    tries : uint64
        Columns tried at each split.
    classes : int

    Returns
    -------
    Tree
    """
    m, d = len(rows), len(columns.ranks)
    scratch, growth = scratch_of(m, d, classes), growth_of(m, classes)
    wait(growth, 0, (_ZERO, U(m), _ZERO, _ZERO), 0.0)
    nodes, leaves, pending = 0, 0, 1
    while pending:
        pending -= 1
        place, own = growth.waiting[pending], growth.waiting_impurity[pending]
        start, end, known, parent = place[0], place[1], place[2], place[3]
        weight, squares = count(rows, start, end, scratch.total)
        if nodes == 0:
            own = impurity(squares, weight)
        growth.impurity[nodes], growth.weight[nodes] = own, weight
        if parent:
            growth.right[parent - _ONE] = nodes
        split, is_inner = NO_SPLIT, False
        if end - start >= _TWO and own > EPSILON:
            sums = weight, squares
            split, known, state = best_split(columns, rows, (start, end, known), sums, tries, state, scratch)
        if split.above:
            middle = divide(rows, start, end, columns.ranks[split.feature], split.above, scratch)
            of_left, of_right, is_inner = children(scratch, weight, own, growth.weight[0])
        if is_inner:
            growth.feature[nodes] = split.feature
            growth.threshold[nodes] = halfway(columns.values[split.feature], split)
            wait(growth, pending, (middle, end, known, U(nodes + 1)), of_right)
            wait(growth, pending + 1, (start, middle, known, _ZERO), of_left)
            pending += 2
        else:
            growth.right[nodes] = leaves
            for c in range(classes):
                growth.shares[leaves, c] = scratch.total[c] / weight
            leaves += 1
        nodes += 1
    return grown(growth, nodes, leaves, d)
