"""The ranking of all models: the table that the page opens with."""

from __future__ import annotations

from collections.abc import Sequence

from latefusion.evaluation.names import LEARNER, SELECTED
from latefusion.report import verdicts
from latefusion.report.charts import Key
from latefusion.report.components import Bar, Cell, Column, Table, estimate, figure, text
from latefusion.report.metrics import METRICS, Metric
from latefusion.report.number_format import NOTHING, number, percent
from latefusion.report.results import Results, Row, Tables
from latefusion.report.vocabulary import KINDS, chosen_rules, model_name, reference_role, sized, tested_on

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
FIRST = 10
"""Models that are shown before the rest is asked for."""
BESIDE = ("macro_f1", "log_loss")


def ranking(results: Results, tables: Tables) -> Table:
    """Return the ranking of all models by the metric of the headline, intervals on one axis."""
    metric = results.metric
    models = _ordered(metric, tables)
    rows = {row["model"]: tables.metric(row["model"], metric.name) for row in models}
    # baselines may lie far off; on their scale the other intervals would be dots
    learned = [rows[model["model"]] for model in models if model["kind"] != "baseline"]
    axis = _Axis(learned or [*rows.values()], metric)
    beside = [
        METRICS[name]
        for name in BESIDE
        if name != metric.name and any(tables.value(row["model"], name) is not None for row in models)
    ]
    body = [_row(results, tables, model, axis, beside) for model in models]
    names = [model["model"] for model in models]
    first = next(iter(rows.values()), {})
    less = ", less is better" if metric.lower_is_better else ""
    return Table(
        "ranking",
        f"By {metric.title} on {sized(results, first)}{less}: {tested_on(results, tables)}.",
        _columns(metric, tables, axis, beside),
        body,
        note=_note(metric, tables, axis, names),
        sorted_by=1,
        strong=frozenset(at for at, name in enumerate(names) if name == tables.lead),
        shown=_first(tables, models),
        look="headline",
        title="All models.",
    )


def _ordered(metric: Metric, tables: Tables) -> list[Row]:
    """Return the models, the best first, those without the metric last."""

    def place(row: Row) -> tuple[bool, float]:
        value = tables.value(row["model"], metric.name)
        return value is None, 0.0 if value is None else -metric.gain(value)

    # a learner of a view that is not the one taken is of the section on learners
    return sorted((row for row in tables.models if row["kind"] != LEARNER), key=place)


def _first(tables: Tables, models: Sequence[Row]) -> frozenset[int]:
    """Return the rows that are shown at once: the best, what the page speaks of, and what to beat."""
    spoken_of = {tables.lead, tables.reference, *(rule for rule, _ in chosen_rules(tables)[:1])}
    return frozenset(
        at
        for at, row in enumerate(models)
        if at < FIRST or row["model"] in spoken_of or row["kind"] in ("single", "baseline")
    )


def _columns(metric: Metric, tables: Tables, axis: _Axis, beside: Sequence[Metric]) -> list[Column]:
    unit = "points (95 %)" if metric.share else "(95 %)"
    return [
        Column("Model", "model", "text"),
        Column(metric.heading, metric.name, help=metric.help, unit=metric.unit, interval="beside"),
        Column("95 % interval", "", ends=axis.ends),
        Column(
            "Confidence set",
            "in_confidence_set",
            "text",
            help="tied: cannot be told from the best, all pairs compared (model confidence set at 95 %)",
        ),
        Column(
            "Difference" if metric.lower_is_better else "Gain",
            "difference",
            help=f"paired difference to {tables.reference}, {reference_role(tables)}, on the same items",
            unit=unit,
            interval="beside",
        ),
        *(Column(one.heading, one.name, help=one.help, unit=one.unit) for one in beside),
        Column("Kind", "kind", "text"),
    ]


def _row(results: Results, tables: Tables, model: Row, axis: _Axis, beside: Sequence[Metric]) -> list[Cell]:
    metric, name = results.metric, model["model"]
    value = tables.metric(name, metric.name)
    effect = tables.comparison(name, metric.name)
    bar = axis.bar(value, tables.value(tables.reference or "", metric.name), _TONES[model["kind"]])
    return [
        _name_cell(results, tables, model),
        estimate(value, metric.written, metric.short_interval),
        Cell("", value.get("value"), bar=bar),
        _set_cell(tables, model, metric, effect),
        _effect_cell(metric, effect, reference=bool(model["is_reference"])),
        *(figure(tables.value(name, one.name), one.written) for one in beside),
        text(KINDS[model["kind"]], tone="muted"),
    ]


