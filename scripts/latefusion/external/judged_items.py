"""Items of finished predictions, whatever is predicted: which teach, which judge, and their groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.seeds import stream
from latefusion.core.wording import plural, verb
from latefusion.dataset.groups import ARTISTS, Joined, components, unified
from latefusion.dataset.partitions import GIVEN, LabelledItems, assign, stratified_folds
from latefusion.dataset.seen_groups import many_seen
from latefusion.store.schemas import GROUPS, PARTITION

Names = NDArray[np.object_]
Mask = NDArray[np.bool_]
Part = Literal["train", "test"]


class JudgedItems:
    """Items that finished predictions are of, their groups and folds.

    Rows with `dev` teach the rules that learn, the others judge. Without any, rows with folds are
    cross-validated predictions: the rules that judge a fold learn from those of the other folds. That is
    cross-validation of the rules alone (level one, in the words of Wolpert 1992): the models of the other
    folds were trained on the items of the fold that is judged.

    Attributes
    ----------
    item : (n,) object array of str
        Each once; rows with `dev` first.
    group : (n,) object array of str
        Final groups.
    dev : (n,) bool array
    fold : (n,) int32 array, optional
        Fold in which an item was held out, from 0; −1 where none. Every row with `dev` has one, or, where
        there is no such row, every row; or there are no folds at all.
    grouped : bool
        Whether groups are known; otherwise each item is its own.
    joined : mapping
        What became of the names of groups, for dataset.json.
    warnings : sequence of dict
        `code` and `message` of what is odd but accepted.
    place : (n,) int64 array, optional
        Row of each item in a table that describes it; −1 where it has none.
    """

    item: Names
    group: Names
    dev: Mask
    fold: NDArray[np.int32] | None
    grouped: bool
    joined: Mapping[str, Any]
    warnings: Sequence[Mapping[str, str]]
    place: NDArray[np.int64] | None

    @property
    def strata(self) -> NDArray[np.int32]:
        """What folds are balanced by, (n,): the class of each item, or one for all."""
        return np.zeros(len(self.item), np.int32)

    @property
    def protocol(self) -> Literal["honest", "cross"]:
        """Under which protocol the rules are judged."""
        return "cross" if self.fold is not None and not self.dev.any() else "honest"

    @property
    def split(self) -> Mask:
        """Which items stand in the items table `train`: those with `dev`, or under `cross` all."""
        return np.ones(len(self.item), bool) if self.protocol == "cross" else self.dev

    @property
    def teaches(self) -> bool:
        """Whether there are predictions that rules can learn from."""
        return self.protocol == "cross" or bool(self.dev.any())

    def partitions(self, *, folds: int, seed: int) -> dict[str, pa.Table]:
        """Return the partition tables by name.

        Parameters
        ----------
        folds : int
            Into how many the rows with `dev` are divided where they name none, and those of the other fold
            of two; groups are kept together as `latefusion.dataset.partitions.assign` does.
        seed : int
            Of that division.

        Raises
        ------
        InputError
            If a single item would teach the rules that judge the others.
        """
        self._refuse_a_lone_teacher()
        if self.protocol == "cross":
            assert self.fold is not None
            names = {f"cross-0-{k}": self.fold != k for k in range(int(self.fold.max()) + 1)}
            return {
                name: _partition(self.item, train, self._inner_folds(name, train, folds, seed))
                for name, train in names.items()
            }
        if self.fold is not None or not self.dev.any():
            fold = np.full(len(self.item), -1, np.int32) if self.fold is None else self.fold
            return {GIVEN: _partition(self.item, self.dev, fold)}
        labelled = LabelledItems(self.item, self.group, self.strata, int(self.dev.sum()))
        grouped = bool(self.group_facts()["given_grouped"])
        return {
            GIVEN: assign(
                labelled,
                GIVEN,
                folds=folds,
                cross_folds=folds,
                given_grouped=grouped,
                cross_grouped=grouped,
                seed=seed,
            )
        }

    def _refuse_a_lone_teacher(self) -> None:
        """Rules that learn are chosen by rows that they did not learn from: one item cannot do both."""
        if self.protocol == "cross":
            assert self.fold is not None
            folds, sizes = np.unique(self.fold, return_counts=True)
            few = len(self.item) - int(sizes.max()) == 1
            alone = self.item[self.fold != folds[sizes.argmax()]]
        else:
            few, alone = int(self.dev.sum()) == 1, self.item[self.dev]
        if few:
            raise InputError(
                [
                    Problem(
                        "predictions",
                        f"{shorten(str(alone[0]))} is all that teaches the rules which judge the others",
                        "two items or more, better some hundreds",
                        "predict more items that teach, or leave out what says that this one does",
                    )
                ]
            )

    def _inner_folds(self, name: str, train: Mask, folds: int, seed: int) -> NDArray[np.int32]:
        """Return the folds of a training part: those that are named, or, of a single one, a division."""
        assert self.fold is not None
        if len(np.unique(self.fold[train])) > 1:
            return self.fold
        group = np.unique(self.group[train].astype(str), return_inverse=True)[1]
        several = len(np.unique(group)) > 1
        fold = np.full(len(train), -1, np.int32)
        most = min(folds, len(np.unique(group))) if several else folds
        fold[train] = stratified_folds(
            self.strata[train], group if several else None, most, stream(seed, "folds", name)
        )
        return fold

    def part_rows(self, partition: pa.Table, part: Part) -> tuple[NDArray[np.int64], Mask, NDArray[np.int32]]:
        """Return the rows of one part of a partition, and of all items which train, and their folds."""
        train = np.array([one == "train" for one in partition["part"].to_pylist()], bool)
        fold = partition["fold"].fill_null(-1).to_numpy().astype(np.int32)
        return np.flatnonzero(train if part == "train" else ~train), train, fold

    def groups_table(self) -> pa.Table:
        """Return the table of final groups."""
        return pa.table([pa.array(self.item, pa.string()), pa.array(self.group, pa.string())], schema=GROUPS)

    def lacking(self, said: Mapping[str, NDArray[np.float64]]) -> dict[str, dict[str, dict[str, int]]]:
        """Return of how many items of each split a model says nothing, for dataset.json."""
        train, found = self.split, {}
        for model, values in said.items():
            none: Mask = np.asarray(np.isnan(values).any(axis=1))
            found[model] = {"missing": {"train": int(none[train].sum()), "test": int(none[~train].sum())}}
        return found

    def odd(self) -> list[dict[str, str]]:
        """Return what is odd but accepted, for dataset.json."""
        return [dict(one) for one in [*self.warnings, *self._odd()]]

    def group_facts(self) -> dict[str, Any]:
        """Return how many groups there are, and whether folds keep them together, for dataset.json."""
        names, codes, sizes = np.unique(self.group.astype(str), return_inverse=True, return_counts=True)
        train = self.split
        in_train = np.bincount(codes[train], minlength=len(names)) > 0
        in_test = np.bincount(codes[~train], minlength=len(names)) > 0
        seen, tested = int(in_train[codes[~train]].sum()), int((~train).sum())
        torn = self._torn(codes)
        apart = self.grouped and torn == 0
        return {
            "known": self.grouped,
            "n": len(names),
            "train": int(in_train.sum()),
            "test": int(in_test.sum()),
            "shared": int((in_train & in_test).sum()),
            "test_items_seen": seen,
            "largest": int(sizes.max(initial=0)),
            "given_grouped": apart and not many_seen(seen, tested) and int(in_train.sum()) > 1,
            "cross_grouped": apart,
            "reason": self._reason(seen, tested, torn),
            "joined": dict(self.joined),
        }

    def _torn(self, codes: NDArray[np.int64]) -> int:
        """Return how many groups have items in several folds."""
        if self.fold is None:
            return 0
        held_out = self.fold >= 0
        pairs = np.unique(np.stack([codes[held_out], self.fold[held_out]]), axis=1)
        return int((np.bincount(pairs[0]) > 1).sum()) if pairs.size else 0

    def _reason(self, seen: int, tested: int, torn: int) -> str:
        if not self.grouped:
            return "no column names the groups, so each item counts as its own"
        told = [f"{plural(torn, 'group')} {verb(torn, 'has', 'have')} items in several folds"] if torn else []
        if self.fold is not None and not torn:
            told.append("the folds of the predictions keep groups together")
        if self.protocol == "honest" and self.dev.any():
            whose = verb(seen, "has its", "have their")
            told.append(f"{seen:,} of {plural(tested, 'test item')} {whose} group among the dev items")
        return "; ".join(told) or "groups matter to the intervals alone, as no rule learns"

    def _odd(self) -> Iterator[dict[str, str]]:
        torn = self._torn(np.unique(self.group.astype(str), return_inverse=True)[1]) if self.grouped else 0
        if torn:
            message = (
                f"{plural(torn, 'group')} {verb(torn, 'has', 'have')} items in several folds: the models "
                f"that predicted {verb(torn, 'it', 'them')} had seen other items of the group"
            )
            yield {"code": "groups_torn_by_folds", "message": message}
        if not self.dev.any() and self.protocol == "honest":
            message = "no dev rows and no folds: rules that learn have nothing to learn from and are left out"
            yield {"code": "no_dev_rows", "message": message}


def final_groups(names: Sequence[str], group_names: str = ARTISTS) -> tuple[Names, dict[str, Any]]:
    """Return the final group of each item, and what became of the names, for `JudgedItems`.

    Parameters
    ----------
    names : (n,) sequence of str
        What `latefusion.dataset.groups.key` returned.
    group_names : {'artists', 'exact'}
    """
    keys = unified(list(names))
    group = components(keys, (), group_names).group
    joined = Joined.of(keys, group)
    return group, {**asdict(joined), "suspicious": joined.suspicious}


def _partition(item: Names, train: Mask, fold: NDArray[np.int32]) -> pa.Table:
    return pa.table(
        [
            pa.array(item, pa.string()),
            pa.array(np.where(train, "train", "test"), pa.string()),
            pa.array(np.where(train, fold, -1), pa.int32(), mask=~train | (fold < 0)),
        ],
        schema=PARTITION,
    )
