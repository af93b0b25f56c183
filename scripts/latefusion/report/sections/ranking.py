"""The ranking of all models: the table that the page opens with."""

from __future__ import annotations

from collections.abc import Sequence

from latefusion.report.charts import Key
from latefusion.report.components import Bar, Cell, Column, Table, estimate, figure, text
from latefusion.report.number_format import NOTHING, number, percent, plural, points, points_interval, span
from latefusion.report.results import Results, Row, Tables
from latefusion.report.vocabulary import KINDS, chosen_rules, model_name, tested_on

_TONES = {"baseline": "muted", "single": "good", "early": "accent", "rule": "plain"}

KINDS_KEY: tuple[Key, ...] = (
    ("late fusion: probabilities joined", 0, "circle"),
    ("early fusion: inputs joined", 1, "square"),
    ("single modality", 2, "triangle-up"),
)
"""What the marks in the bars mean."""

END = 100
"""Per cent of an axis at which it ends."""
FAR = 2.0
"""Widths of the best model's interval below it; what ends further down is not drawn to scale."""


def ranking(results: Results, tables: Tables) -> Table:
    """Return the ranking of all models, by accuracy, intervals on one axis."""
    models = sorted(tables.models, key=lambda row: -(tables.value(row["model"], "accuracy") or -1.0))
    rows = {row["model"]: tables.metric(row["model"], "accuracy") for row in models}
    # baselines may lie far off; on their scale the other intervals would be dots
    learned = [rows[model["model"]] for model in models if model["kind"] != "baseline"]
    axis = _Axis(learned or [*rows.values()])
    guide = tables.value(tables.reference or "", "accuracy")
    log_loss = any(tables.value(row["model"], "log_loss") is not None for row in models)
    columns = [
        Column("Model", "model", "text"),
        Column(
            "Accuracy",
            "accuracy",
            help="share of items whose class is named rightly",
            unit="% (95 %)",
            interval="beside",
        ),
        Column("95 % interval", "", ends=axis.ends),
        Column(
            "Tied best",
            "not_distinguishable_from_best",
            "text",
            help="cannot be told from the best (model confidence set at 95 %)",
        ),
        Column(
            "Gain",
            "difference",
            help=f"paired difference to {tables.reference}, the best single modality, on the same items",
            unit="points (95 %)",
            interval="beside",
        ),
        Column("Macro-F1", "macro_f1", help="every class counts the same", unit="0 to 1"),
    ]
    if log_loss:
        columns.append(
            Column("Log loss", "log_loss", help="punishes confident errors", unit="nats, low: good")
        )
    columns.append(Column("Kind", "kind", "text"))
    body = []
    for model in models:
        name, accuracy = model["model"], rows[model["model"]]
        cells = [
            _name_cell(results, tables, model),
            estimate(accuracy, percent, lambda low, high: span(low, high, 100, 1)),
            Cell("", accuracy.get("value"), bar=axis.bar(accuracy, guide, _TONES[model["kind"]])),
            _best_cell(model),
            _effect_cell(tables.comparison(name), reference=bool(model["is_reference"])),
            figure(tables.value(name, "macro_f1"), number),
        ]
        if log_loss:
            cells.append(figure(tables.value(name, "log_loss"), number))
        cells.append(text(KINDS[model["kind"]], tone="muted"))
        body.append(cells)
    first = next(iter(rows.values()), {})
    known = results.dataset["groups"]["known"]
    groups = f" in {plural(first.get('groups') or 0, 'group')}" if known else ""
    picked = "Selected: the rule picked without test, anew in each partition. " * ("selected" in rows)
    far = " An arrow: further left than the axis reaches." if axis.cut else ""
    return Table(
        "ranking",
        f"By accuracy on n = {plural(first.get('n') or 0, 'item')}{groups}: {tested_on(results, tables)}.",
        columns,
        body,
        note=(
            "Tied best: cannot be told from the best model with these items (95 % model confidence set). "
            f"{picked}Dashed line: {tables.reference or 'nothing'}, the best single modality.{far} Intervals "
            "resample whole groups; they hold the trained models and the folds fixed."
        ),
        sorted_by=1,
        strong=frozenset(i for i, model in enumerate(models) if model["model"] == tables.lead),
        look="headline",
        title="All models.",
    )


class _Axis:
    """One axis for the bars of a column, as long as the models near the best need."""

    def __init__(self, rows: Sequence[Row]) -> None:
        there = [row for row in rows if row.get("value") is not None]
        near = there
        best = max(there, key=lambda row: row["value"], default={})
        if best.get("low") is not None:
            floor = best["low"] - FAR * (best["high"] - best["low"])
            near = [row for row in there if row["high"] is None or row["high"] >= floor]
        self.cut = len(near) < len(there)
        ends = [row[end] for row in near for end in ("value", "low", "high") if row[end] is not None]
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        room = 0.06 * (high - low or 0.1)
        self.low, self.high = max(0.0, low - room), min(1.0, high + room)
        self.ends = (percent(self.low, 0), percent(self.high, 0))

    def at(self, value: float | None) -> float | None:
        if value is None:
            return None
        place = END * (value - self.low) / (self.high - self.low or 1.0)
        return round(min(max(place, 0.0), float(END)), 2)

    def bar(self, row: Row, guide: float | None, tone: str) -> Bar:
        value = row.get("value")
        if value is None or value < self.low:
            return Bar(None, guide=self.at(guide), tone=tone)
        return Bar(self.at(value), self.at(row.get("low")), self.at(row.get("high")), self.at(guide), tone)


def _name_cell(results: Results, tables: Tables, model: Row) -> Cell:
    name = model["model"]
    notes = []
    if name == "selected":
        chosen = chosen_rules(tables)
        total = sum(times for _, times in chosen)
        most = f": {chosen[0][0]} in {chosen[0][1]} of {total}" if total > 1 else ""
        notes.append(f"picked without test{most}" if chosen else "picked without test")
    elif model["note"]:
        notes.append(model["note"])
    if model["is_reference"]:
        notes.append("best single modality, judged out of fold")
    if model["same_as"]:
        notes.append(f"same as {model['same_as']}")
    if name in ("majority", "group_lookup"):
        notes.append(model_name(results, name))
    return text(name, note="; ".join(notes))


def _effect_cell(effect: Row, *, reference: bool) -> Cell:
    if reference:
        return Cell("reference", None, tone="muted")
    if not effect:
        return Cell(NOTHING, None)
    tone = {"better": "good", "worse": "bad"}.get(effect["verdict"], "")
    return estimate(effect, points, points_interval, key="difference", tone=tone)


def _best_cell(model: Row) -> Cell:
    if model["kind"] == "baseline" or model["in_confidence_set"] is None:
        return Cell(NOTHING, None)
    if model["in_confidence_set"]:
        return Cell("", "yes", mark="tied", tone="good")
    return Cell("no", "no", tone="muted")