def _note(metric: Metric, tables: Tables, axis: _Axis, names: Sequence[str]) -> str:
    told = [
        "Tied: cannot be told from the best model with these items (95 % model confidence set, all pairs)."
    ]
    if tables.reference:
        what = "difference" if metric.lower_is_better else "gain"
        told.append(f"Dashed line and {what}: against {tables.reference}, {reference_role(tables)}.")
    if SELECTED in names:
        told.append("Selected: the rule picked without test, anew in each partition.")
    if axis.cut:
        told.append("An arrow: further left than the axis reaches.")
    told.append("Intervals hold the models and the folds fixed.")
    return " ".join(told)


class _Axis:
    """One axis for the bars of a column, as long as the models near the best need."""

    def __init__(self, rows: Sequence[Row], metric: Metric = METRICS["accuracy"]) -> None:
        there = [row for row in rows if row.get("value") is not None]
        self.sign = -1 if metric.lower_is_better else 1
        near = there
        best = max(there, key=lambda row: self.sign * row["value"], default={})
        if best.get("low") is not None:
            reach = FAR * (best["high"] - best["low"])
            near = [row for row in there if self._is_near(row, best, reach)]
        self.cut = len(near) < len(there)
        ends = [row[end] for row in near for end in ("value", "low", "high") if row[end] is not None]
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        room = 0.06 * (high - low or 0.1)
        self.low, self.high = max(0.0, low - room), high + room
        if not metric.lower_is_better:
            self.high = min(1.0, self.high)
        low_end, high_end = (
            percent(end, 0) if metric.share else number(end, 2) for end in (self.low, self.high)
        )
        self.ends = (low_end, high_end)

    def _is_near(self, row: Row, best: Row, reach: float) -> bool:
        if self.sign > 0:
            return row["high"] is None or row["high"] >= best["low"] - reach
        return row["low"] is None or row["low"] <= best["high"] + reach

    def at(self, value: float | None) -> float | None:
        if value is None:
            return None
        place = END * (value - self.low) / (self.high - self.low or 1.0)
        return round(min(max(place, 0.0), float(END)), 2)

    def bar(self, row: Row, guide: float | None, tone: str) -> Bar:
        value = row.get("value")
        if value is None or value < self.low or value > self.high:
            beyond = value is not None and value > self.high
            return Bar(None, guide=self.at(guide), tone=tone, beyond=beyond)
        return Bar(self.at(value), self.at(row.get("low")), self.at(row.get("high")), self.at(guide), tone)


def _name_cell(results: Results, tables: Tables, model: Row) -> Cell:
    name = model["model"]
    notes = []
    if name == SELECTED:
        chosen = chosen_rules(tables)
        total = sum(times for _, times in chosen)
        most = f": {chosen[0][0]} in {chosen[0][1]} of {total}" if total > 1 else ""
        notes.append(f"picked without test{most}" if chosen else "picked without test")
    elif model["note"]:
        notes.append(model["note"])
    if model["is_reference"]:
        notes.append(reference_role(tables).removeprefix("the "))
    if model["same_as"]:
        notes.append(f"same as {model['same_as']}")
    if name in ("majority", "group_lookup"):
        notes.append(model_name(results, name))
    return text(name, note="; ".join(notes))


def _effect_cell(metric: Metric, effect: Row, *, reference: bool) -> Cell:
    if reference:
        return Cell("reference", None, tone="muted")
    if not effect:
        return Cell(NOTHING, None)
    tone = {verdicts.BETTER: "good", verdicts.WORSE: "bad"}.get(effect["verdict"], "")
    return estimate(effect, metric.difference, metric.difference_interval, key="difference", tone=tone)


def _set_cell(tables: Tables, model: Row, metric: Metric, effect: Row) -> Cell:
    """Return whether a model is tied with the best, with a word where its gain seems to contradict that."""
    inside = None if model["kind"] == "baseline" else tables.in_set(model["model"], metric.name)
    if inside is None:
        return Cell(NOTHING, None)
    verdict = effect.get("verdict")
    if not inside:
        note = f"though better than {tables.reference}" if verdict == verdicts.BETTER else ""
        return Cell("no", "no", tone="muted", note=note)
    note = f"though worse than {tables.reference} by itself" if verdict == verdicts.WORSE else ""
    return Cell("", "yes", mark="tied", tone="good", note=note)
