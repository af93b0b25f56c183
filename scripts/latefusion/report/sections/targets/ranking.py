"""The ranking of all models of numbers by R² averaged over the targets."""

from __future__ import annotations

from latefusion.evaluation.targets.names import MEAN, SELECTED
from latefusion.report.components import Bar, Cell, Column, Table, estimate, figure, text
from latefusion.report.number_format import NOTHING, number, signed, span
from latefusion.report.sentences import plural
from latefusion.report.target_results import Row, TargetResults, TargetTables, model_title

TONES = {"baseline": "muted", "single": "good", "early": "accent", "rule": "plain"}
KINDS = {
    "baseline": "baseline",
    "single": "single modality",
    "early": "early fusion",
    "rule": "late fusion",
}
FIRST = 10


class _Axis:
    """One axis for the bars: from the least to the greatest interval of the models that learn."""

    def __init__(self, rows: list[Row]) -> None:
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
    guide = means.get(tables.reference or "", {}).get("value")
    targets = results.targets if len(results.targets) > 1 else []
    inside = {row["model"]: row["in_confidence_set"] for row in models}
    body = [
        [
            _name(model, tables),
            estimate(means[model["model"]], number, span),
            Cell(
                "",
                means[model["model"]].get("value"),
                bar=axis.bar(means[model["model"]], guide, TONES[model["kind"]]),
            ),
            Cell("", "yes", mark="tied", tone="good")
            if inside[model["model"]]
            else text("no" if inside[model["model"]] is False else None, tone="muted"),
            _gain(tables, model),
            *(estimate(tables.metric(model["model"], target), number, span) for target in targets),
            *(
                figure(tables.metric(model["model"], target, "ccc").get("value"), number)
                for target in results.targets
            ),
            text(KINDS[model["kind"]], tone="muted"),
        ]
        for model in models
    ]
    first = next(iter(means.values()), {})
    shown = frozenset(
        at
        for at, model in enumerate(models)
        if at < FIRST or model["kind"] in ("single", "baseline") or model["model"] == tables.lead
    )
    groups = plural(first.get("groups") or 0, results.group_word if results.grouped else "item")
    of = f" of {groups}" if results.grouped else ""
    title = "R² averaged over the targets" if targets else "R²"
    return Table(
        "ranking",
        f"By {title} on {plural(first.get('n') or 0, 'item')}{of}, under {tables.protocol}.",
        [
            Column("Model", "model", "text"),
            Column(
                "Mean R²" if targets else "R²",
                "r2",
                help="1 − Σ(y − f)²/Σ(y − ȳ)², ȳ the mean of the training items; averaged over targets",
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
            *(Column(target, f"r2_{target}", unit="R²", interval="beside") for target in targets),
            *(
                Column(f"{target}, CCC", f"ccc_{target}", help="Lin's concordance")
                for target in results.targets
            ),
            Column("Kind", "kind", "text"),
        ],
        body,
        note=(
            f"Tied: cannot be told from the best model with these items. Dashed line and gain: against "
            f"{tables.reference}, the best single modality out of fold. Intervals hold the trained models "
            "and the folds fixed."
        ),
        sorted_by=1,
        strong=frozenset(at for at, model in enumerate(models) if model["model"] == tables.lead),
        shown=shown,
        look="headline",
        title="All models.",
    )


def _name(model: Row, tables: TargetTables) -> Cell:
    notes = []
    if model["model"] != model_title(model["model"]):
        notes.append(model_title(model["model"]))
    if model["is_reference"]:
        notes.append("best single modality out of fold")
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
    p = row["p_holm"] if row["p_holm"] is not None else row["p"]
    tone = (
        ""
        if p is None or p > 0.05 or model["kind"] == "baseline"
        else "good"
        if row["r2_difference"] > 0
        else "bad"
    )
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
