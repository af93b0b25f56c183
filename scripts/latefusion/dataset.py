"""Both splits together: do they agree, who is in both, and what is odd about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.coincide import coinciding, fingerprints
from latefusion.errors import SHOWN_PROBLEMS, InputError, Problem, shorten
from latefusion.groups import Components, components
from latefusion.tables import GROUPS, read_json, read_table

SPLITS = ("train", "test")
# so many classes for each row are no classes but identifiers
MOST_CLASSES = 0.1
GROUPS_PER_FOLD = 2


@dataclass
class _Splits:
    """The items of both files, train before test."""

    tables: dict[str, pa.Table]
    facts: dict[str, dict[str, Any]]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    def both(self, column: str) -> NDArray[np.object_]:
        parts = [self.tables[split][column].to_numpy(zero_copy_only=False) for split in SPLITS]
        return np.concatenate([part.astype(object) for part in parts])

    def path(self, split: str) -> str:
        return str(self.facts[split]["path"])

    def refuse(self, split: str, found: str, allowed: str, fix: str, *, key: str | None = None) -> None:
        """Note a problem of a split, with the column that plays the part `key`."""
        column = None if key is None else self.facts[split]["columns"][key]
        self.problems.append(Problem(self.path(split), found, allowed, fix, column=column))

    def warn(self, code: str, message: str) -> None:
        self.warnings.append({"code": code, "message": message})


def check_dataset(
    items: Mapping[str, Path],
    facts: Mapping[str, Path],
    features: Mapping[str, Mapping[str, Path]],
    *,
    folds: int,
    cross_folds: int,
) -> tuple[dict[str, Any], pa.Table]:
    """Compare the splits.

    Parameters
    ----------
    items, facts : mapping of str to Path
        Items table and facts of `train` and `test`.
    features : mapping of str to mapping of str to Path
        Feature matrices by split and modality.
    folds, cross_folds : int
        As configured; they decide which classes are small and whether there are groups enough.

    Returns
    -------
    dataset : dict
        What dataset.json holds.
    groups : pyarrow.Table
        `item` and its final `group`, train before test.

    Raises
    ------
    InputError
        If the splits contradict each other, or there is nothing to learn: all problems at once.
    """
    splits = _Splits(
        {split: read_table(items[split]) for split in SPLITS},
        {split: read_json(facts[split]) for split in SPLITS},
    )
    for split in SPLITS:
        splits.warnings += splits.facts[split]["warnings"]
    _check_files(splits)
    _check_dimensions(splits)
    _check_identifiers(splits)
    classes = _check_classes(splits, folds)
    if splits.problems:
        raise InputError(splits.problems[:SHOWN_PROBLEMS], len(splits.problems))
    _compare_descriptions(splits)
    y = _class_index(splits, classes)
    sets = _coinciding(features)
    group = components(splits.both("group").tolist(), sets)
    dataset = {
        "classes": classes,
        "n": {split: splits.tables[split].num_rows for split in SPLITS},
        "modalities": {
            name: {
                "dimension": splits.facts["train"]["dimensions"][name],
                "missing": {split: splits.facts[split]["missing"][name] for split in SPLITS},
            }
            for name in splits.facts["train"]["dimensions"]
        },
        "duplicates": _duplicates(splits, sets, y, group),
        "groups": _groups(splits, group.group, y, classes, folds, cross_folds),
        "inputs": {
            split: {key: splits.facts[split][key] for key in ("path", "sha256", "rows")} for split in SPLITS
        },
        "warnings": splits.warnings,
    }
    item = pa.array(splits.both("item"), pa.string())
    return dataset, pa.table([item, pa.array(group.group, pa.string())], schema=GROUPS)


def _check_files(splits: _Splits) -> None:
    if splits.facts["train"]["sha256"] == splits.facts["test"]["sha256"]:
        splits.refuse(
            "test",
            f"the same content as {splits.path('train')}",
            "a training and a test file with different items",
            "name the other file in data.test",
        )


def _check_dimensions(splits: _Splits) -> None:
    ours, theirs = (splits.facts[split]["dimensions"] for split in SPLITS)
    for name, dimension in ours.items():
        if theirs[name] != dimension:
            splits.refuse(
                "test",
                f"embeddings of {theirs[name]} numbers for the modality {name}",
                f"{dimension} numbers, as in {splits.path('train')}",
                "compute the embeddings of both files with the same model, or name the right column",
            )


def _check_identifiers(splits: _Splits) -> None:
    ours, theirs = (splits.tables[split]["item"] for split in SPLITS)
    shared = pc.is_in(theirs, value_set=ours.combine_chunks())
    count = int(pc.sum(shared).as_py() or 0)
    if count and not splits.problems:
        example = theirs.filter(shared)[0].as_py()
        splits.refuse(
            "test",
            f"{count} identifiers that are in {splits.path('train')} too, such as {shorten(example)}",
            "each item in one file, under an identifier of its own",
            "drop them from one file; or, if they only count the rows of each file, set data.item to null: "
            "items are then named by file and row, and those that coincide are counted",
            key="item",
        )


def _check_classes(splits: _Splits, folds: int) -> list[dict[str, Any]]:
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
    splits: _Splits, count: Mapping[str, Mapping[Any, int]], name: Mapping[str, Mapping[Any, str]], folds: int
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


def _class_index(splits: _Splits, classes: Sequence[Mapping[str, Any]]) -> NDArray[np.int32]:
    labels = pa.array([entry["label"] for entry in classes])
    parts = [pc.index_in(splits.tables[split]["label"], value_set=labels).to_numpy() for split in SPLITS]
    return np.concatenate(parts).astype(np.int32)


def _compare_descriptions(splits: _Splits) -> None:
    train, test = (splits.tables[split].schema for split in SPLITS)
    for entry in train:
        if test.field(entry.name).type != entry.type:
            splits.warn(
                "description_types",
                f"the column {shorten(entry.name)} holds numbers in one file and text in the other",
            )


def _coinciding(features: Mapping[str, Mapping[str, Path]]) -> list[NDArray[np.int64]]:
    parts = [fingerprints(list(features[split].values())) for split in SPLITS]
    return coinciding(
        np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    )


def _duplicates(
    splits: _Splits, sets: Sequence[NDArray[np.int64]], y: NDArray[np.int32], group: Components
) -> dict[str, int]:
    n_train = splits.tables["train"].num_rows
    train = test = across = other_label = 0
    for rows in sets:
        in_train = int((rows < n_train).sum())
        in_test = len(rows) - in_train
        train += max(0, in_train - 1)
        test += max(0, in_test - 1)
        across += in_test if in_train else 0
        other_label += len(rows) if len(np.unique(y[rows])) > 1 else 0
    n_test = splits.tables["test"].num_rows
    if across:
        message = (
            f"{across} of {n_test} test items have the embeddings of a training item: they are seen items"
        )
        splits.warn("overlapping_items", message)
    if train or test:
        message = (
            f"{train} training and {test} test items have the embeddings of an earlier item of their file"
        )
        splits.warn("duplicate_items", message)
    if other_label:
        message = f"{other_label} items coincide with an item of another class"
        splits.warn("coinciding_labels", message)
    if group.apart:
        message = (
            f"{group.apart} embeddings are shared by many groups each: they look like a filler value, "
            "and these groups were not joined"
        )
        splits.warn("filler_embeddings", message)
    return {
        "train": train,
        "test": test,
        "across": across,
        "other_label": other_label,
        "groups_joined": group.joined,
        "not_joined": group.apart,
    }


def _groups(
    splits: _Splits,
    group: NDArray[np.object_],
    y: NDArray[np.int32],
    classes: Sequence[Mapping[str, Any]],
    folds: int,
    cross_folds: int,
) -> dict[str, Any]:
    n_train = splits.tables["train"].num_rows
    known = bool(splits.facts["train"]["columns"]["group"])
    names, codes, sizes = np.unique(group, return_inverse=True, return_counts=True)
    in_train = np.bincount(codes[:n_train], minlength=len(names)) > 0
    in_test = np.bincount(codes[n_train:], minlength=len(names)) > 0
    shared = int((in_train & in_test).sum())
    seen = int(in_train[codes[n_train:]].sum())
    enough = GROUPS_PER_FOLD * max(folds, cross_folds)
    cross_grouped = known and len(names) >= enough
    given_grouped = known and shared == 0 and int(in_train.sum()) >= GROUPS_PER_FOLD * folds
    if not known:
        reason = "no column names the groups, so folds are stratified only"
    elif not cross_grouped:
        few = "1 group is" if len(names) == 1 else f"{len(names)} groups are"
        reason = f"{few} too few for {max(folds, cross_folds)} folds: {enough} are needed"
        splits.warn("few_groups" if len(names) > 1 else "one_group", f"{reason}; folds are stratified only")
    elif shared:
        reason = (
            f"{seen} of {len(group) - n_train} test items have their group in train, so the folds of the "
            "given split are stratified only; those of cross keep groups together"
        )
    elif not given_grouped:
        reason = f"{int(in_train.sum())} groups are too few for the folds of the given split"
    else:
        reason = "no group is on both sides of the given split; all folds keep groups together"
    if known:
        _note_large(splits, names, codes, sizes, y, classes, 1 / max(folds, cross_folds))
    return {
        "known": known,
        "n": len(names),
        "train": int(in_train.sum()),
        "test": int(in_test.sum()),
        "shared": shared,
        "test_items_seen": seen,
        "largest": int(sizes.max()),
        "given_grouped": given_grouped,
        "cross_grouped": cross_grouped,
        "reason": reason,
    }


def _note_large(
    splits: _Splits,
    names: NDArray[np.object_],
    codes: NDArray[np.int64],
    sizes: NDArray[np.int64],
    y: NDArray[np.int32],
    classes: Sequence[Mapping[str, Any]],
    share_of_fold: float,
) -> None:
    largest = int(sizes.argmax())
    if len(names) > 1 and sizes[largest] > share_of_fold * len(codes):
        share = 100 * sizes[largest] / len(codes)
        message = (
            f"the group {shorten(names[largest])} holds {share:.0f} % of the items: folds differ in size"
        )
        splits.warn("large_group", message)
    for entry in classes:
        owners = np.unique(codes[y == entry["index"]])
        if len(owners) == 1 and len(names) > 1:
            splits.warn(
                "group_holds_class",
                f"the group {shorten(names[owners[0]])} holds the whole class {shorten(entry['name'])}: "
                "where it is tested, no model has seen the class",
            )
