"""What the template is filled with: tables, figures and sections, free of any mark-up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from latefusion.report.text import NOTHING

Kind = Literal["text", "number"]


@dataclass(frozen=True)
class Bar:
    """An interval on an axis that all rows of a column share; all places in per cent of its length."""

    at: float
    low: float | None
    high: float | None
    marks: tuple[float, ...] = ()
    tone: str = "plain"


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
    """

    text: str
    value: str | float | None = None
    tone: str = ""
    mark: str = ""
    bar: Bar | None = None
    note: str = ""


@dataclass(frozen=True)
class Column:
    """One column: its heading, its name in the CSV file, its kind, and what it means."""

    title: str
    name: str
    kind: Kind = "number"
    help: str = ""
    unit: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption; `rows` are as long as `columns`, the first cell heads the row."""

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    sortable: bool = True
    sorted_by: int | None = None
    strong: frozenset[int] = frozenset()
    look: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table {self.id}: a row of {len(row)} cells under {len(self.columns)} columns"
                )


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


@dataclass
class Section:
    """One part of the page, filled by the module of its name; the template decides where things stand."""

    id: str
    title: str
    lead: str = ""
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
