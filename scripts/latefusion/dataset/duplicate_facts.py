"""How many items the files hold twice, and what that means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.core.wording import plural, verb
from latefusion.dataset.groups import Components
from latefusion.dataset.keys import TEST_SUFFIX
from latefusion.dataset.split_checks import Splits


def duplicate_facts(
    splits: Splits,
    sets: Sequence[NDArray[np.int64]],
    identifiers: int,
    y: NDArray[np.int32],
    group: Components,
) -> dict[str, int]:
    """Return how many items of each file, and of both, coincide, having warned of them.

    Parameters
    ----------
    splits : Splits
    sets : sequence of int arrays
        Rows of items whose embeddings coincide, train before test.
    identifiers : int
        How many identifiers are in both files.
    y : (n,) int array
        Class indices.
    group : Components
        Final groups.
    """
    n_train = splits.tables[splits.first].num_rows
    train = test = across = other_label = 0
    for rows in sets:
        in_train = int((rows < n_train).sum())
        in_test = len(rows) - in_train
        train += max(0, in_train - 1)
        test += max(0, in_test - 1)
        across += in_test if in_train else 0
        other_label += len(rows) if len(np.unique(y[rows])) > 1 else 0
    facts = {
        **({"train": train, "test": test, "across": across} if splits.divided else {"all": train}),
        "identifiers": identifiers,
        "other_label": other_label,
        "groups_joined": group.joined,
        "not_joined": group.apart,
    }
    _warn_of_duplicates(splits, facts)
    return facts


def _warn_of_duplicates(splits: Splits, facts: Mapping[str, int]) -> None:
    if splits.divided:
        _warn_across(splits, facts)
    elif facts["all"]:
        counted = f"{plural(facts['all'], 'item')} {verb(facts['all'], 'has', 'have')}"
        splits.warn("duplicate_items", f"{counted} the embeddings of an earlier one")
    if facts["other_label"]:
        message = f"{facts['other_label']} items coincide with an item of another class"
        splits.warn("coinciding_labels", message)
    apart = facts["not_joined"]
    if apart:
        message = (
            f"{apart} embeddings are shared by many groups each: they look like a filler value, "
            "and these groups were not joined"
        )
        splits.warn("filler_embeddings", message)


def _warn_across(splits: Splits, facts: Mapping[str, int]) -> None:
    n_test = splits.tables["test"].num_rows
    across, identifiers = facts["across"], facts["identifiers"]
    if across:
        message = (
            f"{across} of {n_test} test items have the embeddings of a training item: they are seen items"
        )
        splits.warn("overlapping_items", message)
    if identifiers:
        message = (
            f"{identifiers} of {n_test} test items have the identifier of a training item: results call them "
            f"by it with {TEST_SUFFIX!r} behind, and keep both in one group"
        )
        splits.warn("shared_identifiers", message)
    if facts["train"] or facts["test"]:
        counted = f"{facts['train']} training and {facts['test']} test items"
        whose = "split" if splits.one_table else "file"
        splits.warn("duplicate_items", f"{counted} have the embeddings of an earlier item of their {whose}")
