"""Rows of a modality's file, whatever its form: identifiers, numbers, and where each row stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.ingest.embeddings import Parsed
from latefusion.ingest.findings import Findings


@dataclass(frozen=True)
class Rows:
    """Some rows, in the order of the file.

    Attributes
    ----------
    keys : (n,) string array or None
        Identifiers as the file has them; None where rows belong to the items in their order.
    parsed : Parsed
        Their numbers.
    lines : (n,) int64 array
        Line or row of the file, counted from 1.
    """

    keys: pa.Array | None
    parsed: Parsed
    lines: NDArray[np.int64]


class RowSource(Protocol):
    """A modality's file, read from its first row to its last.

    Attributes
    ----------
    file : str
        As messages name it.
    files : sequence of str
        All files; lines count them as `findings.FILE` has it.
    column : str or None
        What holds the numbers within the file, as messages name it.
    by_row : bool
        Whether row i belongs to the i-th item, and no row has an identifier.
    wide : sequence of str
        Columns of a number each in the order of the numbers, where a table has them.
    unit : str
        What a line of `Rows` counts: lines, rows, or files.
    """

    @property
    def file(self) -> str: ...
    @property
    def files(self) -> Sequence[str]: ...
    @property
    def column(self) -> str | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def by_row(self) -> bool: ...
    @property
    def wide(self) -> Sequence[str]: ...

    def place(self, line: int) -> tuple[str, int | None]:
        """Return the file of a line, and its number there; none where the file is one row."""
        ...

    def rows(self, findings: Findings, *, exact: bool) -> Iterator[Rows]:
        """Yield all rows; what is wrong with single rows goes to `findings`, or into their `Parsed`.

        Raises
        ------
        InputError
            Where the file turns out to be damaged.
        SuspectError
            Unless `exact`, where something is odd that the exact reading can explain.
        """
        ...
