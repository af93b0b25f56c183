"""Embeddings that stand one number a column."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import Problem, shorten
from latefusion.ingest.embedding_errors import Explanation
from latefusion.ingest.embeddings import BAD, EMPTY, EXPLAINED, Parsed, with_spread
from latefusion.ingest.readers.reader import is_number, is_text

_LARGEST: Final = float(np.finfo(np.float32).max)
_ALLOWED: Final = "a finite number in every column, or in none where the item lacks the modality"


def matching(patterns: str | Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the columns that a pattern (`mfcc_*`) or a list of names and patterns stands for.

    They come in the order of the table, each once; names that are no column are left to the caller. One that
    begins with `!` leaves out what it stands for: `["*", "!frame_time"]`.
    A column's own name always names it.
    """
    wanted = [patterns] if isinstance(patterns, str) else list(patterns)
    out = {one for one in wanted if one.startswith("!") and one not in names}
    return [
        name
        for name in names
        if any(_stands_for(one, name) for one in wanted if one not in out)
        and not any(_stands_for(one[1:], name) for one in out)
    ]


def in_order(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """Return columns in the order that another file of the same columns has them, or else as they are."""
    return list(order if set(order) == set(names) else names)


def positive(pattern: str, names: Sequence[str]) -> str:
    """Return a name or pattern without the mark of those that leave columns out."""
    return pattern if pattern in names else pattern.removeprefix("!")


def _stands_for(pattern: str, name: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def numbered(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns that differ by a number at their end, three at least, by what they have in common.

    `mfcc_0`, `mfcc_1`, … are those of `mfcc_`; columns whose name is a number are those of the empty text.
    """
    families: dict[str, list[str]] = {}
    for name in names:
        if (stem := name.rstrip("0123456789")) != name:
            families.setdefault(stem, []).append(name)
    return {stem: members for stem, members in families.items() if len(members) >= 3}


def columns_line(name: str, names: Sequence[str]) -> str | None:
    """Return how to name the numbered columns that one name stands for; None where there are none.

    Parameters
    ----------
    name : str
        What was taken for a column of lists.
    names : sequence of str
        The columns that there are.
    """
    wanted = name.casefold().rstrip("_-. *")
    stems = {stem: stem.casefold().rstrip("_-. ") for stem in numbered(names)}
    alike = [stem for stem, plain in stems.items() if plain and plain == wanted]
    alike = alike or [stem for stem, plain in stems.items() if plain and (plain in wanted or wanted in plain)]
    if not alike:
        return None
    stem = max(alike, key=len)
    return f"it stands one number a column: write `columns: {stem + '*'!r}` in place of `column`"


def taken_as_number(file: str, columns: str | Sequence[str], name: str, modality: str = "") -> Problem:
    """Return the problem of columns of an embedding among which is one of another part: of the label, say."""
    whose = f" of the modality {modality}" if modality else ""
    return Problem(
        file,
        f"{columns!r}{whose} takes this column as a number as well",
        "columns of the embedding alone",
        f"leave it out: write a pattern or names without it, or add {'!' + name!r}",
        column=name,
    )


def parse_wide(columns: Sequence[pa.Array], names: Sequence[str]) -> Parsed:
    """Return one embedding a row from columns of numbers, or of their texts.

    Parameters
    ----------
    columns : sequence of (n,) arrays
        Numbers, or strings of them; null or blank where there is none.
    names : sequence of str
        Of the columns, for messages.

    Returns
    -------
    Parsed
        `EMPTY` where no column has a number, `BAD` where some have none or one is not finite.
    """
    n = len(columns[0])
    by_column = np.empty((len(columns), n))
    absent = np.zeros(n, np.int64)
    texts: dict[int, NDArray[np.bool_]] = {}
    for at, column in enumerate(columns):
        if column.type == pa.float64() and not column.null_count:
            by_column[at] = column.to_numpy()
            continue
        numbers, blank, wrong = _numbers(column)
        by_column[at] = numbers
        absent += blank
        if wrong is not None:
            texts[at] = wrong
    values = np.ascontiguousarray(by_column.T)
    finite = np.abs(values) <= _LARGEST  # false of NaN
    lengths = np.full(n, len(columns), np.int64)
    empty = absent == len(columns)
    lengths[empty] = EMPTY
    broken = np.flatnonzero(~finite.all(axis=1) & ~empty)
    lengths[broken] = BAD
    bad = {int(row): _explain(int(row), columns, names, values, texts) for row in broken[:EXPLAINED]}
    kept = values if (lengths > 0).all() else values[lengths > 0]
    return with_spread(Parsed(lengths, kept.ravel(), bad))


def is_numeric(column: pa.Array) -> bool:
    """Say whether a column is one of numbers: at least half of its cells that are not blank, and one of them.

    What is none among them, `n/a` say, is then refused with its line; were the column left out for it, nobody
    would know.
    """
    kind = column.type
    if not (is_number(kind) or is_text(kind)):
        return False
    try:
        # every cell is a number in nearly all files
        return bool(column.cast(pa.float64(), safe=False).null_count < len(column))
    except pa.ArrowInvalid:
        _, blank, wrong = _numbers(column)
    there = len(column) - int(blank.sum())
    texts = 0 if wrong is None else int(wrong.sum())
    return there > 0 and 2 * texts <= there


def has_decimal_commas(column: pa.Array) -> bool:
    """Say whether a column of texts holds numbers such as `0,5`, and nothing else."""
    if not is_text(column.type):
        return False
    plain = pc.replace_substring(column, ",", ".", max_replacements=1)
    return bool(pc.any(pc.match_substring(column, ",")).as_py()) and is_numeric(plain)


def _numbers(
    column: pa.Array,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_] | None]:
    """Return a column's numbers (NaN where there is none), where it is blank, and where it holds text."""
    wrong = None
    if is_text(column.type):
        column = pc.utf8_trim_whitespace(column)
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
        try:
            column = column.cast(pa.float64())
        except pa.ArrowInvalid:
            numbers = [_number(text) for text in column.to_pylist()]
            wrong = np.array([number is None for number in numbers], bool) & ~_null(column)
            column = pa.array([np.nan if bad else number for number, bad in zip(numbers, wrong, strict=True)])
    blank = _null(column)
    numbers = column.cast(pa.float64(), safe=False).fill_null(np.nan)
    return numbers.to_numpy(zero_copy_only=False), blank, wrong


def _null(column: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False), bool)


def _number(text: str | None) -> float | None:
    if text is None or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _explain(
    row: int,
    columns: Sequence[pa.Array],
    names: Sequence[str],
    values: NDArray[np.float64],
    texts: dict[int, NDArray[np.bool_]],
) -> Explanation:
    """Say what is wrong with the first number of a row that is not right."""
    for at, name in enumerate(names):
        value, where = values[row, at], f" in the column {shorten(name, 40)}"
        if at in texts and texts[at][row]:
            text = columns[at][row].as_py().strip()
            if "," in text and text.replace(",", "", 1).lstrip("+-").isdigit():
                what, fix = f"the decimal comma of {shorten(text, 40)}", "write decimal points"
            else:
                what = f"the text {shorten(text, 40)}"
                fix = "write a number, or leave the column out of `columns`"
            return Explanation(what + where, _ALLOWED, fix)
        if not np.isfinite(value) or abs(value) > _LARGEST:
            cell = columns[at][row].as_py()
            if cell is None or (isinstance(cell, str) and not cell.strip()):
                return Explanation("no number" + where, _ALLOWED, "fill it in, or empty the whole row")
            special = "NaN" if np.isnan(value) else "infinity" if np.isinf(value) else None
            what = special or f"{float(value)!r}, beyond float32,"
            return Explanation(what + where, _ALLOWED, "replace it with a number, or drop the row")
    return Explanation("a row that cannot be read", _ALLOWED, "write it again")
