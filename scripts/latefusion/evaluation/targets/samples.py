"""Continuous targets of items, and what models say of them, brought onto the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.metrics import Array, Labels
from latefusion.evaluation.alignment import replicates_of
from latefusion.evaluation.samples import KINDS, Grouped, Listed, Mask, Names

SAME: Final = 1e-6
"""Predictions closer than this, in standard deviations of the target, coincide."""


@dataclass(frozen=True)
class TargetItems(Listed):
    """All items of both files whose targets are known, in their order.

    Attributes
    ----------
    targets : tuple of str
    item : (N,) object array of str
    y : (N, T) array
    group : (N,) object array of str
    split : (N,) object array of str
    described : mapping of str to sequence
        Descriptive columns.
    label : (N,) int32 array, optional
        Class indices, of data that have classes as well.
    classes : tuple of str
    """

    targets: tuple[str, ...]
    item: Names
    y: Array
    group: Names
    split: Names
    described: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    label: Labels | None = None
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """What a model says of the training rows of a partition from folds that it did not see.

    Attributes
    ----------
    item : (m,) object array of str
    fold : (m,) int32 array
    predicted : (m, T) array
    sd : (m, T) array, optional
        Standard deviations of the errors, where they differ by item.
    """

    item: Names
    fold: Labels
    predicted: Array
    sd: Array | None = None


@dataclass(frozen=True)
class TargetModel:
    """What a model said of the test rows of a protocol.

    Attributes
    ----------
    name : str
    kind : {'baseline', 'single', 'early', 'rule'}
    item : (r,) object array of str
        Several times the same where a rule or the fold assignment is repeated.
    predicted : (r, T) array
    partition : (r,) object array of str
    repeat : (r,) int32 array
    sd : (r, T) array, optional
        Standard deviations of the errors, where they differ by item.
    out_of_fold : mapping of str to Held
        By partition.
    filled : int
        Rows in which the model had nothing to go by and says the training mean.
    """

    name: str
    kind: str
    item: Names
    predicted: Array
    partition: Names
    repeat: Labels
    sd: Array | None = None
    out_of_fold: Mapping[str, Held] = field(default_factory=dict)
    filled: int = 0


@dataclass(frozen=True)
class Quadrants:
    """Classes that are numbers cut at the axes.

    Attributes
    ----------
    cut : (T,) array
    names : tuple of str
        Of the 2^T cells, cell Σ_t 2^(T−1−t) [y_t ≥ cut_t]; empty where the classes of the items name them.
    """

    cut: Array
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlignedTargets:
    """A model on the items of a sample: R replicates, each of which has every item once.

    Attributes
    ----------
    name, kind : str
    predicted : (R, n, T) array
    partition : (R, n) object array
    filled : int
    out_of_fold : mapping of str to Held
    sd : (R, n, T) array, optional
        Standard deviations of the errors, where they differ by item.
    """

    name: str
    kind: str
    predicted: Array
    partition: Names
    filled: int
    out_of_fold: Mapping[str, Held]
    sd: Array | None = None

    @property
    def replicates(self) -> int:
        """How often each item is predicted."""
        return len(self.predicted)


@dataclass(frozen=True)
class TargetSample(Grouped):
    """The items of a protocol, or a subset of them, and what the models say.

    Attributes
    ----------
    targets : tuple of str
    item : (n,) object array
    y : (n, T) array
    group : (n,) int64 array
        Code of the item's group, 0 … G − 1.
    models : tuple of AlignedTargets
    centers : mapping of str to (T,) array
        Means of the targets in the training part of each partition.
    """

    targets: tuple[str, ...]
    item: Names
    y: Array
    group: NDArray[np.int64]
    models: tuple[AlignedTargets, ...]
    centers: Mapping[str, Array]

    def of(self, name: str) -> AlignedTargets:
        """Return a model by name."""
        return next(model for model in self.models if model.name == name)

    def base(self, model: AlignedTargets) -> Array:
        """Return the training means that each row of a model is measured against, (R, n, T)."""
        names, code = np.unique(model.partition.astype(str), return_inverse=True)
        means: Array = np.stack([self.centers[name] for name in names.tolist()])
        return means[code.reshape(model.partition.shape)]

    def squared(self, model: AlignedTargets) -> Array:
        """Return the mean squared error of each item over the replicates, (n, T)."""
        return np.asarray(((model.predicted - self.y) ** 2).mean(axis=0))

    def spread(self) -> Array:
        """Return the mean squared distance of each target from the training means, (T,).

        The denominator of R².
        """
        base = self.base(self.models[0])
        return np.asarray(((self.y - base) ** 2).mean(axis=(0, 1)))

    def where(self, chosen: Mask) -> TargetSample:
        """Return the sample of the chosen items, groups counted anew."""
        return replace(
            self,
            item=self.item[chosen],
            y=self.y[chosen],
            group=np.unique(self.group[chosen], return_inverse=True)[1].astype(np.int64),
            models=tuple(
                replace(
                    model,
                    predicted=model.predicted[:, chosen],
                    partition=model.partition[:, chosen],
                    sd=None if model.sd is None else model.sd[:, chosen],
                )
                for model in self.models
            ),
        )


def align_targets(
    models: Sequence[TargetModel], items: TargetItems, centers: Mapping[str, Array]
) -> TargetSample:
    """Bring models into the order of the items.

    Raises
    ------
    ValueError
        If a model does not predict the same items as the first one, each equally often.
    """
    place = {name: index for index, name in enumerate(items.item.tolist())}
    tested = np.zeros(len(items.item), bool)
    tested[[place[name] for name in models[0].item.tolist() if name in place]] = True
    chosen = np.flatnonzero(tested)
    row = {items.item[at]: index for index, at in enumerate(chosen.tolist())}
    aligned = [_aligned(model, row) for model in models]
    codes = np.unique(items.group[chosen].astype(str), return_inverse=True)[1]
    return TargetSample(
        items.targets,
        items.item[chosen],
        items.y[chosen],
        codes.astype(np.int64),
        tuple(sorted(aligned, key=lambda model: KINDS.index(model.kind))),
        centers,
    )


def _aligned(model: TargetModel, row: Mapping[str, int]) -> AlignedTargets:
    at = np.array([row.get(name, -1) for name in model.item.tolist()], np.int64)
    known, n = at >= 0, len(row)
    key, replicate = replicates_of(model)
    cell = replicate[known] * n + at[known]
    if len(cell) != len(key) * n or len(np.unique(cell)) != len(cell):
        raise ValueError(f"{model.name} does not predict each item {len(key)} times")
    source = np.empty(len(cell), np.int64)
    source[cell] = np.flatnonzero(known)
    shape = (len(key), n)
    predicted = model.predicted[source].reshape(*shape, -1)
    partition = model.partition[source].reshape(shape)
    sd = None if model.sd is None else model.sd[source].reshape(*shape, -1)
    return AlignedTargets(model.name, model.kind, predicted, partition, model.filled, model.out_of_fold, sd)


def coinciding(sample: TargetSample) -> dict[str, str | None]:
    """Return for each model the first one before it that predicts the same in every row, or None."""
    spread = sample.y.std(axis=0)
    # of items that all have one value, what models err by tells the unit
    errors = np.sqrt(np.mean([sample.squared(model).mean(axis=0) for model in sample.models], axis=0))
    unit = SAME * np.where(np.ptp(sample.y, axis=0) > 0, spread, errors)
    same: dict[str, str | None] = {}
    for index, model in enumerate(sample.models):
        same[model.name] = next(
            (
                same[one.name] or one.name
                for one in sample.models[:index]
                if one.predicted.shape == model.predicted.shape
                and bool((np.abs(one.predicted - model.predicted) <= unit).all())
            ),
            None,
        )
    return same
