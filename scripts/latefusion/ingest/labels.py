"""Labels, class names, identifiers and descriptive columns, from the strings of a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.errors import Problem, shorten
from latefusion.ingest.findings import Findings

SHOWN = 10
_LARGEST_EXACT = 2.0**53
_MISSING = frozenset({"nan", "none", "null", "na", "n/a", "<na>"})
# with this share of whole numbers, the other labels are mistakes and not names of classes
_NUMERIC_SHARE = 0.9


@dataclass(frozen=True)
class Where:
    """Turns a row of the table into a `Problem` that names the file, its line and the column.

    Attributes
    ----------
    file : str
    line : (n,) int64 array
        Line, or row, of each record.
    unit : str
    """

    file: str
    line: NDArray[np.int64]
    unit: str

    def problem(self, row: int, column: str, found: str, allowed: str, fix: str) -> Problem:
        """Return the problem of a row, counted from 0."""
        return Problem(self.file, found, allowed, fix, row=int(self.line[row]), column=column, unit=self.unit)

    def whole(self, column: str, found: str, allowed: str, fix: str) -> Problem:
        """Return a problem of a whole column."""
        return Problem(self.file, found, allowed, fix, column=column)


def strip(values: pa.Array) -> pa.Array:
    """Return strings without surrounding white space, an empty one for null."""
    return pc.utf8_trim_whitespace(values.fill_null(""))


def read_labels(values: pa.Array, column: str, where: Where, findings: Findings) -> pa.Array:
    """Return labels as int64 where all are whole numbers, else as strings.

    Blank labels, fractions, and the few strange ones among whole numbers are noted as problems.
    """
    values = strip(values)
    blank = np.asarray(pc.equal(values, ""))
    words = np.array([text.lower() in _MISSING for text in pc.unique(values).to_pylist()], bool)
    codes = np.asarray(values.dictionary_encode().indices)
    missing = blank | words[codes] if len(values) else blank
    distinct = pc.unique(values).to_pylist()
    numbers = [_number(text) for text in distinct]
    numeric = np.array([number is not None for number in numbers], bool)[codes]
    if numeric.sum() >= _NUMERIC_SHARE * max(1, (~blank).sum()):
        _note_blank(missing, values, column, where, findings)
        whole = np.array([isinstance(number, int) for number in numbers], bool)[codes]
        fraction = numeric & ~whole & ~missing
        _note(
            fraction,
            values,
            column,
            where,
            findings,
            "a fraction",
            "whole numbers, or names",
            "name the column of the class; for a score, cut it into classes first",
        )
        _note(
            ~numeric & ~missing,
            values,
            column,
            where,
            findings,
            "not a number, unlike the other labels",
            "whole numbers, as in the other rows",
            "mend the label, or drop the row",
        )
        integers = np.array([number if isinstance(number, int) else 0 for number in numbers], np.int64)
        return pa.array(integers[codes], pa.int64())
    unknown = np.array([text.lower() == "nan" for text in distinct], bool)[codes]
    _note_blank(blank | unknown, values, column, where, findings)
    return values


def _number(text: str) -> int | float | None:
    """Return an int for a whole number (`2`, `2.0`, `2e0`), a float for a fraction, else None."""
    if "_" in text or len(text) > 40 or not text.isascii():
        return None
    try:
        whole = int(text)
    except ValueError:
        pass
    else:
        return whole if -(2**63) <= whole < 2**63 else None
    try:
        number = float(text)
    except ValueError:
        return None
    if number.is_integer() and abs(number) <= _LARGEST_EXACT:
        return int(number)
    return number if np.isfinite(number) else None


def _note_blank(
    blank: NDArray[np.bool_], values: pa.Array, column: str, where: Where, findings: Findings
) -> None:
    _note(
        blank,
        values,
        column,
        where,
        findings,
        "no label",
        "a label in every row",
        "fill it in or drop the row; items without labels belong into data.new",
    )


def _note(
    wrong: NDArray[np.bool_],
    values: pa.Array,
    column: str,
    where: Where,
    findings: Findings,
    what: str,
    allowed: str,
    fix: str,
) -> None:
    rows = np.flatnonzero(wrong)
    for row in rows[:SHOWN]:
        found = f"{shorten(values[int(row)].as_py())}: {what}"
        findings.add(where.problem(int(row), column, found, allowed, fix))
    findings.count(max(0, len(rows) - SHOWN))


def read_class_names(
    values: pa.Array, labels: pa.Array, column: str, where: Where, findings: Findings
) -> pa.Array:
    """Return the class names, each of which must stand for one label, and each label have one name."""
    values = strip(values)
    blank = np.asarray(pc.equal(values, ""))
    _note(
        blank,
        values,
        column,
        where,
        findings,
        "a label with no name",
        "a name in every row",
        "fill it in, or set data.class_name to null",
    )
    label_codes, label_values = _codes(labels)
    name_codes, name_values = _codes(values)
    _note_contradictions(label_codes, name_codes, label_values, name_values, column, where, findings, blank)
    return values


def _note_contradictions(
    label_codes: NDArray[np.int64],
    name_codes: NDArray[np.int64],
    labels: list[object],
    names: list[object],
    column: str,
    where: Where,
    findings: Findings,
    blank: NDArray[np.bool_],
) -> None:
    """Note the rows whose (label, name) is not the most frequent one of both."""
    if not len(label_codes):
        return
    pair = label_codes * len(names) + name_codes
    pairs, counts = np.unique(pair[~blank], return_counts=True)
    name_of: dict[int, int] = {}
    label_of: dict[int, int] = {}
    for index in np.lexsort((pairs, -counts)):
        label, name = divmod(int(pairs[index]), len(names))
        if label not in name_of and name not in label_of:
            name_of[label], label_of[name] = name, label
    good = np.array([label * len(names) + name for label, name in name_of.items()], np.int64)
    rows = np.flatnonzero(~np.isin(pair, good) & ~blank)
    for row in rows[:SHOWN]:
        label, name = int(label_codes[row]), int(name_codes[row])
        expected = names[name_of[label]] if label in name_of else None
        usual = (
            f"{shorten(expected)}, the name of label {shorten(labels[label])} elsewhere"
            if expected is not None
            else f"a name of its own for label {shorten(labels[label])}"
        )
        findings.add(
            where.problem(
                int(row),
                column,
                f"{shorten(names[name])} for label {shorten(labels[label])}",
                usual,
                "one name for each label and one label for each name: mend one of the two columns",
            )
        )
    findings.count(max(0, len(rows) - SHOWN))


def _codes(values: pa.Array) -> tuple[NDArray[np.int64], list[object]]:
    encoded = values.dictionary_encode()
    return np.asarray(encoded.indices).astype(np.int64), encoded.dictionary.to_pylist()


def read_items(values: pa.Array, column: str, where: Where, findings: Findings) -> pa.Array:
    """Return the identifiers of a column: not blank, each once."""
    values = strip(values)
    blank = np.asarray(pc.equal(values, ""))
    _note(
        blank,
        values,
        column,
        where,
        findings,
        "no identifier",
        "an identifier in every row",
        "fill it in, or set data.item to null: items are then named by file and row",
    )
    codes, names = _codes(values)
    first = np.full(len(names), len(codes), np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    rows = np.flatnonzero((first[codes] != np.arange(len(codes))) & ~blank)
    for row in rows[:SHOWN]:
        earlier = int(where.line[first[codes[row]]])
        findings.add(
            where.problem(
                int(row),
                column,
                f"{shorten(names[codes[row]])}, as on {where.unit} {earlier}",
                "each identifier once",
                "name another column, or drop the second row",
            )
        )
    findings.count(max(0, len(rows) - SHOWN))
    return values


def read_description(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a descriptive column: float64 where every value that is there is a number, else string."""
    if pa.types.is_string(values.type):
        empty = pc.equal(pc.utf8_trim_whitespace(values), "")
        values = pc.if_else(empty, pa.scalar(None, pa.string()), values)
        if values.null_count == len(values):
            return values
        try:
            numbers = pc.utf8_trim_whitespace(values).cast(pa.float64())
        except pa.ArrowInvalid:
            return values
        return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
    return values
