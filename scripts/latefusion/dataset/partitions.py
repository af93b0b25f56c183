"""Partitions of the items and folds of their training parts, one assignment that every view uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.seeds import stream
from latefusion.dataset.text_codes import text_codes
from latefusion.store.samples import read_labels
from latefusion.store.schemas import GIVEN_FOLDS, GROUPS, PARTITION, in_order
from latefusion.store.tables import TableError, read_table

GIVEN, ALL = "given", "all"
NOISE = 0.25


@dataclass(frozen=True)
class LabelledItems:
    """What a division needs to know about the items of both files, train before test.

    Attributes
    ----------
    item : (n,) object array of str
    group : (n,) object array of str
        Final groups.
    y : (n,) int32 array
        Class indices.
    n_train : int
        How many of them are training items of the given split; all where there is none.
    given_folds : (n,) int array or None
        Folds that came with the data.
    """

    item: NDArray[np.object_]
    group: NDArray[np.object_]
    y: NDArray[np.int32]
    n_train: int
    given_folds: NDArray[np.int32] | None = None


def read_labelled_items(
    items: Sequence[Path | str],
    groups: Path | str,
    dataset: Mapping[str, Any],
    given_folds: Path | str | None = None,
) -> LabelledItems:
    """Read what a division needs.

    Parameters
    ----------
    items : sequence of Path
        Items tables of the splits, in their order.
    groups : Path
        groups.parquet.
    dataset : mapping
        From dataset.json.
    given_folds : Path, optional
        Folds that came with the data.

    Raises
    ------
    TableError
        If the tables do not hold the same items in the same order.
    """
    group = read_table(groups, GROUPS)
    item, label = read_labels(items, dataset)
    if item.tolist() != group["item"].to_pylist():
        raise TableError(f"{groups}: its items are others than those of {', '.join(map(str, items))}")
    return LabelledItems(
        item=item,
        group=group["group"].to_numpy(zero_copy_only=False),
        y=label,
        n_train=dataset["n"][in_order(dataset["n"])[0]],
        given_folds=None if given_folds is None else read_table(given_folds, GIVEN_FOLDS)["fold"].to_numpy(),
    )


def assign(
    items: LabelledItems,
    partition: str,
    *,
    folds: int,
    cross_folds: int,
    given_grouped: bool,
    cross_grouped: bool,
    seed: int,
) -> pa.Table:
    """Return the table of a partition: `given`, `all` or one of the `cross` ones.

    `given` is the division of the files, or of one table's split; `cross` ones are made, or are the folds
    that came with the data, as they are; `all` has every item in its training part. Each division and each
    set of folds has a random stream of its own, and looks at the labels and groups of its own rows alone: the
    folds of a training part are the same whatever the test part holds, and whatever partitions there are.

    Parameters
    ----------
    items : LabelledItems
    partition : str
    folds : int
        Folds of each training part.
    cross_folds : int
        Partitions of each repeat.
    given_grouped, cross_grouped : bool
        Whether folds keep groups together, from dataset.json.
    seed : int
    """
    n = len(items.item)
    codes = text_codes(items.group)[1]
    grouped = given_grouped if partition == GIVEN else cross_grouped
    if partition == GIVEN:
        part = np.arange(n) < items.n_train
    elif partition == ALL:
        part = np.ones(n, bool)
    else:
        repeat, k = partition.split("-")[1:]
        rng = stream(seed, "cross", repeat)
        part = (
            items.given_folds != int(k)
            if items.given_folds is not None
            else stratified_folds(items.y, codes if grouped else None, cross_folds, rng) != int(k)
        )
    fold = np.full(n, -1, np.int32)
    together = codes[part] if grouped else None
    fold[part] = training_folds(items.y[part], together, folds, stream(seed, "folds", partition))
    # the order of the files: training rows and test rows each in the order of the items
    return pa.table(
        [
            pa.array(items.item, pa.string()),
            pa.array(np.where(part, "train", "test"), pa.string()),
            pa.array(fold, mask=~part),
        ],
        schema=PARTITION,
    )


def training_folds(
    y: NDArray[np.int32], group: NDArray[np.int64] | None, folds: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Return the fold of each row of a training part, as `stratified_folds` makes them.

    A training part that keeps groups together has as many folds as groups where these are fewer than `folds`;
    a single group is divided all the same, as nothing could be predicted out of fold otherwise.

    Parameters
    ----------
    y, group, folds, rng
        As for `stratified_folds`; without groups rows are dealt one by one.
    """
    most = folds if group is None else min(folds, len(np.unique(group)))
    together, own = (group, most) if most > 1 else (None, folds)
    return stratified_folds(y, together, own, rng)


