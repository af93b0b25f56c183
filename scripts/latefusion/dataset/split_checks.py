"""Training and test items side by side, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import Problem, shorten
from latefusion.core.wording import plural
from latefusion.dataset.keys import TEST_SUFFIX, original, unify
from latefusion.store.schemas import GIVEN_FOLDS, SELECTION
from latefusion.store.tables import read_json, read_table


@dataclass(frozen=True)
class DivisionFiles:
    """What says which rows of the items' tables are kept, a table and facts, and in which folds they came."""

    rows: Path | None = None
    facts: Path | None = None
    folds: Path | None = None

    def left_out(self) -> dict[str, Any]:
        """Return what dataset.json says of items that are left out; nothing where every row is kept."""
        return {} if self.facts is None else {"left_out": read_json(self.facts)["left_out"]}

    def given_folds(self) -> NDArray[np.int32] | None:
        """Return the fold of each item that came with the data, (n,)."""
        return None if self.folds is None else read_table(self.folds, GIVEN_FOLDS)["fold"].to_numpy()


ALL_AS_THEY_CAME: Final = DivisionFiles()


@dataclass
class Splits:
    """The items of all splits, and what was found about them.

    Attributes
    ----------
    tables : dict of str to pyarrow.Table
        Items table of each split, those to learn from first.
    facts : dict of str to dict
        What `ingest` noted of each split.
    one_table : bool
        Whether the splits come from one table of all items.
    row : dict of str to int array
        Of splits of which some rows are left out: the row of each item in its file, from 0.
    problems : list of Problem
    warnings : list of dict
        `code` and `message` of each.
    """

    tables: dict[str, pa.Table]
    facts: dict[str, dict[str, Any]]
    one_table: bool = False
    row: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def read(
        cls,
        items: Mapping[str, Path],
        facts: Mapping[str, Path],
        modality_facts: Mapping[str, Mapping[str, Any]],
        division: DivisionFiles,
    ) -> Splits:
        """Read items tables and facts; those of modalities with files of their own join the splits'."""
        splits = cls({s: read_table(items[s]) for s in items}, {s: read_json(facts[s]) for s in items})
        splits.one_table = not splits.divided
        if division.facts is not None and division.rows is not None:
            known = read_json(division.facts)
            splits.one_table = "items" in known["tables"]
            splits.warnings += known["warnings"]
            chosen = read_table(division.rows, SELECTION)
            splits.row = {
                split: np.asarray(chosen.filter(pc.equal(chosen["split"], split))["row"]) for split in items
            }
        for name, own in modality_facts.items():
            splits.warnings += own["warnings"]
            for split in items:
                splits.facts[split]["dimensions"][name] = own["dimension"]
                splits.facts[split]["missing"][name] = own["missing"][split]
        return splits

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the splits, in their order."""
        return tuple(self.tables)

    @property
    def first(self) -> str:
        """The split to learn from: `train`, or all items where nothing divides them."""
        return self.names[0]

    @property
    def divided(self) -> bool:
        """Whether there are training and test items."""
        return len(self.tables) > 1

    def every(self, column: str) -> NDArray[np.object_]:
        """Return a column of all items, train before test."""
        parts = [table[column].to_numpy(zero_copy_only=False) for table in self.tables.values()]
        return np.concatenate([part.astype(object) for part in parts])

    def called(self, split: str) -> str:
        """Return what the items of a split are called: by their file, where they have one of their own."""
        path = self.path(split)
        return f"the {split} items of {path}" if self.one_table and self.divided else path

    def path(self, split: str) -> str:
        """Return the name of a file."""
        return str(self.facts[split]["path"])

    def refuse(
        self,
        split: str,
        found: str,
        allowed: str,
        fix: str,
        *,
        key: str | None = None,
        row: int | None = None,
    ) -> None:
        """Note a problem of a split, with the column that plays the part `key` and the data row, from 1."""
        column = None if key is None else self.facts[split]["columns"][key]
        if row is not None and split in self.row:
            row = int(self.row[split][row - 1]) + 1
        self.problems.append(
            Problem(self.path(split), found, allowed, fix, row=row, column=column, unit="data row")
        )

    def warn(self, code: str, message: str) -> None:
        """Note something odd."""
        self.warnings.append({"code": code, "message": message})


def check_files(splits: Splits) -> None:
    """Both files must not be one."""
    if not splits.one_table and Path(splits.path("train")) == Path(splits.path("test")):
        splits.refuse(
            "test",
            f"the same file as {splits.path('train')}",
            "a training and a test file with different items",
            "name the other file in data.test",
        )


def check_dimensions(splits: Splits) -> None:
    """Embeddings must have the same length in both files."""
    if not splits.divided:
        return
    ours, theirs = (splits.facts[split]["dimensions"] for split in splits.names)
    for name, dimension in ours.items():
        if theirs[name] != dimension:
            splits.refuse(
                "test",
                f"embeddings of {theirs[name]} numbers for the modality {name}",
                f"{dimension} numbers, as in {splits.called('train')}",
                "compute all embeddings with the same model, or name the right column",
            )


def check_columns(splits: Splits) -> None:
    """Numbers that stand one a column go by their place where both files have other columns; that is told."""
    if not splits.divided:
        return
    ours, theirs = (splits.facts[split].get("wide", {}) for split in splits.names)
    for name in ours:
        if set(ours[name]) == set(theirs.get(name, ours[name])):
            continue
        here, there = next(pair for pair in zip(ours[name], theirs[name], strict=True) if pair[0] != pair[1])
        splits.warn(
            f"renamed_columns:{name}",
            f"{name}: where {splits.called('train')} has the column {shorten(here)}, {splits.called('test')} "
            f"has {shorten(there)}; numbers go by their place, since the names of both are not the same",
        )


def check_same_rows(splits: Splits, hashes: NDArray[np.uint64]) -> None:
    """Both files must not hold the same rows, however they are written and in whatever order."""
    if not splits.divided:
        return
    n_train = splits.tables["train"].num_rows
    ours, theirs = hashes[:n_train], hashes[n_train:]
    if splits.problems or not len(hashes) or len(ours) != len(theirs):
        return
    if np.array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)]):
        splits.refuse(
            "test",
            f"the same {n_train} embeddings as in {splits.called('train')}",
            "training and test items that differ",
            "divide other items in data.split" if splits.one_table else "name the other file in data.test",
        )


def shared_identifiers(splits: Splits) -> NDArray[np.int64]:
    """Return the rows of items whose identifier is in both files, (k, 2): that of train, that of test."""
    if splits.one_table:  # in which each identifier stands once
        return np.empty((0, 2), np.int64)
    train, test = ([str(item) for item in splits.tables[split]["item"].to_pylist()] for split in splits.names)
    own = {*train}
    # a name that only looks as if it had been told apart is the item's own
    names = [first if (first := original(item)) is not None and first in own else item for item in test]
    key = unify({*train, *names})
    row = {key[item]: i for i, item in enumerate(train)}
    pairs = [(row.get(key[name]), len(train) + i) for i, name in enumerate(names)]
    return np.array([pair for pair in pairs if pair[0] is not None], np.int64).reshape(-1, 2)


def check_identifiers(splits: Splits, shared: NDArray[np.int64], hashes: NDArray[np.uint64]) -> None:
    """An identifier that is in both files must stand for one item, and every item have a name of its own."""
    if splits.problems or splits.one_table:
        return
    train, test = (splits.tables[split]["item"].combine_chunks() for split in splits.names)
    ambiguous = test.filter(pc.is_in(test, value_set=train))
    if len(ambiguous):
        splits.refuse(
            "train",
            f"the identifier {shorten(ambiguous[0].as_py())}, by which an item of {splits.path('test')} goes",
            f"identifiers without {TEST_SUFFIX!r} where the rest of them is in both files",
            "give the item another identifier",
            key="item",
        )
        return
    if len(hashes):
        other = (hashes[shared[:, 0]] != hashes[shared[:, 1]]).any(axis=1)
        why = "with other embeddings"
    else:
        other, why = np.ones(len(shared), bool), "and no embedding tells whether they are the same items"
    if other.any():
        example = train[int(shared[other][0, 0])].as_py()
        splits.refuse(
            "test",
            f"{plural(int(other.sum()), 'identifier')} that {splits.path('train')} has too, {why}, such as "
            f"{shorten(example)}",
            "identifiers of other items, or of the same items with the same embeddings",
            "drop these rows from one file; or, if the column only counts the rows of each file, set "
            "data.item to null: items are then named by file and row",
            key="item",
        )


def compare_descriptions(splits: Splits) -> None:
    """Warn of describing columns that are numbers in one split and text in the other."""
    if not splits.divided:
        return
    where = (
        "among the training items and text among the test items, or the other way round"
        if splits.one_table
        else "in one file and text in the other"
    )
    train, test = (splits.tables[split].schema for split in splits.names)
    for entry in train:
        if test.field(entry.name).type != entry.type:
            splits.warn(
                "description_types",
                f"the column {shorten(entry.name)} holds numbers {where}",
            )
