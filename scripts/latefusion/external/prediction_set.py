"""Finished predictions of several models on the same items, as the contract files that later stages read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.seeds import stream
from latefusion.core.wording import plural, verb
from latefusion.dataset.groups import ARTISTS, Joined, components, unified
from latefusion.dataset.keys import Key
from latefusion.dataset.partitions import GIVEN, LabelledItems, assign, stratified_folds
from latefusion.dataset.seen_groups import many_seen
from latefusion.external.prediction_source import Kind
from latefusion.external.score_calibration import calibrated
from latefusion.store.probabilities import Probabilities
from latefusion.store.schemas import GROUPS, PARTITION

Names = NDArray[np.object_]
Mask = NDArray[np.bool_]
Part = Literal["train", "test"]


@dataclass(frozen=True)
class PredictionSet:
    """What several models said of the same items.

    Rows with `dev` teach the rules that learn, the others judge. Without any, rows with folds are
    cross-validated predictions: the rules that judge a fold learn from those of the other folds. That is
    cross-validation of the rules alone (level one, in the words of Wolpert 1992): the models of the other
    folds were trained on the items of the fold that is judged.

    Attributes
    ----------
    item : (n,) object array of str
        Each once; rows with `dev` first.
    y : (n,) int32 array
        Class indices.
    group : (n,) object array of str
        Final groups.
    classes : sequence of (key, name)
        Label and name of each of the K classes, in the order of their index.
    p : mapping of str to (n, K) float64 array
        What each model says, in the order in which the models are shown; a row of NaN where it says nothing
        of an item.
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
    kind : {'probabilities', 'scores', 'decisions'}
        What `p` holds: scores that are still to be calibrated, or decisions as the probability 1.
    place : (n,) int64 array, optional
        Row of each item in a table that describes it; −1 where it has none.
    """

    item: Names
    y: NDArray[np.int32]
    group: Names
    classes: Sequence[tuple[Key, str]]
    p: Mapping[str, NDArray[np.float64]]
    dev: Mask
    fold: NDArray[np.int32] | None = None
    grouped: bool = False
    joined: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[Mapping[str, str]] = ()
    kind: Kind = "probabilities"
    place: NDArray[np.int64] | None = None

    @property
    def protocol(self) -> Literal["honest", "cross"]:
        """Under which protocol the rules are judged."""
        return "cross" if self.fold is not None and not self.dev.any() else "honest"

    @property
    def split(self) -> Mask:
        """Which items stand in the items table `train`: those with `dev`, or under `cross` all."""
        return np.ones(len(self.item), bool) if self.protocol == "cross" else self.dev

    def partitions(self, *, folds: int, seed: int) -> dict[str, pa.Table]:
        """Return the partition tables by name.

        Parameters
        ----------
        folds : int
            Into how many the rows with `dev` are divided where they name none, and those of the other fold
            of two; groups are kept together as `latefusion.dataset.partitions.assign` does.
        seed : int
            Of that division.
        """
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
        labelled = LabelledItems(self.item, self.group, self.y, int(self.dev.sum()))
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
            self.y[train], group if several else None, most, stream(seed, "folds", name)
        )
        return fold

    def probabilities(self, partition: pa.Table, part: Part) -> dict[str, Probabilities]:
        """Return what each model says of one part of a partition; scores are calibrated on its training part.

        Parameters
        ----------
        partition : pyarrow.Table
            One of `partitions`.
        part : {'train', 'test'}
        """
        names = tuple(name for _, name in self.classes)
        train = np.array([one == "train" for one in partition["part"].to_pylist()], bool)
        fold = partition["fold"].fill_null(-1).to_numpy().astype(np.int32)
        rows = np.flatnonzero(train if part == "train" else ~train)
        found = {}
        for model, given in self.p.items():
            p = calibrated(given, self.y, train, fold) if self.kind == "scores" else given
            found[model] = Probabilities(names, self.item[rows], self.y[rows], p[rows], fold[rows])
        return found

    def groups_table(self) -> pa.Table:
        """Return the table of final groups."""
        return pa.table([pa.array(self.item, pa.string()), pa.array(self.group, pa.string())], schema=GROUPS)

    def dataset(self) -> dict[str, Any]:
        """Return what dataset.json holds; without rows to learn from the prior of each class is 1/K."""
        train = self.split
        learned = np.bincount(self.y[train], minlength=len(self.classes))
        judged = np.bincount(self.y[~train], minlength=len(self.classes))
        total = int(learned.sum())
        return {
            "classes": [
                {
                    "index": index,
                    "label": label,
                    "name": name,
                    "train": int(learned[index]),
                    "test": int(judged[index]),
                    "prior": int(learned[index]) / total if total else 1 / len(self.classes),
                }
                for index, (label, name) in enumerate(self.classes)
            ],
            "n": {"train": total, "test": len(self.item) - total},
            "modalities": {},
            "predictions": {model: {"missing": self._lacking(p)} for model, p in self.p.items()},
            "duplicates": dict.fromkeys(("train", "test", "across", "identifiers", "other_label"), 0),
            "groups": self.group_facts(),
            "warnings": [dict(one) for one in [*self.warnings, *self._odd()]],
        }

    def _lacking(self, p: NDArray[np.float64]) -> dict[str, int]:
        lacking: Mask = np.asarray(np.isnan(p).any(axis=1))
        return {"train": int(lacking[self.split].sum()), "test": int(lacking[~self.split].sum())}

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
    """Return the final group of each item, and what became of the names, for `PredictionSet`.

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
