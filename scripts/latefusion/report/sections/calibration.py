"""Calibration: whether a probability means what it says, and what abstaining would buy."""

from __future__ import annotations

import altair as alt

from latefusion.report.charts import COLOURS, INK, LINE, around, data, finished, lines, percent_axis
from latefusion.report.components import Column, Figure, Section, Table, estimate, figure, interval, text
from latefusion.report.number_format import count, number, percent, percent_interval, probability, span
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import amount, listed, quoted, sample, say

SHOWN = 6
TOO_SURE, TOO_UNSURE = 0.8, 1.25
HALF = 0.5


def section(results: Results) -> Section | None:
    """Return reliability diagrams, the figures behind them, and selective prediction; None without any."""
    tables = results.best
    part = Section("calibration", "Calibration")
    names = _shown(tables)
    part.sentences = _sentences(tables)
    part.facts["diagrams"] = [
        diagram for place, name in enumerate(names) if (diagram := _diagram(tables, name, place)) is not None
    ]
    coverage = _coverage(tables, names)
    if coverage:
        part.figures.append(coverage)
    part.tables.append(_table(tables))
    part.finding = _finding(tables)
    return part if part.tables[0].rows else None


def _slopes(tables: Tables) -> dict[str, float]:
    """Return the calibration slope of each model that has one."""
    found = {
        name: tables.value(name, "calibration_slope") for name in tables.named("single", "early", "rule")
    }
    return {name: slope for name, slope in found.items() if slope is not None}


def _finding(tables: Tables) -> str:
    """Return how many models are surer than they should be, in one sentence."""
    slopes = _slopes(tables)
    if not slopes:
        return "No model has a calibration slope."
    over = sum(slope < TOO_SURE for slope in slopes.values())
    under = sum(slope > TOO_UNSURE for slope in slopes.values())
    return say(
        "Of {n:model}, {over} {o:~is|are} too sure and {under} {u:~is|are} surer than they say.",
        n=len(slopes),
        over=amount(over),
        o=over,
        under=amount(under),
        u=under,
    )


def _shown(tables: Tables) -> list[str]:
    """Return the lead, the single modalities and the most and least calibrated of the rest."""
    known = {row["model"] for row in tables.rows.get("reliability", [])}
    names = [name for name in [tables.lead, *tables.named("single", "early")] if name in known]
    rest = [name for name in tables.named("rule") if name in known and name not in names]
    rest.sort(key=lambda name: tables.value(name, "log_loss") or 0.0)
    return list(dict.fromkeys([name for name in [*names, *rest[:1], *rest[-1:]] if name]))[:SHOWN]


def _sentences(tables: Tables) -> list[str]:
    told = []
    slopes = _slopes(tables)
    over = [name for name, slope in slopes.items() if slope < TOO_SURE]
    under = [name for name, slope in slopes.items() if slope > TOO_UNSURE]
    if slopes:
        told.append(
            f"Too sure of themselves (calibration slope under {TOO_SURE}): {quoted(over)}. Surer "
            f"than they say (slope over {TOO_UNSURE}): {quoted(under)}. A slope of 1 is right."
        )
    lead = tables.lead
    at_half = min(
        tables.where("coverage", model=lead), key=lambda row: abs(row["coverage"] - HALF), default=None
    )
    if at_half and lead:
        told.append(
            f"Selective prediction: if {lead} answers only for the half of the items that it is surest of, "
            f"it is right for {percent(at_half['accuracy'])} of them "
            f"({percent_interval(at_half['low'], at_half['high'])}; {sample(at_half['n'], 'item')}) instead "
            f"of {percent(tables.value(lead, 'accuracy'))} of all."
        )
    return told


def _diagram(tables: Tables, name: str, place: int) -> Figure | None:
    found = sorted(tables.where("reliability", model=name, diagram="top"), key=lambda row: row["bin"])
    if not found:
        return None
    rows = [
        {
            "confidence": row["confidence"],
            "frequency": row["observed"],
            "low": row["low"],
            "high": row["high"],
            "shown": (
                f"said {percent(row['confidence'])}, right {percent(row['observed'])}; "
                f"{count(row['n'])} predictions"
            ),
        }
        for row in found
    ]
    all_found = [
        row for row in tables.rows["reliability"] if row["diagram"] == "top" and row["kind"] != "baseline"
    ]
    domain = around([row[key] for row in all_found for key in ("confidence", "observed")], margin=0.02)
    domain = [max(0.0, domain[0]), min(1.0, domain[1])]
    scale = alt.Scale(domain=domain, nice=False, clamp=True)
    x = alt.X("confidence:Q", scale=scale, axis=percent_axis("confidence (%)", tickCount=4))
    y = alt.Y("frequency:Q", scale=scale, axis=percent_axis("share right (%)", tickCount=4))
    ideal = (
        alt.Chart(data([{"confidence": end, "frequency": end} for end in domain]))
        .mark_line(color=INK, strokeDash=[4, 3], strokeWidth=1.25)
        .encode(x=x, y=y)
    )
    base = alt.Chart(data(rows)).encode(x=x)
    bars = base.mark_rule(color=COLOURS[0], opacity=0.5).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
    dots = base.mark_line(color=COLOURS[0], point={"size": 45, "filled": True, "color": COLOURS[0]}).encode(
        y=y, tooltip=[alt.Tooltip("shown:N", title="bin")]
    )
    frame = alt.Chart(data([{"confidence": domain[0]}])).mark_rule(color=LINE).encode(x=x)
    return Figure(
        f"reliability-{place}",
        name,
        f"{sample(sum(row['n'] for row in found), 'prediction')} in {len(found)} bins of equal size",
        finished(alt.layer(frame, ideal, bars, dots), height=190),
        f"Reliability of {name}: "
        + listed(
            [f"said {percent(row['confidence'], 0)} right {percent(row['observed'], 0)}" for row in found]
        ),
        look="small",
    )


