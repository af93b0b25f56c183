"""Some rows of a table, read as if there were no others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import Problem
from latefusion.ingest.findings import Findings
from latefusion.ingest.readers.reader import Batch, Reader, Selection


class KeptRows:
    """A table without the rows that are left out; see `Reader`. Lines stay those of the file.

    Parameters
    ----------
    table : Reader
    rows : (k,) int array
        Rows of the table that are kept, counted from 0, in their order.
    """

    def __init__(self, table: Reader, rows: NDArray[np.int64]) -> None:
        self._table, self._rows = table, rows
        self.path, self.files, self.names, self.unit = table.path, table.files, table.names, table.unit

    def check(self, columns: Selection) -> list[Problem]:
        """Return a problem for each column that cannot be read as it is selected."""
        return self._table.check(columns)

    def quick(self, columns: Selection, *, beginning: bool = False) -> Iterator[Batch] | None:
        """Yield batches fast, without rows that are left out; None where there is one way only."""
        quick = self._table.quick(columns, beginning=beginning)
        return None if quick is None else self._kept(quick)

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:
        """Yield batches with the number of each row."""
        return self._kept(self._table.exact(columns, findings))

    def _kept(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        start = 0
        for batch, lines in batches:
            ends = np.searchsorted(self._rows, [start, start + len(batch)])
            own = self._rows[ends[0] : ends[1]] - start
            start += len(batch)
            if len(own) == len(batch):
                yield batch, lines
            elif len(own):
                yield batch.take(pa.array(own)), None if lines is None else lines[own]

    def sha256(self) -> str:
        """Return the hash of the file as stored."""
        return self._table.sha256()
