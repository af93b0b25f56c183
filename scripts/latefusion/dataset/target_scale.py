"""Continuous targets whose numbers look like two units, or like codes of classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.core.wording import listed, plural, verb

Float64 = NDArray[np.float64]

APART: Final = 1e3
"""A factor that no unit of one measurement leaves free between two neighbouring numbers."""
FEW: Final = 10
"""Whole numbers of no more values than this could be codes."""
OFTEN: Final = 5
"""Items that each of these values has, at least on average."""
_TOO_FEW: Final = 0.01
"""Share of the items below a gap that could be near zero by chance."""


def odd_targets(targets: Sequence[str], parts: Sequence[tuple[str, Float64]]) -> Iterator[tuple[str, str]]:
    """Yield code and message of each target that could be in two units, or be a class.

    Neither is refused: some numbers are like this, such as a rating or the listeners of songs.

    Parameters
    ----------
    targets : sequence of str
    parts : sequence of (name of the file, (n, T) array)
        The targets of each file.
    """
    for t, target in enumerate(targets):
        own = [(name, Y[:, t]) for name, Y in parts]
        y = np.concatenate([values for _, values in own])
        gap = _gap(np.abs(y))
        if gap is not None:
            yield "target_units", _of_units(target, own, *gap)
        values = np.unique(y)
        often = len(values) <= FEW and OFTEN * len(values) <= len(y)
        if often and (values == np.round(values)).all():
            yield "coded_target", _of_codes(target, values)


def _gap(size: Float64) -> tuple[float, float] | None:
    """Return the numbers on both sides of the first gap between sizes; None where there is none."""
    ordered = np.sort(size[size > 0])
    below = max(2, int(np.ceil(_TOO_FEW * len(ordered))))
    wide = np.flatnonzero(ordered[1:] >= APART * ordered[:-1])
    wide = wide[wide + 1 >= below]
    return (float(ordered[wide[0]]), float(ordered[wide[0] + 1])) if len(wide) else None


def _of_codes(target: str, values: Float64) -> str:
    shown = listed([f"{value:g}" for value in values.tolist()])
    return (
        f"the target {shorten(target)} has {plural(len(values), 'value')}, whole numbers all: {shown}; if "
        "they stand for classes, name the column in data.label"
    )


def _of_units(target: str, own: Sequence[tuple[str, Float64]], low: float, high: float) -> str:
    counts = [(name, int((np.abs(y) >= high).sum()), len(y)) for name, y in own]
    n, some = sum(of for *_, of in counts), sum(count for _, count, _ in counts)
    where = listed([f"{count:,} in {name}" for name, count, _ in counts if count])
    return (
        f"the target {shorten(target)} has {some:,} of {plural(n, 'number')} of a size of {high:g} or more "
        f"({where}), and {verb(n - some, 'the other', 'the others')} of up to {low:g}, nothing between: "
        "bring all to one unit, and leave out items whose number stands for unknown"
    )
