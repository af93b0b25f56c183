"""The ranking of all models of numbers by R² averaged over the targets."""

from __future__ import annotations

from latefusion.evaluation.names import SELECTED
from latefusion.evaluation.targets.names import MEAN
from latefusion.report.charts import Key
from latefusion.report.components import Bar, Cell, Column, Table, estimate, figure, text
from latefusion.report.number_format import NOTHING, number, signed, span
from latefusion.report.sentences import plural
from latefusion.report.target_results import Row, TargetResults, TargetTables, model_title

TONES = {"baseline": "muted", "single": "good", "early": "accent", "rule": "plain"}
FIRST = 10
FAR = 2.0
"""Widths of the best model's interval below it; what ends further down is not drawn to scale."""
ALPHA = 0.05


def kinds_key(results: TargetResults) -> tuple[Key, ...]:
    """Return what the marks in the bars mean."""
    return (
        ("late fusion: predictions joined", 0, "circle"),
        (results.words.early, 1, "square"),
        (f"single {results.words.one}", 2, "triangle-up"),
    )


def _kind(results: TargetResults, kind: str) -> str:
    names = {
        "single": f"single {results.words.one}",
        "early": results.words.early.partition(":")[0],
        "rule": "late fusion",
    }
    return names.get(kind, kind)


class _Axis:
    """One axis for the bars: from the least to the greatest interval of the models that learn."""

    def __init__(self, rows: list[Row]) -> None:
        there = [row for row in rows if row.get("value") is not None]
        best = max(there, key=lambda row: row["value"], default={})
        if best.get("low") is not None:
            least = best["low"] - FAR * (best["high"] - best["low"])
            rows = [row for row in there if row["high"] is None or row["high"] >= least]
        ends = [row[end] for row in rows for end in ("value", "low", "high") if row.get(end) is not None]
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        room = 0.06 * (high - low or 0.1)
        self.low, self.high = low - room, min(1.0, high + room)

    def at(self, value: float | None) -> float | None:
        """Return a place in per cent of the axis, its ends for what lies beyond."""
        if value is None:
            return None
        return round(100 * min(max((value - self.low) / (self.high - self.low), 0.0), 1.0), 2)

    def bar(self, row: Row, guide: float | None, tone: str) -> Bar:
        """Return the bar of a value; an arrow where it lies beside the axis."""
        value = row.get("value")
        if value is None or not self.low <= value <= self.high:
            beyond = value is not None and value > self.high
            return Bar(None, guide=self.at(guide), tone=tone, beyond=beyond)
        return Bar(self.at(value), self.at(row.get("low")), self.at(row.get("high")), self.at(guide), tone)


def ranking(results: TargetResults, tables: TargetTables) -> Table:
    """Return the ranking of all models, intervals on one axis, each target beside the mean."""
    models = tables.models
    means = {row["model"]: tables.metric(row["model"], MEAN) for row in models}
    learned = [means[row["model"]] for row in models if row["kind"] != "baseline"]
    axis = _Axis(learned or [*means.values()])
    first = next(iter(means.values()), {})
    of = f" of {plural(first.get('groups') or 0, results.group_word)}" if results.grouped else ""
    title = "R² averaged over the targets" if len(results.targets) > 1 else "R²"
    return Table(
        "ranking",
        f"By {title} on {plural(first.get('n') or 0, 'item')}{of}, under {tables.protocol}.",
        _columns(results, tables, axis),
        [_row(results, tables, model, axis) for model in models],
        note=(
            f"Tied: cannot be told from the best model with these items. Dashed line and gain: against "
            f"{tables.reference}, the best single {results.words.one} {results.words.best}. Intervals hold "
            f"{results.words.fixed} and the folds fixed."
        ),
        sorted_by=1,
        strong=frozenset(at for at, model in enumerate(models) if model["model"] == tables.lead),
        shown=frozenset(
            at
            for at, model in enumerate(models)
            if at < FIRST or model["kind"] in ("single", "baseline") or model["model"] == tables.lead
        ),
        look="headline",
        title="All models.",
    )


def _beside(results: TargetResults) -> list[str]:
    """Return the targets that stand beside their mean; none where there is one alone."""
    return results.targets if len(results.targets) > 1 else []


