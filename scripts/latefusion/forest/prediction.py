"""What a tree says of rows, compiled by numba."""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np

from latefusion.core.jit import compiled

U = np.uint64
_ZERO, _ONE = U(0), U(1)
LANES = 16
"""Rows that go down a tree side by side: the next node of one is fetched while others wait for theirs."""


@compiled()
def add_shares(tree, X, total):
    """Add the class shares of the leaf that each row falls in.

    Parameters
    ----------
    tree : Tree
    X : (n, d) float32 array
    total : (n, K) float64 array
        Changed.
    """
    n, classes, lanes = U(len(X)), total.shape[1], U(LANES)
    places = np.zeros(LANES, np.uint64)
    for start in range(_ZERO, n, lanes):
        own = min(lanes, n - start)
        for lane in range(own):
            places[lane] = _ZERO
        going = True
        while going:
            going = False
            for lane in range(own):
                node = places[lane]
                column = tree.feature[node]
                inner = column >= 0
                goes_left = X[start + lane, U(max(column, 0))] <= tree.threshold[node]
                # chosen without a branch, which no processor could foresee
                left, right = node + _ONE, U(tree.right[node])
                child = right ^ ((right ^ left) & (_ZERO - U(goes_left)))
                places[lane] = node ^ ((node ^ child) & (_ZERO - U(inner)))
                going |= inner
        for lane in range(own):
            leaf = U(tree.right[places[lane]])
            for c in range(classes):
                total[start + lane, c] += tree.shares[leaf, c]
