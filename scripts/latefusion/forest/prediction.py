"""What a tree says of rows, compiled by numba."""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

from latefusion.core.jit import compiled


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
    for i in range(len(X)):
        node = 0
        while tree.feature[node] >= 0:
            goes_left = X[i, tree.feature[node]] <= tree.threshold[node]
            node = node + 1 if goes_left else tree.right[node]
        leaf = tree.right[node]
        for c in range(total.shape[1]):
            total[i, c] += tree.shares[leaf, c]
