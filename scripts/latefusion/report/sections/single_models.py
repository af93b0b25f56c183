"""The models on their own: how good, for which class, and what they confuse."""

from __future__ import annotations

from latefusion.report.charts import intervals
from latefusion.report.components import (
    Cell,
    Column,
    Figure,
    Section,
    Table,
    estimate,
    figure,
    interval,
    text,
)
from latefusion.report.number_format import count, number, percent, percent_interval, span
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import listed, sample
from latefusion.report.vocabulary import prior_unit, shown_percent, tested_on

METRICS = (
    ("accuracy", "Accuracy", "share right"),
    ("balanced_accuracy", "Balanced accuracy", "mean recall"),
    ("macro_f1", "Macro-F1", "0 to 1"),
    ("matthews", "Matthews", "−1 to 1"),
    ("kappa", "Cohen's kappa", "−1 to 1"),
    ("auroc", "AUROC", "0.5 is chance"),
    ("log_loss", "Log loss", "nats, low is good"),
    ("brier", "Brier", "0 to 2, low is good"),
)
SHADES = 9
DRAWN, UNFOLDED = 6, 4
"""Models in the chart of every class, and those whose confusion matrices are not folded away."""
NARROW = 6
"""Classes up to which two confusion matrices stand side by side."""


def section(results: Results) -> Section:
    """Return the single-modality models, and early fusion beside them."""
    tables = results.best
    names = tables.named("single", "early")
    part = Section("single", "Single models")
    each = (
        "Each model on its own, those that no rule fuses too"
        if results.predicted
        else "Each modality on its own, and early fusion where there is any"
    )
    part.lead = f"{each}: {tested_on(results, tables)}."
    part.sentences = _strengths(tables, tables.named("single"))
    part.figures += [_recalls(results, tables, names)]
    part.tables += [_metrics(tables, names)]
    part.facts["matrices"] = [confusion(results, tables, name) for name in names[:UNFOLDED]]
    part.facts["more_matrices"] = [confusion(results, tables, name) for name in names[UNFOLDED:]]
    part.facts["narrow"] = len(results.classes) <= NARROW
    part.tables += [_machines(results), _grid(tables)]
    return part


def _strengths(tables: Tables, names: list[str]) -> list[str]:
    told = []
    for name in names:
        rows = [row for row in _recall(tables, name) if row["value"] is not None]
        if not rows:
            continue
        best, worst = max(rows, key=lambda row: row["value"]), min(rows, key=lambda row: row["value"])
        told.append(
            f"{name} is right for {percent(tables.value(name, 'accuracy'))}; it knows {best['class']} best "
            f"(recall {percent(best['value'], 0)}) and {worst['class']} least ({percent(worst['value'], 0)})."
        )
    return told


def _recall(tables: Tables, model: str) -> list[Row]:
    return tables.where("per_class", subset="all", metric="recall", model=model)


def _recalls(results: Results, tables: Tables, names: list[str]) -> Figure:
    """Return the recall of each class by the models, as dots with intervals."""
    drawn = names[:DRAWN]
    rows = [
        {
            "label": row["class"],
            "name": name,
            "value": row["value"],
            "low": row["low"],
            "high": row["high"],
            "shown": f"{shown_percent(row)}, n = {count(row['support'])}",
        }
        for name in drawn
        for row in _recall(tables, name)
        if row["value"] is not None
    ]
    support = {row["class"]: row["support"] for row in _recall(tables, names[0])} if names else {}
    table = Table(
        "single-recall-table",
        "Recall, precision, F1 and share predicted, by class.",
        [
            Column("Model", "model", "text"),
            Column("Class", "class", "text"),
            Column("Items", "support"),
            Column("Recall", "recall", unit="%"),
            Column("95 % interval", "recall", interval="alone"),
            Column("Precision", "precision", unit="%"),
            Column("F1", "f1"),
            Column("Predicted", "share_predicted", unit="% of items"),
            Column("Prior", "prior", unit=prior_unit(results)),
        ],
        [_class_row(tables, name, row) for name in names for row in _recall(tables, name)],
    )
    fewer = len(drawn) < len(names)
    some = f" The first {len(drawn)} of {len(names)} models." * fewer
    sizes = listed([f"{name} {count(n)}" for name, n in support.items()])
    return Figure(
        "single-recall",
        "Recall: how many items of a class are recognised",
        f"In per cent with 95 % intervals; items of each class: {sizes}.{some}",
        intervals(rows, order=results.classes, names=drawn, title="recall (% of the items)"),
        "Recall by class and model: "
        + listed([f"{row['name']} {row['label']} {percent(row['value'], 0)}" for row in rows]),
        table,
    )


def _class_row(tables: Tables, name: str, recall: Row) -> list[Cell]:
    other = {
        measure: tables.one(
            "per_class", subset="all", metric=measure, model=name, class_index=recall["class_index"]
        )
        or {}
        for measure in ("precision", "f1", "share_predicted")
    }
    return [
        text(name),
        text(recall["class"]),
        figure(recall["support"], count),
        figure(recall["value"], percent),
        interval(recall, percent_interval),
        figure(other["precision"].get("value"), percent),
        figure(other["f1"].get("value"), number),
        figure(other["share_predicted"].get("value"), percent),
        figure(recall["prior"], percent),
    ]


