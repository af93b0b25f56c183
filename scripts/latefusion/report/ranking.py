"""The ranking of all models: the table that the page opens with."""

from __future__ import annotations

from latefusion.report.inputs import Results, Row, Tables
from latefusion.report.parts import Bar, Cell, Column, Table, figure, text
from latefusion.report.text import (
    NOTHING,
    number,
    percent,
    percent_interval,
    plural,
    points,
    points_interval,
)
from latefusion.report.words import KINDS, model_name


def ranking(results: Results, tables: Tables) -> Table:
    """Return the ranking of all models, by accuracy, intervals on one axis."""
    models = sorted(tables.models, key=lambda row: -(tables.value(row["model"], "accuracy") or -1.0))
    rows = {row["model"]: tables.metric(row["model"], "accuracy") for row in models}
    # baselines may lie far off; on their scale the other intervals would be dots
    learned = [rows[model["model"]] for model in models if model["kind"] != "baseline"] or [*rows.values()]
    axis = _Axis([row.get(end) for row in learned for end in ("value", "low", "high")])
    guide = tables.value(tables.reference or "", "accuracy")
    log_loss = any(tables.value(row["model"], "log_loss") is not None for row in models)
    columns = [
        Column("Model", "model", "text"),
        Column("Kind", "kind", "text", help="late fusion joins probabilities, early fusion the inputs"),
        Column("Accuracy", "accuracy", help="share of items whose class is named rightly", unit="%"),
        Column("95 % interval", "accuracy_interval_middle", "number", unit=axis.title, wide=True),
        Column("Gain", "difference_points", help="paired, on the same items", unit="points over best single"),
        Column("Macro-F1", "macro_f1", help="every class counts the same"),
    ]
    if log_loss:
        columns.append(Column("Log loss", "log_loss", unit="nats, low: good"))
    columns.append(Column("In best set", "not_distinguishable_from_best", "text"))
    body = []
    for model in models:
        name, accuracy = model["model"], rows[model["model"]]
        effect = tables.comparison(name)
        cells = [
            _name_cell(results, model),
            text(KINDS[model["kind"]], tone="muted"),
            figure(accuracy.get("value"), percent, tone="strong"),
            Cell(
                percent_interval(accuracy.get("low"), accuracy.get("high")),
                accuracy.get("value"),
                bar=axis.bar(accuracy, guide, _TONES[model["kind"]]),
            ),
            _effect_cell(effect, reference=bool(model["is_reference"])),
            figure(tables.value(name, "macro_f1"), number),
        ]
        if log_loss:
            cells.append(figure(tables.value(name, "log_loss"), number))
        cells.append(_best_cell(model))
        body.append(cells)
    first = next(iter(rows.values()), {})
    groups = f" in {plural(first.get('groups') or 0, 'group')}" if results.dataset["groups"]["known"] else ""
    return Table(
        "ranking",
        f"All models, ranked by accuracy under {tables.protocol}: n = "
        f"{plural(first.get('n') or 0, 'item')}{groups}.",
        columns,
        body,
        note=(
            "In best set: the models that cannot be told from the best (model confidence set at 95 %). "
            "Intervals resample whole groups and hold the trained models and the fold assignment fixed. "
            "The dashed line is the best single modality."
        ),
        sorted_by=2,
        strong=frozenset(i for i, model in enumerate(models) if model["model"] == tables.lead),
        look="headline",
    )


_TONES = {"baseline": "muted", "single": "good", "early": "accent", "rule": "plain"}


END = 100
"""Per cent of an axis at which it ends."""


class _Axis:
    """One axis for the bars of a column."""

    def __init__(self, values: list[float | None]) -> None:
        there = [value for value in values if value is not None] or [0.0, 1.0]
        low, high = min(there), max(there)
        room = 0.06 * (high - low or 0.1)
        self.low, self.high = max(0.0, low - room), min(1.0, high + room)
        self.title = f"{100 * self.low:.0f} to {100 * self.high:.0f} %"

    def at(self, value: float | None) -> float | None:
        return None if value is None else round(END * (value - self.low) / (self.high - self.low or 1.0), 2)

    def bar(self, row: Row, guide: float | None, tone: str) -> Bar | None:
        at, marked = self.at(row.get("value")), self.at(guide)
        if at is None or not 0 <= at <= END:
            return None
        marks = () if marked is None else (marked,)
        return Bar(at, self.at(row.get("low")), self.at(row.get("high")), marks, tone)


def _name_cell(results: Results, model: Row) -> Cell:
    name = model["model"]
    notes = []
    if name == "selected" and not model["note"]:
        notes.append("chosen out of fold in each partition")
    if model["is_reference"]:
        notes.append("best single out of fold")
    if model["same_as"]:
        notes.append(f"same as {model['same_as']}")
    if name in ("majority", "group_lookup"):
        notes.append(model_name(results, name))
    if model["note"]:
        notes.append(model["note"])
    return text(name, note="; ".join(notes))


def _effect_cell(effect: Row, *, reference: bool) -> Cell:
    if reference:
        return Cell("reference", None, tone="muted")
    if not effect:
        return Cell(NOTHING, None)
    tone = {"better": "good", "worse": "bad"}.get(effect["verdict"], "")
    return Cell(
        points(effect["difference"]),
        100 * effect["difference"],
        tone=tone,
        note=points_interval(effect["low"], effect["high"]),
    )


def _best_cell(model: Row) -> Cell:
    if model["kind"] == "baseline" or model["in_confidence_set"] is None:
        return Cell(NOTHING, None)
    return (
        Cell("", "yes", mark="yes", tone="good")
        if model["in_confidence_set"]
        else Cell("no", "no", tone="muted")
    )
