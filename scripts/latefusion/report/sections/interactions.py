"""What interactions between modalities add to the views that see several at once."""

from __future__ import annotations

from latefusion.evaluation.names import EMAP
from latefusion.report.components import Cell, Column, Table, estimate, figure, text
from latefusion.report.metrics import METRICS, Metric
from latefusion.report.number_format import count, known
from latefusion.report.results import Results, Row
from latefusion.report.sentences import plural


def sentences(results: Results) -> list[str]:
    """Return what each early view gains in accuracy by interactions between modalities."""
    rows = [row for row in results.across.get(EMAP, []) if row["metric"] == "accuracy"]
    return [_sentence(METRICS["accuracy"], row) for row in rows]


def _sentence(metric: Metric, row: Row) -> str:
    """Return what one view gains: shown, shown to be a loss, or nothing that could be told."""
    view, gained = row["view"], metric.difference_interval(row["low"], row["high"])
    on = f"{plural(row['n'], 'test item')}"
    if row["additive_by_itself"]:
        return f"{view} averages a kernel of each modality, so that it has no interactions between them."
    if not (known(row["low"]) and known(row["high"])):
        return f"{view}: what interactions add has no interval, since its {on} are of one group."
    if row["low"] > 0:
        return (
            f"{view}: interactions between modalities add {metric.amount(row['difference'])} of "
            f"{metric.title} on {on} (95 % interval {gained}); its additive part, a sum of one function a "
            "modality, goes without."
        )
    if row["high"] < 0:
        return (
            f"{view}: interactions between modalities cost {metric.amount(row['difference'])} of "
            f"{metric.title} on {on} (95 % interval {gained}); its additive part alone does better."
        )
    if row["detectable"] == 0:
        return f"{view}: its additive part, without interactions, is right on the very same of {on}."
    return (
        f"{view}: of interactions between modalities nothing is detectable above "
        f"{metric.amount(row['detectable'])} of {metric.title} on {on} (difference "
        f"{metric.difference(row['difference'])}, 95 % interval {gained})."
    )


def tables(results: Results) -> list[Table]:
    """Return the views beside their additive projections; none where there is no such view."""
    rows = results.across.get(EMAP, [])
    if not rows:
        return []
    return [
        Table(
            "interactions",
            "Early views beside their additive projections (EMAP, Hessel and Lee 2020): what is left of each "
            "without interactions between modalities. A positive gain is for the better.",
            [
                Column("View", "view", "text"),
                Column("Metric", "metric", "text"),
                Column("Test items", "n"),
                Column("As it is", "value"),
                Column("Additive part", "additive"),
                Column("Gain by interactions", "difference", interval="beside"),
                Column("Detectable", "detectable", unit="80 % power"),
            ],
            [_cells(METRICS[row["metric"]], row) for row in rows],
        )
    ]


def _cells(metric: Metric, row: Row) -> list[Cell]:
    return [
        text(row["view"]),
        text(metric.heading),
        figure(row["n"], count),
        figure(row["value"], metric.written),
        figure(row["additive"], metric.written),
        estimate(row, metric.difference, metric.difference_interval, key="difference"),
        figure(row["detectable"], metric.size),
    ]
