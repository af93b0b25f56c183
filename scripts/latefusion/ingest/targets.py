"""Continuous targets, from the column of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.dataset.keys import MISSING_WORDS
from latefusion.ingest.findings import SHOWN, Findings, Where, codes, strip

LARGEST: Final = 1e100
"""The square of a larger number is none that double precision has."""

_MISSING: Final = MISSING_WORDS | {"", "nan"}
_ALLOWED: Final = "a finite number in every row"


@dataclass(frozen=True)
class Fixes:
    """What to do about a cell that holds no number.

    Attributes
    ----------
    words : str
    blank : str, optional
        None where a cell may be empty.
    """

    words: str
    blank: str | None


FIXES: Final = Fixes(
    "name another column in data.target; a column of words is a class: data.label",
    "fill it in or drop the row; items without it belong into data.new",
)


def read_target(
    values: pa.Array, name: str, where: Where, findings: Findings, fixes: Fixes = FIXES
) -> pa.Array:
    """Return a column of numbers as float64; rows that hold none are noted as problems.

    Parameters
    ----------
    values : string or float64 array
    name : str
        Of the column.
    where : Where
    findings : Findings
    fixes : Fixes
        What to do about blanks and words; where blanks are no problem, they become NaN.
    """
    if pa.types.is_string(values.type):
        texts = strip(values)
        of_row, distinct = codes(texts)
        written = [str(text) for text in distinct]
        number = np.array([_number(text) for text in written])[of_row]
        missing = np.array([text.lower() in _MISSING for text in written], bool)[of_row]
    else:
        texts, number = values, values.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
        missing = np.isnan(number)
    infinite = np.isinf(number)
    huge = np.abs(number) > LARGEST
    blank = np.zeros(len(number), bool) if fixes.blank is None else missing
    for rows, what, fix in (
        (blank, "no number", fixes.blank or ""),
        (infinite, "an infinite number", "correct it or drop the row"),
        (np.isnan(number) & ~missing, "no number", _fix_of_text(texts, np.isnan(number) & ~missing, fixes)),
        (huge & ~infinite, f"a number beyond {LARGEST:g}", "give the target another unit"),
    ):
        _note(rows, texts, name, (what, fix), where, findings)
    return pa.array(np.where(np.isfinite(number), number, 0.0 if fixes.blank else np.nan), pa.float64())


def _fix_of_text(texts: pa.Array, rows: NDArray[np.bool_], fixes: Fixes) -> str:
    at = np.flatnonzero(rows)
    first = str(texts[int(at[0])]) if len(at) else ""
    if not np.isnan(_number(first.replace(",", ".", 1))):
        return "write a point before the decimals, and nothing between thousands"
    return fixes.words


def _note(
    wrong: NDArray[np.bool_],
    texts: pa.Array,
    name: str,
    said: tuple[str, str],
    where: Where,
    findings: Findings,
) -> None:
    rows, (what, fix) = np.flatnonzero(wrong), said
    for row in rows[:SHOWN]:
        text = "" if texts[int(row)].as_py() is None else str(texts[int(row)])
        found = f"{shorten(text)}: {what}" if text else what
        findings.add(where.problem(int(row), name, found, _ALLOWED, fix))
    findings.count(max(0, len(rows) - SHOWN))


def _number(text: str) -> float:
    """Return what a text says as a number; NaN where it says none."""
    if "_" in text or not text.isascii():
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return float("nan")
