"""Class probabilities of items, in memory and as the probability table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.store.schemas import probabilities_schema
from latefusion.store.tables import read_table, write_table

P_PREFIX = "p_"

BAG = -1
"""What stands in the column `repeat` of fused rows whose probabilities are the mean of all repeats."""


@dataclass(frozen=True)
class Probabilities:
    """What a model says of some items.

    Attributes
    ----------
    classes : tuple of str
        Names of the K classes, in the order of their index.
    item : (n,) object array of str
    label : (n,) int32 array
        Class index; -1 where it is not known.
    p : (n, K) float64 array
        Rows sum to one, or are NaN where the item lacks the modality.
    fold : (n,) int32 array
        Fold that the row was held out in; -1 where none.
    ovo_prediction : (n,) int32 array, optional
        Class index by one-vs-one votes, SVMs only; -1 where the item lacks the modality.
    """

    classes: tuple[str, ...]
    item: NDArray[np.object_]
    label: NDArray[np.int32]
    p: NDArray[np.float64]
    fold: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    ovo_prediction: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        if len(self.fold) == 0 and len(self.item):
            object.__setattr__(self, "fold", np.full(len(self.item), -1, np.int32))

    @property
    def predicted(self) -> NDArray[np.int32]:
        """Class index of the largest probability, the lowest on a tie; -1 where p is NaN."""
        known = ~np.isnan(self.p).any(axis=1)
        predicted = np.full(len(self.p), -1, np.int32)
        predicted[known] = self.p[known].argmax(axis=1)
        return predicted

    def to_table(self) -> pa.Table:
        """Return the probability table; unknown labels, folds and votes are null."""
        columns: list[pa.Array] = [
            pa.array(self.item, pa.string()),
            _nullable(self.label),
            _nullable(self.fold),
            _nullable(self.predicted),
        ]
        if self.ovo_prediction is not None:
            columns.append(_nullable(self.ovo_prediction))
        columns += [pa.array(np.ascontiguousarray(column)) for column in self.p.T]
        return pa.Table.from_arrays(
            columns, schema=probabilities_schema(self.classes, ovo_prediction=self.ovo_prediction is not None)
        )

    def write(self, path: Path | str) -> None:
        """Write the probability table."""
        write_table(
            self.to_table(),
            path,
            probabilities_schema(self.classes, ovo_prediction=self.ovo_prediction is not None),
        )

    @classmethod
    def from_table(cls, table: pa.Table) -> Probabilities:
        """Return what `to_table` was made from."""
        classes = tuple(
            name.removeprefix(P_PREFIX) for name in table.column_names if name.startswith(P_PREFIX)
        )
        return cls(
            classes=classes,
            item=table["item"].to_numpy(zero_copy_only=False),
            label=_filled(table["label"]),
            fold=_filled(table["fold"]),
            ovo_prediction=_filled(table["ovo_prediction"])
            if "ovo_prediction" in table.column_names
            else None,
            p=np.column_stack([table[P_PREFIX + name].to_numpy() for name in classes]),
        )

    @classmethod
    def read(cls, path: Path | str) -> Probabilities:
        """Read a probability table."""
        return cls.from_table(read_table(path))


def _nullable(values: NDArray[np.int32]) -> pa.Array:
    return pa.array(values, pa.int32(), mask=values < 0)


def _filled(column: pa.ChunkedArray) -> NDArray[np.int32]:
    filled: NDArray[np.int32] = column.fill_null(-1).to_numpy().astype(np.int32)
    return filled
