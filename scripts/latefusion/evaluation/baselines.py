"""What needs no audio and no lyrics: the majority class, and looking up the group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.core.metrics import Labels
from latefusion.evaluation.names import GROUP_LOOKUP, MAJORITY
from latefusion.evaluation.samples import Model, Names


def training_shares(train: NDArray[np.int64], label: Labels, classes: int) -> NDArray[np.float64]:
    """Return the class shares of training rows, (K,); rows without a label do not count.

    Parameters
    ----------
    train : (n,) array
        Positions among the items.
    label : (N,) array
        Of all items; −1 where unknown.
    classes : int
    """
    known = label[train][label[train] >= 0]
    return np.bincount(known, minlength=classes) / max(len(known), 1)


def baselines(
    parts: Sequence[tuple[str, NDArray[np.int64], NDArray[np.int64]]],
    item: Names,
    label: Labels,
    group: Names,
    classes: int,
    *,
    lookup: bool = True,
) -> list[Model]:
    """Return the baselines of a protocol.

    `majority` says the class that is most frequent in training; its probabilities are the class shares
    there. `group_lookup` says the most frequent training class of the item's group, the majority class
    where the group was not seen; it has no probabilities. Ties go to the class that is more frequent in
    training, then to the lower index.

    Parameters
    ----------
    parts : sequence of (name, training rows, test rows)
        The partitions, as positions among the items.
    item, label, group : (N,) arrays
        All items; labels −1 where unknown.
    classes : int
    lookup : bool
        Whether groups are known.
    """
    codes = np.unique(group.astype(str), return_inverse=True)[1].astype(np.int64)
    said: dict[str, list[NDArray[np.int64]]] = {MAJORITY: [], GROUP_LOOKUP: []}
    for _, train, test in parts:
        majority, looked_up = _learn(train[label[train] >= 0], label, codes, classes)
        said[MAJORITY].append(np.full(len(test), majority))
        said[GROUP_LOOKUP].append(looked_up[codes[test]])
    shares = [np.tile(training_shares(train, label, classes), (len(test), 1)) for _, train, test in parts]
    rows = np.concatenate([test for _, _, test in parts])
    partition = np.array([name for name, _, test in parts for _ in range(len(test))], object)
    return [
        Model(
            name=name,
            kind="baseline",
            probabilistic=name == MAJORITY,
            item=item[rows],
            label=label[rows],
            predicted=np.concatenate(predictions).astype(np.int32),
            p=np.concatenate(shares) if name == MAJORITY else None,
            partition=partition,
            repeat=np.zeros(len(rows), np.int32),
        )
        for name, predictions in said.items()
        if lookup or name != GROUP_LOOKUP
    ]


def _learn(
    learned: NDArray[np.int64], label: Labels, codes: NDArray[np.int64], classes: int
) -> tuple[int, NDArray[np.int64]]:
    """Return the most frequent class of labelled training rows, and that of each group, (G,)."""
    counts = np.bincount(label[learned], minlength=classes)
    # among equal counts the class that is more frequent in training, then the lower index
    rank = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
    groups = int(codes.max()) + 1
    tables = np.bincount(codes[learned] * classes + label[learned], minlength=groups * classes)
    tables = tables.reshape(-1, classes)
    majority = int(counts.argmax())
    found = (tables * classes - rank).argmax(axis=1)
    return majority, np.where(tables.sum(axis=1) > 0, found, majority)
