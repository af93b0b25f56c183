"""The plane of valence and arousal, where the items have both."""

from __future__ import annotations

from collections import Counter

import altair as alt
import numpy as np

from latefusion.report.charts import LINE, PAPER, colours, data, finished, keys
from latefusion.report.inputs import Results
from latefusion.report.parts import Column, Figure, Table, figure, text
from latefusion.report.text import count, listed, number, percent, plural

PLANE = ("valence", "arousal")
CELLS = 24
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
    widest = float(max(np.abs(x).max(), np.abs(y).max(), 1e-9))
    width = 2 * widest / CELLS
    cells = Counter(
        zip(
            np.clip((x + widest) // width, 0, CELLS - 1).astype(int).tolist(),
            np.clip((y + widest) // width, 0, CELLS - 1).astype(int).tolist(),
            label.tolist(),
            strict=True,
        )
    )
    rows = [
        {
            "x": round(-widest + (i + 0.5) * width, 4),
            "y": round(-widest + (j + 0.5) * width, 4),
            "name": name,
            "n": times,
            "shown": f"{plural(times, 'item')} of {name}",
        }
        for (i, j, name), times in sorted(cells.items())
    ]
    near = float((np.minimum(np.abs(x), np.abs(y)) <= 0.25 * min(x.std(), y.std())).mean())
    domain = [-widest * 1.02, widest * 1.02]
    dots = (
        alt.Chart(data(rows))
        .mark_point(filled=True, opacity=0.75, stroke=PAPER, strokeWidth=0.5)
        .encode(
            x=alt.X(
                "x:Q",
                scale=alt.Scale(domain=domain, nice=False),
                axis=alt.Axis(title="valence: unpleasant to pleasant", grid=False),
            ),
            y=alt.Y(
                "y:Q",
                scale=alt.Scale(domain=domain, nice=False),
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
    return Figure(
        "plane",
        "Valence and arousal",
        f"n = {plural(len(x), 'item')}, units as in the file; all items of a small square and a class are "
        "one dot, larger "
        f"where there are more. {percent(near, 0)} lie within a quarter of a standard deviation of an "
        "axis, where the class "
        "turns on a hair.",
        finished(
            alt.layer(*axes, dots), height=380, legend=[(*key[:2], "circle") for key in keys(results.classes)]
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
