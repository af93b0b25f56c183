"""Finished predictions of numbers by several models, as the contract files that later stages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.dataset.targets import facts_of_targets
from latefusion.external.judged_items import JudgedItems, Mask, Names, Part
from latefusion.store.schemas import TARGET_PREFIX
from latefusion.store.target_predictions import TargetPredictions

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class TargetPredictionSet(JudgedItems):
    """What several models predicted of the numbers of the same items.

    Attributes
    ----------
    targets : tuple of str
        Names of the T numbers.
    item : (n,) object array of str
        Each once; rows with `dev` first.
    y : (n, T) float64 array
        True values.
    group : (n,) object array of str
    predicted : mapping of str to (n, T) float64 array
        By model, in the order in which the models are shown; a row of NaN where it says nothing of an item.
    variance : mapping of str to (n, T) float64 array, optional
        Of the errors that each model expects.
    dev, fold, grouped, joined, warnings, place
        As `JudgedItems` has them.
    """

    targets: tuple[str, ...]
    item: Names
    y: Float64
    group: Names
    predicted: Mapping[str, Float64]
    dev: Mask
    variance: Mapping[str, Float64] | None = None
    fold: NDArray[np.int32] | None = None
    grouped: bool = False
    joined: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[Mapping[str, str]] = ()
    place: NDArray[np.int64] | None = None

    @property
    def models(self) -> list[str]:
        """Names of the models, in the order in which they are shown."""
        return list(self.predicted)

    @property
    def folder(self) -> str:
        """Where tables of what models say stand in a partition."""
        return "predictions"

    def tables(self, partition: pa.Table, part: Part) -> dict[str, TargetPredictions]:
        """Return what each model says of one part of a partition.

        Parameters
        ----------
        partition : pyarrow.Table
            One of `partitions`.
        part : {'train', 'test'}
        """
        rows, _, fold = self.part_rows(partition, part)
        return {
            model: TargetPredictions(
                self.targets,
                self.item[rows],
                self.y[rows],
                said[rows],
                None if self.variance is None else self.variance[model][rows],
                fold[rows],
            )
            for model, said in self.predicted.items()
        }

    def answers(self) -> dict[str, pa.Array]:
        """Return the true numbers of each item, as the items' table has them."""
        named = zip(self.targets, self.y.T, strict=True)
        return {TARGET_PREFIX + name: pa.array(np.ascontiguousarray(values)) for name, values in named}

    def dataset(self) -> dict[str, Any]:
        """Return what dataset.json holds."""
        total = int(self.split.sum())
        return {
            "classes": [],
            "n": {"train": total, "test": len(self.item) - total},
            "modalities": {},
            "predictions": self.lacking(self.predicted),
            "duplicates": dict.fromkeys(("train", "test", "across", "identifiers", "other_label"), 0),
            "groups": self.group_facts(),
            **facts_of_targets(self.targets, self.y, self.group, total),
            "warnings": self.odd(),
        }
