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
from latefusion.dataset.text_codes import text_codes


def group_facts(
    splits: Splits,
    group: NDArray[np.object_],
    y: NDArray[np.int32],
    classes: Sequence[Mapping[str, Any]],
    folds: int,
    cross_folds: int,
    given: NDArray[np.int32] | None = None,
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
    given : (n,) int array, optional
        Folds that came with the data.
    """
    known = bool(splits.facts[splits.first]["columns"]["group"])
    names, codes = text_codes(group)
    # without a column of groups each item is its own, but for those that are one item twice
    joined = known or len(names) < len(group)
    straddling = 0 if given is None else straddling_items(codes, given)
    cross_grouped = joined and len(names) >= cross_folds and not straddling
    across, of_given = _split_facts(splits, codes, known=known) if splits.divided else ({}, None)
    of_cross = (
        _of_cross(len(names), cross_folds) if given is None else _of_given_folds(straddling, len(group))
    )
    if known:
        reason = "; ".join(filter(None, (of_given, of_cross)))
        if not (cross_grouped or straddling):
            splits.warn("few_groups" if len(names) > 1 else "one_group", of_cross)
        trained = _groups_of_cross_training(codes, cross_folds, given) if cross_grouped else folds
        _note_few(splits, min(trained, across["train"] if across.get("given_grouped") else folds), folds)
        _note_large(splits, names, codes, y, classes, 1 / max(folds, cross_folds))
    else:
        reason = "no column names the groups, so folds are stratified only"
        if given is not None:
            reason += "; those of cross came with the data"
        elif cross_grouped:
            reason += "; items that coincide stay together under cross"
    if straddling:
        splits.warn("given_folds_straddle", of_cross)
    return {
        "known": known,
        "n": len(names),
        **{key: value for key, value in across.items() if key != "given_grouped"},
        "largest": int(np.bincount(codes).max()),
        "given_grouped": bool(across.get("given_grouped", False)),
        "cross_grouped": cross_grouped,
        **({} if given is None else {"given_folds": cross_folds, "cross_items_seen": straddling}),
        "reason": reason,
    }


def straddling_items(group: NDArray[np.int64], fold: NDArray[np.int32]) -> int:
    """Return how many items have others of their group in another fold.

    Parameters
    ----------
    group, fold : (n,) int array
        Codes of groups, from 0, and of folds.
    """
    pairs = np.unique(np.column_stack([group, fold]), axis=0)
    folds = np.bincount(pairs[:, 0], minlength=int(group.max()) + 1)
    return int((folds[group] > 1).sum())


def _split_facts(
    splits: Splits, codes: NDArray[np.int64], *, known: bool
) -> tuple[dict[str, int | bool], str]:
    """Return how the groups lie to the split, and in words whether its folds keep them together."""
    n_train, n_groups = splits.tables["train"].num_rows, int(codes.max()) + 1
    in_train = np.bincount(codes[:n_train], minlength=n_groups) > 0
    in_test = np.bincount(codes[n_train:], minlength=n_groups) > 0
    seen, tested = int(in_train[codes[n_train:]].sum()), len(codes) - n_train
    grouped = known and not many_seen(seen, tested) and int(in_train.sum()) > 1
    facts: dict[str, int | bool] = {
        "train": int(in_train.sum()),
        "test": int(in_test.sum()),
        "shared": int((in_train & in_test).sum()),
        "test_items_seen": seen,
        "given_grouped": grouped,
    }
    return facts, _of_given(seen, tested, grouped)


def _groups_of_cross_training(codes: NDArray[np.int64], folds: int, given: NDArray[np.int32] | None) -> int:
    """Return the groups of the training part that has the fewest."""
    n = int(codes.max()) + 1
    if given is None:
        return n - -(-n // folds)
    return n - max(len(np.unique(codes[given == fold])) for fold in range(folds))


def _of_given_folds(straddling: int, n: int) -> str:
    if not straddling:
        return "no group is in two of the folds that came with the data, and cross keeps groups together"
    whose = verb(straddling, "has others of its", "have others of their")
    return (
        f"{straddling:,} of {plural(n, 'item')} {whose} group in another of the folds that came with the "
        "data: cross does not keep groups together"
    )


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
    y: NDArray[np.int32],
    classes: Sequence[Mapping[str, Any]],
    share_of_fold: float,
) -> None:
    sizes = np.bincount(codes)
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
