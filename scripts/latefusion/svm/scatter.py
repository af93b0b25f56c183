"""Tiles of a matrix put at scattered rows and columns of another, compiled by numba."""
# No annotations in this module: numba infers every type, and strict typing would only repeat it.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

from latefusion.core.jit import compiled

LINE = 16
"""Values in a cache line."""


@compiled()
def scatter(tile, rows, columns, out):
    """Write tile[a, b] to out[rows[a], columns[b]].

    Parameters
    ----------
    tile : (r, c) float32 array
    rows, columns : (r,) and (c,) uint64 arrays
    out : (n, m) float32 array
    """
    for a in range(tile.shape[0]):
        row = rows[a]
        for b in range(tile.shape[1]):
            out[row, columns[b]] = tile[a, b]


@compiled()
def scatter_mirrored(tile, rows, columns, out):
    """Write tile[a, b] to out[columns[b], rows[a]], a cache line of each row of the tile at a time."""
    for first in range(0, tile.shape[1], LINE):
        last = min(first + LINE, tile.shape[1])
        for a in range(tile.shape[0]):
            column = rows[a]
            for b in range(first, last):
                out[columns[b], column] = tile[a, b]
