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

from latefusion.core.errors import SHOWN_PROBLEMS, InputError
from latefusion.dataset.classes import check_classes
from latefusion.dataset.duplicate_facts import duplicate_facts
from latefusion.dataset.duplicates import duplicate_sets, fingerprints
from latefusion.dataset.group_facts import group_facts
from latefusion.dataset.groups import ARTISTS, EXACT, OWN, Joined, components, unified
from latefusion.dataset.keys import alike, several, told_apart
from latefusion.dataset.split_checks import (
    SPLITS,
    Splits,
    check_dimensions,
    check_files,
    check_identifiers,
    check_same_rows,
    compare_descriptions,
    shared_identifiers,
)
from latefusion.store.samples import class_indices, in_double_precision
from latefusion.store.schemas import GROUPS

__all__ = ["SPLITS", "check_dataset"]


def check_dataset(
    items: Mapping[str, Path],
    facts: Mapping[str, Path],
    features: Mapping[str, Mapping[str, Path]],
    modality_facts: Mapping[str, Mapping[str, Any]],
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
    modality_facts : mapping of str to mapping
        What is known of the files of modalities that have their own.
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
    splits = Splits.read(items, facts, modality_facts)
    classes, hashes, has_content = _checked(splits, features, folds)
    shared = shared_identifiers(splits)
    check_identifiers(splits, shared, hashes)
    _refuse(splits)
    compare_descriptions(splits)
    y = class_indices([splits.tables[split]["label"] for split in SPLITS], classes)
    sets = duplicate_sets(hashes, has_content)
    keys = unified(splits.both("group").tolist())
    _note_similar_groups(splits, keys, group_names)
    joined = components(keys, [*sets, *shared], group_names)
    by_name = Joined.of(keys, components(keys, (), group_names).group)
    dataset = {
        "classes": classes,
        "n": {split: splits.tables[split].num_rows for split in SPLITS},
        "modalities": _modalities(splits, features, modality_facts),
        "duplicates": duplicate_facts(splits, sets, len(shared), y, joined),
        "groups": group_facts(splits, joined.group, y, classes, folds, cross_folds)
        | {"joined": {**asdict(by_name), "suspicious": by_name.suspicious}},
        "warnings": splits.warnings,
    }
    item = pa.array(splits.both("item"), pa.string())
    return dataset, pa.table([item, pa.array(joined.group, pa.string())], schema=GROUPS)


def _checked(
    splits: Splits, features: Mapping[str, Mapping[str, Path]], folds: int
) -> tuple[list[dict[str, Any]], NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the classes and the items' hashes, having compared what needs no identifiers."""
    for split in SPLITS:
        splits.warnings += splits.facts[split]["warnings"]
    check_files(splits)
    check_dimensions(splits)
    classes = check_classes(splits, folds)
    _refuse(splits)
    hashes, has_content = _fingerprints(features)
    check_same_rows(splits, hashes)
    return classes, hashes, has_content


def _note_similar_groups(splits: Splits, keys: Sequence[str], group_names: str) -> None:
    """Warn of names of groups that artists' names would be taken to be one of."""
    counts = Counter(name for name in keys if not name.startswith(OWN))
    similar = alike(counts) if group_names == EXACT else []
    if similar:
        said = several(told_apart(map(str, one), counts) for one in similar)
        message = f"groups that differ only in case, white space or notation are kept apart: {said}"
        splits.warn("similar_groups", message)


def _refuse(splits: Splits) -> None:
    if splits.problems:
        raise InputError(splits.problems[:SHOWN_PROBLEMS], len(splits.problems))


def _double(features: Mapping[str, Mapping[str, Path]]) -> dict[str, set[str]]:
    """Return the modalities of each split whose features are in double precision."""
    return {
        split: {name for name, path in features[split].items() if in_double_precision(path)}
        for split in SPLITS
    }


def _modalities(
    splits: Splits,
    features: Mapping[str, Mapping[str, Path]],
    modality_facts: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Return dimension, missing items and precision of each modality, and how its own files were joined."""
    double = _double(features)
    return {
        name: {
            "dimension": dimension,
            "missing": {split: splits.facts[split]["missing"][name] for split in SPLITS},
        }
        | _precision(splits, double, name)
        | ({"match": modality_facts[name]["match"]} if name in modality_facts else {})
        for name, dimension in splits.facts["train"]["dimensions"].items()
    }


def _precision(splits: Splits, double: Mapping[str, set[str]], name: str) -> dict[str, list[str]]:
    """Return what dataset.json says of double precision, having warned where one file alone is in it."""
    wide = [split for split in SPLITS if name in double[split]]
    if len(wide) == 1:
        other = next(split for split in SPLITS if split not in wide)
        message = (
            f"{name}: {splits.path(wide[0])} is kept in double precision and {splits.path(other)}, of which "
            "single precision changes little, is not: look whether both are in the same units"
        )
        splits.warn("precision", message)
    return {"double_precision": wide} if wide else {}


def _fingerprints(
    features: Mapping[str, Mapping[str, Path]],
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    double = _double(features)
    # what one file has in single precision only is compared in it
    mixed = double["train"] ^ double["test"]
    at = [number for number, name in enumerate(features["train"]) if name in mixed]
    parts = [fingerprints(list(features[split].values()), single=at) for split in SPLITS]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
