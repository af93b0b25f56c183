"""The items that predictions are of: who they are, and what their rows say of label, group, role and fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import nearest, shorten
from latefusion.dataset.keys import Key, canonical_texts, unify
from latefusion.external.prediction_rows import PredictionRows
from latefusion.ingest.findings import SHOWN, Findings, Where

PARTS: Final = ("label", "group", "role", "fold")
"""What is known of an item, whichever model's row says so."""

DEV: Final = frozenset({"dev", "oof", "development", "val", "valid", "validation", "calibration"})
TEST: Final = frozenset({"test", "eval", "evaluation"})

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class ItemTable:
    """A table of items with what is known of them, beside the predictions.

    Attributes
    ----------
    where : Where
    texts : mapping of str to (n,) string array
        `item`, and of `PARTS` what there is.
    called : mapping of str to str
        The column of each of them.
    described : mapping of str to (n,) array
        Descriptive columns.
    """

    where: Where
    texts: Mapping[str, pa.Array]
    called: Mapping[str, str]
    described: Mapping[str, pa.Array] = field(default_factory=dict)


@dataclass(frozen=True)
class PredictedItems:
    """The N items of some rows.

    Attributes
    ----------
    names : list of str
        In the order of the table of items, or of their first rows.
    of_row : (n,) int64 array
        Which item each row is of.
    known : mapping of str to list of str
        Of `PARTS` what is known of each item, an empty text where nothing is.
    where, called : mapping of str to (Where, int64 array), mapping of str to str
        Where it stands, with the row of each item, and in what column.
    place : (N,) int64 array
        Row of each item in the table of items; −1 without one.
    unpredicted : int
        Items of the table of which no model says anything.
    """

    names: list[str]
    of_row: Codes
    known: Mapping[str, list[str]]
    where: Mapping[str, tuple[Where, Codes]]
    called: Mapping[str, str]
    place: Codes
    unpredicted: int = 0


def predicted_items(rows: PredictionRows, table: ItemTable | None, findings: Findings) -> PredictedItems:
    """Return the items of all rows, and what is known of each.

    Raises
    ------
    InputError
        If a row has no identifier, or the table of items does not know it.
    """
    texts = canonical_texts(rows.texts["item"])
    _note_blank(texts, rows.called["item"], rows.where, findings)
    listed = None if table is None else canonical_texts(table.texts["item"])
    keys = unify({*texts.to_pylist(), *([] if listed is None else listed.to_pylist())})
    names, code = _coded(texts, keys)
    place = np.full(len(names), -1, np.int64)
    unpredicted = 0
    if table is not None and listed is not None:
        known_names, known_code = _coded(listed, keys)
        first = first_rows(known_code, len(known_names))
        _note_twice(known_code, first, known_names, table, findings)
        at = {name: int(first[i]) for i, name in enumerate(known_names)}
        place = np.array([at.get(name, -1) for name in names], np.int64)
        _note_unknown(place[code] < 0, texts, rows, table, findings)
        unpredicted = len(known_names) - int((place >= 0).sum())
        order = np.argsort(place, kind="stable")
        names, place = [names[i] for i in order.tolist()], place[order]
        code = np.argsort(order)[code]
    findings.check()
    known: dict[str, list[str]] = {}
    where: dict[str, tuple[Where, Codes]] = {}
    called: dict[str, str] = {}
    for key in PARTS:
        if key in rows.texts:
            known[key], first = _agreed(key, rows, code, len(names), names, findings)
            where[key], called[key] = (rows.where, first), rows.called[key]
        elif table is not None and key in table.texts:
            own = canonical_texts(table.texts[key]).take(pa.array(place))
            known[key], where[key], called[key] = own.to_pylist(), (table.where, place), table.called[key]
    return PredictedItems(names, code, known, where, called, place, unpredicted)


def roles(items: PredictedItems, findings: Findings) -> NDArray[np.bool_]:
    """Return which items teach the rules, by the words of their role."""
    if "role" not in items.known:
        return np.zeros(len(items.names), bool)
    said = [text.casefold() for text in items.known["role"]]
    where, row = items.where["role"]
    wrong = [i for i, word in enumerate(said) if word not in DEV and word not in TEST]
    for i in wrong[:SHOWN]:
        close = nearest(said[i], [*sorted(DEV), *sorted(TEST)])
        fix = (
            "call rows dev that the models were not trained on; drop those that they were trained on"
            if said[i].startswith("train")
            else f"write {close!r}"
            if close
            else "write dev for rows that teach the rules, test for rows that judge them"
        )
        allowed = "dev, oof or val; test or eval"
        column = items.called["role"]
        findings.add(where.problem(int(row[i]), column, shorten(items.known["role"][i]), allowed, fix))
    findings.count(max(0, len(wrong) - SHOWN))
    dev = np.array([word in DEV for word in said], bool)
    if not wrong and not dev.any():
        found, fix = (
            "no dev row",
            "remove `role` from predictions: only rules that learn nothing are then run",
        )
        findings.add(where.whole(items.called["role"], found, "some dev rows, some test rows", fix))
    if not wrong and dev.all():
        found = "dev rows only"
        fix = (
            "add test rows; or name `fold` without `role`: each fold is then judged by rules from the others"
        )
        findings.add(where.whole(items.called["role"], found, "some dev rows, some test rows", fix))
    return dev


