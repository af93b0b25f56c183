"""What a fusion rule is given: the probabilities of all modalities on the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from latefusion.core.input_names import NamedFiles, input_name
from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.quality_columns import read_quality
from latefusion.store.probabilities import Probabilities
from latefusion.store.samples import class_names, read_group_of, read_samples
from latefusion.store.tables import read_json


@dataclass(frozen=True)
class PartitionInput:
    """What a rule is given in one partition.

    Attributes
    ----------
    partition : str
    learn : dict of str to Probabilities
        Training rows by modality, the same items in each: out-of-fold with their folds under `honest`
        and `cross`, in-sample under `replica`. NaN where an item lacks the modality.
    test : dict of str to Probabilities
        Test rows likewise; labels may be unknown (-1).
    group : (n_test,) object array
        Group of each test row.
    learn_quality, test_quality : mapping of str to (n,) array
        Quality measures of the rows by column, NaN where one is missing; those that some rule reads.
    """

    partition: str
    learn: Mapping[str, Probabilities]
    test: Mapping[str, Probabilities]
    group: NDArray[np.object_]
    learn_quality: Mapping[str, Array] = field(default_factory=dict)
    test_quality: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Stacked:
    """Probabilities of all modalities of some items, side by side.

    Attributes
    ----------
    P : (n, M, K) array
        NaN where an item lacks a modality.
    y : (n,) array
        Class indices; -1 where unknown.
    fold : (n,) array or None
        None where no row has one.
    item : (n,) object array of str
    modalities : tuple of str
    quality : (n, Q) array, optional
        Quality measures that the rule reads; NaN where one is missing.
    """

    P: Array
    y: Labels
    fold: Labels | None
    item: NDArray[np.object_]
    modalities: tuple[str, ...]
    quality: Array | None = None

    def rows(self, chosen: NDArray[np.bool_]) -> Stacked:
        """Return some of the items."""
        fold = None if self.fold is None else self.fold[chosen]
        quality = None if self.quality is None else self.quality[chosen]
        return Stacked(self.P[chosen], self.y[chosen], fold, self.item[chosen], self.modalities, quality)


def stack(
    views: Mapping[str, Probabilities],
    where: str,
    quality: Mapping[str, Array] = MappingProxyType({}),
    columns: Sequence[str] = (),
) -> Stacked:
    """Probabilities of some modalities side by side.

    Parameters
    ----------
    views : mapping of str to Probabilities
        By modality.
    where : str
        Partition and part, for messages.
    quality : mapping of str to (n,) array
        Quality measures of the items, by column.
    columns : sequence of str
        Those to keep.

    Raises
    ------
    ValueError
        If modalities disagree on items, labels or classes, or a row holds some probabilities but not all:
        NaN means that the item lacks the modality, and nothing else.
    """
    (leader, first), *others = views.items()
    for name, other in others:
        if other.classes != first.classes or not np.array_equal(other.item, first.item):
            raise ValueError(f"{where}: {name} has other items or classes than {leader}")
        if not np.array_equal(other.label, first.label):
            raise ValueError(f"{where}: {name} has other labels than {leader}")
    for name, view in views.items():
        finite = np.isfinite(view.p)
        wrong = np.flatnonzero(~(finite.all(axis=1) | np.isnan(view.p).all(axis=1)))
        if len(wrong):
            row = int(wrong[0])
            raise ValueError(
                f"{where}: {name} says {view.p[row].tolist()} of the item {view.item[row]}, of which some "
                "are no numbers: the model that said so failed there"
            )
    P = np.stack([view.p for view in views.values()], axis=1)
    # rows of a view without folds were seen by its model, so nothing can be validated on them; views that
    # are external may have other folds than ours, and those of the first view split the rows
    known = all((view.fold >= 0).all() for view in views.values())
    fold = first.fold if known and len(np.unique(first.fold)) > 1 else None
    measured = np.stack([quality[name] for name in columns], axis=1) if columns else None
    return Stacked(P, first.label, fold, first.item, tuple(views), measured)


def _labels_alone(partition: str, files: NamedFiles) -> Probabilities:
    """Read the training rows of a partition of which a modality says nothing."""
    dataset = read_json(files.get("dataset"))
    items = [files.get(input_name("items", split)) for split in ("train", "test")]
    rows = read_samples(files.get(input_name("partition", partition)), "train", items, [], dataset)
    classes = class_names(dataset)
    return Probabilities(classes, rows.item, rows.label, np.full((len(rows.item), len(classes)), np.nan))


def read_partition_inputs(
    partitions: Sequence[str],
    modalities: Sequence[str],
    files: NamedFiles,
    quality: Sequence[str] = (),
) -> list[PartitionInput]:
    """Tables of all modalities in all partitions of a protocol.

    Parameters
    ----------
    partitions, modalities : sequence of str
    files : NamedFiles
        ``learn:{partition}:{modality}`` and ``test:{partition}:{modality}``, the probabilities of the
        training and of the test rows; ``groups``, the group of each item. Where a modality has none of the
        training rows, also ``dataset``, ``partition:{partition}``, ``items:train`` and ``items:test``: a rule
        that learns nothing needs their labels alone. Where quality is read, ``items:`` of every split.
    quality : sequence of str
        Columns of the items' tables that the rule reads.

    Raises
    ------
    InputError
        If a quality column holds no numbers.
    """
    inputs = []
    measured = read_quality(quality, files)
    for partition in partitions:
        tested = {
            name: Probabilities.read(files.get(input_name("test", partition, name))) for name in modalities
        }
        learned = {}
        for name in modalities:
            learn = input_name("learn", partition, name)
            there = learn in files.keys()  # noqa: SIM118 - Snakemake's own looks among the files for a name
            learned[name] = Probabilities.read(files.get(learn)) if there else _labels_alone(partition, files)
        group = read_group_of(files.get("groups"), tested[modalities[0]].item)
        rows = [measured.of(part[modalities[0]].item) for part in (learned, tested)]
        inputs.append(PartitionInput(partition, learned, tested, group, *rows))
    return inputs
