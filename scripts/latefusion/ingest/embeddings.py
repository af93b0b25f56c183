"""Embeddings from strings such as `[0.5, -1.25]`, or from lists, with vectorised kernels.

Nothing is evaluated: cells are cut at their commas and the pieces are parsed as decimal numbers, correctly
rounded to float64. Whether they are narrowed to float32 is decided once a whole file has been read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.ingest.embedding_errors import Explanation, explain_cell, explain_list
from latefusion.ingest.precision import Spread
from latefusion.ingest.readers.reader import is_list, is_text

Features = NDArray[np.float32] | NDArray[np.float64]

EMPTY, BAD = -1, -2
EXPLAINED = 10
_OPEN, _CLOSE = ord("["), ord("]")
_LOCALE = re.compile(r"\s*\[\s*[+-]?\d+,\d+(?:,\s+[+-]?\d+,\d+)*\s*\]\s*", re.ASCII)


@dataclass
class Parsed:
    """The numbers of some cells.

    Attributes
    ----------
    lengths : (n,) int64 array
        How many numbers each cell holds; `EMPTY` where it is empty, `BAD` where it is no embedding.
    values : (sum of the positive lengths,) float32 or float64 array
        All numbers, cell after cell, within the range of float32; in double precision unless they came in
        single or half.
    bad : dict of int to Explanation
        What is wrong with the first bad cells, by their position.
    spread : Spread, optional
        What single precision would change; None where the numbers came in it, or rows differ in length.
    """

    lengths: NDArray[np.int64]
    values: Features
    bad: dict[int, Explanation] = field(default_factory=dict)
    spread: Spread | None = None


def parse(column: pa.Array) -> Parsed:
    """Return the numbers of a column of strings or lists.

    Raises
    ------
    TypeError
        If the column holds neither.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if not (is_text(kind) or is_list(kind)):
        raise TypeError(f"a column of {kind} holds no embeddings")
    parsed = _parse_strings(column) if is_text(kind) else _parse_lists(column)
    return with_spread(parsed)


def with_spread(parsed: Parsed) -> Parsed:
    """Return numbers with what single precision would change of them."""
    return replace(parsed, spread=_spread(parsed))


def _spread(parsed: Parsed) -> Spread | None:
    some = parsed.lengths[parsed.lengths > 0]
    if parsed.values.dtype == np.float32 or not len(some) or (some != some[0]).any():
        return None
    return Spread.of(parsed.values.astype(np.float64, copy=False).reshape(len(some), int(some[0])))


def _parse_strings(column: pa.Array) -> Parsed:
    column = column.fill_null("") if column.null_count else column
    blank = pc.equal(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
    if blank.any():
        return _with_blanks(column, blank)
    quick = _quick(column, ", ", trim=False)
    if quick is None:
        # other spacing; the pieces of all cells are trimmed
        quick = None if _locale_commas(column) else _quick(column, ",", trim=True)
    return _one_by_one(column) if quick is None else quick


def _with_blanks(column: pa.Array, blank: NDArray[np.bool_]) -> Parsed:
    lengths = np.full(len(column), EMPTY, np.int64)
    some = np.flatnonzero(~blank)
    if not len(some):
        return Parsed(lengths, np.empty(0, np.float64))
    parsed = _parse_strings(column.take(pa.array(some)))
    lengths[some] = parsed.lengths
    return Parsed(lengths, parsed.values, {int(some[i]): why for i, why in parsed.bad.items()})


def _quick(column: pa.Array, separator: str, *, trim: bool) -> Parsed | None:
    """Parse cells that are all in order; None where at least one is not."""
    if trim:
        column = pc.ascii_trim_whitespace(column)
    if not _bracketed(column):
        return None
    lists = pc.split_pattern(
        pc.binary_slice(column.cast(_binary(column.type)), 1, -1).cast(column.type), separator
    )
    pieces = lists.flatten()
    try:
        numbers = (pc.ascii_trim_whitespace(pieces) if trim else pieces).cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    values: NDArray[np.float64] = numbers.to_numpy(zero_copy_only=False)
    if not np.isfinite(_to_float32(values)).all():
        return None
    return Parsed(np.diff(lists.offsets.to_numpy()).astype(np.int64), values)


def _binary(kind: pa.DataType) -> pa.DataType:
    return pa.large_binary() if pa.types.is_large_string(kind) else pa.binary()


def _bracketed(column: pa.Array) -> bool:
    width: type[np.signedinteger[Any]] = np.int64 if pa.types.is_large_string(column.type) else np.int32
    _, offsets_buffer, data_buffer = column.buffers()
    offsets = np.frombuffer(offsets_buffer, width)[column.offset : column.offset + len(column) + 1]
    starts, ends = offsets[:-1], offsets[1:]
    if (ends - starts < 2).any():
        return False
    data = np.frombuffer(data_buffer, np.uint8)
    return bool((data[starts] == _OPEN).all() and (data[ends - 1] == _CLOSE).all())


def _to_float32(numbers: Features) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        return numbers.astype(np.float32, copy=False)


def _locale_commas(column: pa.Array) -> bool:
    """Say whether a cell may be `[0,5, 1,25]`, numbers with decimal commas."""
    commas = pc.count_substring(column, ",").to_numpy()
    spaced = pc.count_substring(column, ", ").to_numpy()
    mixed = np.flatnonzero((spaced > 0) & (spaced < commas))
    return any(is_locale(column[int(i)].as_py()) for i in mixed)


def is_locale(cell: str) -> bool:
    """Say whether a cell is a list whose numbers have decimal commas."""
    return _LOCALE.fullmatch(cell) is not None and ", " in cell


def _one_by_one(column: pa.Array) -> Parsed:
    lengths = np.full(len(column), BAD, np.int64)
    pieces: list[Features] = []
    bad: dict[int, Explanation] = {}
    for i in range(len(column)):
        cell = column.slice(i, 1)
        if not cell[0].as_py().strip():
            lengths[i] = EMPTY
            continue
        parsed = None if _locale_commas(cell) else _quick(cell, ",", trim=True)
        if parsed is not None:
            lengths[i] = parsed.lengths[0]
            pieces.append(parsed.values)
        elif len(bad) < EXPLAINED:
            bad[i] = explain_cell(cell[0].as_py())
    return Parsed(lengths, np.concatenate([np.empty(0, np.float64), *pieces]).astype(np.float64), bad)


def _parse_lists(column: pa.Array) -> Parsed:
    lengths = pc.list_value_length(column).fill_null(EMPTY).to_numpy().astype(np.int64)
    numbers = column.flatten()
    bad: dict[int, Explanation] = {}
    if pa.types.is_float32(numbers.type) or pa.types.is_float16(numbers.type):
        numbers = numbers.cast(pa.float32())
    else:
        numbers = numbers.cast(pa.float64(), safe=False)
    missing = numbers.is_null().to_numpy(zero_copy_only=False)
    values: Features = numbers.fill_null(0).to_numpy(zero_copy_only=False)
    wrong = ~np.isfinite(_to_float32(values)) | missing
    if wrong.any() or (lengths == 0).any():
        owner = np.repeat(np.arange(len(lengths)), np.maximum(lengths, 0))
        rows = np.union1d(owner[wrong], np.flatnonzero(lengths == 0))
        for row in rows[:EXPLAINED]:
            bad[int(row)] = explain_list(column[int(row)].as_py())
        keep = ~np.isin(owner, rows)
        lengths[rows] = BAD
        values = values[keep]
    return Parsed(lengths, values, bad)