def _columns(results: TargetResults, tables: TargetTables, axis: _Axis) -> list[Column]:
    several = len(results.targets) > 1
    return [
        Column("Model", "model", "text"),
        Column(
            "Mean R²" if several else "R²",
            "r2",
            help=f"1 − Σ(y − f)²/Σ(y − ȳ)², ȳ the mean of the {results.words.center}",
            interval="beside",
        ),
        Column("95 % interval", "", ends=(number(axis.low, 2), number(axis.high, 2))),
        Column(
            "Confidence set",
            "in_confidence_set",
            "text",
            help="tied: cannot be told from the best (model confidence set at 95 %, squared errors)",
        ),
        Column("Gain", "difference", help=f"in R² over {tables.reference} alone", interval="beside"),
        *(Column(target, f"r2_{target}", unit="R²", interval="beside") for target in _beside(results)),
        *(
            Column(f"{target}, CCC", f"ccc_{target}", help="Lin's concordance correlation")
            for target in results.targets
        ),
        Column("Kind", "kind", "text"),
    ]


def _row(results: TargetResults, tables: TargetTables, model: Row, axis: _Axis) -> list[Cell]:
    name = model["model"]
    mean, guide = (tables.metric(one, MEAN) for one in (name, tables.reference))
    return [
        _name(results, model, tables),
        estimate(mean, number, span),
        Cell("", mean.get("value"), bar=axis.bar(mean, guide.get("value"), TONES[model["kind"]])),
        _set(tables, model),
        _gain(tables, model),
        *(estimate(tables.metric(name, target), number, span) for target in _beside(results)),
        *(figure(tables.metric(name, target, "ccc").get("value"), number) for target in results.targets),
        text(_kind(results, model["kind"]), tone="muted"),
    ]


def _set(tables: TargetTables, model: Row) -> Cell:
    """Return whether a model is tied with the best, with a word where its gain seems to contradict that."""
    inside = model["in_confidence_set"]
    if inside is None:
        return Cell(NOTHING, None)
    shown = _shown(tables, model)
    if not inside:
        note = f"though better than {tables.reference}" if shown > 0 else ""
        return Cell("no", "no", tone="muted", note=note)
    note = f"though worse than {tables.reference} by itself" if shown < 0 else ""
    return Cell("", "yes", mark="tied", tone="good", note=note)


def _shown(tables: TargetTables, model: Row) -> int:
    """Return 1 or −1 where a model is shown to be better or worse than the reference, else 0."""
    row = tables.comparison(model["model"])
    p = row.get("p_holm") if row.get("p_holm") is not None else row.get("p")
    if p is None or p > ALPHA:
        return 0
    return 1 if row["r2_difference"] > 0 else -1


def _name(results: TargetResults, model: Row, tables: TargetTables) -> Cell:
    notes = []
    if model["model"] != model_title(model["model"]):
        notes.append(model_title(model["model"]))
    if model["is_reference"]:
        notes.append(f"best single {results.words.one} {results.words.best}")
    if model["same_as"]:
        notes.append(f"same as {model['same_as']}")
    chosen = tables.chosen() if model["model"] == SELECTED else {}
    if len(chosen) > 0 and not model["same_as"]:
        notes.append(f"mostly {next(iter(chosen))}" if len(chosen) > 1 else next(iter(chosen)))
    return text(model["model"], note="; ".join(notes))


def _gain(tables: TargetTables, model: Row) -> Cell:
    if model["is_reference"]:
        return Cell("reference", None, tone="muted")
    row = tables.comparison(model["model"])
    if not row:
        return Cell(NOTHING, None)
    tone = {1: "good", -1: "bad"}.get(_shown(tables, model), "") if model["kind"] != "baseline" else ""
    own = {"value": row["r2_difference"], "low": row["r2_low"], "high": row["r2_high"]}
    return estimate(own, signed, span, tone=tone)


def every_metric(results: TargetResults, tables: TargetTables) -> Table:
    """Return every metric of every model and target."""
    names = ("r2", "rmse", "mae", "pearson", "spearman", "ccc", "slope", "intercept")
    titles = ("R²", "RMSE", "MAE", "Pearson", "Spearman", "CCC", "Slope", "Intercept")
    helps = {"slope": "of the truth on the prediction: 1 where calibrated, above where shrunk too far"}
    return Table(
        "metrics",
        f"Every metric with its 95 % interval, under {tables.protocol}.",
        [
            Column("Model", "model", "text"),
            Column("Target", "target", "text"),
            *(
                Column(title, name, help=helps.get(name, ""), interval="beside")
                for name, title in zip(names, titles, strict=True)
            ),
        ],
        [
            [
                text(model["model"]),
                text(target),
                *(estimate(tables.metric(model["model"], target, name), number, span) for name in names),
            ]
            for model in tables.models
            for target in results.targets
        ],
    )
