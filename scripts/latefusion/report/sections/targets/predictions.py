"""Predicted against true: what the model that the page speaks of says of each item."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import numpy as np

from latefusion.report.charts import INK, data, finished
from latefusion.report.components import Figure, Section
from latefusion.report.number_format import number, span
from latefusion.report.sections.targets.cells import FILL, cell_of, domain_of, edges_of, scale_of, shade
from latefusion.report.sections.targets.group_sizes import by_group_size
from latefusion.report.sections.targets.plane import arrows, regions
from latefusion.report.sentences import plural, sample
from latefusion.report.target_results import TargetOutcomes, TargetResults, TargetTables

CELLS: Final = 24
"""Cells along each axis of a density."""


def section(results: TargetResults) -> Section | None:
    """Return what the model that the page speaks of says, beside the truth."""
    tables = results.best
    model = tables.lead or tables.reference
    said = tables.outcomes.get(model or "")
    if model is None or said is None:
        return None
    part = Section(
        "predictions", "Predicted and true", lead=f"What {model} says of each item, beside the truth."
    )
    part.figures = [density(said, t, target) for t, target in enumerate(results.targets)]
    part.sentences = [_shrinkage(tables, model, target) for target in results.targets]
    part.sentences = [one for one in part.sentences if one]
    part.facts["plane"] = None
    if len(results.targets) > 1:
        plane = regions(results, said, model), arrows(results, said, model)
        part.facts["plane"] = [one for one in plane if one is not None]
    part.facts["groups"] = [
        one
        for target in results.targets
        if (one := by_group_size(results, tables, model, target)) is not None
    ]
    return part


def _shrinkage(tables: TargetTables, model: str, target: str) -> str:
    """Say how far predictions are shrunk: the slope of the truth on them."""
    row = tables.metric(model, target, "slope")
    if row.get("value") is None:
        return ""
    ends = "" if row["low"] is None else f" (95 %: {span(row['low'], row['high'], digits=2)})"
    known = row["low"] is not None
    if known and row["high"] < 0:
        how = "so it moves the other way"
    elif known and row["low"] <= 0:
        how = "so it is not shown to move with it"
    elif known and row["low"] > 1:
        how = "so predictions lie too near to the mean"
    elif known and row["high"] < 1:
        how = "so predictions lie too far from the mean"
    else:
        how = "and 1 would be calibrated"
    return (
        f"{target}: where a prediction moves by 1, the truth moves by {number(row['value'], 2)}{ends}, {how}."
    )


def density(said: TargetOutcomes, t: int, target: str) -> Figure:
    """Return how many items have each prediction and truth of a target."""
    true, predicted = said.true[:, t], said.predicted[:, t]
    domain = domain_of(np.concatenate([true, predicted]))
    at = cell_of(predicted, domain, CELLS) * CELLS + cell_of(true, domain, CELLS)
    cells, times = np.unique(at, return_counts=True)
    rows: list[dict[str, Any]] = []
    for cell, n in zip(cells.tolist(), times.tolist(), strict=True):
        left, right = edges_of(cell // CELLS, domain, CELLS)
        low, high = edges_of(cell % CELLS, domain, CELLS)
        rows.append({"x": left, "x2": right, "y": low, "y2": high, "n": n, "shown": plural(n, "item")})
    scale = scale_of(domain)
    squares = (
        alt.Chart(data(rows))
        .mark_rect(color=FILL)
        .encode(
            x=alt.X("x:Q", scale=scale, axis=alt.Axis(title=f"predicted {target}", grid=False)),
            x2=alt.X2("x2:Q"),
            y=alt.Y("y:Q", scale=scale, axis=alt.Axis(title=f"true {target}", grid=False)),
            y2=alt.Y2("y2:Q"),
            opacity=shade("n", root=True),
            tooltip=[alt.Tooltip("shown:N", title="here")],
        )
    )
    level = (
        alt.Chart(data([{"a": domain[0], "b": domain[1]}]))
        .mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.25)
        .encode(x=alt.X("a:Q"), x2=alt.X2("b:Q"), y=alt.Y("a:Q"), y2=alt.Y2("b:Q"))
    )
    r = float(np.corrcoef(true, predicted)[0, 1]) if np.ptp(true) and np.ptp(predicted) else 0.0
    return Figure(
        f"density-{t}",
        target,
        f"{sample(len(true), 'item')}; darker where there are more. On the dashed line prediction and truth "
        "are equal; the outermost squares hold what lies beyond.",
        finished(alt.layer(squares, level), height=300),
        f"Predicted against true {target}: Pearson's correlation {number(r, 2)}, predictions spread "
        f"{number(float(predicted.std()), 2)} around their mean, the truth {number(float(true.std()), 2)}.",
    )
