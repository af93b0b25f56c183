"""What is wrong with one embedding, in words; slow, for the few cells that a message names."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from latefusion.core.errors import shorten

_LARGEST = float(np.finfo(np.float32).max)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_CALL = re.compile(r"\s*(?:\w+\.)*(\w+)\s*\(", re.ASCII)
_SCALAR = re.compile(r"(?:np|numpy)\.\w+\(", re.ASCII)
_EXCEL_CELL = 32_767
_ALLOWED = "a list of finite numbers such as [0.5, -1.25, 3e-05]"
_TO_LIST = "write the array's .tolist()"
_LOOKED_AT = 4_000


@dataclass(frozen=True)
class Explanation:
    """What was found in a cell, what may be there, and how to mend it."""

    found: str
    allowed: str
    fix: str


def explain_cell(cell: str) -> Explanation:
    """Say why a string is no embedding. Looks at each character a bounded number of times."""
    text = cell.strip()
    begin = text[:_LOOKED_AT]
    if not text.startswith(("[", "(", "{")):
        return _unbracketed(text)
    if text.startswith(("(", "{")):
        return _why(cell, "brackets of another kind", "write the numbers between square brackets")
    if not text.endswith("]"):
        if len(cell) >= _EXCEL_CELL:
            return _why(
                cell,
                f"no closing bracket, and {len(cell)} characters: Excel cuts cells at 32,767",
                "export the table without passing it through Excel",
                end=True,
            )
        return _why(cell, "no closing bracket", "the cell was cut off: export the table again", end=True)
    inside = text[1:-1]
    if not inside.strip():
        return _why(
            cell,
            "an empty list",
            "compute this row's embedding, or leave the cell empty and allow "
            "`missing: true` for the modality",
        )
    if "[" in inside[:_LOOKED_AT] or "]" in inside[:_LOOKED_AT] or "[" in inside or "]" in inside:
        depth = len(text) - len(text.lstrip("[ \t\r\n"))
        kind = "a list of lists" if depth < 10 else "deeply nested brackets"
        return _why(cell, kind, "flatten it to one list of numbers: array.ravel().tolist()")
    if _SCALAR.search(begin):
        return _why(cell, "NumPy's printing of scalars", _TO_LIST)
    if "..." in inside or "…" in inside:
        return _why(
            cell,
            "NumPy's own printing, shortened with an ellipsis: the numbers in between are lost",
            f"the file cannot be mended; go back to the arrays and {_TO_LIST}",
        )
    if _is_locale(inside) or (";" in begin and re.search(r"\d,\d", begin)):
        return _why(
            cell, "numbers with decimal commas", "write decimal points, and commas between numbers only"
        )
    if ";" in begin:
        return _why(cell, "semicolons between numbers", "write commas between the numbers")
    if "," not in inside and len(inside.split(maxsplit=2)) > 1:
        return _why(
            cell,
            "NumPy's own printing, without commas and with digits dropped",
            f"go back to the arrays and {_TO_LIST}",
        )
    return _first_wrong(cell, inside)


def explain_list(values: list[object]) -> Explanation:
    """Say why a list, as Parquet files have them, is no embedding."""
    if not values:
        return Explanation(
            "an empty list",
            _ALLOWED,
            "compute this row's embedding, or leave it null and set `missing: true`",
        )
    for position, value in enumerate(values):
        if value is None:
            return _element("a null", position, "fill in the number, or drop the row")
        number = float(value)  # type: ignore[arg-type]
        if not math.isfinite(number):
            return _element(
                "NaN" if math.isnan(number) else "infinity", position, "replace it, or drop the row"
            )
        if abs(number) > _LARGEST:
            return _element(f"{number!r}, beyond float32", position, "scale the embedding")
    return Explanation("a list that cannot be read", _ALLOWED, "write a list of numbers")


def _unbracketed(text: str) -> Explanation:
    if _NUMBER.fullmatch(text[:_LOOKED_AT]):
        return _why(
            text, "a single number", "write [number, …]; of one number a column, name all under `columns`"
        )
    called = _CALL.match(text[:_LOOKED_AT])
    if called and called.group(1) in ("array", "tensor", "ndarray", "Array"):
        return _why(text, f"a printed {called.group(1)}", _TO_LIST)
    if called or "import" in text[:_LOOKED_AT]:
        return _why(text, "code, which is never run", "write a list of numbers")
    if text.lower() in ("nan", "none", "null", "na", "n/a", "<na>"):
        return _why(
            text,
            "a word for a missing value",
            "leave the cell empty and set `missing: true` for the modality, or drop the row",
        )
    return _why(text, "text without brackets", "write the numbers as [0.5, -1.25], or name another column")


def _is_locale(inside: str) -> bool:
    return (
        re.fullmatch(r"\s*[+-]?\d+,\d+(?:,\s+[+-]?\d+,\d+)*\s*", inside, re.ASCII) is not None
        and ", " in inside
    )


def _first_wrong(cell: str, inside: str) -> Explanation:
    for position, piece in enumerate(inside.split(",")):
        value = piece.strip()
        if _NUMBER.fullmatch(value) is not None:
            if abs(float(value)) > _LARGEST:
                return _element(
                    f"{shorten(value)}, beyond float32",
                    position,
                    f"keep to magnitudes up to {_LARGEST:.7g}: scale the embedding",
                )
            continue
        low = value.lower().lstrip("+-")
        if not value:
            return _element("nothing between two commas", position, "fill in the number, or drop the comma")
        if low == "nan":
            return _element("NaN", position, "replace it with a number, or drop the row")
        if low in ("inf", "infinity"):
            return _element("infinity", position, "replace it with a number, or drop the row")
        if low in ("null", "none", "na", "n/a", "<na>"):
            return _element(f"{shorten(value)}", position, "fill in the number, or drop the row")
        if low in ("true", "false"):
            return _element(f"the boolean {shorten(value)}", position, "write 1 for true and 0 for false")
        if value[0] in "'\"":
            return _element(f"the text {shorten(value, 40)}", position, "write numbers without quotes")
        if len(value.split(maxsplit=1)) > 1 and all(map(_NUMBER.fullmatch, value.split()[:10])):
            return _element(
                f"{shorten(value, 40)}, numbers without a comma", position, "put commas between numbers"
            )
        if "(" in value or "__" in value:
            return _element(
                f"{shorten(value, 40)}, code that is never run", position, "write a list of numbers"
            )
        return _element(f"the text {shorten(value, 40)}", position, "write a number")
    return _why(cell, "a list that cannot be read", "write numbers between commas")


def _element(found: str, position: int, fix: str) -> Explanation:
    return Explanation(f"{found} (number {position + 1} of the list)", _ALLOWED, fix)


def _why(cell: str, what: str, fix: str, *, end: bool = False) -> Explanation:
    shown = "…" + shorten(cell[-40:]) if end and len(cell) > 40 else shorten(cell)
    return Explanation(f"{shown}: {what}", _ALLOWED, fix)
