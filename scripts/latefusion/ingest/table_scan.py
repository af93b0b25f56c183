"""A look at some columns of a table before it is read: texts, and which rows hold an embedding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError
from latefusion.ingest.columns import Columns
from latefusion.ingest.embeddings import EMPTY
from latefusion.ingest.findings import Column, Findings, Where
from latefusion.ingest.readers.reader import Batch, Reader, SuspectError


@dataclass(frozen=True)
class Scan:
    """What some columns of a table hold.

    Attributes
    ----------
    texts : mapping of str to (n,) string array
    present : mapping of str to (n,) bool array
        By modality, which rows have something in its columns; the reading proper says whether it is right.
    where : Where
        The row of each record; its line too, where the reading was exact.
    """

    texts: Mapping[str, pa.Array]
    present: Mapping[str, NDArray[np.bool_]]
    where: Where

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.where.line)

    def column(self, name: str, findings: Findings) -> Column:
        """Return a column of texts, whose problems go to `findings`."""
        return Column(self.texts[name], name, self.where, findings)


def scan(table: Reader, columns: Columns, *, exact: bool) -> Scan:
    """Read some columns of a table, whatever is wrong with the rest of it.

    Raises
    ------
    InputError
        If the table lacks a column, or cannot be read.
    """
    problems = columns.problems(str(table.path), table.names)
    selection = columns.selection(table.names)
    problems = problems or table.check(selection)
    if problems:
        raise InputError(problems)
    quick = None if exact else table.quick(selection)
    if quick is not None:
        try:
            return _gathered(table, columns, quick)
        except SuspectError:
            pass
    findings = Findings()
    found = _gathered(table, columns, table.exact(selection, findings))
    findings.check()
    return found


def _gathered(table: Reader, columns: Columns, batches: Iterator[Batch]) -> Scan:
    texts: dict[str, list[pa.Array]] = {name: [] for name in columns.texts}
    present: dict[str, list[NDArray[np.bool_]]] = {m.name: [np.empty(0, bool)] for m in columns.modalities}
    lines: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for batch, numbers in batches:
        for name, parts in texts.items():
            parts.append(batch.column(name).cast(pa.string()))
        for modality in columns.modalities:
            present[modality.name].append(modality.parsed(batch).lengths != EMPTY)
        lines.append(np.zeros(len(batch), np.int64) if numbers is None else numbers)
    where = Where([str(file) for file in table.files], np.concatenate(lines), table.unit)
    return Scan(
        {name: pa.chunked_array(parts, pa.string()).combine_chunks() for name, parts in texts.items()},
        {name: np.concatenate(parts) for name, parts in present.items()},
        where,
    )
