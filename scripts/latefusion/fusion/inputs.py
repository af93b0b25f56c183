"""From probability tables on disk to what a fusion rule is given."""

from __future__ import annotations

from collections.abc import Sequence

from latefusion.core.input_names import NamedFiles, input_name
from latefusion.fusion.runner import PartitionInput
from latefusion.store.probabilities import Probabilities
from latefusion.store.samples import read_group_of


def read_partition_inputs(
    partitions: Sequence[str],
    modalities: Sequence[str],
    files: NamedFiles,
) -> list[PartitionInput]:
    """Tables of all modalities in all partitions of a protocol.

    Parameters
    ----------
    partitions, modalities : sequence of str
    files : NamedFiles
        ``learn:{partition}:{modality}`` and ``test:{partition}:{modality}``, the probabilities of the
        training and of the test rows; ``groups``, the group of each item.
    """
    inputs = []
    for partition in partitions:
        learned, tested = (
            {name: Probabilities.read(files.get(input_name(part, partition, name))) for name in modalities}
            for part in ("learn", "test")
        )
        group = read_group_of(files.get("groups"), tested[modalities[0]].item)
        inputs.append(PartitionInput(partition, learned, tested, group))
    return inputs
