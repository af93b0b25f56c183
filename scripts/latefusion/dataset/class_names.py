"""The names of classes, each of which must stand for one label, and each label have one name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from latefusion.core.errors import SHOWN_PROBLEMS, shorten
from latefusion.dataset.keys import Key, unify
from latefusion.dataset.label_keys import LabelKeys, TextColumn
from latefusion.dataset.split_checks import Splits


def check_names(splits: Splits, labels: LabelKeys) -> dict[str, dict[Key, str]]:
    """Return the name of each label in each split, having noted what contradicts it.

    Where no column names the classes, a label is its own name.
    """
    if splits.facts[splits.first]["columns"]["class_name"] is None:
        return {split: {key: str(key) for key in labels.rows(split)} for split in splits.names}
    columns = {split: TextColumn.of(splits.tables[split]["class"]) for split in splits.names}
    key = unify([text for column in columns.values() for text in column.texts])
    names = {split: _usual_names(splits, split, labels, columns[split], key) for split in splits.names}
    if not splits.divided:
        return names
    for label in sorted(names["test"].keys() & names["train"].keys()):
        ours, theirs = names["train"][label], names["test"][label]
        if ours != theirs:
            splits.refuse(
                "test",
                f"the name {shorten(theirs)} for the label {shorten(label)}",
                f"{shorten(ours)}, as in {splits.called('train')}",
                "give each label the same name everywhere, or set data.class_name to null",
                key="class_name",
            )
    return names


def _usual_names(
    splits: Splits, split: str, labels: LabelKeys, names: TextColumn, name_key: Mapping[str, Key]
) -> dict[Key, str]:
    """Return the name that most rows of a label have, having noted the rows that have another."""
    column = labels.columns[split]
    keys = list(dict.fromkeys(labels.key[text] for text in column.texts))
    shown = list(dict.fromkeys(name_key[text] for text in names.texts))
    of_label = np.array([keys.index(labels.key[text]) for text in column.texts], np.int64)[column.code]
    of_name = np.array([shown.index(name_key[text]) for text in names.texts], np.int64)[names.code]
    pair = of_label * len(shown) + of_name
    pairs, first, counts = np.unique(pair, return_index=True, return_counts=True)
    name_of: dict[int, int] = {}
    label_of: dict[int, int] = {}
    for index in np.lexsort((pairs, -counts)):
        label, name = divmod(int(pairs[index]), len(shown))
        if label not in name_of and name not in label_of:
            name_of[label], label_of[name] = name, label
    wrong = [i for i, one in enumerate(pairs) if name_of.get(int(one) // len(shown)) != one % len(shown)]
    for index in sorted(wrong, key=lambda index: first[index])[:SHOWN_PROBLEMS]:
        label, name = divmod(int(pairs[index]), len(shown))
        known = shorten(keys[label])
        allowed = (
            f"{shorten(shown[name_of[label]])}, the name of label {known} elsewhere"
            if label in name_of
            else f"a name of its own for label {known}"
        )
        rows = int(counts[index])
        splits.refuse(
            split,
            f"{shorten(shown[name])} for label {known}" + (f", in {rows} rows" if rows > 1 else ""),
            allowed,
            "one name for each label and one label for each name: mend one of the two columns",
            key="class_name",
            row=int(first[index]) + 1,
        )
    # a label all of whose names stand for others has none that is right; any will do for messages
    any_name = {int(pair) // len(shown): int(pair) % len(shown) for pair in pairs}
    return {keys[label]: str(shown[name]) for label, name in {**any_name, **name_of}.items()}
