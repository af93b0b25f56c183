"""The training and the test file side by side, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import Problem, shorten
from latefusion.core.wording import plural
from latefusion.dataset.keys import TEST_SUFFIX, original, unify
from latefusion.store.tables import read_json, read_table

SPLITS = ("train", "test")


@dataclass
class Splits:
    """The items of both files, and what was found about them.

    Attributes
    ----------
    tables : dict of str to pyarrow.Table
        Items table of each split.
    facts : dict of str to dict
        What `ingest` noted of each split.
    problems : list of Problem
    warnings : list of dict
        `code` and `message` of each.
    """

    tables: dict[str, pa.Table]
    facts: dict[str, dict[str, Any]]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def read(
        cls,
        items: Mapping[str, Path],
        facts: Mapping[str, Path],
        modality_facts: Mapping[str, Mapping[str, Any]],
    ) -> Splits:
        """Read items tables and facts; those of modalities with files of their own join the splits'."""
        splits = cls({s: read_table(items[s]) for s in SPLITS}, {s: read_json(facts[s]) for s in SPLITS})
        for name, own in modality_facts.items():
            splits.warnings += own["warnings"]
            for split in SPLITS:
                splits.facts[split]["dimensions"][name] = own["dimension"]
                splits.facts[split]["missing"][name] = own["missing"][split]
        return splits

    def both(self, column: str) -> NDArray[np.object_]:
        """Return a column of both files, train before test."""
        parts = [self.tables[split][column].to_numpy(zero_copy_only=False) for split in SPLITS]
        return np.concatenate([part.astype(object) for part in parts])

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
        self.problems.append(
            Problem(self.path(split), found, allowed, fix, row=row, column=column, unit="data row")
        )

    def warn(self, code: str, message: str) -> None:
        """Note something odd."""
        self.warnings.append({"code": code, "message": message})


def check_files(splits: Splits) -> None:
    """Both files must not be one."""
    if Path(splits.path("train")) == Path(splits.path("test")):
        splits.refuse(
            "test",
            f"the same file as {splits.path('train')}",
            "a training and a test file with different items",
            "name the other file in data.test",
        )


def check_dimensions(splits: Splits) -> None:
    """Embeddings must have the same length in both files."""
    ours, theirs = (splits.facts[split]["dimensions"] for split in SPLITS)
    for name, dimension in ours.items():
        if theirs[name] != dimension:
            splits.refuse(
                "test",
                f"embeddings of {theirs[name]} numbers for the modality {name}",
                f"{dimension} numbers, as in {splits.path('train')}",
                "compute the embeddings of both files with the same model, or name the right column",
            )


def check_same_rows(splits: Splits, hashes: NDArray[np.uint64]) -> None:
    """Both files must not hold the same rows, however they are written and in whatever order."""
    n_train = splits.tables["train"].num_rows
    ours, theirs = hashes[:n_train], hashes[n_train:]
    if splits.problems or not len(hashes) or len(ours) != len(theirs):
        return
    if np.array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)]):
        splits.refuse(
            "test",
            f"the same {n_train} embeddings as in {splits.path('train')}",
            "a training and a test file with different items",
            "name the other file in data.test",
        )


def shared_identifiers(splits: Splits) -> NDArray[np.int64]:
    """Return the rows of items whose identifier is in both files, (k, 2): that of train, that of test."""
    train, test = ([str(item) for item in splits.tables[split]["item"].to_pylist()] for split in SPLITS)
    own = {*train}
    # a name that only looks as if it had been told apart is the item's own
    names = [first if (first := original(item)) is not None and first in own else item for item in test]
    key = unify({*train, *names})
    row = {key[item]: i for i, item in enumerate(train)}
    pairs = [(row.get(key[name]), len(train) + i) for i, name in enumerate(names)]
    return np.array([pair for pair in pairs if pair[0] is not None], np.int64).reshape(-1, 2)


def check_identifiers(splits: Splits, shared: NDArray[np.int64], hashes: NDArray[np.uint64]) -> None:
    """An identifier that is in both files must stand for one item, and every item have a name of its own."""
    if splits.problems:
        return
    train, test = (splits.tables[split]["item"].combine_chunks() for split in SPLITS)
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
    """Warn of describing columns that are numbers in one file and text in the other."""
    train, test = (splits.tables[split].schema for split in SPLITS)
    for entry in train:
        if test.field(entry.name).type != entry.type:
            splits.warn(
                "description_types",
                f"the column {shorten(entry.name)} holds numbers in one file and text in the other",
            )
