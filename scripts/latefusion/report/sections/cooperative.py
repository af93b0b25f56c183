"""Cooperative learning: where between early and late fusion the loss on training items held out is least."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import altair as alt

from latefusion.report.charts import around, lines
from latefusion.report.components import Column, Figure, Section, Table, figure, text
from latefusion.report.number_format import number, percent
from latefusion.report.results import Results, Row
from latefusion.report.sentences import listed, plural

EARLY, LATE = 0.0, 1.0
ENDS = {EARLY: "early fusion (additive)", LATE: "late fusion (the mean of separate fits)"}


def section(results: Results) -> Section | None:
    """Return the loss along the weight of disagreement; None where nothing was learned so."""
    tables = results.best
    rows = tables.where("cooperative")
    if not rows:
        return None
    part = Section("cooperative", "Between early and late fusion")
    part.lead = (
        "Cooperative learning fits a function in each modality, all at once, and makes their disagreement "
        "cost something. With a weight ρ of 0 that is early fusion, one additive fit; with 1 it is late "
        "fusion, the mean of separate fits."
    )
    averaged = {model: _along([row for row in rows if row["model"] == model]) for model in _models(rows)}
    part.sentences = [_sentence(model, found) for model, found in averaged.items()]
    part.figures = [_chart(averaged)]
    part.tables = [_table(tables.protocol, averaged)]
    return part


def _models(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["model"] for row in rows))


def _along(rows: Sequence[Row]) -> list[Row]:
    """Return one row for each ρ: the mean loss over training parts, the penalties, how often it was taken."""
    found = []
    for rho in sorted({row["rho"] for row in rows}):
        own = [row for row in rows if row["rho"] == rho]
        found.append(
            {
                "rho": rho,
                "squared_error": fmean(row["squared_error"] for row in own),
                "penalties": sorted({row["penalty"] for row in own}),
                "chosen": sum(row["chosen"] for row in own),
                "partitions": len(own),
            }
        )
    return found


def _sentence(model: str, along: Sequence[Row]) -> str:
    """Say which ρ was taken, where that lies, and how much the choice matters."""
    taken = sorted((row for row in along if row["chosen"]), key=lambda row: -row["chosen"])
    whole = along[0]["partitions"]
    if whole == 1:
        told = f"{model}: ρ = {taken[0]['rho']:g} was taken, {_lies(taken)}"
    else:
        each = [f"ρ = {row['rho']:g} in {row['chosen'] if len(taken) > 1 else 'each'}" for row in taken]
        told = f"{model}: of {plural(whole, 'training part')}, {listed(each)} was taken, {_lies(taken)}"
    losses = [row["squared_error"] for row in along]
    spread = (max(losses) - min(losses)) / max(losses) if max(losses) > 0 else 0.0
    mean = "the mean squared error held out" if whole == 1 else "the mean over these parts"
    least, most = number(min(losses)), number(max(losses))
    return f"{told}; along ρ {mean} goes from {least} to {most}, by {percent(spread)}."


def _lies(taken: Sequence[Row]) -> str:
    rhos = [row["rho"] for row in taken]
    if all(rho == EARLY for rho in rhos):
        return "early fusion"
    if all(rho == LATE for rho in rhos):
        return "late fusion"
    if min(rhos) > EARLY and max(rhos) < LATE:
        return "between early and late fusion"
    return f"from {_named(min(rhos))} to {_named(max(rhos))}"


def _named(rho: float) -> str:
    return {EARLY: "early fusion", LATE: "late fusion"}.get(rho, "between both")


def _chart(averaged: dict[str, list[Row]]) -> Figure:
    rows = [
        {
            "name": model,
            "rho": row["rho"],
            "squared_error": row["squared_error"],
            "shown": f"{number(row['squared_error'])} at ρ = {row['rho']:g}{_taken(row, ', ')}",
        }
        for model, along in averaged.items()
        for row in along
    ]
    axis = alt.Axis(
        title="ρ, from 0, early (additive), to 1, late (separate fits)", values=[0, 0.2, 0.4, 0.6, 0.8, 1]
    )
    spec = lines(
        rows,
        names=list(averaged),
        x=alt.X("rho:Q", axis=axis, scale=alt.Scale(domain=[0, 1])),
        y=alt.Y(
            "squared_error:Q",
            scale=alt.Scale(domain=around([row["squared_error"] for row in rows]), zero=False),
            axis=alt.Axis(title="squared error held out"),
        ),
    )
    return Figure(
        "cooperative",
        "The loss from early to late fusion",
        "Mean squared error of one-hot targets on training items held out, with the best penalty of each ρ. "
        "The lower, the better that mixture suits these data; a flat line says that it matters little.",
        spec,
        "Squared error: " + listed([f"{row['name']} {row['shown']}" for row in rows]),
    )


def _taken(row: Row, before: str) -> str:
    if not row["chosen"]:
        return ""
    share = "" if row["partitions"] == 1 else f" in {row['chosen']} of {row['partitions']} training parts"
    return f"{before}taken{share}"


def _table(protocol: str, averaged: dict[str, list[Row]]) -> Table:
    body = [(model, row) for model, along in averaged.items() for row in along]
    return Table(
        "cooperative-path",
        f"Loss along ρ, {protocol}: squared error of one-hot targets on training items held out.",
        [
            Column("Model", "model", "text"),
            Column("ρ", "rho"),
            Column("Which is", "end", "text"),
            Column("Penalty λ", "penalty", "text"),
            Column("Squared error", "squared_error"),
            Column("Taken", "chosen", "text"),
        ],
        [
            [
                text(model),
                figure(row["rho"], lambda rho: f"{rho:g}"),
                text(ENDS.get(row["rho"], "between")),
                text(", ".join(f"{penalty:g}" for penalty in row["penalties"])),
                figure(row["squared_error"], number),
                text(_taken(row, "") or "no"),
            ]
            for model, row in body
        ],
        note="Of each ρ the penalty with the least loss, which may differ between training parts.",
        strong=frozenset(at for at, (_, row) in enumerate(body) if row["chosen"]),
    )
