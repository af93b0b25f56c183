"""The plane of valence and arousal, where the items have both."""

from __future__ import annotations

from collections import Counter

import altair as alt
import numpy as np
from numpy.typing import NDArray

from latefusion.report.charts import INK, LINE, PAPER, colours, data, finished, keys
from latefusion.report.components import Column, Figure, Table, figure, text
from latefusion.report.number_format import count, listed, number, percent, plural
from latefusion.report.results import Results

PLANE = ("valence", "arousal")
CELLS = 24
ROOM = 1.12
"""Length of the axes over the farthest item: the names of the quadrants stand beyond the items."""
"""Cells along each axis of the plane; all items of a cell and a class are one dot."""


def plane(results: Results) -> Figure | None:
    """Return the items on valence and arousal, gathered in cells; None where the columns are not there."""
    parts = [table for table in results.items.values() if set(PLANE) <= set(table.column_names)]
    kinds = {str(table[name].type) for table in parts for name in PLANE}
    if not parts or not kinds <= {"double", "int64", "float", "int32"}:
        return None
    x, y = (np.concatenate([np.asarray(table[name].to_pylist(), float) for table in parts]) for name in PLANE)
    label = np.concatenate([np.asarray(table["class"].to_pylist(), object) for table in parts])
    there = np.isfinite(x) & np.isfinite(y)
    x, y, label = x[there], y[there], label[there]
    if len(x) == 0:
        return None
    across, up = (float(max(np.abs(side).max(), 1e-9)) for side in (x, y))
    cells = Counter(
        zip(
            *(
                np.clip((side + widest) // (2 * widest / CELLS), 0, CELLS - 1).astype(int).tolist()
                for side, widest in ((x, across), (y, up))
            ),
            label.tolist(),
            strict=True,
        )
    )
    rows = [
        {
            "x": round(across * (2 * (i + 0.5) / CELLS - 1), 4),
            "y": round(up * (2 * (j + 0.5) / CELLS - 1), 4),
            "name": name,
            "n": times,
            "shown": f"{plural(times, 'item')} of {name}",
        }
        for (i, j, name), times in sorted(cells.items())
    ]
    near = float((np.minimum(np.abs(x), np.abs(y)) <= 0.25 * min(x.std(), y.std())).mean())
    domains = [[-ROOM * widest, ROOM * widest] for widest in (across, up)]
    dots = (
        alt.Chart(data(rows))
        .mark_point(filled=True, opacity=0.75, stroke=PAPER, strokeWidth=0.5)
        .encode(
            x=alt.X(
                "x:Q",
                scale=alt.Scale(domain=domains[0], nice=False),
                axis=alt.Axis(title="valence: unpleasant to pleasant", grid=False),
            ),
            y=alt.Y(
                "y:Q",
                scale=alt.Scale(domain=domains[1], nice=False),
                axis=alt.Axis(title="arousal: calm to excited", grid=False),
            ),
            size=alt.Size("n:Q", scale=alt.Scale(type="sqrt", range=[6, 190]), legend=None),
            color=colours(results.classes),
            tooltip=[alt.Tooltip("shown:N", title="here")],
        )
    )
    axes = [
        alt.Chart(data([{"zero": 0}])).mark_rule(color=LINE, strokeWidth=1.5).encode(**{side: "zero:Q"})
        for side in ("x", "y")
    ]
    names = alt.Chart(data(_corners(x, y, label, domains))).encode(x="x:Q", y="y:Q", text="name:N")
    quadrants = [
        names.mark_text(fontWeight=600, fontSize=13, stroke=PAPER, strokeWidth=4, strokeJoin="round"),
        names.mark_text(fontWeight=600, fontSize=13, color=INK),
    ]
    return Figure(
        "plane",
        "Valence and arousal",
        f"n = {plural(len(x), 'item')}, units as in the file; all items of a small square and a class are "
        f"one dot, larger where there are more. {percent(near, 0)} lie within a quarter of a standard "
        "deviation of an axis, where the class turns on a hair.",
        finished(
            alt.layer(*axes, dots, *quadrants),
            height=360,
            legend=[(*key[:2], "circle") for key in keys(results.classes)],
        ),
        f"Items on the plane of valence and arousal; {percent(near, 0)} lie close to an axis. "
        + listed(
            [
                f"{name}: mean valence {number(float(x[label == name].mean()), 2)}, arousal "
                f"{number(float(y[label == name].mean()), 2)}"
                for name in results.classes
                if (label == name).any()
            ]
        ),
        Table(
            "plane-means",
            "Where the classes lie.",
            [
                Column("Class", "class", "text"),
                Column("Items", "n"),
                Column("Mean valence", "valence"),
                Column("Mean arousal", "arousal"),
            ],
            [
                [
                    text(name),
                    figure(int((label == name).sum()), count),
                    figure(float(x[label == name].mean()), number),
                    figure(float(y[label == name].mean()), number),
                ]
                for name in results.classes
                if (label == name).any()
            ],
        ),
    )


def _corners(
    x: NDArray[np.float64], y: NDArray[np.float64], label: NDArray[np.object_], domains: list[list[float]]
) -> list[dict[str, object]]:
    """Return where the names of the quadrants stand: the commonest class of each, in its corner."""
    corners = {}
    for right in (-1, 1):
        for top in (-1, 1):
            here = Counter(label[(np.sign(x) == right) & (np.sign(y) == top)].tolist())
            if here:
                corners[right, top] = here.most_common(1)[0][0]
    return [
        {"x": 0.6 * domains[0][1] * right, "y": 0.95 * domains[1][1] * top, "name": name}
        for (right, top), name in corners.items()
    ]
