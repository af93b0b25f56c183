"""The classes of both files: their labels, sizes and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from latefusion.core.errors import SHOWN_PROBLEMS, shorten
from latefusion.core.wording import plural
from latefusion.dataset.class_names import check_names
from latefusion.dataset.keys import MISSING_WORDS, Key, as_integer, folded
from latefusion.dataset.label_keys import LabelKeys
from latefusion.dataset.label_warnings import warn_of_labels
from latefusion.dataset.split_checks import Splits

FEW_ROWS: Final = 10
"""Training rows a class, on average, under which their number is worth a warning."""
# with this share of rows that are the only one of their class, labels are something else
_MOST_LONELY: Final = 0.5
_MOST_MISSING: Final = 0.1


def check_classes(splits: Splits, folds: int) -> list[dict[str, Any]]:
    """Return the classes, sorted by label, having noted what is wrong or odd about them.

    Parameters
    ----------
    splits : Splits
    folds : int
        As configured.

    Returns
    -------
    list of dict
        `index`, `label`, `name`, items of each split, `prior` of each, and `written` where a file writes its
        label in another way than `label` is written; empty where nothing can be said of them.
    """
    labels = LabelKeys.of(splits.tables)
    if _has_missing(splits, labels) or _has_scores(splits, labels):
        return []
    learn = splits.first
    count = {split: labels.rows(split) for split in splits.names}
    train = count[learn]
    n_train = sum(train.values())
    name = check_names(splits, labels)
    if len(train) == 1:
        splits.refuse(
            learn,
            f"one class only, {shorten(next(iter(train)))}",
            "at least two classes",
            "name another column in data.label",
            key="label",
        )
    elif sum(rows == 1 for rows in train.values()) > _MOST_LONELY * n_train:
        splits.refuse(
            learn,
            f"{len(train)} classes in {n_train} rows, such as {', '.join(map(shorten, sorted(train)[:3]))}",
            "at least two rows of each class",
            "this is probably an identifier or a score: name the column of the class in data.label",
            key="label",
        )
    else:
        _check_sizes(splits, labels, name)
        _note_sizes(splits, train, name[learn], folds)
        if splits.divided:
            _note_absent(splits, train, count["test"], name[learn])
        warn_of_labels(splits, labels, name[learn])
    forms = labels.forms()
    return [
        {
            "index": index,
            "label": label,
            "name": name[learn][label],
            **{split: rows.get(label, 0) for split, rows in count.items()},
            "prior": train[label] / n_train,
        }
        | ({} if forms[label] == [str(label)] else {"written": forms[label]})
        for index, label in enumerate(sorted(train))
    ]


def _has_missing(splits: Splits, labels: LabelKeys) -> bool:
    """Refuse words for a missing value that stand in a few rows among whole numbers."""
    words = {key for key in labels.key.values() if str(key).lower() in MISSING_WORDS}
    others = {key for key in labels.key.values() if key not in words}
    count = {split: labels.rows(split) for split in splits.names}
    rows = sum(count[split].get(word, 0) for split in splits.names for word in words)
    total = sum(sum(one.values()) for one in count.values())
    numbers = all(as_integer(str(key)) is not None for key in others)
    if not words or not numbers or rows >= _MOST_MISSING * total:
        return False
    for split in splits.names:
        for word in sorted(words & count[split].keys(), key=str):
            splits.refuse(
                split,
                f"{shorten(word)}: no label, in {plural(count[split][word], 'row')}",
                "a label in every row",
                "fill it in or drop the rows; if it is a class, call it by another word",
                key="label",
                row=labels.first(split, word),
            )
    return True


def _has_scores(splits: Splits, labels: LabelKeys) -> bool:
    """Refuse labels that are numbers throughout, some of them with fractions."""
    number = {key: _number(str(key)) for key in labels.key.values()}
    fractions = {key for key, one in number.items() if one is not None and not one.is_integer()}
    if not fractions or None in number.values():
        return False
    for split in splits.names:
        count = labels.rows(split)
        first = {labels.first(split, key): key for key in list(fractions & count.keys())}
        for row in sorted(first)[:SHOWN_PROBLEMS]:
            splits.refuse(
                split,
                f"{shorten(first[row])}: a fraction, in {plural(count[first[row]], 'row')}",
                "whole numbers, or names",
                "name the column of the class; for a score, cut it into classes first",
                key="label",
                row=row,
            )
    return True


def _number(text: str) -> float | None:
    if "_" in text or not text.isascii():
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _check_sizes(splits: Splits, labels: LabelKeys, name: Mapping[str, Mapping[Key, str]]) -> None:
    train = labels.rows(splits.first)
    for label in sorted(train):
        if train[label] < 2:
            splits.refuse(
                splits.first,
                f"the class {shorten(name[splits.first][label])} has one row",
                "at least two rows of each class",
                "drop the row, mend the label, join the class with another, or find more of it",
                key="label",
                row=labels.first(splits.first, label),
            )
    if not splits.divided:
        return
    test = labels.rows("test")
    everywhere = "everywhere" if splits.one_table else "in both files"
    similar = {folded(label): label for label in train}
    for label in sorted(test.keys() - train.keys(), key=str):
        near = similar.get(folded(label))
        called = shorten(name["test"][label])
        called += "" if name["test"][label] == str(label) else f" (label {shorten(label)})"
        splits.refuse(
            "test",
            f"{plural(test[label], 'row')} of the class {called}",
            "classes that the training items have"
            if splits.one_table
            else "classes that the training file has",
            "drop these rows, mend the label, or add training rows of the class"
            if near is None
            else f"did you mean {shorten(near)}? Write it in one way {everywhere}",
            key="label",
            row=labels.first("test", label),
        )


def _note_sizes(splits: Splits, train: Mapping[Key, int], name: Mapping[Key, str], folds: int) -> None:
    n_train = sum(train.values())
    of_train = "training " if splits.divided else ""
    if n_train < FEW_ROWS * len(train):
        message = (
            f"{len(train)} classes in {n_train} {of_train}rows, fewer than {FEW_ROWS} rows a class: little "
            "can be learned of each; if they are no classes, name another column in data.label"
        )
        splits.warn("few_rows_a_class", message)
    small = [label for label in sorted(train) if 1 < train[label] < folds]
    if len(small) == 1:
        rows = train[small[0]]
        message = f"the class {shorten(name[small[0]])} has {rows} {of_train}rows for {folds} folds"
        splits.warn("small_class", f"{message}: some folds hold none of it")
    elif small:
        message = f"{len(small)} classes have fewer {of_train}rows than there are folds, {folds}"
        splits.warn("small_class", f"{message}, {_such_as(small, name)}: some folds hold none of them")


def _note_absent(
    splits: Splits, train: Mapping[Key, int], test: Mapping[Key, int], name: Mapping[Key, str]
) -> None:
    absent = [label for label in sorted(train) if label not in test]
    if len(absent) == 1:
        message = (
            f"the class {shorten(name[absent[0]])} has no test row: its recall is not known under honest"
        )
        splits.warn("absent_class", message)
    elif absent:
        message = f"{len(absent)} classes have no test row, {_such_as(absent, name)}"
        splits.warn("absent_class", f"{message}: their recall is not known under honest")


def _such_as(labels: Sequence[Key], name: Mapping[Key, str]) -> str:
    return "such as " + ", ".join(shorten(name[label]) for label in labels[:3])
