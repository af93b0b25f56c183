"""Continuous targets, from the column of a file."""

from __future__ import annotations

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
_FILL_IN: Final = "fill it in or drop the row; items without it belong into data.new"


def read_target(values: pa.Array, name: str, where: Where, findings: Findings) -> pa.Array:
    """Return a column of numbers as float64; rows that hold none are noted as problems.

    Parameters
    ----------
    values : string or float64 array
    name : str
        Of the column.
    where : Where
    findings : Findings
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
    for rows, what, fix in (
        (missing, "no number", _FILL_IN),
        (infinite, "an infinite number", "correct it or drop the row"),
        (np.isnan(number) & ~missing, "no number", _fix_of_text(texts, np.isnan(number) & ~missing)),
        (huge & ~infinite, f"a number beyond {LARGEST:g}", "give the target another unit"),
    ):
        _note(rows, texts, name, (what, fix), where, findings)
    return pa.array(np.where(np.isfinite(number), number, 0.0), pa.float64())


def _fix_of_text(texts: pa.Array, rows: NDArray[np.bool_]) -> str:
    at = np.flatnonzero(rows)
    first = str(texts[int(at[0])]) if len(at) else ""
    if not np.isnan(_number(first.replace(",", ".", 1))):
        return "write a point before the decimals, and nothing between thousands"
    return "name another column in data.target; a column of words is a class: data.label"


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
