"""How many groups the items are of, and whether folds keep them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.core.wording import plural, verb
from latefusion.dataset.seen_groups import many_seen
from latefusion.dataset.split_checks import Splits


def group_facts(
    splits: Splits,
    group: NDArray[np.object_],
    y: NDArray[np.int32],
    classes: Sequence[Mapping[str, Any]],
    folds: int,
    cross_folds: int,
) -> dict[str, Any]:
    """Return how many groups there are, and whether folds keep them together.

    Parameters
    ----------
    splits : Splits
    group : (n,) object array of str
        Final groups, train before test.
    y : (n,) int array
        Class indices.
    classes : sequence of mapping
        As in dataset.json.
    folds, cross_folds : int
        As configured.
    """
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
    tested = len(group) - n_train
    given_grouped = known and not many_seen(seen, tested) and int(in_train.sum()) > 1
    if known:
        of_cross = _of_cross(len(names), cross_folds)
        reason = f"{_of_given(seen, tested, given_grouped)}; {of_cross}"
        if not cross_grouped:
            splits.warn("few_groups" if len(names) > 1 else "one_group", of_cross)
        of_cross_training = len(names) - -(-len(names) // cross_folds) if cross_grouped else folds
        _note_few(splits, min(of_cross_training, int(in_train.sum()) if given_grouped else folds), folds)
        _note_large(splits, names, codes, sizes, y, classes, 1 / max(folds, cross_folds))
    else:
        reason = "no column names the groups, so folds are stratified only"
        if cross_grouped:
            reason += "; items that coincide stay together under cross"
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


def _note_few(splits: Splits, least: int, folds: int) -> None:
    if least < folds:
        message = f"training parts with fewer groups than {folds} have as many folds as groups"
        splits.warn("few_groups_in_train", message)


def _of_given(seen: int, tested: int, grouped: bool) -> str:
    whose = verb(seen, "has its", "have their")
    told = f"{seen:,} of {plural(tested, 'test item')} {whose} group in train"
    if many_seen(seen, tested):
        return f"{told}, so the folds of the given split are stratified only"
    if grouped and seen:
        return f"{told}, too few to matter, and the folds of the given split keep groups together"
    if grouped:
        return "no group is on both sides of the given split, and its folds keep groups together"
    return "the training items are of one group, so the folds of the given split are stratified only"


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
