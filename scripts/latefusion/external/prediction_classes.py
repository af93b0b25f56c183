"""The classes that predictions are of: labels of the items matched to columns of numbers, or to decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import nearest, shorten
from latefusion.core.wording import plural
from latefusion.dataset.keys import MISSING_WORDS, Key, KnownKeys, canonical_text, canonical_texts, unify
from latefusion.external.prediction_items import PredictedItems, sort_keys
from latefusion.external.prediction_rows import PredictionRows
from latefusion.external.prediction_source import PredictionSource
from latefusion.ingest.findings import SHOWN, Findings

POSITIVES: Final = frozenset({"1", "true", "yes", "y", "positive", "pos", "target", "tgt"})
"""Labels, in lower case, that a single column speaks for without being told so."""


@dataclass(frozen=True)
class PredictedClasses:
    """The K classes.

    Attributes
    ----------
    classes : list of (key, name)
        In the order of their index.
    columns : list of int
        Which column of numbers each class has; −1 for the class that a single column leaves.
    y : (N,) int32 array
        Class index of each item.
    """

    classes: list[tuple[Key, str]]
    columns: list[int]
    y: NDArray[np.int32]


def predicted_classes(
    rows: PredictionRows, items: PredictedItems, source: PredictionSource, findings: Findings
) -> PredictedClasses:
    """Match the labels of the items to the columns of the classes.

    A column is of the class whose label follows the prefix in its name. Where columns are listed and their
    names are no labels, they are of the labels in order. A single column is of the positive one of two.

    Raises
    ------
    InputError
        If an item has no label, or a label has no column.
    """
    _check_there(rows, items, findings)
    key_of = unify(set(items.known["label"]))
    labels = sort_keys(set(key_of.values()))
    if source.kind == "decisions":
        found = _of_decisions(rows, items)
    elif len(rows.columns) == 1:
        found = _of_one_column(rows, items, labels, source, findings)
    else:
        found = _of_columns(rows, items, labels, source, findings)
    findings.check()
    index = {key: place for place, (key, _) in enumerate(found.classes)}
    y = np.array([index[_same(key_of[text], index)] for text in items.known["label"]], np.int32)
    return PredictedClasses(found.classes, found.columns, y)


@dataclass(frozen=True)
class _Matched:
    classes: list[tuple[Key, str]]
    columns: list[int]


def _same(key: Key, index: Mapping[Key, int]) -> Key:
    """Return the class's own key, which is a text where not all classes are integers."""
    return key if key in index else str(key)


def _check_there(rows: PredictionRows, items: PredictedItems, findings: Findings) -> None:
    """Every item must have a label, and there must be two."""
    if "label" not in items.known:
        found = "no column of labels"
        fix = "name it: `predictions: {label: NAME}`; or name a table of the items in data.items"
        findings.stop(rows.where.whole(rows.called["item"], found, "a label for every item", fix))
    said, (where, row) = items.known["label"], items.where["label"]
    lacking = [i for i, text in enumerate(said) if text.lower() in ("", "nan")]
    numbers = sum(text.lstrip("+-").isdigit() for text in said)
    if numbers and len(said) - numbers < 0.1 * len(said):
        lacking += [i for i, text in enumerate(said) if text.lower() in MISSING_WORDS]
    for i in lacking[:SHOWN]:
        found = f"no label for the item {shorten(items.names[i])}"
        fix = "fill it in, or drop the rows of the item"
        findings.add(where.problem(int(row[i]), items.called["label"], found, "a label for every item", fix))
    findings.count(max(0, len(lacking) - SHOWN))
    if not lacking and len(set(said)) < 2:
        found = f"one label only, {shorten(said[0])}"
        fix = "name another column in predictions.label, or add items of other classes"
        findings.add(where.whole(items.called["label"], found, "at least two classes", fix))
    findings.check()


def _of_decisions(rows: PredictionRows, items: PredictedItems) -> _Matched:
    said = set(canonical_texts(rows.texts["predicted"]).to_pylist()) - {""}
    keys = unify({*items.known["label"], *said})
    ordered = sort_keys(set(keys.values()))
    return _Matched([(key, str(key)) for key in ordered], [-1] * len(ordered))


