"""Text files of scores without a header, as speaker verification and anti-spoofing write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.ingest.findings import SHOWN, Findings
from latefusion.ingest.readers.reader import Batch, Selection
from latefusion.ingest.source import Bytes, NotTextError, check_file

ITEM: Final = "item"
SCORE: Final = "score"
_HEAD_BYTES: Final = 4096
_CELLS: Final = frozenset(",\t;|")


def is_score_file(path: Path, header: Sequence[str] = ()) -> bool:
    """Say whether a file is text without a header, its fields between white space.

    That is so where the names of its columns are given, or where its first line is `id score`, or the two
    ids of a trial and their score (BOSARIS).
    """
    if header:
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        line = file.read(_HEAD_BYTES).split(b"\n", 1)[0].decode("utf-8", "replace")
    fields = line.split()
    return len(fields) in (2, 3) and _CELLS.isdisjoint(line.strip()) and _is_number(fields[-1])


class ScoreFile:
    """Lines of fields between white space; see `Reader`.

    Without names the last field is the `score`, and the one or two before it are the `item`, joined by a
    blank.

    Parameters
    ----------
    path : Path
    header : sequence of str
        Names of the fields.
    """

    unit: Final = "line"

    def __init__(self, path: Path, header: Sequence[str] = ()) -> None:
        self.path, self.files = path, [path]
        self._head = check_file(path)
        self._header = list(header)
        self.names = self._header or [ITEM, SCORE]
        self._sha256: str | None = None

    def check(self, columns: Selection) -> list[Problem]:  # noqa: ARG002 - of the contract
        """Return no problem: every field is text."""
        return []

    def quick(self, columns: Selection, *, beginning: bool = False) -> None:  # noqa: ARG002 - of the contract
        """Return None: there is one way to read it."""
        return

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:
        """Yield all lines, blank ones left out."""
        with Bytes(self.path, self._head, strict=False) as stream:
            try:
                text = stream.read().decode("utf-8")
            except (UnicodeDecodeError, NotTextError) as error:
                found = f"no clean UTF-8 text: {error}"
                problem = Problem(str(self.path), found, "UTF-8 text", "write it again as UTF-8")
                raise InputError([problem]) from None
            self._sha256 = stream.sha256()
        rows, lines = [], []
        width = len(self._header) or len(text.lstrip().split("\n", 1)[0].split())
        wrong = 0
        for number, line in enumerate(text.splitlines(), 1):
            fields = line.split()
            if not fields:
                continue
            if len(fields) != width:
                wrong += 1
                if wrong <= SHOWN:
                    fix = "write one item a line, without blanks inside a field; name fields in `header`"
                    findings.add(Problem(str(self.path), shorten(line), f"{width} fields", fix, row=number))
                continue
            rows.append(fields if self._header else [" ".join(fields[:-1]), fields[-1]])
            lines.append(number)
        findings.count(max(0, wrong - SHOWN))
        findings.check()
        at = {name: place for place, name in enumerate(self.names)}
        arrays = [pa.array([row[at[name]] for row in rows], pa.string()) for name in columns.all]
        yield pa.RecordBatch.from_arrays(arrays, columns.all), np.array(lines, np.int64)

    def sha256(self) -> str:
        """Return the hash of the file as stored."""
        if self._sha256 is None:
            with Bytes(self.path, self._head, strict=False) as stream:
                self._sha256 = stream.sha256()
        return self._sha256


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
