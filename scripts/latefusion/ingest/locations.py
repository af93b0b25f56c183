"""Problems of rows, with the line of the file that a row stands on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import SHOWN_PROBLEMS, Problem, shorten
from latefusion.ingest.findings import Findings

SHOWN = SHOWN_PROBLEMS


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


@dataclass(frozen=True)
class Column:
    """One column of texts, and where its problems go.

    Attributes
    ----------
    values : string array
    name : str
    where : Where
    findings : Findings
    """

    values: pa.Array
    name: str
    where: Where
    findings: Findings

    def stripped(self) -> Column:
        """Return the column without white space around its texts."""
        return Column(strip(self.values), self.name, self.where, self.findings)

    @property
    def blank(self) -> NDArray[np.bool_]:
        """Which rows hold no text."""
        return np.asarray(pc.equal(self.values, ""))

    def note(self, wrong: NDArray[np.bool_], what: str, allowed: str, fix: str) -> None:
        """Note the rows that are wrong, the first ones with what they hold."""
        rows = np.flatnonzero(wrong)
        for row in rows[:SHOWN]:
            text = self.values[int(row)].as_py()
            found = f"{shorten(text)}: {what}" if text else what
            self.findings.add(self.where.problem(int(row), self.name, found, allowed, fix))
        self.findings.count(max(0, len(rows) - SHOWN))

    def note_each(self, rows: NDArray[np.int64], problems: list[tuple[str, str, str]]) -> None:
        """Note rows, the first ones with what was found, what is allowed and how to mend it."""
        for row, (found, allowed, fix) in zip(rows, problems, strict=False):
            self.findings.add(self.where.problem(int(row), self.name, found, allowed, fix))
        self.findings.count(len(rows) - len(problems))


def strip(values: pa.Array) -> pa.Array:
    """Return strings without surrounding white space, an empty one for null."""
    return pc.utf8_trim_whitespace(values.fill_null(""))


def codes(values: pa.Array) -> tuple[NDArray[np.int64], list[object]]:
    """Return each row's number among the distinct values, and these."""
    encoded = values.dictionary_encode()
    return np.asarray(encoded.indices).astype(np.int64), encoded.dictionary.to_pylist()
