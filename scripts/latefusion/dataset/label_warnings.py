"""Labels that are accepted, but may not be what their author meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from latefusion.core.errors import shorten
from latefusion.core.wording import plural
from latefusion.dataset.keys import MISSING_WORDS, Key, alike, as_integer, several, told_apart
from latefusion.dataset.label_keys import LabelKeys
from latefusion.dataset.split_checks import Splits

_SEPARATORS: Final = ("|", ";", ",", "/", "+", "&")
_WHOLE: Final = 0.9


def warn_of_labels(splits: Splits, labels: LabelKeys, name: Mapping[Key, str]) -> None:
    """Warn of labels that may be another label, no label or several.

    Parameters
    ----------
    splits : Splits
    labels : LabelKeys
    name : mapping of int or str to str
        Name of each class that there is to learn.
    """
    written, rows = labels.written(), Counter[Key]()
    for split in splits.names:
        rows.update(labels.rows(split))
    forms = [texts for texts in labels.forms().values() if len(texts) > 1]
    if forms:
        said = several(told_apart(texts, written) for texts in forms)
        splits.warn("label_forms", f"labels written in several ways are one class: {said}")
    _note_similar(splits, rows, name)
    text = {str(key): count for key, count in rows.items() if as_integer(str(key)) is None}
    _note_exceptions(splits, text, sum(rows.values()))
    combined = _combined(text)
    if combined:
        found = f"{plural(len(combined), 'label')} in {plural(sum(map(text.__getitem__, combined)), 'row')}"
        message = (
            f"{found} may be several labels in one cell, such as {shorten(combined[0])}: each combination is "
            "a class of its own; keep one label for each item"
        )
        splits.warn("label_separators", message)


def _note_similar(splits: Splits, rows: Mapping[Key, int], name: Mapping[Key, str]) -> None:
    """Warn of labels, or else names of classes, that are nearly the same."""
    for what, every in (("labels", {key: str(key) for key in rows}), ("names of classes", name)):
        counts: Counter[str] = Counter()
        for key, text in every.items():
            counts[text] += rows[key]
        similar = alike(counts)
        if similar:
            said = several(told_apart(map(str, one), counts) for one in similar)
            message = f"{what} that differ only in case, white space or notation are classes of their own"
            splits.warn("similar_labels", f"{message}: {said}")
            return


def _note_exceptions(splits: Splits, text: Mapping[str, int], total: int) -> None:
    """Warn of classes that are words for a missing value, and of a few that are text among whole numbers."""
    words = [label for label in sorted(text) if label.lower() in MISSING_WORDS]
    if words:
        said = several(f"{shorten(label)} ({plural(text[label], 'row')})" for label in words)
        splits.warn("missing_words", f"words that often stand for no label are classes: {said}")
    others = [label for label in sorted(text) if label not in words]
    if others and total - sum(text.values()) >= _WHOLE * total:
        said = several(f"{shorten(label)} ({plural(text[label], 'row')})" for label in others)
        count = sum(text[label] for label in others)
        message = f"{count} of {total} labels are not whole numbers, as the others are: {said}"
        splits.warn("text_among_numbers", message)


def _combined(labels: Mapping[str, int]) -> list[str]:
    """Return labels that look like several: their parts are labels too, or parts of another such label."""
    best: list[str] = []
    for separator in _SEPARATORS:
        parts = {
            label: [part for piece in label.split(separator) if (part := piece.strip(" []()'\""))]
            for label in sorted(labels)
            if separator in label
        }
        parts = {label: pieces for label, pieces in parts.items() if len(pieces) > 1}
        users = Counter(piece for pieces in parts.values() for piece in set(pieces))
        found = [
            label
            for label, pieces in parts.items()
            if all(piece in labels or users[piece] > 1 for piece in pieces)
        ]
        best = max(best, found, key=len)
    return best
