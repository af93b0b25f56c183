"""Over-fitting: the same models on rows that they saw and that they did not, and what more data would do."""

from __future__ import annotations

import altair as alt

from latefusion.report.charts import around, intervals, lines, percent_axis
from latefusion.report.components import Column, Figure, Section, Table, figure, interval, text
from latefusion.report.number_format import count, number, percent, percent_interval, points
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import listed, quoted, sample, say

SOURCES = {"in_sample": "rows it saw", "out_of_fold": "rows held out", "test": "test"}
BAD_GAP = 0.1


def section(results: Results) -> Section:
    """Return the gaps between rows seen and not seen."""
    tables = results.best
    part = Section("overfitting", "Over-fitting")
    found = tables.where("overfitting", metric="accuracy")
    part.sentences = [_sentence(row) for row in found if row["kind"] != "rule"]
    if found:
        part.figures.append(_figure(tables, found))
    curve = _curve(results)
    if curve:
        part.figures.append(curve)
    part.facts["curve"] = curve is not None
    part.finding = _finding(found)
    return part


def _finding(found: list[Row]) -> str:
    """Return how many models are better on rows that they saw than on test, in one sentence."""
    known = [row for row in found if row["kind"] != "rule" and row["in_sample"] is not None]
    if not known:
        return "What the models say of rows that they saw is not known."
    bad = [row["model"] for row in known if row["in_sample"] - row["test"] > BAD_GAP]
    if not bad:
        return say(
            "No model is more than {gap} points better on rows that it saw than on test.",
            gap=number(100 * BAD_GAP, 0),
        )
    return say(
        "{names} {n:~is|are} more than {gap} points better on rows seen in training than on test.",
        names=quoted(bad),
        n=len(bad),
        gap=number(100 * BAD_GAP, 0),
    )


def _sentence(row: Row) -> str:
    name, seen, test = row["model"], row["in_sample"], row["test"]
    if seen is None:
        return f"{name}: what it says of the rows that it saw is not known."
    gap = seen - test
    verdict = (
        "badly over-fitted"
        if gap > BAD_GAP
        else "over-fitted a little"
        if gap > BAD_GAP / 3
        else "not over-fitted"
    )
    held = f", {percent(row['out_of_fold'])} on rows held out" if row["out_of_fold"] is not None else ""
    return (
        f"{name} is {verdict}: {percent(seen)} on rows that it saw{held}, {percent(test)} on "
        f"test ({points(-gap)} points)."
    )


def _figure(tables: Tables, found: list[Row]) -> Figure:
    shown = [row for row in found if row["in_sample"] is not None or row["kind"] != "rule"]
    names = [row["model"] for row in shown]
    rows = []
    for row in shown:
        test = tables.metric(row["model"], "accuracy")
        for source, title in SOURCES.items():
            if row[source] is not None:
                ends = (test.get("low"), test.get("high")) if source == "test" else (row[source], row[source])
                rows.append(
                    {
                        "label": row["model"],
                        "name": title,
                        "value": row[source],
                        "low": ends[0],
                        "high": ends[1],
                        "shown": percent(row[source]),
                    }
                )
    sources = [name for name in SOURCES.values() if any(row["name"] == name for row in rows)]
    loss = {row["model"]: row for row in tables.where("overfitting", metric="log_loss")}
    first = shown[0]
    several = f" of {first['partitions']} partitions together" if first["partitions"] > 1 else ""
    return Figure(
        "overfitting-chart",
        "Rows that the model saw, rows held out, and test",
        "Accuracy in per cent, the 95 % interval for test; training "
        f"{sample(first['n_train'], 'row')}{several}, test {sample(first['n_test'], 'item')}.",
        intervals(rows, order=names, names=sources, title="accuracy (% of the rows)"),
        "Accuracy: "
        + listed([f"{row['label']} on {row['name']} {percent(row['value'], 0)}" for row in rows]),
        Table(
            "overfitting-table",
            "Accuracy and log loss by where the rows come from; training "
            f"{sample(first['n_train'], 'row')}{several}, test {sample(first['n_test'], 'item')}.",
            [
                Column("Model", "model", "text"),
                *(
                    Column(title.capitalize(), f"accuracy_{source}", unit="accuracy, %")
                    for source, title in SOURCES.items()
                ),
                *(
                    Column(title.capitalize(), f"log_loss_{source}", unit="log loss, nats")
                    for source, title in SOURCES.items()
                ),
            ],
            [
                [
                    text(row["model"]),
                    *(figure(row[source], percent) for source in SOURCES),
                    *(figure(loss.get(row["model"], {}).get(source), number) for source in SOURCES),
                ]
                for row in found
            ],
        ),
    )


def _curve(results: Results) -> Figure | None:
    found = [row for row in results.best.rows.get("learning_curve", []) if row["metric"] == "accuracy"]
    if not found:
        return None
    names = list(dict.fromkeys(row["model"] for row in found))
    rows = [
        {
            "name": row["model"],
            "n_train": row["rows"],
            "accuracy": row["value"],
            "low": row["low"],
            "high": row["high"],
            "shown": (
                f"{percent(row['value'])} ({percent_interval(row['low'], row['high'])}) from "
                f"{count(row['rows'])} items"
            ),
        }
        for row in found
        if row["value"] is not None
    ]
    spec = lines(
        rows,
        names=names,
        x=alt.X("n_train:Q", axis=alt.Axis(title="training items", format="~s")),
        y=alt.Y(
            "accuracy:Q",
            scale=alt.Scale(
                domain=around([row[key] for row in rows for key in ("accuracy", "low", "high")]), zero=False
            ),
            axis=percent_axis("accuracy (%)"),
        ),
        band=True,
    )
    return Figure(
        "learning-curve",
        "How accuracy grows with the training data",
        f"In per cent on one partition's test items, {sample(found[0]['n'], 'item')}; whole groups were "
        "drawn; bands are 95 % intervals. A curve that still climbs at the right says that more data would "
        "help.",
        spec,
        "Accuracy: "
        + listed([f"{row['name']} {percent(row['accuracy'], 0)} from {row['n_train']}" for row in rows]),
        _curve_table(found),
    )


def _curve_table(found: list[Row]) -> Table:
    return Table(
        "curve",
        f"Accuracy by training items, on {sample(found[0]['n'], 'test item')}.",
        [
            Column("Model", "model", "text"),
            Column("Training items", "n_train"),
            Column("Accuracy", "accuracy", unit="%"),
            Column("95 % interval", "accuracy", interval="alone"),
        ],
        [
            [
                text(row["model"]),
                figure(row["rows"], count),
                figure(row["value"], percent),
                interval(row, percent_interval),
            ]
            for row in found
        ],
    )
