"""For which items the models work: accuracy by kind of item, and which axis an error is on."""

from __future__ import annotations

from latefusion.report.charts import PARTS, intervals, stacked
from latefusion.report.components import Column, Figure, Table, figure, interval, text
from latefusion.report.number_format import count, percent, percent_interval
from latefusion.report.results import Row, Tables
from latefusion.report.sentences import listed, sample
from latefusion.report.vocabulary import shown_percent

AXES = {
    "right": "right",
    "valence_wrong": "only valence wrong",
    "arousal_wrong": "only arousal wrong",
    "both_wrong": "both wrong",
}
CRITERIA = {
    "group_size": "items of the group",
    "boundary_distance": "distance of valence and arousal from the nearest axis",
}


def accuracies(tables: Tables) -> list[Figure]:
    """Return accuracy by stratum, one figure for each criterion."""
    models = [name for name in (tables.lead, tables.reference, "group_lookup", "majority") if name]
    found: dict[str, list[Row]] = {}
    for row in tables.where("strata", metric="accuracy"):
        if row["model"] in models:
            found.setdefault(row["by"], []).append(row)
    return [_stratum_figure(by, rows, models, place) for place, (by, rows) in enumerate(found.items())]


def _stratum_figure(by: str, found: list[Row], models: list[str], place: int) -> Figure:
    found = sorted(found, key=lambda row: (row["order"], models.index(row["model"])))
    labels = list(dict.fromkeys(row["stratum"] for row in found))
    names = [name for name in models if any(row["model"] == name for row in found)]
    rows = [
        {
            "label": row["stratum"],
            "name": row["model"],
            "value": row["value"],
            "low": row["value"] if row["low"] is None else row["low"],
            "high": row["value"] if row["high"] is None else row["high"],
            "shown": shown_percent(row),
        }
        for row in found
    ]
    what = CRITERIA.get(by, by.replace("_", " "))
    total = sum(row["n"] for row in found if row["model"] == names[0])
    return Figure(
        f"strata-{place}",
        f"Accuracy by {what}",
        f"In per cent with 95 % intervals; {sample(total, 'item')}. Where a model does not pass the "
        "majority, it has learned nothing there.",
        intervals(rows, order=labels, names=names, title="accuracy (% of the items)"),
        f"Accuracy by {what}: "
        + listed([f"{row['label']} {row['name']} {percent(row['value'], 0)}" for row in rows][:24]),
        Table(
            f"strata-{place}-table",
            f"Accuracy by {what}.",
            [
                Column(what[0].upper() + what[1:], "stratum", "text"),
                Column("Model", "model", "text"),
                Column("Accuracy", "accuracy", unit="%"),
                Column("95 % interval", "accuracy", interval="alone"),
                Column("Items", "n"),
                Column("Groups", "groups"),
            ],
            [
                [
                    text(row["stratum"]),
                    text(row["model"]),
                    figure(row["value"], percent),
                    interval(row, percent_interval),
                    figure(row["n"], count),
                    figure(row["groups"], count),
                ]
                for row in found
            ],
        ),
    )


def axes(tables: Tables) -> Figure | None:
    models = [name for name in [*tables.named("single", "early"), tables.lead] if name]
    found = [row for row in tables.rows.get("errors", []) if row["model"] in models]
    if not found:
        return None
    names = list(AXES.values())
    rows = [
        {
            "label": row["model"],
            "name": AXES[row["error"]],
            "value": row["share"],
            "order": names.index(AXES[row["error"]]),
            "shown": f"{percent(row['share'])} ({percent_interval(row['low'], row['high'])})",
        }
        for row in found
    ]
    return Figure(
        "axes-chart",
        "Wrong in valence, or wrong in arousal?",
        f"Share of the items in per cent, {sample(found[0]['n'], 'item')}. A class is a quadrant, so an "
        "error is the wrong side of one axis or of both.",
        stacked(rows, order=models, names=names, of="model", palette=dict(zip(names, PARTS, strict=True))),
        "Errors by axis: "
        + listed([f"{row['label']} {row['name']} {percent(row['value'], 0)}" for row in rows]),
        Table(
            "axes",
            f"Errors by axis, over all classes; {sample(found[0]['n'], 'item')}.",
            [
                Column("Model", "model", "text"),
                Column("Error", "error", "text"),
                Column("Share", "share", unit="%"),
                Column("95 % interval", "share", interval="alone"),
            ],
            [
                [
                    text(row["model"]),
                    text(AXES[row["error"]]),
                    figure(row["share"], percent),
                    interval(row, percent_interval),
                ]
                for row in found
            ],
        ),
    )


def sides(tables: Tables) -> list[str]:
    """Return for each single modality how often it is on the right side of each axis."""
    told = []
    for name in tables.named("single"):
        share = {row["error"]: row["share"] for row in tables.where("errors", model=name)}
        if share:
            valence, arousal = (
                1 - share[wrong] - share["both_wrong"] for wrong in ("valence_wrong", "arousal_wrong")
            )
            told.append(f"{name} has valence right for {percent(valence)} and arousal for {percent(arousal)}")
    return told
