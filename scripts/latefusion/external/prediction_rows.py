"""The rows of files of predictions, whatever their form: one for each model and item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.ingest.findings import Where

MAX_CELL_BYTES: Final = 1 << 20
"""A larger cell is refused; no prediction is."""


@dataclass(frozen=True)
class PredictionRows:
    """Rows as the files have them.

    Attributes
    ----------
    where : Where
        File and line of each row.
    texts : mapping of str to (n,) string array
        `item`, and of `model`, `label`, `group`, `role`, `fold`, `predicted` what there is.
    called : mapping of str to str
        The column of each of them.
    numbers : (n, C) float64 array
        NaN where a cell is empty.
    columns : list of str
        Names of the C columns.
    models : list of str
        Names as the files have them, in the order of their first rows.
    model : (n,) int64 array
        Which of them each row is of.
    positional : bool
        Whether columns have no names of their own and are those of the labels in order.
    """

    where: Where
    texts: Mapping[str, pa.Array]
    called: Mapping[str, str]
    numbers: NDArray[np.float64]
    columns: list[str]
    models: list[str]
    model: NDArray[np.int64]
    positional: bool = False
