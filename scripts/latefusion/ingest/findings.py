"""What is wrong with one file and on which of its lines, gathered until it has been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import SHOWN_PROBLEMS, InputError, Problem, shorten

KEPT = 100
SHOWN = SHOWN_PROBLEMS
FILE = 1 << 40
"""What a row's place counts a file of several with: the rest is the line within that file."""


@dataclass
class Findings:
    """Problems and warnings of one file.

    Attributes
    ----------
    problems : list of Problem
        The first that were noted; `total` counts them all.
    warnings : dict of str to str
        Code and message of what is odd but accepted.
    """

    problems: list[Problem] = field(default_factory=list)
    total: int = 0
    warnings: dict[str, str] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """Note a problem."""
        if len(self.problems) < KEPT:
            self.problems.append(problem)
        self.total += 1

    def count(self, more: int) -> None:
        """Note further problems that are not worth a description."""
        self.total += more

    def stop(self, problem: Problem) -> NoReturn:
        """Note a problem after which reading on makes no sense, and raise all that are known."""
        self.add(problem)
        self.check()
        raise AssertionError

    def warn(self, code: str, message: str) -> None:
        """Note something odd; the same code once."""
        self.warnings.setdefault(code, message)

    def check(self) -> None:
        """Raise what was found, in the order of the file; nothing where all is well.

        Raises
        ------
        InputError
            With the first ten problems and the number of all.
        """
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: problem.row or 0)
            raise InputError(ordered[:SHOWN_PROBLEMS], self.total)


@dataclass(frozen=True)
class Where:
    """Turns a row of the table into a `Problem` that names the file, its line and the column.

    Attributes
    ----------
    files : sequence of str
        The table's file, or its files in their order.
    line : (n,) int64 array
        Line, or row, of each record; `FILE` is added to it for each file before its own.
    unit : str
    """

    files: Sequence[str]
    line: NDArray[np.int64]
    unit: str

    @property
    def file(self) -> str:
        """The file that stands for all of them."""
        return self.files[0]

    def problem(self, row: int, column: str, found: str, allowed: str, fix: str) -> Problem:
        """Return the problem of a row, counted from 0."""
        at, line = divmod(int(self.line[row]), FILE)
        return Problem(self.files[at], found, allowed, fix, row=line, column=column, unit=self.unit)

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
