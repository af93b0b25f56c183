"""Cells of a plane that items are gathered in, and the scales that they are drawn on."""

from __future__ import annotations

from typing import Final

import altair as alt
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

OUTER: Final = 0.005
"""Share of the items beyond either end of an axis, which are drawn at its end."""
FILL: Final = "var(--c0)"


def shade(field: str, *, root: bool = False) -> alt.Opacity:
    """Return the opacity of a cell: faint for little, full for much."""
    scale = alt.Scale(type="sqrt" if root else "linear", range=[0.08, 1.0], zero=root)
    return alt.Opacity(f"{field}:Q", scale=scale, legend=None)


def domain_of(values: Array) -> tuple[float, float]:
    """Return the ends of an axis that holds nearly all values, with some room."""
    low, high = np.quantile(values, [OUTER, 1 - OUTER])
    room = 0.03 * (float(high - low) or 1.0)
    return float(low - room), float(high + room)


def cell_of(values: Array, domain: tuple[float, float], cells: int) -> NDArray[np.int64]:
    """Return the cell of each value, (n,), the outermost ones for what lies beyond."""
    width = (domain[1] - domain[0]) / cells
    return np.clip((values - domain[0]) // width, 0, cells - 1).astype(np.int64)


def edges_of(at: int, domain: tuple[float, float], cells: int) -> tuple[float, float]:
    """Return the ends of a cell."""
    width = (domain[1] - domain[0]) / cells
    return short(domain[0] + at * width), short(domain[0] + (at + 1) * width)


def short(value: float) -> float:
    """Return a place with the digits that a chart needs."""
    return float(f"{value:.5g}")


def scale_of(domain: tuple[float, float]) -> alt.Scale:
    """Return the scale of an axis with these very ends."""
    return alt.Scale(domain=list(domain), nice=False, zero=False)