def folds(items: PredictedItems, dev: NDArray[np.bool_], findings: Findings) -> NDArray[np.int32] | None:
    """Return the fold of each item, −1 for those that judge; None where none is named."""
    if "fold" not in items.known:
        return None
    wanted = dev if dev.any() else np.ones(len(dev), bool)
    said, (where, row), column = items.known["fold"], items.where["fold"], items.called["fold"]
    wrong = [i for i in np.flatnonzero(wanted).tolist() if not said[i]]
    for i in wrong[:SHOWN]:
        fix = "write the fold in which the item was held out, or leave `fold` out of predictions"
        what = f"no fold for the item {shorten(items.names[i])}"
        findings.add(where.problem(int(row[i]), column, what, "a fold for every row that teaches", fix))
    findings.count(max(0, len(wrong) - SHOWN))
    keys = unify({said[i] for i in np.flatnonzero(wanted).tolist() if said[i]})
    ordered = sort_keys(set(keys.values()))
    if len(ordered) < 2 and not wrong:
        fix = "leave `fold` out of predictions, or predict in two folds or more"
        findings.add(where.whole(column, f"one fold only, {shorten(said[0])}", "at least two folds", fix))
    code = {key: place for place, key in enumerate(ordered)}
    fold = np.full(len(said), -1, np.int32)
    for i in np.flatnonzero(wanted).tolist():
        fold[i] = code[keys[said[i]]] if said[i] else -1
    return fold


def sort_keys(keys: set[Key]) -> list[Key]:
    """Return keys in order: integers as numbers, texts as texts."""
    return sorted(keys, key=lambda key: (isinstance(key, str), key if isinstance(key, int) else 0, str(key)))


def _coded(texts: pa.Array, keys: Mapping[str, Key]) -> tuple[list[str], Codes]:
    """Return the distinct keys in the order of their first rows, and which of them each row has."""
    encoded = texts.dictionary_encode()
    index: dict[Key, int] = {}
    names: list[str] = []
    of_text = []
    for text in encoded.dictionary.to_pylist():
        key = keys[text]
        if key not in index:
            index[key] = len(names)
            names.append(str(key))
        of_text.append(index[key])
    return names, np.array([*of_text, -1], np.int64)[np.asarray(encoded.indices)]


def first_rows(code: Codes, count: int) -> Codes:
    """Return the first row of each item, (count,)."""
    first = np.full(count, len(code), np.int64)
    np.minimum.at(first, code, np.arange(len(code)))
    return first


def _agreed(
    key: str, rows: PredictionRows, code: Codes, count: int, names: Sequence[str], findings: Findings
) -> tuple[list[str], Codes]:
    """Return what the rows of each item say, and the first row that says it; models must not disagree."""
    texts = canonical_texts(rows.texts[key])
    keys = unify(set(texts.to_pylist()))
    said, of_row = _coded(texts, keys)
    blank = np.array([not one for one in said], bool)[of_row]
    first = np.full(count, len(code), np.int64)
    np.minimum.at(first, code[~blank], np.flatnonzero(~blank))
    some = first < len(code)
    agreed = np.full(count, -1, np.int64)
    agreed[some] = of_row[first[some]]
    other = np.flatnonzero(~blank & (of_row != agreed[code]))
    for row in other[:SHOWN].tolist():
        earlier = int(first[code[row]])
        item = shorten(names[int(code[row])])
        found = f"the {key} {shorten(said[of_row[row]])} for the item {item}"
        allowed = f"{shorten(said[of_row[earlier]])}, as in {place_of(rows.where, earlier)}"
        fix = f"an item has one {key}, whichever model predicts it: correct one of the rows"
        findings.add(rows.where.problem(row, rows.called[key], found, allowed, fix))
    findings.count(max(0, len(other) - SHOWN))
    # where nothing is said, a message names the item's own first row
    first = np.where(some, first, first_rows(code, count))
    return [said[one] if one >= 0 else "" for one in agreed.tolist()], first


def place_of(where: Where, row: int) -> str:
    """Return what a row is called in a message about another one."""
    problem = where.problem(row, "", "", "", "")
    return f"{problem.unit} {problem.row}" + (f" of {problem.file}" if len(where.files) > 1 else "")


def _note_blank(texts: pa.Array, column: str, where: Where, findings: Findings) -> None:
    blank = np.flatnonzero(np.array([not text for text in texts.to_pylist()], bool))
    for row in blank[:SHOWN].tolist():
        fix = "fill it in, or drop the row"
        findings.add(where.problem(row, column, "no identifier", "an identifier in every row", fix))
    findings.count(max(0, len(blank) - SHOWN))


def _note_twice(
    code: Codes, first: Codes, names: Sequence[str], table: ItemTable, findings: Findings
) -> None:
    again = np.flatnonzero(first[code] != np.arange(len(code)))
    for row in again[:SHOWN].tolist():
        earlier = place_of(table.where, int(first[code[row]]))
        found = f"{shorten(names[int(code[row])])}, as in {earlier}"
        fix = "drop one of the rows"
        findings.add(table.where.problem(row, table.called["item"], found, "each item once", fix))
    findings.count(max(0, len(again) - SHOWN))


def _note_unknown(
    unknown: NDArray[np.bool_], texts: pa.Array, rows: PredictionRows, table: ItemTable, findings: Findings
) -> None:
    wrong = np.flatnonzero(unknown)
    for row in wrong[:SHOWN].tolist():
        text = texts[row].as_py()
        if not text:
            continue
        found = f"{shorten(text)}: no item of {table.where.file}"
        example = table.texts["item"][0].as_py()
        fix = "drop the row, or add the item with its label"
        allowed = f"identifiers of its column {table.called['item']}, such as {shorten(example)}"
        findings.add(rows.where.problem(row, rows.called["item"], found, allowed, fix))
    findings.count(max(0, len(wrong) - SHOWN))
