"""What predicted numbers and their true values must be like before anything is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.core.wording import plural
from latefusion.dataset.targets import ROUNDING

Float64 = NDArray[np.float64]

OTHER_UNIT: Final = 1e4
"""Typical errors beyond this many times the range of the true values are those of another unit."""

Found = tuple[str, str, str]
"""What is found, what is allowed, and how it is mended."""


def constant_targets(targets: Sequence[str], y: Float64) -> Iterator[tuple[int, Found]]:
    """Yield the targets that do not vary among the rows that teach, or, without any, those that judge.

    Parameters
    ----------
    targets : sequence of str
    y : (n, T) array
    """
    for t in range(len(targets)):
        own = y[:, t]
        if np.ptp(own) <= ROUNDING * np.abs(own).max(initial=0.0):
            found = f"{own[0]:g} for {plural(len(own), 'item')}, all there {'is' if len(own) == 1 else 'are'}"
            yield t, (found, "a target that varies", "leave it out, or add items")


def other_units(targets: Sequence[str], y: Float64, predicted: Float64) -> Iterator[tuple[int, Found]]:
    """Yield the targets that a model predicts in another unit than that of the true values.

    Parameters
    ----------
    targets : sequence of str
    y, predicted : (n, T) arrays
        Rows of NaN where nothing is predicted.
    """
    known = ~np.isnan(predicted).any(axis=1)
    for t, name in enumerate(targets):
        reach = float(np.ptp(y[:, t]))
        error = float(np.median(np.abs(predicted[known, t] - y[known, t]))) if known.any() else 0.0
        if reach > 0 and error > OTHER_UNIT * reach:
            least, most = float(predicted[known, t].min()), float(predicted[known, t].max())
            found = f"predictions of {shorten(name)} from {least:g} to {most:g}"
            allowed = f"the unit of the true values, which lie from {y[:, t].min():g} to {y[:, t].max():g}"
            yield t, (found, allowed, "bring predictions and true values into one unit")
