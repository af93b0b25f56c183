"""Quality measures of items, from the columns of the items' tables that describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.types as kinds
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.input_names import NamedFiles, input_name
from latefusion.fusion.aggregation import Array
from latefusion.store.samples import positions
from latefusion.store.schemas import SPLITS
from latefusion.store.tables import read_table


@dataclass(frozen=True)
class QualityColumns:
    """Quality measures of all labelled items.

    Attributes
    ----------
    item : (N,) object array of str
    values : mapping of str to (N,) array
        By column; NaN where a measure is missing.
    source : str
        For messages.
    """

    item: NDArray[np.object_]
    values: Mapping[str, Array]
    source: str

    def of(self, item: NDArray[np.object_]) -> dict[str, Array]:
        """Return the measures of some items by column, (n,) each; nothing where none is read."""
        if not self.values:
            return {}
        at = positions(self.item, item, self.source)
        return {name: values[at] for name, values in self.values.items()}


NO_QUALITY: Final = QualityColumns(np.empty(0, object), {}, "")
"""Where no rule reads any."""


def read_quality(columns: Sequence[str], files: NamedFiles) -> QualityColumns:
    """Quality measures of the labelled items.

    Parameters
    ----------
    columns : sequence of str
        Of the items' tables; where there are none, no table is read.
    files : NamedFiles
        ``items:`` of each split.

    Raises
    ------
    InputError
        If a column holds no numbers.
    """
    if not columns:
        return NO_QUALITY
    there = {*files.keys()}
    paths = [files.get(name) for split in SPLITS if (name := input_name("items", split)) in there]
    tables = [read_table(path) for path in paths]
    read = [quality_of(table, columns, str(path)) for table, path in zip(tables, paths, strict=True)]
    item = np.concatenate([table["item"].to_numpy(zero_copy_only=False) for table in tables])
    values = {name: np.concatenate([one[name] for one in read]) for name in columns}
    return QualityColumns(item, values, ", ".join(map(str, paths)))


def quality_names(rules: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the columns of `quality` of some candidate rules, each once."""
    return sorted({name for one in rules.values() for name in one.get("quality", ())})


def quality_of(items: pa.Table, columns: Sequence[str], source: str) -> dict[str, Array]:
    """Return the quality measures in one table of items by column, (n,) each; NaN where one is missing.

    Parameters
    ----------
    items : pyarrow.Table
    columns : sequence of str
    source : str
        Of the table, for messages.

    Raises
    ------
    InputError
        If a column is not there, or holds no numbers.
    """
    found: dict[str, Array] = {}
    problems = []
    for name in columns:
        if name not in items.column_names:
            fix = "add it to the table, or classify by a rule that reads no quality"
            problems.append(Problem(source, "no such column", "the quality of each item", fix, column=name))
            continue
        column = items[name]
        numeric = kinds.is_integer(column.type) or kinds.is_floating(column.type)
        if not numeric and not kinds.is_null(column.type):
            word = next((value for value in column.to_pylist() if not _is_number(value)), None)
            held = "text" if word is None else f"{shorten(word)}"
            fix = "write numbers there and nothing where one is missing, or take the column out of the rule"
            problems.append(Problem(source, held, "a quality in numbers", fix, column=name))
            continue
        values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        if np.isinf(values).any():
            fix = "write a number there, or nothing where it is missing"
            problems.append(Problem(source, "an infinite quality", "finite numbers", fix, column=name))
        found[name] = values
    if problems:
        raise InputError(problems)
    return found


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return value is None
    return True
