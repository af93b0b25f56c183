"""The training and the test file side by side, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import Problem, shorten
from latefusion.dataset.identifiers import AGAIN, original
from latefusion.store.tables import read_json, read_table

SPLITS = ("train", "test")
# so many classes for each row are no classes but identifiers
MOST_CLASSES = 0.1


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
    def read(cls, items: Mapping[str, Path], facts: Mapping[str, Path]) -> Splits:
        """Read items tables and facts."""
        return cls({s: read_table(items[s]) for s in SPLITS}, {s: read_json(facts[s]) for s in SPLITS})

    def both(self, column: str) -> NDArray[np.object_]:
        """Return a column of both files, train before test."""
        parts = [self.tables[split][column].to_numpy(zero_copy_only=False) for split in SPLITS]
        return np.concatenate([part.astype(object) for part in parts])

    def path(self, split: str) -> str:
        """Return the name of a file."""
        return str(self.facts[split]["path"])

    def refuse(self, split: str, found: str, allowed: str, fix: str, *, key: str | None = None) -> None:
        """Note a problem of a split, with the column that plays the part `key`."""
        column = None if key is None else self.facts[split]["columns"][key]
        self.problems.append(Problem(self.path(split), found, allowed, fix, column=column))

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
    train, test = (splits.tables[split]["item"].to_pylist() for split in SPLITS)
    row = {item: i for i, item in enumerate(train)}
    pairs = [(row.get(original(item) or ""), len(train) + i) for i, item in enumerate(test)]
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
            f"identifiers without {AGAIN!r} where the rest of them is in both files",
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
            f"{_plural(int(other.sum()), 'identifier')} that {splits.path('train')} has too, {why}, such as "
            f"{shorten(example)}",
            "identifiers of other items, or of the same items with the same embeddings",
            "drop these rows from one file; or, if the column only counts the rows of each file, set "
            "data.item to null: items are then named by file and row",
            key="item",
        )


def check_classes(splits: Splits, folds: int) -> list[dict[str, Any]]:
    """Return the classes, sorted by label, having noted what is wrong with them."""
    train, test = (splits.tables[split]["label"] for split in SPLITS)
    if train.type != test.type:
        text = "test" if pa.types.is_integer(train.type) else "train"
        example = splits.tables[text]["label"][0].as_py()
        splits.refuse(
            text,
            f"labels that are text, such as {shorten(example)}",
            "labels of one type in both files; the other file's are whole numbers",
            "write the same labels into both files",
            key="label",
        )
        return []
    count = {split: _counted(splits.tables[split]["label"]) for split in SPLITS}
    name = {split: _names(splits.tables[split]) for split in SPLITS}
    n_train = len(train)
    labels = sorted(count["train"])
    if len(labels) == 1:
        splits.refuse(
            "train",
            f"one class only, {shorten(labels[0])}",
            "at least two classes",
            "name another column in data.label",
            key="label",
        )
    elif len(labels) > MOST_CLASSES * n_train:
        splits.refuse(
            "train",
            f"{len(labels)} classes in {n_train} rows, such as {', '.join(map(shorten, labels[:3]))}",
            f"at most one class for every {round(1 / MOST_CLASSES)} rows",
            "this is probably an identifier or a score: name the column of the class in data.label",
            key="label",
        )
    else:
        _check_sizes(splits, count, name, folds)
    for label, other in sorted(name["test"].items()):
        if label in name["train"] and name["train"][label] != other:
            splits.refuse(
                "test",
                f"the name {shorten(other)} for the label {shorten(label)}",
                f"{shorten(name['train'][label])}, as in {splits.path('train')}",
                "give each label the same name in both files, or set data.class_name to null",
                key="class_name" if splits.facts["test"]["columns"]["class_name"] else "label",
            )
    return [
        {
            "index": index,
            "label": label,
            "name": name["train"][label],
            "train": count["train"][label],
            "test": count["test"].get(label, 0),
            "prior": count["train"][label] / n_train,
        }
        for index, label in enumerate(labels)
    ]


def _check_sizes(
    splits: Splits, count: Mapping[str, Mapping[Any, int]], name: Mapping[str, Mapping[Any, str]], folds: int
) -> None:
    for label, rows in sorted(count["train"].items()):
        known = f"the class {shorten(name['train'][label])}"
        if rows < 2:
            splits.refuse(
                "train",
                f"{known} has one row",
                "at least two rows of each class",
                "drop the row, join the class with another, or find more of it",
                key="label",
            )
        elif rows < folds:
            message = f"{known} has {rows} training rows for {folds} folds: some folds hold none of it"
            splits.warn("small_class", message)
        if label not in count["test"]:
            splits.warn("absent_class", f"{known} has no test row: its recall is not known under honest")
    for label, rows in sorted(count["test"].items()):
        if label not in count["train"]:
            unknown = f"the class {shorten(name['test'][label])} (label {shorten(label)})"
            splits.refuse(
                "test",
                f"{_plural(rows, 'row')} of {unknown}",
                "classes that the training file has",
                "drop these rows, mend the label, or add training rows of the class",
                key="label",
            )


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _counted(labels: pa.ChunkedArray) -> dict[Any, int]:
    return {entry["values"]: entry["counts"] for entry in labels.value_counts().to_pylist()}


def _names(table: pa.Table) -> dict[Any, str]:
    pairs = table.select(["label", "class"]).group_by(["label", "class"], use_threads=False).aggregate([])
    return dict(zip(pairs["label"].to_pylist(), pairs["class"].to_pylist(), strict=True))


def class_index(splits: Splits, classes: Sequence[Mapping[str, Any]]) -> NDArray[np.int32]:
    """Return the class index of every item, train before test."""
    labels = pa.array([entry["label"] for entry in classes])
    parts = [pc.index_in(splits.tables[split]["label"], value_set=labels).to_numpy() for split in SPLITS]
    return np.concatenate(parts).astype(np.int32)


def compare_descriptions(splits: Splits) -> None:
    """Warn of describing columns that are numbers in one file and text in the other."""
    train, test = (splits.tables[split].schema for split in SPLITS)
    for entry in train:
        if test.field(entry.name).type != entry.type:
            splits.warn(
                "description_types",
                f"the column {shorten(entry.name)} holds numbers in one file and text in the other",
            )
