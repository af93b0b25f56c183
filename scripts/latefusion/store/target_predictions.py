"""Predictions of continuous targets, in memory and as a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.store.schemas import TARGET_PREFIX, target_predictions_schema
from latefusion.store.tables import read_table, write_table

Float64 = NDArray[np.float64]

PREDICTED_PREFIX = "predicted__"
VARIANCE_PREFIX = "variance__"


@dataclass(frozen=True)
class TargetPredictions:
    """What a model says of the continuous targets of some items.

    Attributes
    ----------
    targets : tuple of str
    item : (n,) object array of str
    y : (n, T) float64 array
        True values; NaN where they are not known.
    predicted : (n, T) float64 array
        A row of NaN where the item lacks the modality.
    variance : (n, T) float64 array, optional
        Of the errors; NaN where nothing is predicted.
    fold : (n,) int32 array
        Fold that the row was held out in; -1 where none.
    """

    targets: tuple[str, ...]
    item: NDArray[np.object_]
    y: Float64
    predicted: Float64
    variance: Float64 | None = None
    fold: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    def __post_init__(self) -> None:
        if len(self.fold) == 0 and len(self.item):
            object.__setattr__(self, "fold", np.full(len(self.item), -1, np.int32))

    def to_table(self, partition: str | None = None, repeat: int = 0) -> pa.Table:
        """Return the table; that of a rule names the partition and the repeat as well."""
        n = len(self.item)
        columns = [pa.array(self.item, pa.string()), pa.array(self.fold, pa.int32(), mask=self.fold < 0)]
        for values in (self.y, self.predicted, self.variance):
            if values is not None:
                columns += [_nullable(column) for column in values.T]
        if partition is not None:
            columns += [pa.array([partition] * n, pa.string()), pa.array(np.full(n, repeat, np.int32))]
        schema = target_predictions_schema(
            self.targets, variance=self.variance is not None, fused=partition is not None
        )
        return pa.Table.from_arrays(columns, schema=schema)

    def write(self, path: Path | str) -> None:
        """Write the table."""
        table = self.to_table()
        write_table(table, path, table.schema)

    @classmethod
    def from_table(cls, table: pa.Table) -> TargetPredictions:
        """Return what `to_table` was made from."""
        names = table.column_names
        targets = tuple(name.removeprefix(TARGET_PREFIX) for name in names if name.startswith(TARGET_PREFIX))
        has_variance = any(name.startswith(VARIANCE_PREFIX) for name in names)
        return cls(
            targets=targets,
            item=table["item"].to_numpy(zero_copy_only=False),
            y=_matrix(table, TARGET_PREFIX, targets),
            predicted=_matrix(table, PREDICTED_PREFIX, targets),
            variance=_matrix(table, VARIANCE_PREFIX, targets) if has_variance else None,
            fold=table["fold"].fill_null(-1).to_numpy().astype(np.int32),
        )

    @classmethod
    def read(cls, path: Path | str) -> TargetPredictions:
        """Read the table of a view."""
        return cls.from_table(read_table(path))


def _matrix(table: pa.Table, prefix: str, targets: tuple[str, ...]) -> Float64:
    columns = [table[prefix + name].fill_null(np.nan).to_numpy() for name in targets]
    return np.column_stack(columns).reshape(len(table), len(targets))


def _nullable(values: Float64) -> pa.Array:
    return pa.array(np.ascontiguousarray(values), pa.float64(), mask=np.isnan(values))
