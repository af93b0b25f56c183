"""The plane of two targets: error by region, and arrows from truth to prediction."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from latefusion.report.charts import INK, SOFT, data, finished
from latefusion.report.components import Column, Figure, Table, figure, text
from latefusion.report.number_format import count, number, span
from latefusion.report.sections.targets.cells import (
    FILL,
    Array,
    cell_of,
    domain_of,
    edges_of,
    scale_of,
    shade,
    short,
)
from latefusion.report.sentences import plural
from latefusion.report.target_results import TargetOutcomes, TargetResults

REGIONS: Final = 6
"""Regions along each axis of the plane."""
LEAST: Final = 5
"""Items of a region from which its error is shown."""
NAMED: Final = 12
"""Items whose arrows are drawn."""


def regions(results: TargetResults, said: TargetOutcomes, model: str) -> Figure | None:
    """Return the error of the two first targets by where the truth lies on their plane.

    None where no region has items enough.
    """
    across, up = results.targets[:2]
    domains = [domain_of(said.true[:, t]) for t in (0, 1)]
    at = cell_of(said.true[:, 0], domains[0], REGIONS) * REGIONS + cell_of(
        said.true[:, 1], domains[1], REGIONS
    )
    unit = np.where(said.true.std(axis=0) > 0, said.true.std(axis=0), 1.0)
    error = (((said.predicted - said.true) / unit)[:, :2] ** 2).mean(axis=1)
    rows: list[dict[str, Any]] = []
    body = []
    for region in np.unique(at).tolist():
        chosen = at == region
        n, value = int(chosen.sum()), float(np.sqrt(error[chosen].mean()))
        left, right = edges_of(region // REGIONS, domains[0], REGIONS)
        low, high = edges_of(region % REGIONS, domains[1], REGIONS)
        body.append(
            [
                text(span(left, right, digits=2)),
                text(span(low, high, digits=2)),
                figure(n, count),
                figure(value, number),
            ]
        )
        if n >= LEAST:
            told = f"{number(value, 2)} standard deviations, {plural(n, 'item')}"
            rows.append({"x": left, "x2": right, "y": low, "y2": high, "error": short(value), "shown": told})
    if not rows:
        return None
    values = [row["error"] for row in rows]
    ends = f"from {number(min(values), 2)} to {number(max(values), 2)}"
    return Figure(
        "regions",
        "Error by region",
        f"Root mean squared error of {model} in {across} and {up}, in standard deviations of each: {ends}, "
        f"darker where it is larger. {_regions_left_out(body)}",
        finished(_squares(rows, domains, (across, up)), height=300),
        f"Error by region of the plane of {across} and {up}: {ends} standard deviations.",
        Table(
            "regions-table",
            "Error by region.",
            [
                Column(across, "x", "text"),
                Column(up, "y", "text"),
                Column("Items", "n"),
                Column("Error", "error", unit="SD"),
            ],
            body,
        ),
    )


def _squares(
    rows: list[dict[str, Any]], domains: list[tuple[float, float]], names: tuple[str, str]
) -> alt.Chart:
    scales = [
        {"scale": scale_of(domain), "axis": alt.Axis(title=f"true {name}", grid=False)}
        for domain, name in zip(domains, names, strict=True)
    ]
    return (
        alt.Chart(data(rows))
        .mark_rect(color=FILL)
        .encode(
            x=alt.X("x:Q", **scales[0]),
            x2=alt.X2("x2:Q"),
            y=alt.Y("y:Q", **scales[1]),
            y2=alt.Y2("y2:Q"),
            opacity=shade("error"),
            tooltip=[alt.Tooltip("shown:N", title="error")],
        )
    )


def _regions_left_out(body: list[list[Any]]) -> str:
    few = sum(1 for row in body if row[2].value < LEAST)
    if not few:
        return ""
    return f"{plural(few, 'region')} with fewer than {LEAST} items {'is' if few == 1 else 'are'} not drawn."


def arrows(results: TargetResults, said: TargetOutcomes, model: str) -> Figure:
    """Return arrows from truth to prediction, for items from the best said to the worst."""
    across, up = results.targets[:2]
    unit = np.where(said.true.std(axis=0) > 0, said.true.std(axis=0), 1.0)
    error = np.sqrt((((said.predicted - said.true) / unit)[:, :2] ** 2).mean(axis=1))
    order = np.argsort(error, kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, min(NAMED, len(order))).round().astype(np.int64))
    chosen = order[places].tolist()
    names = [_name(results, str(said.item[row])) for row in chosen]
    rows: list[dict[str, Any]] = [
        {
            "x": short(float(said.true[row, 0])),
            "y": short(float(said.true[row, 1])),
            "x2": short(float(said.predicted[row, 0])),
            "y2": short(float(said.predicted[row, 1])),
            "name": name,
            "number": str(place + 1),
            "shown": f"{number(float(error[row]), 2)} standard deviations off",
        }
        for place, (row, name) in enumerate(zip(chosen, names, strict=True))
    ]
    return Figure(
        "arrows",
        "From truth to prediction",
        f"{plural(len(chosen), 'item')}, evenly from the best said to the worst said by {model} in "
        f"{across} and {up}: the empty circle is the truth, the filled one the prediction.",
        finished(_arrow_chart(rows, across, up), height=320),
        f"Arrows from the truth to the prediction of {plural(len(chosen), 'item')} on the plane of {across} "
        f"and {up}.",
        _arrow_items(said, chosen, names, error, (across, up)),
    )


def _arrow_chart(rows: list[dict[str, Any]], across: str, up: str) -> alt.LayerChart:
    domains = [
        _around(np.array([row[end] for row in rows for end in ends])) for ends in (("x", "x2"), ("y", "y2"))
    ]
    tooltip = [alt.Tooltip("name:N", title="item"), alt.Tooltip("shown:N", title="error")]
    base = alt.Chart(data(rows)).encode(
        x=alt.X("x:Q", scale=scale_of(domains[0]), axis=alt.Axis(title=across, grid=False)),
        y=alt.Y("y:Q", scale=scale_of(domains[1]), axis=alt.Axis(title=up, grid=False)),
        tooltip=tooltip,
    )
    lines = base.mark_rule(color=SOFT, strokeWidth=1.5).encode(x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"))
    start = base.mark_point(filled=False, size=50, color=INK)
    labels = base.mark_text(dx=9, dy=-7, fontSize=11).encode(text=alt.Text("number:N"))
    ends = (
        alt.Chart(data(rows))
        .mark_point(filled=True, size=60, color="var(--c0)")
        .encode(x="x2:Q", y="y2:Q", tooltip=tooltip)
    )
    return alt.layer(lines, start, ends, labels)


def _arrow_items(
    said: TargetOutcomes, chosen: list[int], names: list[str], error: Array, axes: tuple[str, str]
) -> Table:
    across, up = axes
    return Table(
        "arrows-items",
        "The items of the arrows, the best said first.",
        [
            Column("Number", "number", "text"),
            Column("Item", "item", "text"),
            *(Column(f"true {name}", f"true_{name}") for name in (across, up)),
            *(Column(f"predicted {name}", f"predicted_{name}") for name in (across, up)),
            Column("Error", "error", unit="SD"),
        ],
        [
            [
                text(str(place + 1)),
                text(name),
                *(figure(float(said.true[row, t]), number) for t in (0, 1)),
                *(figure(float(said.predicted[row, t]), number) for t in (0, 1)),
                figure(float(error[row]), number),
            ]
            for place, (row, name) in enumerate(zip(chosen, names, strict=True))
        ],
        sortable=False,
    )


def _around(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low or 1.0)
    return low - room, high + room


def _name(results: TargetResults, item: str) -> str:
    """Return what an item is called: its descriptive texts, or else its identifier."""
    told = [
        str(value)
        for name, value in results.described.get(item, {}).items()
        if isinstance(value, str) and value and name not in results.targets
    ]
    return " – ".join(told[:2]) or item
