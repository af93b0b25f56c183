"""Finished predictions of several models on the same items, as the contract files that later stages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.dataset.keys import Key
from latefusion.external.judged_items import JudgedItems, Mask, Names, Part
from latefusion.external.prediction_source import Kind
from latefusion.external.score_calibration import calibrated
from latefusion.store.probabilities import Probabilities


@dataclass(frozen=True)
class PredictionSet(JudgedItems):
    """What several models said of the same items.

    Attributes
    ----------
    item : (n,) object array of str
        Each once; rows with `dev` first.
    y : (n,) int32 array
        Class indices.
    group : (n,) object array of str
    classes : sequence of (key, name)
        Label and name of each of the K classes, in the order of their index.
    p : mapping of str to (n, K) float64 array
        What each model says, in the order in which the models are shown; a row of NaN where it says nothing
        of an item.
    dev, fold, grouped, joined, warnings, place
        As `JudgedItems` has them.
    kind : {'probabilities', 'scores', 'decisions'}
        What `p` holds: scores that are still to be calibrated, or decisions as the probability 1.
    """

    item: Names
    y: NDArray[np.int32]
    group: Names
    classes: Sequence[tuple[Key, str]]
    p: Mapping[str, NDArray[np.float64]]
    dev: Mask
    fold: NDArray[np.int32] | None = None
    grouped: bool = False
    joined: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[Mapping[str, str]] = ()
    kind: Kind = "probabilities"
    place: NDArray[np.int64] | None = None

    @property
    def models(self) -> list[str]:
        """Names of the models, in the order in which they are shown."""
        return list(self.p)

    @property
    def folder(self) -> str:
        """Where tables of what models say stand in a partition."""
        return "probabilities"

    @property
    def strata(self) -> NDArray[np.int32]:
        """The class of each item, (n,), which folds are balanced by."""
        return self.y

    def tables(self, partition: pa.Table, part: Part) -> dict[str, Probabilities]:
        """Return what each model says of one part of a partition; scores are calibrated on its training part.

        Parameters
        ----------
        partition : pyarrow.Table
            One of `partitions`.
        part : {'train', 'test'}
        """
        names = tuple(name for _, name in self.classes)
        rows, train, fold = self.part_rows(partition, part)
        found = {}
        for model, given in self.p.items():
            p = calibrated(given, self.y, train, fold) if self.kind == "scores" else given
            found[model] = Probabilities(names, self.item[rows], self.y[rows], p[rows], fold[rows])
        return found

    def answers(self) -> dict[str, pa.Array]:
        """Return label and name of the class of each item, as the items' table has them."""
        keys = [key for key, _ in self.classes]
        integers = all(isinstance(key, int) for key in keys)
        labels = [key if integers else str(key) for key in keys]
        names, index = [name for _, name in self.classes], self.y.tolist()
        return {
            "label": pa.array([labels[one] for one in index]),
            "class": pa.array([names[one] for one in index], pa.string()),
        }

    def dataset(self) -> dict[str, Any]:
        """Return what dataset.json holds; without rows to learn from the prior of each class is 1/K."""
        train = self.split
        learned = np.bincount(self.y[train], minlength=len(self.classes))
        judged = np.bincount(self.y[~train], minlength=len(self.classes))
        total = int(learned.sum())
        return {
            "classes": [
                {
                    "index": index,
                    "label": label,
                    "name": name,
                    "train": int(learned[index]),
                    "test": int(judged[index]),
                    "prior": int(learned[index]) / total if total else 1 / len(self.classes),
                }
                for index, (label, name) in enumerate(self.classes)
            ],
            "n": {"train": total, "test": len(self.item) - total},
            "modalities": {},
            "predictions": self.lacking(self.p),
            "duplicates": dict.fromkeys(("train", "test", "across", "identifiers", "other_label"), 0),
            "groups": self.group_facts(),
            "warnings": self.odd(),
        }