def _metrics(tables: Tables, names: list[str]) -> Table:
    return all_metrics(tables, names, "single-metrics", "Every metric of the models that fusion starts from")


def all_metrics(tables: Tables, names: list[str], id_: str, caption: str) -> Table:
    """Return all metrics of some models, one line each, intervals below."""
    there = [entry for entry in METRICS if any(tables.value(name, entry[0]) is not None for name in names)]
    rows = []
    for name in names:
        cells = [text(name)]
        cells += [_metric_cell(tables.metric(name, metric), metric) for metric, _, _ in there]
        rows.append(cells)
    n = max((tables.metric(name, "accuracy").get("n") or 0 for name in names), default=0)
    return Table(
        id_,
        f"{caption}; 95 % intervals below, {sample(n, 'item')}.",
        [
            Column("Model", "model", "text"),
            *(Column(title, metric, unit=unit, interval="beside") for metric, title, unit in there),
        ],
        rows,
    )


def _metric_cell(row: Row, metric: str) -> Cell:
    """Return a metric with its interval, accuracies in per cent."""
    if metric.endswith("accuracy"):
        return estimate(row, percent, lambda low, high: span(low, high, 100, 1))
    return estimate(row, number, span)


def confusion(results: Results, tables: Tables, name: str) -> Table:
    """Return the confusion matrix of a model; shares of the true class, shaded, with counts."""
    classes = results.classes
    at = {
        (row["true_index"], row["predicted_index"]): row
        for row in tables.where("confusion", subset="all", model=name)
    }
    rows = []
    for true, title in enumerate(classes):
        cells = [text(title)]
        for predicted in range(len(classes)):
            row = at.get((true, predicted), {})
            share = row.get("share") or 0.0
            tone = f"shade shade-{min(SHADES, round(share * SHADES))}" + (
                " diagonal" if true == predicted else ""
            )
            cells.append(
                Cell(percent(row.get("share"), 0), row.get("count"), tone=tone, note=count(row.get("count")))
            )
        rows.append(cells)
    n = tables.metric(name, "accuracy").get("n") or 0
    return Table(
        f"confusion-{name}",
        f"what it says (columns) of each true class (rows), % of the row, items below; {sample(n, 'item')}.",
        [Column("True class", "true", "text"), *(Column(title, f"said_{title}") for title in classes)],
        rows,
        sortable=False,
        look="matrix",
        title=f"{name}:",
    )


def _machines(results: Results) -> Table:
    partition = "given" if any(where == "given" for where, _ in results.models) else None
    rows = []
    for (where, view), facts in sorted(results.models.items()):
        if (partition is not None and where != partition) or {"learner", "chosen"} & facts.keys():
            continue
        rows.append(
            [
                text(view),
                text(where, tone="muted"),
                figure(facts.get("rows"), count),
                figure(facts.get("columns"), count),
                text(None if facts.get("C") is None else f"{facts['C']:g}"),
                text(", ".join(f"{gamma:.3g}" for gamma in facts.get("gammas") or [])),
                figure(facts.get("n_support"), count),
                figure(facts.get("n_inverted_sigmoids"), count),
                text("yes" if facts.get("approximated") else "no"),
            ]
        )
    return Table(
        "machines",
        "The support vector machines.",
        [
            Column("View", "view", "text"),
            Column("Partition", "partition", "text"),
            Column("Training rows", "rows"),
            Column("Columns", "columns"),
            Column("C", "C", "text"),
            Column("gamma", "gamma", "text"),
            Column("Support vectors", "n_support"),
            Column("Inverted sigmoids", "n_inverted_sigmoids"),
            Column("Approximated", "approximated", "text"),
        ],
        rows,
    )


def _grid(tables: Tables) -> Table:
    """Return what was tried of C and gamma, best first in each view and partition."""
    tried = sorted(tables.where("grid"), key=lambda row: (row["model"], row["partition"], row["log_loss"]))
    return Table(
        "grid",
        f"Every C and gamma that was tried, {tables.protocol}; the chosen one has the least log loss on "
        "training items held out, and test plays no part.",
        [
            Column("View", "view", "text"),
            Column("Partition", "partition", "text"),
            Column("C", "C"),
            Column("gamma", "gamma", "text"),
            Column("Log loss out of fold", "log_loss", unit="nats"),
            Column("Accuracy out of fold", "accuracy", unit="%"),
            Column("Chosen", "chosen", "text"),
        ],
        [
            [
                text(row["model"]),
                text(row["partition"], tone="muted"),
                figure(row["C"], lambda C: f"{C:g}"),
                text(row["gamma"]),
                figure(row["log_loss"], number),
                figure(row["accuracy"], percent),
                text("yes" if row["chosen"] else "no"),
            ]
            for row in tried
        ],
        strong=frozenset(at for at, row in enumerate(tried) if row["chosen"]),
    )
