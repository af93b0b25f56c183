"""The schemas of the evaluation's tables, and the only code that makes such tables from columns or rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from latefusion.evaluation.definitions import ACROSS_TABLES, PROTOCOL_TABLES

_TYPES: Final = {
    "text": pa.string(),
    "int": pa.int32(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "numbers": pa.list_(pa.field("element", pa.int32())),
}


@dataclass(frozen=True)
class Table:
    """One table: what a row of it is, and its columns with type and meaning."""

    row: str
    columns: Mapping[str, tuple[str, str]]

    @property
    def schema(self) -> pa.Schema:
        """Schema of the file."""
        return pa.schema(
            [
                pa.field(name, _TYPES[kind.rstrip("?")], nullable=kind.endswith("?"))
                for name, (kind, _) in self.columns.items()
            ]
        )


def _parse(text: str) -> Table:
    row, _, body = text.strip().partition("\n\n")
    columns: dict[str, tuple[str, str]] = {}
    name = ""
    for line in body.splitlines():
        if line[0].isspace():
            kind, meaning = columns[name]
            columns[name] = (kind, f"{meaning} {line.strip()}")
        else:
            name, kind, meaning = line.split(maxsplit=2)
            columns[name] = (kind, meaning)
    return Table(" ".join(row.split()), columns)


TABLES: Final[Mapping[str, Table]] = {name: _parse(text) for name, text in PROTOCOL_TABLES.items()}
ACROSS: Final[Mapping[str, Table]] = {name: _parse(text) for name, text in ACROSS_TABLES.items()}

METRIC_NAMES: Final = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "matthews",
    "kappa",
    "log_loss",
    "brier",
    "calibration_slope",
    "auroc",
    "ece",
    "ece_expected",
    "ece_p",
    "ece_classwise",
    "ece_classwise_expected",
    "ece_classwise_p",
)
"""Metrics of the table `metrics`, in its order; the headlines are accuracy, log loss, Brier and slope."""

LOWER_IS_BETTER: Final = ("log_loss", "brier", "ece", "ece_classwise")

INTERVALS: Final = METRIC_NAMES[:9]
"""Metrics that have an interval."""

ABOUT: Final = "about_"
RIGHT: Final = "right_"
SAID: Final = "said_"


def items_schema(describe: Mapping[str, pa.DataType], singles: Sequence[str]) -> pa.Schema:
    """Schema of `items.parquet`: one row for each item that the protocol tests.

    Parameters
    ----------
    describe : mapping of str to pyarrow.DataType
        Descriptive columns; each becomes `about_{name}`.
    singles : sequence of str
        Single modalities; each has `said_{name}` and `right_{name}`.
    """
    fields: list[Any] = [
        pa.field("item", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        pa.field("label", pa.int32(), nullable=False),
        pa.field("class", pa.string(), nullable=False),
        pa.field("unseen_group", pa.bool_(), nullable=False),
    ]
    fields += [pa.field(ABOUT + name, kind) for name, kind in describe.items()]
    for name in singles:
        fields += [pa.field(SAID + name, pa.string()), pa.field(RIGHT + name, pa.float64())]
    fields += [
        pa.field("fusion", pa.string(), nullable=False),
        pa.field("said_fusion", pa.string()),
        pa.field("right_fusion", pa.float64()),
        pa.field("confidence", pa.float64()),
        pa.field("p_true", pa.float64()),
        pa.field("outcome", pa.string()),
        pa.field("models_right", pa.float64()),
    ]
    return pa.schema(fields)


def schema_of(name: str) -> pa.Schema:
    """Return the schema of a table with fixed columns."""
    return (TABLES.get(name) or ACROSS[name]).schema


def table_of(name: str, rows: Mapping[str, Any]) -> pa.Table:
    """Return a table from columns, checked against its schema; NaN becomes null.

    Raises
    ------
    ValueError
        If a column is missing or one too many, or a value is null that must not be.
    """
    schema = schema_of(name)
    if list(rows) != schema.names:
        raise ValueError(f"{name}: columns {list(rows)}, not {schema.names}")
    columns = [pa.array(rows[field.name], field.type, from_pandas=True) for field in schema]
    for field, column in zip(schema, columns, strict=True):
        if column.null_count and not field.nullable:
            raise ValueError(f"{name}: {field.name} has {column.null_count} nulls")
    return pa.Table.from_arrays(columns, schema=schema)


def rows_to_table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return a table from rows, each a mapping; columns that a row leaves out are null."""
    names = schema_of(name).names
    for row in rows:
        unknown = [key for key in row if key not in names]
        if unknown:
            raise ValueError(f"{name}: unknown columns {unknown}")
    return table_of(name, {key: [row.get(key) for row in rows] for key in names})
