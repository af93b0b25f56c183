"""Both splits together: who is in both, which groups there are, and what is odd about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import SHOWN_PROBLEMS, InputError, shorten
from latefusion.core.wording import plural
from latefusion.dataset.class_columns import class_columns
from latefusion.dataset.classes import check_classes
from latefusion.dataset.duplicate_facts import duplicate_facts
from latefusion.dataset.duplicates import duplicate_sets, fingerprints
from latefusion.dataset.group_facts import group_facts
from latefusion.dataset.groups import ARTISTS, EXACT, OWN, Joined, components, unified
from latefusion.dataset.keys import alike, several, told_apart
from latefusion.dataset.split_checks import (
    ALL_AS_THEY_CAME,
    DivisionFiles,
    Splits,
    check_columns,
    check_dimensions,
    check_files,
    check_identifiers,
    check_same_rows,
    compare_descriptions,
    shared_identifiers,
)
from latefusion.dataset.target_columns import target_columns
from latefusion.dataset.targets import check_targets, target_facts, target_values, targets_of
from latefusion.store.samples import class_indices, in_double_precision
from latefusion.store.schemas import GROUPS


def check_dataset(
    items: Mapping[str, Path],
    facts: Mapping[str, Path],
    features: Mapping[str, Mapping[str, Path]],
    modality_facts: Mapping[str, Mapping[str, Any]],
    *,
    folds: int,
    cross_folds: int,
    group_names: str = ARTISTS,
    division: DivisionFiles = ALL_AS_THEY_CAME,
) -> tuple[dict[str, Any], pa.Table]:
    """Compare the splits.

    Parameters
    ----------
    items, facts : mapping of str to Path
        Items table and facts of `train` and `test`, or of `all` items.
    features : mapping of str to mapping of str to Path
        Feature matrices by split and modality.
    modality_facts : mapping of str to mapping
        What is known of the files of modalities that have their own.
    folds, cross_folds : int
        As configured; they decide which classes are small and whether there are groups enough for `cross`.
    group_names : {'artists', 'exact'}
        Whether groups that share an artist are joined; as for `ingest`.
    division : DivisionFiles, optional
        What was left out of the tables, and folds that came with the data.

    Returns
    -------
    dataset, groups : dict and pyarrow.Table
        What dataset.json holds; `item` and its final `group`, train before test.

    Raises
    ------
    InputError
        If the splits contradict each other, or there is nothing to learn: all problems at once.
    """
    splits = Splits.read(items, facts, modality_facts, division)
    classes, hashes, has_content = _checked(splits, features, folds)
    shared = shared_identifiers(splits)
    check_identifiers(splits, shared, hashes)
    _refuse(splits)
    compare_descriptions(splits)
    y = _class_of_each(splits, classes)
    sets = duplicate_sets(hashes, has_content)
    keys = unified(splits.every("group").tolist())
    _note_similar_groups(splits, keys, group_names)
    joined = components(keys, [*sets, *shared], group_names)
    dataset = {
        "classes": classes,
        "n": {split: splits.tables[split].num_rows for split in splits.names},
        "modalities": _modalities(splits, features, modality_facts, y),
        "duplicates": duplicate_facts(splits, sets, len(shared), y, joined),
        "groups": group_facts(splits, joined.group, y, classes, folds, cross_folds, division.given_folds())
        | {"joined": _joined_names(keys, group_names)},
    } | target_facts(splits, sets, joined.group)
    dataset |= {"warnings": splits.warnings} | division.left_out()
    columns = [pa.array(values, pa.string()) for values in (splits.every("item"), joined.group)]
    return dataset, pa.table(columns, schema=GROUPS)


def _checked(
    splits: Splits, features: Mapping[str, Mapping[str, Path]], folds: int
) -> tuple[list[dict[str, Any]], NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the classes and the items' hashes, having compared what needs no identifiers."""
    for split in splits.names:
        splits.warnings += splits.facts[split]["warnings"]
    check_files(splits)
    check_dimensions(splits)
    if not splits.problems:
        check_columns(splits)
    classes = check_classes(splits, folds) if _has_labels(splits) else []
    check_targets(splits)
    _refuse(splits)
    hashes, has_content = _fingerprints(features)
    check_same_rows(splits, hashes)
    return classes, hashes, has_content


def _has_labels(splits: Splits) -> bool:
    return "label" in splits.tables[splits.first].column_names


def _class_of_each(splits: Splits, classes: Sequence[Mapping[str, Any]]) -> NDArray[np.int32]:
    """Return the class index of each item; one class of all where the data are of continuous targets."""
    if not _has_labels(splits):
        return np.zeros(sum(table.num_rows for table in splits.tables.values()), np.int32)
    return class_indices([splits.tables[split]["label"] for split in splits.names], classes)


