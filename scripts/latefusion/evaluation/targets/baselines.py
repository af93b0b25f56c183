"""What needs no audio and no lyrics: the training mean, and the mean of the group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.statistics.group_bootstrap import group_sums
from latefusion.evaluation.targets.names import GROUP_MEAN, TRAINING_MEAN
from latefusion.evaluation.targets.samples import TargetItems, TargetModel

SHRINKAGE: Final = 1.0
"""Items at the training mean that each group's mean is taken with."""


def target_baselines(
    parts: Sequence[tuple[str, NDArray[np.int64], NDArray[np.int64]]],
    items: TargetItems,
    *,
    lookup: bool = True,
) -> list[TargetModel]:
    """Return the baselines of a protocol.

    `training_mean` says the mean of the training rows, an R² of about 0; `group_mean` the mean of the item's
    group there, together with one item at the training mean, which alone counts for a group not seen.

    Parameters
    ----------
    parts : sequence of (name, training rows, test rows)
        The partitions, as positions among the items.
    items : TargetItems
    lookup : bool
        Whether groups are known.
    """
    codes = np.unique(items.group.astype(str), return_inverse=True)[1].astype(np.int64)
    groups = int(codes.max()) + 1
    said: dict[str, list[NDArray[np.float64]]] = {TRAINING_MEAN: [], GROUP_MEAN: []}
    for _, train, test in parts:
        center = items.y[train].mean(axis=0)
        apart = group_sums(items.y[train] - center, codes[train], groups)
        counts = np.bincount(codes[train], minlength=groups)[:, None]
        means = center + apart / (counts + SHRINKAGE)
        said[TRAINING_MEAN].append(np.tile(center, (len(test), 1)))
        said[GROUP_MEAN].append(means[codes[test]])
    rows = np.concatenate([test for _, _, test in parts])
    partition = np.array([name for name, _, test in parts for _ in range(len(test))], object)
    return [
        TargetModel(
            name=name,
            kind="baseline",
            item=items.item[rows],
            predicted=np.concatenate(predictions),
            partition=partition,
            repeat=np.zeros(len(rows), np.int32),
        )
        for name, predictions in said.items()
        if lookup or name != GROUP_MEAN
    ]
