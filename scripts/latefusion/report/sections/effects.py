"""The effects: what each fused model adds to the best single modality."""

from __future__ import annotations

from latefusion.report.charts import intervals
from latefusion.report.components import Cell, Column, Figure, Table, estimate, figure, text
from latefusion.report.number_format import (
    listed,
    number,
    percent,
    plural,
    points,
    points_interval,
    probability,
    signed,
)
from latefusion.report.results import Row, Tables

VERDICTS = ("better", "undecided", "worse")
PALETTE = {"better": 2, "undecided": 6, "worse": 1, "same": 6}
TONES = {"better": "good", "worse": "bad"}


def gains(tables: Tables) -> Figure | None:
    """Return what each fused model adds to the best single modality; None where there is none."""
    found = tables.where("comparisons", metric="accuracy", subset="all", family="confirmatory")
    found += [
        row
        for row in tables.where("comparisons", metric="accuracy", subset="all", family="exploratory")
        if row["kind"] != "baseline"
    ]
    fused = [row for row in found if row["kind"] != "single"]
    if not fused:
        return None
    found, fused = (sorted(rows, key=lambda row: -row["difference"]) for rows in (found, fused))
    rows = [
        {
            "label": row["model"],
            "name": row["verdict"],
            "value": row["difference"],
            "low": row["low"],
            "high": row["high"],
            "shown": f"{points(row['difference'])} points ({points_interval(row['low'], row['high'])})",
        }
        for row in fused
    ]
    names = [name for name in (*VERDICTS, "same") if any(row["name"] == name for row in rows)]
    spec = intervals(
        rows,
        order=[row["label"] for row in rows],
        names=names,
        title="difference (percentage points)",
        unit="points",
        zero=0.0,
        overlay=True,
        palette=PALETTE,
    )
    return Figure(
        "effects",
        f"What fusion adds to {tables.reference}, the best single modality",
        f"Paired difference in accuracy on the same items, percentage points with 95 % intervals; "
        f"n = {plural(fused[0]['n'], 'item')} in {plural(fused[0]['groups'], 'group')}. Right of the line "
        "is better.",
        spec,
        f"Differences to {tables.reference}: "
        + listed([f"{row['model']} {points(row['difference'])} points, {row['verdict']}" for row in fused]),
        _comparisons(tables, found),
    )


def _comparisons(tables: Tables, found: list[Row]) -> Table:
    rows = []
    for row in found:
        loss = tables.one(
            "comparisons",
            family=row["family"],
            metric="log_loss",
            subset="all",
            model=row["model"],
        )
        f1 = tables.one(
            "comparisons",
            family=row["family"],
            metric="macro_f1",
            subset="all",
            model=row["model"],
        )
        rows.append(
            [
                text(row["model"], note=f"same as {row['same_as']}" if row["same_as"] else ""),
                estimate(row, points, points_interval, key="difference"),
                figure(row["p"], probability),
                figure(row["p_holm"], probability),
                Cell("", row["verdict"], mark=row["verdict"], tone=TONES.get(row["verdict"], "")),
                _difference(f1),
                _difference(loss),
                figure(row["only_model"], percent),
                figure(row["only_reference"], percent),
                figure(row["design_effect"], lambda value: number(value, 2)),
                figure(
                    None if row["detectable"] is None else 100 * row["detectable"],
                    lambda value: number(value, 1),
                ),
            ]
        )
    return Table(
        "comparisons",
        f"Each model against {tables.reference}, paired, n = {plural(found[0]['n'], 'item')}. p: sign-flip "
        "of group sums, two-sided; Holm over the rules.",
        [
            Column("Model", "model", "text"),
            Column("Accuracy", "difference", unit="points (95 %)", interval="beside"),
            Column("p", "p"),
            Column("p, Holm", "p_holm"),
            Column("Verdict", "verdict", "text"),
            Column("Macro-F1", "difference_macro_f1", unit="difference (95 %)", interval="beside"),
            Column("Log loss", "difference_log_loss", unit="nats, minus: good", interval="beside"),
            Column("Only it right", "only_model", unit="% of items"),
            Column("Only the single", "only_reference", unit="% of items"),
            Column("Design effect", "design_effect", help="variance by groups over variance by items"),
            Column("Least detectable", "least_detectable_points", unit="points"),
        ],
        rows,
        note="Design effect: how many times wider the variance is because items of a group err together. "
        "Least detectable: a true difference of this size is found four times out of five.",
    )


def _difference(row: Row | None) -> Cell:
    if not row:
        return Cell("–", None)
    return estimate(
        row,
        signed,
        lambda low, high: f"{signed(low)} to {signed(high)}",
        key="difference",
        tone=TONES.get(row["verdict"], ""),
    )
