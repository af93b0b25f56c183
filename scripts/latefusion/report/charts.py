"""The look of all charts, and the few shapes that the sections share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Spec = dict[str, Any]
Rows = Sequence[dict[str, Any]]
Key = tuple[str, int, str]

COLOURS = tuple(f"var(--c{index})" for index in range(8))
"""Colour-blind-safe; the style sheet gives each a value for light, dark and paper."""
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)
PARTS = (0, 1, 4, 6)
"""Places of the colours of right, of the two ways of being half right, and of wrong."""
INK, SOFT, LINE, FAINT, PAPER = "var(--ink)", "var(--soft)", "var(--line)", "var(--faint)", "var(--paper)"
FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif'
ROW = 24
LONGEST_LABEL = 150

LOOK: Spec = {
    "background": "transparent",
    "font": FONT,
    "aria": False,  # the page gives each chart one text that stands for all of it
    "view": {"stroke": None},
    "padding": {"left": 4, "right": 10, "top": 4, "bottom": 4},
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": FAINT,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": LONGEST_LABEL,
        "titlePadding": 8,
        "tickCount": 6,
        "labelOverlap": True,
        "labelPadding": 6,
    },
    "axisY": {
        "titleAnchor": "end",
        "titleAngle": 0,
        "titleAlign": "left",
        "titleBaseline": "bottom",
        "titleY": -8,
    },
    "range": {"category": list(COLOURS)},
    "line": {"strokeWidth": 2},
    "rule": {"strokeWidth": 2},
    "point": {"filled": True, "size": 70, "opacity": 1},
    "bar": {"discreteBandSize": {"band": 0.72}},
    "text": {"color": INK, "fontSize": 12},
}


def finished(chart: alt.TopLevelMixin, *, height: int, legend: Sequence[Key] = ()) -> Spec:
    """Return the specification of a chart as wide as its place, in the look of the page.

    The page writes the legend itself, so that it wraps as text does; it travels with the specification.
    """
    # not by `properties` and `configure`, each of which makes the chart anew
    for name, value in {"width": "container", "height": height, "config": alt.Config(**LOOK)}.items():
        setattr(chart, name, value)
    # the tests hold every chart against the schema; doing so in each run takes longer than all the rest
    spec: Spec = chart.to_dict(validate=False)
    del spec["$schema"]  # an address that nothing may look up
    spec["datasets"] = {name: list(values) for name, values in spec.get("datasets", {}).items()}
    spec["usermeta"] = {
        "legend": [dict(zip(("name", "colour", "shape"), key, strict=True)) for key in legend]
    }
    return spec


def data(rows: Rows) -> alt.InlineData:
    """Return rows as the data of a chart."""
    return alt.InlineData(values=tuple(rows))  # of which altair makes no copy with each copy of a chart


def keys(names: Sequence[str], palette: Mapping[str, int] | None = None, *, shaped: bool = True) -> list[Key]:
    """Return the legend of some names: the place of each colour, and its shape."""
    places = range(len(names)) if palette is None else [palette[name] for name in names]
    return [
        (name, place % len(COLOURS), SHAPES[order % len(SHAPES)] if shaped else "square")
        for order, (name, place) in enumerate(zip(names, places, strict=True))
    ]


def colours(names: Sequence[str], palette: Mapping[str, int] | None = None) -> alt.Color:
    """Return the colour of each name, in a fixed order or as a palette has it."""
    own = [COLOURS[place] for _, place, _ in keys(names, palette)]
    return alt.Color("name:N", scale=alt.Scale(domain=list(names), range=own), legend=None)


def shapes(names: Sequence[str]) -> alt.Shape:
    """Return the shape of each name, so that colour is not needed to tell them apart."""
    own = [shape for _, _, shape in keys(names)]
    return alt.Shape("name:N", scale=alt.Scale(domain=list(names), range=own), legend=None)


def percent_axis(title: str, **options: int) -> alt.Axis:
    """Return an axis of shares, labelled in per cent."""
    return alt.Axis(title=title, format=".0%", **options)


def around(
    values: Sequence[float | None], *, include: Sequence[float] = (), margin: float = 0.05
) -> list[float]:
    """Return a domain around values, with some room at both ends."""
    there = [value for value in values if value is not None] + list(include)
    if not there:
        return [0.0, 1.0]
    low, high = min(there), max(there)
    room = margin * (high - low or 1.0)
    return [low - room, high + room]


def intervals(
    rows: Rows,
    *,
    order: Sequence[str],
    names: Sequence[str],
    title: str,
    unit: str = "percent",
    zero: float | None = None,
    height: int | None = None,
    overlay: bool = False,
    palette: Mapping[str, int] | None = None,
) -> Spec:
    """Return dots with intervals, one line for each label, one colour and shape for each name.

    Parameters
    ----------
    rows : sequence of dict
        `label`, `name`, `value`, `low`, `high` and `shown`, the text of the tooltip. A value without an
        interval is a dot alone.
    order, names : sequence of str
        Labels from top to bottom; names in the order of the legend.
    title : str
        Of the axis, with its unit.
    unit : {'percent', 'points', 'plain'}
        How the axis is labelled.
    zero : float, optional
        Where a line of comparison stands.
    height : int, optional
        Pixels for each label.
    overlay : bool
        All names on one line of their label, where each label has one name only.
    palette : mapping of str to int, optional
        Place of each name's colour.
    """
    rows = [
        {**row, **{end: row["value"] if row[end] is None else row[end] for end in ("low", "high")}}
        for row in rows
    ]
    scale, axis = _measured(rows, title, unit, zero)
    y = alt.Y("label:N", sort=list(order), axis=alt.Axis(title=None, ticks=False, domain=False, grid=False))
    told = {"label": "for", "name": " ", "shown": "is"}
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in told.items()]
    many = len(names) > 1
    base = alt.Chart(data(rows)).encode(y=y, tooltip=tooltip, color=colours(names, palette))
    if many and not overlay:
        base = base.encode(yOffset=alt.YOffset("name:N", sort=list(names)))
    whiskers = base.mark_rule(strokeWidth=2.5, opacity=0.65).encode(
        x=alt.X("low:Q", scale=scale, axis=axis), x2=alt.X2("high:Q")
    )
    dots = base.mark_point(filled=True, size=75).encode(x=alt.X("value:Q", scale=scale, axis=axis))
    if many:
        dots = dots.encode(shape=shapes(names))
    layers = [whiskers, dots]
    if zero is not None:
        line = alt.Chart(data([{"zero": zero}])).encode(x=alt.X("zero:Q"))
        layers.insert(0, line.mark_rule(color=INK, strokeWidth=1.25))
    step = height or (ROW if overlay or not many else 14 * len(names) + 8)
    tall = max(60, step * len(order))
    return finished(alt.layer(*layers), height=tall, legend=keys(names, palette) if many else [])


def _measured(rows: Rows, title: str, unit: str, zero: float | None) -> tuple[alt.Scale, alt.Axis]:
    """Return scale and axis of values with intervals."""
    domain = around(
        [row[key] for row in rows for key in ("value", "low", "high")], include=[] if zero is None else [zero]
    )
    if unit == "percent":
        domain = [max(0.0, domain[0]), min(1.0, domain[1])]
    label = {
        "percent": "format(datum.value * 100, '.0f') + ' %'",
        "points": "datum.value == 0 ? '0' : format(datum.value * 100, '+.0f')",
    }
    axis = alt.Axis(title=title, labelExpr=label[unit]) if unit in label else alt.Axis(title=title)
    return alt.Scale(domain=domain, zero=False, nice=True), axis


def lines(
    rows: Rows,
    *,
    names: Sequence[str],
    x: alt.X,
    y: alt.Y,
    band: bool = False,
    height: int = 260,
) -> Spec:
    """Return lines with points, one colour and shape for each name; a band for the interval if asked for."""
    base = alt.Chart(data(rows)).encode(x=x, color=colours(names))
    tooltip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title="is")]
    layers = []
    if band:
        layers.append(base.mark_area(opacity=0.14).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q")))
    layers.append(base.mark_line().encode(y=y))
    layers.append(base.mark_point(size=45).encode(y=y, shape=shapes(names), tooltip=tooltip))
    return finished(alt.layer(*layers), height=height, legend=keys(names))


def stacked(
    rows: Rows, *, order: Sequence[str], names: Sequence[str], of: str, palette: Mapping[str, int]
) -> Spec:
    """Return bars of shares that add up to the whole, one bar for each label.

    Parameters
    ----------
    rows : sequence of dict
        `label`, `name`, `value`, `order` (place in the bar) and `shown`, the text of the tooltip.
    order, names : sequence of str
        Labels from top to bottom; names from left to right.
    of : str
        What a label is, in the tooltip.
    palette : mapping of str to int
        Place of each name's colour.
    """
    chart = (
        alt.Chart(data(rows))
        .mark_bar(stroke=PAPER, strokeWidth=1)
        .encode(
            x=alt.X(
                "value:Q",
                stack="zero",
                scale=alt.Scale(domain=[0, 1]),
                axis=percent_axis("share of the items (%)"),
            ),
            y=alt.Y("label:N", sort=list(order), axis=alt.Axis(title=None, ticks=False, domain=False)),
            color=colours(names, palette),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("label:N", title=of),
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("shown:N", title="is"),
            ],
        )
    )
    height = 30 * len({row["label"] for row in rows})
    return finished(chart, height=height, legend=keys(names, palette, shaped=False))
