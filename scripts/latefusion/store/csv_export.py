"""CSV files that people open in a spreadsheet: text never becomes a formula, numbers keep their digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from latefusion.store.atomic import atomic

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """Return text that a spreadsheet shows and does not run: an apostrophe goes before a formula's sign."""
    return f"'{text}" if text.startswith(FORMULA) else text


def write_csv(columns: Mapping[str, Sequence[object]], path: Path | str) -> None:
    """Write columns of equal length as a CSV file, whole or not at all.

    Text is made safe, floats are written with all their digits, None is an empty cell.

    Raises
    ------
    ValueError
        If the columns differ in length.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([safe(name) for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    with atomic(path) as file:
        file.write(text.getvalue().encode())
