"""Several files of one table, read as if they were one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.findings import FILE, Findings
from latefusion.ingest.readers.reader import Batch, Reader, Selection


class Shards:
    """The files of one table, in their order; see `Reader`.

    Parameters
    ----------
    tables : sequence of Reader
        At least one.

    Raises
    ------
    InputError
        If a file has other columns than the first.
    """

    def __init__(self, tables: Sequence[Reader]) -> None:
        self._tables = tables
        first = tables[0]
        self.path: Path = first.path
        self.files = [table.path for table in tables]
        self.names, self.unit = first.names, first.unit
        problems = [problem for file in tables[1:] for problem in self._other_columns(file)]
        if problems:
            raise InputError(problems)

    def _other_columns(self, file: Reader) -> Iterator[Problem]:
        ours, theirs = set(self.names), set(file.names)
        if ours == theirs:
            return
        lacks = ", ".join(shorten(name, 40) for name in sorted(ours - theirs)[:5])
        more = ", ".join(shorten(name, 40) for name in sorted(theirs - ours)[:5])
        found = "; ".join(
            text for text in (f"no column {lacks}" if lacks else "", f"also {more}" if more else "") if text
        )
        allowed = f"the columns of {self.path}"
        yield Problem(str(file.path), found, allowed, "write all files of the table with the same columns")

    def check(self, columns: Selection) -> list[Problem]:
        """Return a problem for each column of each file that cannot be read as it is selected."""
        return [problem for file in self._tables for problem in file.check(columns)]

    def quick(self, columns: Selection, *, beginning: bool = False) -> Iterator[Batch] | None:
        """Yield the batches of one file after the other, or None where one of them has no quick way."""
        tables = self._tables[:1] if beginning else self._tables
        quick = [table.quick(columns, beginning=beginning) for table in tables]
        if any(batches is None for batches in quick):
            return None
        return (batch for batches in quick if batches is not None for batch in batches)

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:
        """Yield the batches of one file after the other, each row with its file and line."""
        for number, table in enumerate(self._tables):
            for batch, lines in table.exact(columns, findings):
                assert lines is not None
                yield batch, lines + number * FILE

    def sha256(self) -> str:
        """Return the hash of the files' hashes, in their order."""
        return hashlib.sha256("".join(table.sha256() for table in self._tables).encode()).hexdigest()
