"""What a fusion rule for continuous targets is given: the predictions of all modalities on the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.input_names import NamedFiles, input_name
from latefusion.fusion.aggregation import Array, Labels, Mask
from latefusion.store.target_predictions import TargetPredictions


@dataclass(frozen=True)
class StackedTargets:
    """Predictions of all modalities of some items, side by side.

    Attributes
    ----------
    F : (n, M, T) array
        NaN where an item lacks a modality.
    Y : (n, T) array
        True values; NaN where they are not known.
    fold : (n,) int32 array
    item : (n,) object array of str
    variance : (n, M, T) array, optional
        Of the errors of the predictions; NaN where a modality is missing.
    """

    F: Array
    Y: Array
    fold: Labels
    item: NDArray[np.object_]
    variance: Array | None

    def rows(self, chosen: Mask) -> StackedTargets:
        """Return some of the items."""
        variance = None if self.variance is None else self.variance[chosen]
        return StackedTargets(self.F[chosen], self.Y[chosen], self.fold[chosen], self.item[chosen], variance)


@dataclass(frozen=True)
class TargetPartition:
    """What a rule is given in one partition: out-of-fold rows to learn from, and test rows.

    Attributes
    ----------
    partition : str
    targets : tuple of str
    modalities : tuple of str
    learn, test : StackedTargets
    """

    partition: str
    targets: tuple[str, ...]
    modalities: tuple[str, ...]
    learn: StackedTargets
    test: StackedTargets


def stack_targets(views: Mapping[str, TargetPredictions], where: str) -> StackedTargets:
    """Predictions of some modalities side by side.

    Parameters
    ----------
    views : mapping of str to TargetPredictions
        By modality.
    where : str
        Partition and part, for messages.

    Raises
    ------
    ValueError
        If modalities disagree on items, targets, values or folds, or a row predicts some targets only.
    """
    (leader, first), *others = views.items()
    for name, other in others:
        if other.targets != first.targets or not np.array_equal(other.item, first.item):
            raise ValueError(f"{where}: {name} has other items or targets than {leader}")
        if not (np.array_equal(other.y, first.y, equal_nan=True) and np.array_equal(other.fold, first.fold)):
            raise ValueError(f"{where}: {name} has other true values or folds than {leader}")
    for name, view in views.items():
        finite = np.isfinite(view.predicted)
        wrong = np.flatnonzero(~(finite.all(axis=1) | np.isnan(view.predicted).all(axis=1)))
        if len(wrong):
            row = int(wrong[0])
            raise ValueError(f"{where}: {name} says {view.predicted[row].tolist()} of {view.item[row]}")
    variances = [view.variance for view in views.values()]
    known = [one for one in variances if one is not None]
    return StackedTargets(
        F=np.stack([view.predicted for view in views.values()], axis=1),
        Y=first.y,
        fold=first.fold,
        item=first.item,
        variance=np.stack(known, axis=1) if len(known) == len(variances) else None,
    )


def read_target_partitions(
    partitions: Sequence[str], modalities: Sequence[str], files: NamedFiles, *, held_out: bool = True
) -> list[TargetPartition]:
    """Tables of all modalities in all partitions of a protocol.

    Parameters
    ----------
    partitions, modalities : sequence of str
    files : NamedFiles
        ``learn:{partition}:{modality}`` and ``test:{partition}:{modality}``.
    held_out : bool
        Whether there are training rows; finished predictions may have none, and rules that learn none then.
    """
    found = []
    for partition in partitions:
        said = _read("test", partition, modalities, files)
        test = stack_targets(said, f"{partition}, test part")
        if held_out:
            learn = stack_targets(_read("learn", partition, modalities, files), f"{partition}, training part")
        else:
            learn = test.rows(np.zeros(len(test.item), bool))
        targets = said[modalities[0]].targets
        found.append(TargetPartition(partition, targets, tuple(modalities), learn, test))
    return found


def _read(
    part: str, partition: str, modalities: Sequence[str], files: NamedFiles
) -> dict[str, TargetPredictions]:
    return {name: TargetPredictions.read(files.get(input_name(part, partition, name))) for name in modalities}
