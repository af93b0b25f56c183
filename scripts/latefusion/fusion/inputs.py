"""From probability tables on disk to what a fusion rule is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latefusion.fusion.fuse import PartitionInput
from latefusion.store.probabilities import Probabilities
from latefusion.store.tables import GROUPS, TableError, read_table


def read_partition_inputs(
    partitions: Sequence[str],
    modalities: Sequence[str],
    learn: Sequence[Path | str],
    test: Sequence[Path | str],
    groups: Path | str,
) -> list[PartitionInput]:
    """Read the tables of all modalities in all partitions of a protocol.

    Parameters
    ----------
    partitions, modalities : sequence of str
    learn, test : sequence of paths
        Training and test tables, partition by partition, in each one modality by modality.
    groups : path
        The group of each item.
    """
    width = len(modalities)
    inputs = []
    for index, partition in enumerate(partitions):
        learned, tested = (
            {
                name: Probabilities.read(path)
                for name, path in zip(modalities, paths[index * width : (index + 1) * width], strict=True)
            }
            for paths in (learn, test)
        )
        group = read_group_of(groups, tested[modalities[0]].item)
        inputs.append(PartitionInput(partition, learned, tested, group))
    return inputs


def read_group_of(groups: Path | str, items: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the group of each item, (n,) object array of str.

    Raises
    ------
    TableError
        If the table does not hold an item.
    """
    table = read_table(groups, GROUPS)
    group_of = dict(zip(table["item"].to_pylist(), table["group"].to_pylist(), strict=True))
    try:
        return np.array([group_of[item] for item in items.tolist()], object)
    except KeyError as error:
        raise TableError(f"{groups}: the item {error} has no group; make it again") from error