def stratified_folds(
    y: NDArray[np.int32], group: NDArray[np.int64] | None, folds: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Return a fold for each item: classes spread evenly, groups never divided.

    Groups with the same number of items of each class are interchangeable: they are shuffled and dealt to
    the folds in turn. What is left of them, fewer than folds, goes one by one, larger groups first by and
    large, to the fold where it disturbs the balance least, that is where

        sum over classes c of ((n_fc + g_c)^2 - n_fc^2) / n_c^2

    and the same for all classes together are smallest, n_fc being the items of class c in fold f so far. So
    without groups the sizes of a class differ by one item at most.

    Parameters
    ----------
    y : (n,) int array
        Class indices.
    group : (n,) int array, optional
        Group of each item; each item is its own without.
    folds : int
    rng : numpy.random.Generator
    """
    if len(y) == 0:
        return np.empty(0, np.int32)
    counts, member = _composition(y, group)
    weight = _weights(counts)
    signatures, of_group = np.unique(counts, axis=0, return_inverse=True)
    shuffled = rng.permutation(len(counts))
    by_signature = shuffled[np.argsort(of_group[shuffled], kind="stable")]
    starts = np.r_[0, np.cumsum(np.bincount(of_group, minlength=len(signatures)))]
    preference = rng.permutation(folds)  # which fold wins a tie
    held = np.zeros((folds, counts.shape[1]), np.float64)
    fold_of_group = np.empty(len(counts), np.int32)
    left: list[int] = []
    for signature in range(len(signatures)):
        alike = by_signature[starts[signature] : starts[signature + 1]]
        dealt = len(alike) // folds * folds
        fold_of_group[alike[:dealt]] = np.tile(np.arange(folds), dealt // folds)
        held += (dealt // folds) * signatures[signature]
        left += alike[dealt:].tolist()
    # a little noise in the order, lest groups of different sizes always end up in the same company
    noisy = counts.sum(axis=1)[left] * rng.uniform(1 - NOISE, 1 + NOISE, len(left))
    order = np.array(left, np.int64)[np.argsort(-noisy, kind="stable")]
    _place(order, counts, weight, held, preference, fold_of_group)
    return fold_of_group[member]


def _composition(
    y: NDArray[np.int32], group: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many items of each class each group holds, and the group of each item from 0."""
    member = np.arange(len(y)) if group is None else np.unique(group, return_inverse=True)[1]
    present, classes = np.unique(y, return_inverse=True)
    counts = np.zeros((int(member.max()) + 1, len(present)), np.int64)
    np.add.at(counts, (member, classes), 1)
    return counts, member


def _weights(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    total = counts.sum(axis=0).astype(np.float64)
    return 1 / total**2


def _place(
    left: NDArray[np.int64],
    counts: NDArray[np.int64],
    weight: NDArray[np.float64],
    held: NDArray[np.float64],
    preference: NDArray[np.int64],
    fold_of_group: NDArray[np.int32],
) -> None:
    """Place groups one by one, each in the fold that it disturbs least."""
    everything = float(counts.sum()) ** 2
    for chosen in left:
        own = counts[chosen]
        disturbance = (held * (weight * own)).sum(axis=1) + held.sum(axis=1) * own.sum() / everything
        ranked = np.lexsort((preference, held.sum(axis=1), disturbance))
        fold = int(ranked[0])
        fold_of_group[chosen] = fold
        held[fold] += own
