"""The plane of valence and arousal, where the items have both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from latefusion.report.charts import INK, LINE, PAPER, colours, data, finished, keys
from latefusion.report.components import Column, Figure, Table, figure, text
from latefusion.report.number_format import count, number, percent
from latefusion.report.results import Results
from latefusion.report.sentences import listed, plural, sample
from latefusion.store.samples import class_indices

PLANE = ("valence", "arousal")
CELLS = 24
"""Cells along each axis of the plane; all items of a cell and a class are one dot."""
ROOM = 1.12
"""Length of the axes over the farthest item: the names of the quadrants stand beyond the items."""
NEAR = 0.25
"""Standard deviations from an axis within which an item's class turns on a hair."""


@dataclass(frozen=True)
class _Items:
    """The items that have both, (n,), and how far the axes reach."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    label: NDArray[np.object_]

    @property
    def reach(self) -> tuple[float, float]:
        across, up = (float(max(np.abs(side).max(), 1e-9)) for side in (self.x, self.y))
        return across, up

    @property
    def domains(self) -> list[list[float]]:
        return [[-ROOM * widest, ROOM * widest] for widest in self.reach]

    @property
    def near(self) -> float:
        """Share of the items that lie close to an axis."""
        closest = np.minimum(np.abs(self.x), np.abs(self.y))
        return float((closest <= NEAR * min(self.x.std(), self.y.std())).mean())

    def means(self, classes: Sequence[str]) -> list[tuple[str, int, float, float]]:
        """Return number, mean valence and mean arousal of the items of each class that has any."""
        members = ((name, self.label == name) for name in classes)
        return [
            (name, int(own.sum()), float(self.x[own].mean()), float(self.y[own].mean()))
            for name, own in members
            if own.any()
        ]


def plane(results: Results) -> Figure | None:
    """Return the items on valence and arousal, gathered in cells; None where the columns are not there."""
    items = _read(results)
    if items is None:
        return None
    near, means = percent(items.near, 0), items.means(results.classes)
    return Figure(
        "plane",
        "Valence and arousal",
        f"{sample(len(items.x), 'item')}, units as in the file; all items of a small square and a class are "
        f"one dot, larger where there are more. {near} lie within a quarter of a standard deviation of an "
        "axis, where the class turns on a hair.",
        finished(
            _chart(results, items),
            height=320,
            legend=[(*key[:2], "circle") for key in keys(results.classes)],
        ),
        f"Items on the plane of valence and arousal; {near} lie close to an axis. "
        + listed([f"{name}: mean valence {number(x, 2)}, arousal {number(y, 2)}" for name, _, x, y in means]),
        Table(
            "plane-means",
            "Where the classes lie.",
            [
                Column("Class", "class", "text"),
                Column("Items", "n"),
                Column("Mean valence", "valence"),
                Column("Mean arousal", "arousal"),
            ],
            [[text(name), figure(n, count), figure(x, number), figure(y, number)] for name, n, x, y in means],
        ),
    )


def _read(results: Results) -> _Items | None:
    parts = [table for table in results.items.values() if set(PLANE) <= set(table.column_names)]
    kinds = {str(table[name].type) for table in parts for name in PLANE}
    if not parts or not kinds <= {"double", "int64", "float", "int32"}:
        return None
    x, y = (np.concatenate([np.asarray(table[name].to_pylist(), float) for table in parts]) for name in PLANE)
    index = class_indices([table["label"] for table in parts], results.dataset["classes"])
    label = np.array(results.classes, object)[index]
    there = np.isfinite(x) & np.isfinite(y)
    return _Items(x[there], y[there], label[there]) if there.any() else None


def _cells(items: _Items) -> list[dict[str, Any]]:
    """Return one dot for all items of a cell and a class."""
    across, up = items.reach
    cells = Counter(
        zip(
            *(
                np.clip((side + widest) // (2 * widest / CELLS), 0, CELLS - 1).astype(int).tolist()
                for side, widest in ((items.x, across), (items.y, up))
            ),
            items.label.tolist(),
            strict=True,
        )
    )
    return [
        {
            "x": round(across * (2 * (i + 0.5) / CELLS - 1), 4),
            "y": round(up * (2 * (j + 0.5) / CELLS - 1), 4),
            "name": name,
            "n": times,
            "shown": f"{plural(times, 'item')} of {name}",
        }
        for (i, j, name), times in sorted(cells.items())
    ]


def _chart(results: Results, items: _Items) -> alt.LayerChart:
    domains = items.domains
    dots = (
        alt.Chart(data(_cells(items)))
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
    corners = data(_corners(items.x, items.y, items.label, domains))
    names = alt.Chart(corners).encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("name:N"))
    quadrants = [
        names.mark_text(fontWeight=600, fontSize=13, stroke=PAPER, strokeWidth=4, strokeJoin="round"),
        names.mark_text(fontWeight=600, fontSize=13, color=INK),
    ]
    return alt.layer(*axes, dots, *quadrants)


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
