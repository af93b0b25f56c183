"""Access to a symmetric matrix of which only the blocks under the diagonal are kept, compiled by numba."""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np

from latefusion.core.jit import compiled, inlined
from latefusion.svm.memory import PACKED_SIDE

_SIDE = np.uint64(PACKED_SIDE)
_ONE, _TWO = np.uint64(1), np.uint64(2)


@inlined()
def value_at(blocks, p, q):
    """Return the value of row `p` and column `q`, both uint64."""
    i, j = p // _SIDE, q // _SIDE
    if i >= j:
        return blocks[i * (i + _ONE) // _TWO + j, p % _SIDE, q % _SIDE]
    return blocks[j * (j + _ONE) // _TWO + i, q % _SIDE, p % _SIDE]


@compiled()
def put(tile, rows, columns, blocks):
    """Write tile[a, b] where row rows[a] and column columns[b] stand.

    Parameters
    ----------
    tile : (r, c) float32 array
    rows, columns : (r,) and (c,) uint64 arrays
    blocks : (b, s, s) float32 array
        Of block row i and column j at i (i + 1) / 2 + j; those on the diagonal hold both halves.
    """
    for a in range(tile.shape[0]):
        i, r = rows[a] // _SIDE, rows[a] % _SIDE
        for b in range(tile.shape[1]):
            j, c = columns[b] // _SIDE, columns[b] % _SIDE
            if i >= j:
                blocks[i * (i + _ONE) // _TWO + j, r, c] = tile[a, b]
            if i <= j:
                blocks[j * (j + _ONE) // _TWO + i, c, r] = tile[a, b]


@compiled()
def gather(blocks, rows, columns, out):
    """Write the values of some rows and columns to `out`.

    Parameters
    ----------
    blocks
        As for `put`.
    rows, columns : (r,) and (c,) uint64 arrays
    out : (r, c) float32 array
    """
    for a in range(rows.shape[0]):
        for b in range(columns.shape[0]):
            out[a, b] = value_at(blocks, rows[a], columns[b])
