"""The effects: what each fused model adds to the best single modality."""

from __future__ import annotations

from collections.abc import Sequence

from latefusion.report import verdicts
from latefusion.report.charts import intervals
from latefusion.report.components import Cell, Column, Figure, Table, estimate, figure, text
from latefusion.report.metrics import METRICS, Metric
from latefusion.report.number_format import NOTHING, number, percent, probability
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import listed, sample
from latefusion.report.vocabulary import reference_role, sized

PALETTE = {
    verdicts.BETTER: 2,
    verdicts.UNDECIDED: 6,
    verdicts.NEGLIGIBLE: 4,
    verdicts.WORSE: 1,
    verdicts.SAME: 6,
}
COMPARED = ("accuracy", "macro_f1", "log_loss")
"""Metrics whose differences stand in the table."""
TONES = {verdicts.BETTER: "good", verdicts.WORSE: "bad"}


def gains(results: Results, tables: Tables) -> Figure | None:
    """Return what each fused model adds to the best single modality; None where there is none."""
    metric = results.metric
    found = tables.where("comparisons", metric=metric.name, subset="all", family="confirmatory")
    found += [
        row
        for row in tables.where("comparisons", metric=metric.name, subset="all", family="exploratory")
        if row["kind"] != "baseline"
    ]
    fused = [row for row in found if row["kind"] != "single"]
    if not fused:
        return None
    found, fused = (sorted(rows, key=lambda row: -metric.gain(row["difference"])) for rows in (found, fused))
    rows = [
        {
            "label": row["model"],
            "name": row["verdict"],
            "value": row["difference"],
            "low": row["low"],
            "high": row["high"],
            "shown": (
                f"{metric.change(row['difference'])} ({metric.difference_interval(row['low'], row['high'])})"
            ),
        }
        for row in fused
    ]
    unit = f" ({metric.difference_unit})" if metric.difference_unit else ""
    names = [name for name in verdicts.VERDICTS if any(row["name"] == name for row in rows)]
    spec = intervals(
        rows,
        order=[row["label"] for row in rows],
        names=names,
        title=f"difference{unit}",
        unit="points" if metric.share else "plain",
        zero=0.0,
        overlay=True,
        palette=PALETTE,
        height=20,
    )
    side = "Left" if metric.lower_is_better else "Right"
    return Figure(
        "effects",
        f"What fusion adds to {tables.reference}, {reference_role(tables)}",
        f"Paired difference in {metric.title} on the same items{unit} with 95 % intervals; "
        f" {sized(results, fused[0])}. {side} of the line is better.",
        spec,
        f"Differences to {tables.reference}: "
        + listed(
            [f"{row['model']} {metric.difference(row['difference'])}, {row['verdict']}" for row in fused]
        ),
        _comparisons(results, tables, found),
    )


def _comparisons(results: Results, tables: Tables, found: list[Row]) -> Table:
    metric = results.metric
    beside = [METRICS[name] for name in COMPARED if name != metric.name]
    rows = []
    for row in found:
        others = [
            tables.one("comparisons", family=row["family"], metric=one.name, subset="all", model=row["model"])
            for one in beside
        ]
        rows.append(
            [
                text(row["model"], note=f"same as {row['same_as']}" if row["same_as"] else ""),
                estimate(row, metric.difference, metric.difference_interval, key="difference"),
                figure(row["p"], probability),
                figure(row["p_holm"], probability),
                Cell("", row["verdict"], mark=row["verdict"], tone=TONES.get(row["verdict"], "")),
                *(_difference(one, other) for one, other in zip(beside, others, strict=True)),
                figure(row["only_model"], percent),
                figure(row["only_reference"], percent),
                figure(row["design_effect"], lambda value: number(value, 2)),
                figure(verdicts.detectable(row), metric.size),
            ]
        )
    return Table(
        "comparisons",
        f"Each model against {tables.reference}, paired, {sample(found[0]['n'], 'item')}. p: two-sided, by "
        "whole groups where they are known; Holm over the rules.",
        _columns(metric, beside),
        rows,
        note="Not shown: these items do not settle it. Negligible: the interval leaves room for next to no "
        "gain. Design effect: how many times wider the variance is because items of a group err together. "
        "Minimum detectable difference (80 % power): a true difference of this size is found four times out "
        "of five, after the same correction.",
    )


def _columns(metric: Metric, beside: Sequence[Metric]) -> list[Column]:
    """Return the columns of the comparisons: the metric of the run, and how others move."""
    return [
        Column("Model", "model", "text"),
        Column(
            metric.heading,
            "difference",
            unit=f"{metric.difference_unit} (95 %)".strip(),
            interval="beside",
        ),
        Column("p", "p"),
        Column("p, Holm", "p_holm"),
        Column("Verdict", "verdict", "text"),
        *(
            Column(
                one.heading,
                f"difference_{one.name}",
                unit=f"{one.difference_unit}{', minus: good' if one.lower_is_better else ''}",
                interval="beside",
            )
            for one in beside
        ),
        Column("Only it right", "only_model", unit="% of items"),
        Column("Only the single", "only_reference", unit="% of items"),
        Column("Design effect", "design_effect", help="variance by groups over variance by items"),
        Column(
            "Minimum detectable",
            "minimum_detectable_difference",
            help="minimum detectable difference at 80 % power, by the correction of the p-value",
            unit=metric.difference_unit,
        ),
    ]


def _difference(metric: Metric, row: Row | None) -> Cell:
    if not row:
        return Cell(NOTHING, None)
    tone = TONES.get(row["verdict"], "")
    return estimate(row, metric.difference, metric.difference_interval, key="difference", tone=tone)
