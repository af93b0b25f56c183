"""Labels and class names, from the strings of a file."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.ingest.findings import SHOWN, Column, codes

_LARGEST_EXACT: Final = 2.0**53
_MISSING: Final = frozenset({"nan", "none", "null", "na", "n/a", "<na>"})
# with this share of whole numbers, the other labels are mistakes and not names of classes
_NUMERIC_SHARE: Final = 0.9


def read_labels(column: Column) -> pa.Array:
    """Return labels as int64 where all are whole numbers, else as strings.

    Blank labels, fractions, and the few strange ones among whole numbers are noted as problems.
    """
    column = column.stripped()
    of_row, texts = codes(column.values)
    distinct = [str(text) for text in texts]

    def where(marks: list[bool]) -> NDArray[np.bool_]:
        return np.array(marks, bool)[of_row]

    numbers = [_number(text) for text in distinct]
    blank, numeric = column.blank, where([number is not None for number in numbers])
    if numeric.sum() < _NUMERIC_SHARE * max(1, (~blank).sum()):
        _note_missing(column, blank | where([text.lower() == "nan" for text in distinct]))
        return column.values
    missing = blank | where([text.lower() in _MISSING for text in distinct])
    whole = where([isinstance(number, int) for number in numbers])
    _note_missing(column, missing)
    column.note(
        numeric & ~whole & ~missing,
        "a fraction",
        "whole numbers, or names",
        "name the column of the class; for a score, cut it into classes first",
    )
    column.note(
        ~numeric & ~missing,
        "not a number, unlike the other labels",
        "whole numbers, as in the other rows",
        "mend the label, or drop the row",
    )
    integers = np.array([number if isinstance(number, int) else 0 for number in numbers], np.int64)
    return pa.array(integers[of_row], pa.int64())


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


def _note_missing(column: Column, missing: NDArray[np.bool_]) -> None:
    fix = "fill it in or drop the row; items without labels belong into data.new"
    column.note(missing, "no label", "a label in every row", fix)


def read_class_names(column: Column, labels: pa.Array) -> pa.Array:
    """Return the class names, each of which must stand for one label, and each label have one name."""
    column = column.stripped()
    blank = column.blank
    fix = "fill it in, or set data.class_name to null"
    column.note(blank, "a label with no name", "a name in every row", fix)
    _note_contradictions(column, labels, blank)
    return column.values


def _note_contradictions(column: Column, labels: pa.Array, blank: NDArray[np.bool_]) -> None:
    """Note the rows whose (label, name) is not the most frequent one of both."""
    label_codes, label_values = codes(labels)
    name_codes, names = codes(column.values)
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
    problems = []
    for row in rows[:SHOWN]:
        label, name = int(label_codes[row]), int(name_codes[row])
        shown = shorten(label_values[label])
        allowed = (
            f"{shorten(names[name_of[label]])}, the name of label {shown} elsewhere"
            if label in name_of
            else f"a name of its own for label {shown}"
        )
        fix = "one name for each label and one label for each name: mend one of the two columns"
        problems.append((f"{shorten(names[name])} for label {shown}", allowed, fix))
    column.note_each(rows, problems)
