"""What needs no audio and no lyrics: the majority class, and looking up the group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.samples import Model, Names
from latefusion.evaluation.statistics.metrics import Labels

MAJORITY = "majority"
GROUP_LOOKUP = "group_lookup"


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
    names, codes = np.unique(group.astype(str), return_inverse=True)
    said: dict[str, list[NDArray[np.int64]]] = {MAJORITY: [], GROUP_LOOKUP: []}
    shares = []
    for _, train, test in parts:
        learned = train[label[train] >= 0]
        counts = np.bincount(label[learned], minlength=classes)
        # among equal counts the class that is more frequent in training, then the lower index
        rank = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
        tables = np.bincount(codes[learned] * classes + label[learned], minlength=len(names) * classes)
        tables = tables.reshape(-1, classes)
        found = (tables * classes - rank).argmax(axis=1)
        majority = int(counts.argmax())
        seen = tables.sum(axis=1) > 0
        said[MAJORITY].append(np.full(len(test), majority))
        said[GROUP_LOOKUP].append(np.where(seen, found, majority)[codes[test]])
        shares.append(np.tile(training_shares(train, label, classes), (len(test), 1)))
    rows = np.concatenate([test for _, _, test in parts])
    common: Mapping[str, NDArray[np.object_]] = {
        "item": item[rows],
        "partition": np.array([name for name, _, test in parts for _ in range(len(test))], object),
    }
    models = []
    for name, predictions in said.items():
        if name == GROUP_LOOKUP and not lookup:
            continue
        models.append(
            Model(
                name=name,
                kind="baseline",
                probabilistic=name == MAJORITY,
                label=label[rows],
                predicted=np.concatenate(predictions).astype(np.int32),
                p=np.concatenate(shares) if name == MAJORITY else None,
                repeat=np.zeros(len(rows), np.int32),
                **common,
            )
        )
    return models
