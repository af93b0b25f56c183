"""Items by name: what fusion corrected, what it made newly wrong, what nobody gets right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.report.components import Cell, Column, Kind, Table, figure, text
from latefusion.report.number_format import MINUS, NOTHING, count, number
from latefusion.report.results import Outcomes, Results, Tables
from latefusion.report.sentences import plural

NAMED = 40
"""Items named in each list."""
HALF = 0.5
GIVEN = ("item", "label", "class", "group")


def item_lists(results: Results, tables: Tables) -> list[Table]:
    """Return the items that fusion corrected or made newly wrong, and those that nobody gets right."""
    outcomes, lead, reference = tables.outcomes, tables.lead, tables.reference
    if outcomes is None or lead is None or reference is None or not {lead, reference} <= {*outcomes.models}:
        return []
    own, base = outcomes.of(lead), outcomes.of(reference)
    right, before = outcomes.correct[own] > HALF, outcomes.correct[base] > HALF
    p = outcomes.p_label[own]
    everyone = [outcomes.of(name) for name in tables.named("single", "early", "rule")]
    chosen = [
        (
            "corrected",
            "Corrected:",
            f"{reference} alone is wrong, {lead} is right",
            right & ~before,
            -p,
            "surest first",
        ),
        (
            "newly_wrong",
            "Newly wrong:",
            f"{reference} alone is right, {lead} is wrong",
            before & ~right,
            p,
            "least probable truth first",
        ),
        (
            "nobody",
            "Nobody gets these right:",
            "every model is wrong",
            (outcomes.correct[everyone] == 0).all(axis=0),
            p,
            "least probable truth first",
        ),
    ]
    describe = _descriptions(results)
    return [
        _item_table(results, tables, outcomes, describe, name, title, what, _sorted(mask, key), order)
        for name, title, what, mask, key, order in chosen
    ]


def _sorted(mask: NDArray[np.bool_], key: NDArray[np.float64]) -> NDArray[np.int64]:
    rows = np.flatnonzero(mask)
    return rows[np.argsort(np.nan_to_num(key[rows], nan=0.0), kind="stable")].astype(np.int64)


def _descriptions(results: Results) -> dict[str, dict[str, Any]]:
    """Return the descriptive columns of each item."""
    found: dict[str, dict[str, Any]] = {}
    for table in results.items.values():
        columns = ["item", *(name for name in table.column_names if name not in GIVEN)]
        found |= {row.pop("item"): row for row in table.select(columns).to_pylist()}
    return found


def _item_table(
    results: Results,
    tables: Tables,
    outcomes: Outcomes,
    describe: dict[str, dict[str, Any]],
    name: str,
    title: str,
    what: str,
    rows: NDArray[np.int64],
    order: str,
) -> Table:
    about = list(next(iter(describe.values()), {}))
    said = [*tables.named("single"), *([tables.lead] if tables.lead else [])]
    own = outcomes.of(tables.lead or "")
    body = []
    for at in rows[:NAMED].tolist():
        truth = int(outcomes.label[at])
        known = describe.get(outcomes.item[at], {})
        cells = [text(outcomes.item[at])]
        cells += [_described(known.get(column)) for column in about]
        cells.append(text(results.classes[truth]))
        cells += [_said(results, int(outcomes.predicted[outcomes.of(model), at]), truth) for model in said]
        cells.append(figure(float(outcomes.p_label[own, at]), lambda value: number(value, 2)))
        body.append(cells)
    shortened = len(rows) > NAMED
    more = f"; the first {NAMED} are listed, {order}" if shortened else f"; {order}"
    return Table(
        f"items-{name}",
        f"{what}, {plural(len(rows), 'item')} of {count(len(outcomes.item))}{more}.",
        [
            Column("Item", "item", "text"),
            *(Column(column.replace("_", " "), column, _kind(describe, column)) for column in about),
            Column("True class", "class", "text"),
            *(Column(f"{model} says", f"said_{model}", "text") for model in said),
            Column("p of the truth", "p_label"),
        ],
        body,
        note=f"All of them stand in evaluation/{tables.protocol}/outcomes.parquet." if shortened else "",
        title=title,
    )


def _kind(describe: dict[str, dict[str, Any]], column: str) -> Kind:
    return "text" if any(isinstance(row[column], str) for row in describe.values()) else "number"


def _described(value: object) -> Cell:
    if isinstance(value, float):
        return figure(value, count if value.is_integer() else _short)
    return figure(value, count) if isinstance(value, int) else text(_cut(value))


def _short(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3g}".replace("-", MINUS)


def _cut(value: object, width: int = 80) -> str | None:
    """Return text short enough for a cell: a whole lyric is no description."""
    whole = None if value is None else " ".join(str(value).split())
    return whole if whole is None or len(whole) <= width else f"{whole[: width - 1]}…"


def _said(results: Results, said: int, truth: int) -> Cell:
    if said < 0:
        return text(None, tone="muted")
    return text(results.classes[said], tone="good" if said == truth else "bad")