def _joined_names(keys: Sequence[str], group_names: str) -> dict[str, Any]:
    """Return what became of the names of groups alone, whatever items coincide."""
    by_name = Joined.of(keys, components(keys, (), group_names).group)
    return {**asdict(by_name), "suspicious": by_name.suspicious}


def _note_similar_groups(splits: Splits, keys: Sequence[str], group_names: str) -> None:
    """Warn of names of groups that artists' names would be taken to be one of."""
    counts = Counter(name for name in keys if not name.startswith(OWN))
    similar = alike(counts) if group_names == EXACT else []
    if similar:
        said = several(told_apart(map(str, one), counts) for one in similar)
        message = f"groups that differ only in case, white space or notation are kept apart: {said}"
        splits.warn("similar_groups", message)


def _note_class_columns(
    splits: Splits, features: Mapping[str, Mapping[str, Path]], y: NDArray[np.int32]
) -> None:
    """Warn of numbers of an embedding that tell the class exactly: a label left among the features does."""
    if not _has_labels(splits):
        return
    for name, dimension in splits.facts[splits.first]["dimensions"].items():
        told = class_columns([features[split][name] for split in splits.names], y)
        if len(told):
            some = ", ".join(str(column + 1) for column in told[:5]) + (" …" if len(told) > 5 else "")
            which = f"number {some} has" if len(told) == 1 else f"numbers {some} have each"
            message = (
                f"{name}: of its {dimension:,} numbers, {which} one value a class and another for every "
                "class, as the label itself would; leave out what is not known before the class is"
            )
            splits.warn("class_columns", message)


def _note_target_columns(splits: Splits, features: Mapping[str, Mapping[str, Path]]) -> None:
    """Warn of numbers of an embedding that are a target: one left among the features is."""
    targets = targets_of(splits)
    for target, y in zip(targets, target_values(splits, targets).T, strict=True):
        for name, dimension in splits.facts[splits.first]["dimensions"].items():
            told = target_columns([features[split][name] for split in splits.names], y)
            if len(told):
                some = ", ".join(str(column + 1) for column in told[:5]) + (" …" if len(told) > 5 else "")
                message = (
                    f"{name}: of its {plural(dimension, 'number')}, number {some} is the target "
                    f"{shorten(target)} itself, but for its unit; leave out what is not known before it is"
                )
                splits.warn("target_columns", message)


def _refuse(splits: Splits) -> None:
    if splits.problems:
        raise InputError(splits.problems[:SHOWN_PROBLEMS], len(splits.problems))


def _double(features: Mapping[str, Mapping[str, Path]]) -> dict[str, set[str]]:
    """Return the modalities of each split whose features are in double precision."""
    return {
        split: {name for name, path in own.items() if in_double_precision(path)}
        for split, own in features.items()
    }


def _modalities(
    splits: Splits,
    features: Mapping[str, Mapping[str, Path]],
    modality_facts: Mapping[str, Mapping[str, Any]],
    y: NDArray[np.int32],
) -> dict[str, dict[str, Any]]:
    """Return dimension, missing items and precision of each modality, and how its own files were joined."""
    double = _double(features)
    _note_class_columns(splits, features, y)
    _note_target_columns(splits, features)
    return {
        name: {
            "dimension": dimension,
            "missing": {split: splits.facts[split]["missing"][name] for split in splits.names},
        }
        | _precision(splits, double, name)
        | ({"match": modality_facts[name]["match"]} if name in modality_facts else {})
        for name, dimension in splits.facts[splits.first]["dimensions"].items()
    }


def _precision(splits: Splits, double: Mapping[str, set[str]], name: str) -> dict[str, list[str]]:
    """Return what dataset.json says of double precision, having warned where one file alone is in it."""
    wide = [split for split in splits.names if name in double[split]]
    if splits.divided and len(wide) == 1:
        other = next(split for split in splits.names if split not in wide)
        verb = "are" if splits.one_table else "is"
        message = (
            f"{name}: {splits.called(wide[0])} {verb} kept in double precision and {splits.called(other)}, "
            f"of which single precision changes little, {verb} not: look whether both are in the same units"
        )
        splits.warn("precision", message)
    return {"double_precision": wide} if wide else {}


def _fingerprints(
    features: Mapping[str, Mapping[str, Path]],
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    double = _double(features)
    # what one split has in single precision only is compared in it
    kinds = [double[split] for split in features]
    mixed = {name for kind in kinds for name in kind if not all(name in other for other in kinds)}
    names = next(iter(features.values()))
    at = [number for number, name in enumerate(names) if name in mixed]
    parts = [fingerprints(list(own.values()), single=at) for own in features.values()]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
