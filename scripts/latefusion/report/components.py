"""What the template is filled with: tables, figures and sections, free of any mark-up."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from latefusion.report.number_format import NOTHING

Kind = Literal["text", "number"]
Interval = Literal["none", "beside", "alone"]
FIRST, SHORT = 10, 12
"""Rows of a long table that are seen at once; rows up to which a table is not long."""


@dataclass(frozen=True)
class Bar:
    """An interval on an axis that all rows of a column share; all places in per cent of its length.

    Attributes
    ----------
    at : float, optional
        None where the value lies beside the axis.
    low, high : float, optional
    guide : float, optional
        Where a line of comparison stands.
    tone : str
        Name of a look of the style sheet.
    beyond : bool
        A value without a place lies right of the axis.
    """

    at: float | None
    low: float | None = None
    high: float | None = None
    guide: float | None = None
    tone: str = "plain"
    beyond: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell: what is shown, what sorting and the CSV file use, and how it looks.

    Attributes
    ----------
    text : str
    value : str, float or None
        Full precision; None sorts last and is empty in the CSV file.
    tone : str
        Name of a look of the style sheet: `good`, `bad`, `muted`, `strong`, `shade-0` … `shade-9`.
    mark : str
        A short word in a frame after the text.
    bar : Bar, optional
    note : str
        A second, smaller line.
    low, high : float, optional
        Ends of the interval in full precision, for the CSV file.
    """

    text: str
    value: str | float | None = None
    tone: str = ""
    mark: str = ""
    bar: Bar | None = None
    note: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Column:
    """One column: its heading, its name in the CSV file, its kind, and what it means.

    Attributes
    ----------
    title, name : str
        Heading; name in the CSV file, none for a column that only draws what another one holds.
    kind : {'text', 'number'}
    help : str
        A longer explanation, shown by a pointer that rests on the heading.
    unit : str
    interval : {'none', 'beside', 'alone'}
        Whether the CSV file has two more columns, `{name}_low` and `{name}_high`, or these alone.
    ends : (str, str), optional
        Labels of the ends of the axis of a column of bars.
    """

    title: str
    name: str
    kind: Kind = "number"
    help: str = ""
    unit: str = ""
    interval: Interval = "none"
    ends: tuple[str, str] | None = None

    @property
    def csv_names(self) -> list[str]:
        """Names of what the column is in the CSV file."""
        ends = [] if self.interval == "none" else [f"{self.name}_low", f"{self.name}_high"]
        return ends if self.interval == "alone" else [*([self.name] if self.name else []), *ends]


@dataclass(frozen=True)
class Table:
    """A table with its caption; `rows` are as long as `columns`, the first cell heads the row.

    Of a long one the rows `shown` are seen before the rest is asked for, its first ones where none are named.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    sortable: bool = True
    sorted_by: int | None = None
    strong: frozenset[int] = frozenset()
    look: str = ""
    title: str = ""
    shown: frozenset[int] | None = None

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table {self.id}: a row of {len(row)} cells under {len(self.columns)} columns"
                )

    @property
    def first(self) -> frozenset[int]:
        """Rows that are seen at once."""
        if self.shown is not None:
            return self.shown
        return frozenset(range(len(self.rows) if len(self.rows) <= SHORT else FIRST))

    @property
    def rest(self) -> int:
        """Rows that are seen when they are asked for."""
        return len(self.rows) - len(self.first)


@dataclass(frozen=True)
class Figure:
    """A chart with what stands for it where it cannot be seen, and the numbers behind it."""

    id: str
    title: str
    caption: str
    spec: dict[str, Any]
    description: str
    table: Table | None = None
    look: str = ""


@dataclass(frozen=True)
class Answer:
    """One of the three answers: the question, the verdict, what it rests on, and its tone."""

    label: str
    verdict: str
    text: str
    tone: str = ""


@dataclass
class Section:
    """One part of the page, filled by the module of its name; the template decides where things stand.

    `finding` is the one sentence that heads it where it is folded.
    """

    id: str
    title: str
    lead: str = ""
    finding: str = ""
    sentences: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def text(value: object, *, tone: str = "", note: str = "") -> Cell:
    """Return a cell of text."""
    shown = NOTHING if value is None or value == "" else str(value)
    return Cell(shown, None if shown == NOTHING else shown, tone, note=note)


def figure(value: float | None, written: Callable[[float | None], str], *, tone: str = "") -> Cell:
    """Return a cell of a number, written by one of the functions of `text`."""
    there = value is not None and math.isfinite(value)
    return Cell(written(value), value if there else None, tone)


def estimate(
    row: Mapping[str, Any],
    written: Callable[[float | None], str],
    between: Callable[[float | None, float | None], str],
    *,
    key: str = "value",
    tone: str = "",
) -> Cell:
    """Return a cell of a number with its interval, `{low}` and `{high}` of the row, below."""
    low, high = row.get("low"), row.get("high")
    value = row.get(key)
    shown = figure(value, written, tone=tone)
    if low is None or high is None:
        return shown
    return replace(shown, note=between(low, high), low=low, high=high)


def interval(row: Mapping[str, Any], between: Callable[[float | None, float | None], str]) -> Cell:
    """Return a cell of an interval alone; it sorts by its lower end."""
    low, high = row.get("low"), row.get("high")
    return Cell(between(low, high), low, low=low, high=high)