def _of_one_column(
    rows: PredictionRows,
    items: PredictedItems,
    labels: Sequence[Key],
    source: PredictionSource,
    findings: Findings,
) -> _Matched:
    (column,) = rows.columns
    if len(labels) != 2:
        found = f"one column for {plural(len(labels), 'class', 'classes')}"
        fix = "add a column for each class; or name the right column in predictions.label"
        findings.stop(rows.where.whole(column, found, "a column for each class, or one for two classes", fix))
    words = [str(key) for key in labels]
    if source.positive is not None:
        known = KnownKeys(words).find(source.positive)
        if known is None:
            where, _ = items.where["label"]
            found = f"no label {shorten(source.positive)}, which predictions.positive names"
            fix = f"write one of {' and '.join(map(shorten, words))}"
            findings.stop(where.whole(items.called["label"], found, "a label of the items", fix))
        positive = words.index(str(known))
    else:
        likely = [place for place, word in enumerate(words) if word.casefold() in POSITIVES]
        if len(likely) != 1:
            found = f"one column, and the labels {' and '.join(map(shorten, words))}"
            allowed = "the class that the column speaks for, where labels are not 0 and 1 or the like"
            fix = f"write `predictions: {{positive: {words[1]}}}`, or {words[0]}"
            findings.stop(rows.where.whole(column, found, allowed, fix))
        positive = likely[0]
    columns = [-1, -1]
    columns[positive] = 0
    return _Matched([(key, str(key)) for key in labels], columns)


def _of_columns(
    rows: PredictionRows,
    items: PredictedItems,
    labels: Sequence[Key],
    source: PredictionSource,
    findings: Findings,
) -> _Matched:
    suffixes = [canonical_text(name.removeprefix(source.prefix)) for name in rows.columns]
    if rows.positional and len(labels) == len(suffixes):
        return _Matched([(key, str(key)) for key in labels], list(range(len(labels))))
    known = KnownKeys(suffixes)
    found = {key: known.find(str(key)) for key in labels}
    if all(name is not None for name in found.values()):
        # columns beside those of the labels count only where a prefix tells them from others
        wanted = suffixes if source.prefix or source.columns else [str(name) for name in found.values()]
        keys = unify(set(wanted))
        at = {keys[name]: suffixes.index(name) for name in wanted}
        ordered = sort_keys(set(at))
        return _Matched([(key, str(key)) for key in ordered], [at[key] for key in ordered])
    if source.columns and len(suffixes) == len(labels):
        return _Matched(list(zip(labels, suffixes, strict=True)), list(range(len(labels))))
    indices = [key for key in labels if isinstance(key, int) and 0 <= key < len(suffixes)]
    if source.columns and len(indices) == len(labels):
        return _Matched([*enumerate(suffixes)], list(range(len(suffixes))))
    _note_unknown(items, [key for key, name in found.items() if name is None], rows, source, findings)
    findings.check()
    raise AssertionError


def _note_unknown(
    items: PredictedItems,
    unknown: Sequence[Key],
    rows: PredictionRows,
    source: PredictionSource,
    findings: Findings,
) -> None:
    where, row = items.where["label"]
    suffixes = [name.removeprefix(source.prefix) for name in rows.columns]
    for key in unknown[:SHOWN]:
        of_key = [i for i, text in enumerate(items.known["label"]) if canonical_text(text) == str(key)]
        first = of_key[0] if of_key else 0
        close = nearest(str(key), suffixes)
        listed = ", ".join(rows.columns[:5]) + (", …" if len(rows.columns) > 5 else "")
        if isinstance(key, int) and not any(name.lstrip("-").isdigit() for name in suffixes):
            fix = f"list the columns in the order of the labels: `classes: {{columns: [{listed}]}}`"
        elif close:
            fix = f"did you mean {shorten(close)}? Write it in one way"
        else:
            fix = f"add a column {source.prefix}{key}, 0 where a model does not know the class"
        found = f"{shorten(key)}: a label without a column, of {plural(max(1, len(of_key)), 'item')}"
        allowed = f"labels that have a column: {listed}"
        findings.add(where.problem(int(row[first]), items.called["label"], found, allowed, fix))
    findings.count(max(0, len(unknown) - SHOWN))


def decided(values: pa.Array, classes: Sequence[tuple[Key, str]]) -> NDArray[np.int64]:
    """Return the class index of each decision, −1 where there is none."""
    texts = canonical_texts(values)
    keys = unify({*texts.to_pylist(), *(str(key) for key, _ in classes)} - {""})
    index = {str(key): place for place, (key, _) in enumerate(classes)}
    encoded = texts.dictionary_encode()
    of_text = [index.get(str(keys.get(text, ""))) for text in encoded.dictionary.to_pylist()]
    found = np.array([-1 if one is None else one for one in of_text], np.int64)
    return found[np.asarray(encoded.indices)]