def _coverage(tables: Tables, names: list[str]) -> Figure | None:
    found = [row for row in tables.rows.get("coverage", []) if row["model"] in names]
    if not found:
        return None
    rows = [
        {
            "name": row["model"],
            "coverage": row["coverage"],
            "accuracy": row["accuracy"],
            "shown": (
                f"{percent(row['accuracy'])} ({percent_interval(row['low'], row['high'])}) of "
                f"{count(row['n'])} items"
            ),
        }
        for row in found
    ]
    domain = around([row["accuracy"] for row in rows])
    n = max(row["n"] for row in found)
    spec = lines(
        rows,
        names=names,
        x=alt.X("coverage:Q", axis=percent_axis("items answered, the surest first (%)")),
        y=alt.Y(
            "accuracy:Q",
            scale=alt.Scale(domain=domain, zero=False),
            axis=percent_axis("accuracy on them (%)"),
        ),
    )
    return Figure(
        "coverage-chart",
        "Selective prediction: accuracy against coverage",
        "Accuracy in per cent of the items that the model answers, if it may decline where it is least "
        f"sure; {sample(n, 'item')} at 100 %.",
        spec,
        "Accuracy at half and at full coverage: "
        + listed(
            [
                f"{row['model']} {percent(row['accuracy'], 0)} at {percent(row['coverage'], 0)}"
                for row in found
                if round(row["coverage"], 2) in (0.5, 1.0)
            ]
        ),
        _coverage_table(found),
    )


def _coverage_table(found: list[Row]) -> Table:
    return Table(
        "coverage",
        "Accuracy by coverage.",
        [
            Column("Model", "model", "text"),
            Column("Coverage", "coverage", unit="% of items"),
            Column("Accuracy", "accuracy", unit="%"),
            Column("95 % interval", "accuracy", interval="alone"),
            Column("Threshold", "threshold", unit="confidence"),
            Column("Items", "n"),
        ],
        [
            [
                text(row["model"]),
                figure(row["coverage"], lambda value: percent(value, 0)),
                figure(row["accuracy"], percent),
                interval(row, percent_interval),
                figure(row["threshold"], lambda value: number(value, 2)),
                figure(row["n"], count),
            ]
            for row in found
        ],
    )


def _table(tables: Tables) -> Table:
    names = [
        name for name in tables.named("single", "early", "rule") if tables.value(name, "log_loss") is not None
    ]
    rows = []
    for name in names:
        slope, loss, ece = (
            tables.metric(name, metric) for metric in ("calibration_slope", "log_loss", "ece_top")
        )
        top, by_class = (
            tables.one("calibration", subset="all", model=name, measure=measure) or {}
            for measure in ("ece_top", "ece_class")
        )
        rows.append(
            [
                text(name),
                estimate(slope, lambda value: number(value, 2), lambda low, high: span(low, high, 1, 2)),
                estimate(loss, number, span),
                figure(top.get("clipped"), count),
                figure(ece.get("value"), number),
                figure(top.get("expected"), number),
                figure(top.get("p"), probability),
                figure(by_class.get("value"), number),
                figure(by_class.get("expected"), number),
            ]
        )
    n = max((tables.metric(name, "log_loss").get("n") or 0 for name in names), default=0)
    return Table(
        "calibration-table",
        f"Calibration, {sample(n, 'item')}. The calibration error (ECE) is positive by chance alone, so "
        "it stands beside the value that a perfectly calibrated model would show here.",
        [
            Column("Model", "model", "text"),
            Column("Slope", "calibration_slope", unit="1 is right (95 %)", interval="beside"),
            Column("Log loss", "log_loss", unit="nats (95 %)", interval="beside"),
            Column("Clipped", "clipped", unit="rows"),
            Column("ECE", "ece_top", unit="top label"),
            Column("If perfect", "ece_top_expected", unit="ECE"),
            Column("p", "ece_top_p"),
            Column("ECE by class", "ece_class"),
            Column("If perfect", "ece_class_expected", unit="ECE by class"),
        ],
        rows,
    )
