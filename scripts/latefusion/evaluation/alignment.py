"""Predictions of several models brought onto the same items in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from latefusion.core.metrics import Array, Labels
from latefusion.evaluation.samples import KINDS, Aligned, Model, Names, Sample


class Replicated(Protocol):
    """Rows of which several may be of the same item: their partitions and repeats."""

    @property
    def partition(self) -> Names:
        """Name of the partition of each row, (r,)."""

    @property
    def repeat(self) -> Labels:
        """Repeat of each row, (r,)."""


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
    key, replicate = replicates_of(model)
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


def replicates_of(model: Replicated) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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


def coinciding_models(models: Sequence[Aligned]) -> dict[str, str | None]:
    """Return for each model the first one before it that predicts the same in every row, or None.

    Where both give probabilities, these must agree as well, to 1e-9.
    """
    same: dict[str, str | None] = {}
    for index, model in enumerate(models):
        same[model.name] = next((one.name for one in models[:index] if coincide(one, model)), None)
        first = same[model.name]
        if first is not None and same[first] is not None:
            same[model.name] = same[first]
    return same


def coincide(a: Aligned, b: Aligned) -> bool:
    """Return whether two models predict the same in every row, with the same probabilities to 1e-9."""
    if a.predicted.shape != b.predicted.shape or not np.array_equal(a.predicted, b.predicted):
        return False
    if a.p is None or b.p is None:
        return a.p is b.p
    return bool(np.abs(a.p - b.p).max(initial=0) < 1e-9)
