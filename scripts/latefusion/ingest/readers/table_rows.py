"""Embeddings that stand in a table of their own: a list in one column, or one number a column."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.ingest.embedding_errors import Explanation
from latefusion.ingest.embeddings import parse
from latefusion.ingest.findings import FILE, SHOWN, Findings, strip
from latefusion.ingest.readers.reader import Batch, Reader, Selection, SuspectError
from latefusion.ingest.readers.rows import Rows
from latefusion.ingest.wide import (
    columns_line,
    has_decimal_commas,
    in_order,
    is_numeric,
    matching,
    parse_wide,
    positive,
    taken_as_number,
)

logger = logging.getLogger(__name__)

LOOKED_AT = 1000
_INDEX = re.compile(r"Unnamed: \d+(?:\.\d+)?|__index_level_\d+__")
EMPTY_FRAME = Explanation("a frame without numbers", "numbers in every row", "drop the row")


@dataclass(frozen=True)
class TableColumns:
    """Which columns of a modality's table play which part.

    Attributes
    ----------
    key : str, optional
        Column of the identifiers. By default that of `item`'s name; otherwise the first one where it has no
        name, as pandas writes an index.
    column : str, optional
        Column of lists.
    columns : str or sequence of str, optional
        Columns of one number each: a pattern, or names. By default, without `column`, every other column
        that holds numbers.
    item : str, optional
        Name of the identifiers' column in the items' table.
    joined : bool
        Whether rows are joined by identifier; otherwise by their order, and no column is a key.
    apart : sequence of str
        Columns that have a part in the items' table, the label above all: none of them is an embedding's.
    order : sequence of str
        The columns of one number each as another file has them, whose order holds for this one.
    """

    key: str | None = None
    column: str | None = None
    columns: str | Sequence[str] | None = None
    item: str | None = None
    joined: bool = True
    apart: Sequence[str] = ()
    order: Sequence[str] = ()


class TableRows:
    """The rows of a table as embeddings; see `RowSource`.

    Parameters
    ----------
    table : Reader
    wanted : TableColumns

    Raises
    ------
    InputError
        If a column is not there, or none is that could be meant.
    """

    def __init__(self, table: Reader, wanted: TableColumns) -> None:
        self._table = table
        self.file, self.unit = str(table.path), table.unit
        self.by_row = not wanted.joined
        self.files = [str(file) for file in table.files]
        self._key = self._find_key(wanted) if wanted.joined else None
        self._lists = wanted.column
        self.column = wanted.column
        if wanted.column is not None:
            self._require([wanted.column], "column")
            self.wide: list[str] = []
        else:
            self.wide = in_order(self._find_wide(wanted), wanted.order)
        texts = [] if self._key is None else [self._key]
        self._selection = Selection(texts, [self._lists] if self._lists else [], wide=self.wide)
        problems = table.check(self._selection)
        if problems:
            raise InputError(problems)

    def place(self, line: int) -> tuple[str, int | None]:
        """Return the file of a line and its number there; see `RowSource`."""
        at, number = divmod(line, FILE)
        return self.files[at], number

    def rows(self, findings: Findings, *, exact: bool) -> Iterator[Rows]:
        """Yield all rows; see `RowSource`."""
        quick = None if exact else self._table.quick(self._selection)
        batches = self._table.exact(self._selection, findings) if quick is None else quick
        at = 1
        for batch, lines in batches:
            numbers = np.arange(at, at + len(batch)) if lines is None else lines
            at += len(batch)
            yield self._rows(batch, numbers)

    def _rows(self, batch: pa.RecordBatch, lines: NDArray[np.int64]) -> Rows:
        if self._lists is None:
            parsed = parse_wide([batch.column(name) for name in self.wide], self.wide)
        else:
            parsed = parse(batch.column(self._lists))
        keys = None if self._key is None else strip(batch.column(self._key))
        return Rows(keys, parsed, lines)

    def _find_key(self, wanted: TableColumns) -> str:
        names = self._table.names
        if wanted.key is not None:
            self._require([wanted.key], "key")
            return wanted.key
        if wanted.item in names:
            return str(wanted.item)
        if names and names[0] == "":
            return ""
        found = f"no column {shorten(wanted.item or 'item')}; there are {_listed(names)}"
        fix = "name the column of the identifiers: `key: NAME`"
        raise InputError([Problem(self.file, found, "a column of identifiers", fix)])

    def _find_wide(self, wanted: TableColumns) -> list[str]:
        # an index that pandas wrote is no number of an embedding, nor is one that it read again
        others = [name for name in self._table.names if name not in (self._key, "")]
        if wanted.columns is None:
            apart = {*wanted.apart, *filter(_INDEX.fullmatch, others)}
            numeric = self._numeric([name for name in others if name not in apart])
            left = [name for name in others if name not in set(numeric)]
            if left:
                why = "not numbers, or of a part in the items' table, and left out"
                logger.info("%s: %s: %s", self.file, why, _listed(left))
            found = f"no column of numbers; there are {_listed(others)}"
            fix = "name a column of lists under `column`, or columns of numbers under `columns`"
        else:
            numeric = matching(wanted.columns, others)
            found = f"no column that {wanted.columns!r} stands for; there are {_listed(others)}"
            fix = "correct the pattern"
            if not isinstance(wanted.columns, str):
                named = [positive(name, others) for name in wanted.columns]
                plain = [name for name in named if not any(sign in name for sign in "*?[")]
                self._require(plain, "columns")
            taken = [name for name in numeric if name in wanted.apart]
            if taken:
                raise InputError([taken_as_number(self.file, wanted.columns, name) for name in taken])
        if not numeric:
            raise InputError([Problem(self.file, found, "one number a column, or a list in one", fix)])
        return numeric

    def _numeric(self, names: Sequence[str]) -> list[str]:
        """Return the columns whose first cells are numbers."""
        first = next(self._first(Selection(names)), None)
        if first is None:
            return []
        head = first[0].slice(0, LOOKED_AT)
        numeric = [name for name in names if is_numeric(head.column(name))]
        commas = [] if numeric else [name for name in names if has_decimal_commas(head.column(name))]
        if commas:
            found = f"numbers with decimal commas in {_listed(commas)}"
            fix = "write decimal points: pandas.read_csv(…, decimal=',').to_csv(…)"
            raise InputError([Problem(self.file, found, "numbers such as 0.5", fix)])
        return numeric

    def _first(self, selection: Selection) -> Iterator[Batch]:
        quick = self._table.quick(selection, beginning=True)
        if quick is not None:
            try:
                yield next(quick)
            except (SuspectError, StopIteration):
                pass
            else:
                return
        findings = Findings()
        yield from self._table.exact(selection, findings)
        findings.check()  # reached where no row is in order

    def _require(self, wanted: Sequence[str], key: str) -> None:
        names = self._table.names
        problems = []
        for name in wanted:
            if name in names:
                continue
            close = nearest(name, names)
            fix = f"did you mean {shorten(close)}?" if close else f"name one of them under `{key}`"
            if key == "column":
                fix = columns_line(name, names) or fix
            found = f"no such column, which {key} names; there are {_listed(names)}"
            problems.append(Problem(self.file, found, "a column of the file", fix, column=name))
        if problems:
            raise InputError(problems)


def table_matrix(table: TableRows, *, exact: bool) -> NDArray[np.floating]:
    """Return all rows of a table, (n, d), of which none may lack a number.

    Raises
    ------
    InputError
        If a row is no row of numbers, or of another length, or there is none.
    SuspectError
        Unless `exact`, where something is odd that the exact reading can explain.
    """
    findings, values, dimension = Findings(), [], 0
    for rows in table.rows(findings, exact=exact):
        parsed = rows.parsed
        if (wrong := np.flatnonzero(parsed.lengths <= 0)).size and not exact:
            raise SuspectError("a row whose line is to be found")
        for row in wrong[:SHOWN]:
            why = parsed.bad.get(int(row)) or EMPTY_FRAME
            findings.add(
                Problem(
                    table.file,
                    why.found,
                    why.allowed,
                    why.fix,
                    row=int(rows.lines[row]),
                    column=table.column,
                    unit=table.unit,
                )
            )
        findings.check()
        dimension = dimension or int(parsed.lengths[0])
        if (other := np.flatnonzero(parsed.lengths != dimension)).size:
            found, row = f"{parsed.lengths[other[0]]} numbers", int(rows.lines[other[0]])
            allowed = f"{dimension} numbers, as in the rows before"
            fix = "write all frames alike"
            raise InputError([Problem(table.file, found, allowed, fix, row=row, unit=table.unit)])
        values.append(parsed.values.reshape(-1, dimension))
    findings.check()
    if not values:
        fix = "compute it again, or remove the file and allow `missing: true`"
        raise InputError([Problem(table.file, "a table without rows", "at least one frame", fix)])
    return np.concatenate(values)


def _listed(names: Sequence[str], most: int = 10) -> str:
    shown = ", ".join(shorten(name, 40) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
