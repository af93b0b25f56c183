"""Both splits together: who is in both, which groups there are, and what is odd about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import SHOWN_PROBLEMS, InputError, shorten
from latefusion.dataset.duplicates import coinciding, fingerprints
from latefusion.dataset.groups import ARTISTS, Components, Joined, components
from latefusion.dataset.identifiers import AGAIN
from latefusion.dataset.split_checks import (
    SPLITS,
    Splits,
    check_classes,
    check_dimensions,
    check_files,
    check_identifiers,
    check_same_rows,
    class_index,
    compare_descriptions,
    shared_identifiers,
)
from latefusion.store.tables import GROUPS

__all__ = ["SPLITS", "check_dataset"]


def check_dataset(
    items: Mapping[str, Path],
    facts: Mapping[str, Path],
    features: Mapping[str, Mapping[str, Path]],
    *,
    folds: int,
    cross_folds: int,
    group_names: str = ARTISTS,
) -> tuple[dict[str, Any], pa.Table]:
    """Compare the splits.

    Parameters
    ----------
    items, facts : mapping of str to Path
        Items table and facts of `train` and `test`.
    features : mapping of str to mapping of str to Path
        Feature matrices by split and modality.
    folds, cross_folds : int
        As configured; they decide which classes are small and whether there are groups enough for `cross`.
    group_names : {'artists', 'exact'}
        Whether groups that share an artist are joined; as for `ingest`.

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
    splits = Splits.read(items, facts)
    for split in SPLITS:
        splits.warnings += splits.facts[split]["warnings"]
    check_files(splits)
    check_dimensions(splits)
    classes = check_classes(splits, folds)
    _refuse(splits)
    hashes, has_content = _fingerprints(features)
    shared = shared_identifiers(splits)
    check_same_rows(splits, hashes)
    check_identifiers(splits, shared, hashes)
    _refuse(splits)
    compare_descriptions(splits)
    y = class_index(splits, classes)
    sets = coinciding(hashes, has_content)
    keys = splits.both("group").tolist()
    group = components(keys, [*sets, *shared], group_names)
    by_name = Joined.of(keys, components(keys, (), group_names).group)
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
        "duplicates": _duplicates(splits, sets, len(shared), y, group),
        "groups": _groups(splits, group.group, y, classes, folds, cross_folds)
        | {"joined": {**asdict(by_name), "suspicious": by_name.suspicious}},
        "warnings": splits.warnings,
    }
    item = pa.array(splits.both("item"), pa.string())
    return dataset, pa.table([item, pa.array(group.group, pa.string())], schema=GROUPS)


def _refuse(splits: Splits) -> None:
    if splits.problems:
        raise InputError(splits.problems[:SHOWN_PROBLEMS], len(splits.problems))


def _fingerprints(
    features: Mapping[str, Mapping[str, Path]],
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    parts = [fingerprints(list(features[split].values())) for split in SPLITS]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _duplicates(
    splits: Splits,
    sets: Sequence[NDArray[np.int64]],
    identifiers: int,
    y: NDArray[np.int32],
    group: Components,
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
    if identifiers:
        message = (
            f"{identifiers} of {n_test} test items have the identifier of a training item: results call them "
            f"by it with {AGAIN!r} behind, and keep both in one group"
        )
        splits.warn("shared_identifiers", message)
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
        "identifiers": identifiers,
        "other_label": other_label,
        "groups_joined": group.joined,
        "not_joined": group.apart,
    }


def _groups(
    splits: Splits,
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
    # without a column of groups each item is its own, but for those that are one item twice
    joined = known or len(names) < len(group)
    cross_grouped = joined and len(names) >= cross_folds
    given_grouped = known and shared == 0 and int(in_train.sum()) > 1
    if not known:
        reason = "no column names the groups, so folds are stratified only"
        if cross_grouped:
            reason += "; items that coincide stay together under cross"
    else:
        if shared:
            given = f"{seen} of {len(group) - n_train} test items have their group in train, so the folds of "
            given += "the given split are stratified only"
        elif given_grouped:
            given = "no group is on both sides of the given split, and its folds keep groups together"
        else:
            given = "the training items are of one group, so the folds of the given split are stratified only"
        reason = f"{given}; {_of_cross(len(names), cross_folds)}"
        if not cross_grouped:
            splits.warn("few_groups" if len(names) > 1 else "one_group", _of_cross(len(names), cross_folds))
        of_train = len(names) - -(-len(names) // cross_folds) if cross_grouped else folds
        least = min(of_train, int(in_train.sum()) if given_grouped else folds)
        if least < folds:
            message = f"training parts with fewer groups than {folds} have as many folds as groups"
            splits.warn("few_groups_in_train", message)
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


def _of_cross(groups: int, folds: int) -> str:
    if groups >= folds:
        return "cross keeps groups together"
    few = "1 group is" if groups == 1 else f"{groups} groups are"
    fix = f"set cross.folds to at most {groups}" if groups > 1 else "it needs two groups or more"
    return f"{few} too few for the {folds} folds of cross, which does not keep groups together: {fix}"


def _note_large(
    splits: Splits,
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
