"""The contract of a reader: a file as named columns, in batches of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import Problem
from latefusion.ingest.findings import Findings

# columns of some rows, and the line or number of each row where the reader knows it
Batch = tuple[pa.RecordBatch, NDArray[np.int64] | None]


class SuspectError(Exception):
    """The quick reading met something odd; the exact one says what, or reads it after all."""


@dataclass(frozen=True)
class Selection:
    """The columns that are read of a file.

    Attributes
    ----------
    texts : sequence of str
        Columns that come as strings.
    vectors : sequence of str
        Columns that come as they are, strings or lists of numbers.
    numbers : sequence of str
        Those of `texts` that come as float64 where the file holds numbers.
    wide : sequence of str
        Columns of one number each: they come as numbers, null where a cell is blank, or, from a reading
        line by line, as the texts of the cells.
    """

    texts: Sequence[str]
    vectors: Sequence[str] = ()
    numbers: Sequence[str] = ()
    wide: Sequence[str] = ()

    @property
    def all(self) -> list[str]:
        """All columns, each once."""
        return list(dict.fromkeys([*self.texts, *self.vectors, *self.wide]))


class Reader(Protocol):
    """A table that can be read.

    Attributes
    ----------
    path : Path
        What messages about the whole table name.
    files : sequence of Path
        All files of the table; the lines of those behind the first are counted as `findings.FILE` has it.
    names : sequence of str
        Names of its columns, in their order.
    unit : str
        What the numbers of its rows count: `line` or `row`, from 1.
    """

    @property
    def path(self) -> Path: ...
    @property
    def files(self) -> Sequence[Path]: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def unit(self) -> str: ...

    def check(self, columns: Selection) -> list[Problem]:
        """Return a problem for each column, which is there, that cannot be read as it is selected."""
        ...

    def quick(self, columns: Selection, *, beginning: bool = False) -> Iterator[Batch] | None:
        """Yield batches fast, `SuspectError` where anything is odd; or return None: there is one way only.

        Where only the `beginning` is asked for, what follows the first batch may be left out.
        """
        ...

    def exact(self, columns: Selection, findings: Findings) -> Iterator[Batch]:
        """Yield batches with the number of each row; what is wrong goes to `findings`.

        Raises
        ------
        InputError
            Where reading on makes no sense.
        """
        ...

    def sha256(self) -> str:
        """Return the hash of the file as stored."""
        ...


def is_list(kind: pa.DataType) -> bool:
    """Say whether an Arrow type is a list of numbers."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        return False
    value = kind.value_type
    return bool(pa.types.is_integer(value) or pa.types.is_floating(value) or pa.types.is_decimal(value))


def is_text(kind: pa.DataType) -> bool:
    """Say whether an Arrow type is text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def is_number(kind: pa.DataType) -> bool:
    """Say whether an Arrow type is a number."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
