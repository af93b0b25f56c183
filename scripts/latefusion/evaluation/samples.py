"""What is evaluated: models on the same items in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.evaluation.statistics.metrics import Array, Labels, log_losses

Names = NDArray[np.object_]
Mask = NDArray[np.bool_]

KINDS: Final = ("baseline", "single", "early", "rule")


@dataclass(frozen=True)
class Model:
    """What a model said of the test rows of a protocol.

    Attributes
    ----------
    name : str
    kind : {'baseline', 'single', 'early', 'rule'}
    probabilistic : bool
        Whether `p` is an estimate of probabilities.
    item : (r,) object array of str
        Several times the same where a rule or the fold assignment is repeated.
    label, predicted : (r,) int32 arrays
        Class indices; −1 where nothing could be predicted.
    p : (r, K) float64 array, optional
        NaN where nothing could be predicted.
    partition : (r,) object array of str
    repeat : (r,) int32 array
    """

    name: str
    kind: str
    probabilistic: bool
    item: Names
    label: Labels
    predicted: Labels
    p: Array | None
    partition: Names
    repeat: Labels


@dataclass(frozen=True)
class Aligned:
    """A model on the items of a sample: R replicates, each of which has every item once.

    Attributes
    ----------
    name, kind : str
    probabilistic : bool
    predicted : (R, n) int32 array
    p : (R, n, K) array or None
        None where the model is not probabilistic.
    partition : (R, n) int32 array
        Code of the partition that each row is from.
    key : (R, 2) int64 array
        Fold assignment and repeat of each replicate.
    filled : int
        Rows in which the model had nothing to go by and says the class shares of the training part.
    """

    name: str
    kind: str
    probabilistic: bool
    predicted: Labels
    p: Array | None
    partition: Labels
    key: NDArray[np.int64]
    filled: int

    @property
    def replicates(self) -> int:
        """How often each item is predicted."""
        return len(self.predicted)

    def correct(self, label: Labels) -> Array:
        """Return how often each item is predicted rightly, a share, (n,)."""
        shares: Array = (self.predicted == label).mean(axis=0)
        return shares

    def loss(self, label: Labels) -> Array | None:
        """Return the mean log loss of each item, (n,); None where the model is not probabilistic."""
        return None if self.p is None else log_losses(self.p, label).mean(axis=0)


@dataclass(frozen=True)
class Sample:
    """The items of a protocol, or a subset of them, and what the models say.

    Attributes
    ----------
    item : (n,) object array
    label : (n,) int32 array
    group : (n,) int64 array
        Code of the item's group, 0 … G − 1.
    classes : tuple of str
    prior : (K,) array
        Class shares in train.
    models : tuple of Aligned
    """

    item: Names
    label: Labels
    group: NDArray[np.int64]
    classes: tuple[str, ...]
    prior: Array
    models: tuple[Aligned, ...]

    @property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    @property
    def grouped(self) -> bool:
        """Whether some group has more than one item."""
        return self.groups < len(self.group)

    def of(self, name: str) -> Aligned:
        """Return a model by name."""
        return next(model for model in self.models if model.name == name)

    def position(self, name: str) -> int:
        """Return where a model stands."""
        return [model.name for model in self.models].index(name)

    def where(self, chosen: Mask) -> Sample:
        """Return the sample of the chosen items, groups counted anew."""
        return replace(
            self,
            item=self.item[chosen],
            label=self.label[chosen],
            group=np.unique(self.group[chosen], return_inverse=True)[1].astype(np.int64),
            models=tuple(
                replace(
                    model,
                    predicted=model.predicted[:, chosen],
                    p=None if model.p is None else model.p[:, chosen],
                    partition=model.partition[:, chosen],
                )
                for model in self.models
            ),
        )


def align(
    models: Sequence[Model],
    item: Names,
    label: Labels,
    group: Names,
    classes: Sequence[str],
    prior: Array,
    shares: Mapping[str, Array] | None = None,
) -> Sample:
    """Bring models into the order of the items.

    Parameters
    ----------
    models : sequence of Model
    item, label, group : (N,) arrays
        Items in the order of the files; those that no model predicts, or without label, are left out.
    classes : sequence of str
    prior : (K,) array
        Class shares in train.
    shares : mapping of str to (K,) array, optional
        Class shares in the training part of each partition, which a model says of rows that it cannot
        predict; `prior` in all of them by default.

    Raises
    ------
    ValueError
        If a model does not predict the same items as the first one, each equally often.
    """
    place = {name: index for index, name in enumerate(item.tolist())}
    tested = np.zeros(len(item), bool)
    tested[[place[name] for name in models[0].item.tolist()]] = True
    tested &= label >= 0
    chosen = np.flatnonzero(tested)
    row = np.full(len(item), -1, np.int64)
    row[chosen] = np.arange(len(chosen))
    partitions = {name: code for code, name in enumerate(sorted({*models[0].partition.tolist()}))}
    fill = np.stack([prior if shares is None else shares[name] for name in partitions])
    aligned = [_aligned(model, place, row, len(chosen), partitions, fill) for model in models]
    codes = np.unique(group[chosen].astype(str), return_inverse=True)[1]
    return Sample(
        item[chosen],
        label[chosen],
        codes.astype(np.int64),
        tuple(classes),
        prior,
        tuple(sorted(aligned, key=lambda model: KINDS.index(model.kind))),
    )


def _aligned(
    model: Model,
    place: Mapping[str, int],
    row: NDArray[np.int64],
    n: int,
    partitions: Mapping[str, int],
    fill: Array,
) -> Aligned:
    at = row[[place[name] for name in model.item.tolist()]]
    known = at >= 0
    key, replicate = _replicates(model)
    count = len(key)
    cell = replicate[known] * n + at[known]
    if len(cell) != count * n or len(np.unique(cell)) != count * n:
        raise ValueError(f"{model.name} does not predict each item {count} times")
    source = np.empty(count * n, np.int64)
    source[cell] = np.flatnonzero(known)
    codes = np.array([partitions[name] for name in model.partition.tolist()], np.int32)[source]
    predicted = model.predicted[source]
    nothing = predicted < 0
    predicted = np.where(nothing, fill.argmax(axis=1)[codes], predicted).astype(np.int32)
    p = None
    if model.probabilistic and model.p is not None:
        p = np.where(np.isnan(model.p[source]), fill[codes], model.p[source]).reshape(count, n, -1)
    return Aligned(
        model.name,
        model.kind,
        p is not None,
        predicted.reshape(count, n),
        p,
        codes.reshape(count, n),
        key,
        int(nothing.sum()),
    )


def _replicates(model: Model) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return fold assignment and repeat of each replicate, (R, 2), and the replicate of each row, (r,)."""
    names, code = np.unique(model.partition.astype(str), return_inverse=True)
    assignment = np.array([assignment_of(name) for name in names.tolist()], np.int64)[code]
    keys = np.stack([assignment, model.repeat.astype(np.int64)], axis=1)
    found, replicate = np.unique(keys, axis=0, return_inverse=True)
    return found, replicate.ravel().astype(np.int64)


def assignment_of(partition: str) -> int:
    """Return the fold assignment that a partition belongs to: r of `cross-{r}-{k}`, otherwise 0."""
    parts = partition.split("-")
    return int(parts[1]) if len(parts) == 3 else 0


def coinciding(models: Sequence[Aligned]) -> dict[str, str | None]:
    """Return for each model the first one before it that predicts the same in every row, or None.

    Where both give probabilities, these must agree as well, to 1e-9.
    """
    same: dict[str, str | None] = {}
    for index, model in enumerate(models):
        same[model.name] = next((one.name for one in models[:index] if _equal(one, model)), None)
        first = same[model.name]
        if first is not None and same[first] is not None:
            same[model.name] = same[first]
    return same


def _equal(a: Aligned, b: Aligned) -> bool:
    if a.predicted.shape != b.predicted.shape or not np.array_equal(a.predicted, b.predicted):
        return False
    if a.p is None or b.p is None:
        return a.p is b.p
    return bool(np.abs(a.p - b.p).max(initial=0) < 1e-9)
