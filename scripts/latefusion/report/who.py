"""Who is right where: patterns, mended and broken items by name, strata and axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.report.charts import intervals, stacked
from latefusion.report.inputs import Outcomes, Results, Row, Tables
from latefusion.report.parts import Cell, Column, Figure, Kind, Section, Table, figure, text
from latefusion.report.text import MINUS, count, listed, number, percent, percent_interval, plural
from latefusion.report.words import shown_percent

NAMED = 40
"""Items named in each list."""
PAIRS_DRAWN = 3
HALF = 0.5
PARTS = (0, 1, 4, 6)
"""Colours of right, of the two ways of being half right, and of wrong."""
GIVEN = ("item", "label", "class", "group")
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


def section(results: Results) -> Section:
    """Return where the modalities and fusion are right and wrong."""
    tables = results.best
    part = Section("who", "Who is right where")
    pairs = list(
        dict.fromkeys((row["model_a"], row["model_b"]) for row in tables.rows.get("complementarity", []))
    )
    part.sentences = _agreement(tables, pairs)
    part.figures = [_pair(results, tables, a, b, place) for place, (a, b) in enumerate(pairs[:PAIRS_DRAWN])]
    if pairs:
        part.tables.append(_measures(tables, pairs))
    part.facts["lists"] = item_lists(results, tables)
    part.facts["strata"] = _strata(tables)
    part.facts["axes"] = _axes(tables)
    return part


def _agreement(tables: Tables, pairs: list[tuple[str, str]]) -> list[str]:
    told = []
    for a, b in pairs[:PAIRS_DRAWN]:
        row = tables.one("complementarity", model_a=a, model_b=b, class_index=None)
        if row:
            told.append(
                f"{a} and {b}: exactly one is right for {percent(row['disagreement'])} of the items "
                f"({percent_interval(row['disagreement_low'], row['disagreement_high'])}), both for "
                f"{percent(row['both'])}, "
                f"neither for {percent(row['neither'])}."
            )
    return told


def _pair(results: Results, tables: Tables, a: str, b: str, place: int) -> Figure:
    found = tables.where("complementarity", model_a=a, model_b=b)
    parts = {"both": "both right", "only_a": f"only {a}", "only_b": f"only {b}", "neither": "neither"}
    names = list(parts.values())
    everything = "all classes"
    rows = [
        {
            "label": everything if row["class_index"] is None else row["class"],
            "name": title,
            "value": row[part],
            "order": names.index(title),
            "shown": f"{percent(row[part])} of {plural(row['n'], 'item')}",
        }
        for row in found
        for part, title in parts.items()
    ]
    n = next((row["n"] for row in found if row["class_index"] is None), 0)
    return Figure(
        f"pair-{place}",
        f"{a} and {b}: which of them is right",
        f"Share of the items in per cent; n = {plural(n, 'item')}. Only where exactly one is right has "
        "fusion something to win, or "
        "to lose.",
        stacked(
            rows,
            order=[everything, *results.classes],
            names=names,
            of="class",
            palette=dict(zip(names, PARTS, strict=True)),
        ),
        "Over all classes: "
        + listed([f"{row['name']} {percent(row['value'])}" for row in rows if row["label"] == everything]),
        Table(
            f"pair-{place}-table",
            f"Which of {a} and {b} is right, by class, in per cent of the items.",
            [
                Column("Class", "class", "text"),
                Column("Items", "n"),
                *(Column(title.capitalize(), part, unit="%") for part, title in parts.items()),
            ],
            [
                [
                    text(everything if row["class_index"] is None else row["class"]),
                    figure(row["n"], count),
                    *(figure(row[part], percent) for part in parts),
                ]
                for row in found
            ],
        ),
    )


def _measures(tables: Tables, pairs: list[tuple[str, str]]) -> Table:
    rows = []
    for a, b in pairs:
        row = tables.one("complementarity", model_a=a, model_b=b, class_index=None) or {}
        rows.append(
            [
                text(f"{a}, {b}"),
                figure(row.get("n"), count),
                figure(row.get("q"), number),
                Cell(
                    percent(row.get("disagreement")),
                    row.get("disagreement"),
                    note=percent_interval(row.get("disagreement_low"), row.get("disagreement_high")),
                ),
                figure(row.get("double_fault"), percent),
                figure(row.get("kappa"), number),
            ]
        )
    return Table(
        "complementarity",
        "How the modalities agree, pair by pair.",
        [
            Column("Pair", "pair", "text"),
            Column("Items", "n"),
            Column("Yule's Q", "q", unit="0 independent, 1 same errors"),
            Column("Disagreement", "disagreement", unit="% of items, exactly one right"),
            Column("Double fault", "double_fault", unit="% of items, both wrong"),
            Column("Kappa", "kappa", unit="of being right"),
        ],
        rows,
    )


def item_lists(results: Results, tables: Tables) -> list[Table]:
    """Return the items that fusion mended, those that it broke, and those that nobody gets right."""
    outcomes, lead, reference = tables.outcomes, tables.lead, tables.reference
    if outcomes is None or lead is None or reference is None or not {lead, reference} <= {*outcomes.models}:
        return []
    own, base = outcomes.of(lead), outcomes.of(reference)
    right, before = outcomes.correct[own] > HALF, outcomes.correct[base] > HALF
    p = outcomes.p_label[own]
    everyone = [outcomes.of(name) for name in tables.named("single", "early", "rule")]
    chosen = [
        (
            "mended",
            f"Mended: {reference} alone is wrong, {lead} is right",
            right & ~before,
            -p,
            "surest first",
        ),
        (
            "broken",
            f"Broken: {reference} alone is right, {lead} is wrong",
            before & ~right,
            p,
            "least probable truth first",
        ),
        (
            "nobody",
            "Nobody gets these right: every single, early and fused model is wrong",
            (outcomes.correct[everyone] == 0).all(axis=0),
            p,
            "least probable truth first",
        ),
    ]
    describe = _descriptions(results)
    return [
        _item_table(results, tables, outcomes, describe, name, title, _sorted(mask, key), order)
        for name, title, mask, key, order in chosen
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
        f"{title}: {plural(len(rows), 'item')} of {count(len(outcomes.item))}{more}.",
        [
            Column("Item", "item", "text"),
            *(Column(column.replace("_", " "), column, _kind(describe, column)) for column in about),
            Column("True class", "class", "text"),
            *(Column(f"{model} says", f"said_{model}", "text") for model in said),
            Column("p of the truth", "p_label"),
        ],
        body,
        note=f"All of them stand in evaluation/{tables.protocol}/outcomes.parquet." if shortened else "",
        look="items",
    )


def _kind(describe: dict[str, dict[str, Any]], column: str) -> Kind:
    return "text" if any(isinstance(row[column], str) for row in describe.values()) else "number"


def _described(value: object) -> Cell:
    if isinstance(value, float):
        return figure(value, lambda number_: f"{number_:.3g}".replace("-", MINUS))
    return figure(value, count) if isinstance(value, int) else text(_cut(value))


def _cut(value: object, width: int = 80) -> str | None:
    """Return text short enough for a cell: a whole lyric is no description."""
    whole = None if value is None else " ".join(str(value).split())
    return whole if whole is None or len(whole) <= width else f"{whole[: width - 1]}…"


def _said(results: Results, said: int, truth: int) -> Cell:
    if said < 0:
        return text(None, tone="muted")
    return text(results.classes[said], tone="good" if said == truth else "bad")


def _strata(tables: Tables) -> list[Figure]:
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
        f"In per cent with 95 % intervals; n = {plural(total, 'item')}. Where a model does not pass the "
        "majority, it has "
        "learned nothing there.",
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
                Column("95 % interval", "interval", "text"),
                Column("Items", "n"),
                Column("Groups", "groups"),
            ],
            [
                [
                    text(row["stratum"]),
                    text(row["model"]),
                    figure(row["value"], percent),
                    text(percent_interval(row["low"], row["high"])),
                    figure(row["n"], count),
                    figure(row["groups"], count),
                ]
                for row in found
            ],
        ),
    )


def _axes(tables: Tables) -> Figure | None:
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
        f"Share of the items in per cent, n = {plural(found[0]['n'], 'item')}. A class is a quadrant, so "
        "an error is the wrong "
        "side of one axis or of both.",
        stacked(rows, order=models, names=names, of="model", palette=dict(zip(names, PARTS, strict=True))),
        "Errors by axis: "
        + listed([f"{row['label']} {row['name']} {percent(row['value'], 0)}" for row in rows]),
        Table(
            "axes",
            f"Errors by axis, over all classes; n = {plural(found[0]['n'], 'item')}.",
            [
                Column("Model", "model", "text"),
                Column("Error", "error", "text"),
                Column("Share", "share", unit="%"),
                Column("95 % interval", "interval", "text"),
            ],
            [
                [
                    text(row["model"]),
                    text(AXES[row["error"]]),
                    figure(row["share"], percent),
                    text(percent_interval(row["low"], row["high"])),
                ]
                for row in found
            ],
        ),
    )
