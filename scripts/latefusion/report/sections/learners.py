"""Several learners on each view: how good each is, which was chosen, and what learners add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from latefusion.evaluation.names import SELECTED
from latefusion.report.components import Cell, Column, Section, Table, estimate, figure, text
from latefusion.report.metrics import METRICS, Metric
from latefusion.report.number_format import number, percent
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sentences import capitalised, listed, plural
from latefusion.report.vocabulary import tested_on

SHOWN = ("accuracy", "log_loss")
PARTS = {
    "learners": "all learners of {reference}, averaged",
    "modalities": "the chosen learner of each modality, averaged",
    "both": "all learners of each modality, averaged",
    SELECTED: "the fusion rule chosen on training items",
}


def section(results: Results) -> Section | None:
    """Return the learners of each view; None where one alone was trained."""
    tables = results.best
    if not tables.where("learners"):
        return None
    part = Section("learners", "Learners")
    part.lead = (
        "Each view learned in several ways. Of each the learner with the least log loss on training items "
        f"held out is taken, anew in each training part; {tested_on(results, tables)}."
    )
    part.sentences = [*_chosen(tables), *_gains(results, tables)]
    part.tables = [_by_view(results, tables), _sources(tables), _points(tables)]
    return part


def _views(tables: Tables) -> list[str]:
    return list(dict.fromkeys(row["view"] for row in tables.where("learners")))


def _chosen(tables: Tables) -> Iterator[str]:
    """Say of each view which learner was taken, and how often."""
    for view in _views(tables):
        rows = tables.where("learners", view=view, metric="log_loss")
        taken = sorted((row for row in rows if row["chosen"]), key=lambda row: -row["chosen"])
        if not taken:
            continue
        whole = taken[0]["partitions"]
        if whole == 1:
            one = taken[0]
            held_out = number(one["out_of_fold_log_loss"])
            yield (f"Of {view}, {one['learner']} was taken: its log loss on items held out is {held_out}.")
        else:
            told = [f"{row['learner']} in {row['chosen']}" for row in taken]
            yield f"Of {view}, in {plural(whole, 'training part')}, was taken: {listed(told)}."


def _gains(results: Results, tables: Tables) -> Iterator[str]:
    """Say what learners and what modalities add to the best single model."""
    metric = results.metric
    reference = tables.reference
    rows = {(row["part"], row["against"]): row for row in tables.where("gain_sources", metric=metric.name)}
    if not rows or reference is None:
        return
    learners, modalities = rows["learners", reference], rows["modalities", reference]
    yield (
        f"Against {reference} by its chosen learner, the mean of all its learners differs by "
        f"{_difference(metric, learners)}, the mean over modalities by {_difference(metric, modalities)}, "
        f"and the mean of all learners of all modalities by {_difference(metric, rows['both', reference])}."
    )
    if (SELECTED, reference) in rows:
        yield (
            f"The fusion rule chosen on training items differs from {reference} by "
            f"{_difference(metric, rows[SELECTED, reference])}: from all learners of {reference} by "
            f"{_difference(metric, rows[SELECTED, 'learners'])}, from the mean over modalities by "
            f"{_difference(metric, rows[SELECTED, 'modalities'])}."
        )
    apart = rows["modalities", "learners"]
    low, high = apart["difference_low"], apart["difference_high"]
    if low is None or high is None:
        return
    if low <= 0 <= high:
        yield "Whether further learners or further modalities add more cannot be told with these items."
    else:
        more = metric.gain(apart["difference"]) > 0
        first, second = ("modalities", "learners") if more else ("learners", "modalities")
        yield (
            f"Further {first} add more than further {second}: {_difference(metric, apart)} between the two "
            "means."
        )


def _difference(metric: Metric, row: Row) -> str:
    """Write a paired difference with its interval."""
    low, high = row["difference_low"], row["difference_high"]
    told = metric.change(row["difference"])
    return told if low is None or high is None else f"{told} ({metric.difference_interval(low, high)})"


def _by_view(results: Results, tables: Tables) -> Table:
    """Return a line for each learner, and for each view its metrics, the chosen one marked."""
    views = _views(tables)
    shown = [METRICS[name] for name in dict.fromkeys((*SHOWN, results.metric.name))]
    learners = list(dict.fromkeys(row["learner"] for row in tables.where("learners")))
    columns = [Column("Learner", "learner", "text")]
    columns += [
        Column(
            f"{view}: {metric.heading.lower()}", f"{view}_{metric.name}", unit=metric.unit, interval="beside"
        )
        for view in views
        for metric in shown
    ]
    rows = [
        [text(learner), *(_cell(tables, learner, view, metric) for view in views for metric in shown)]
        for learner in learners
    ]
    return Table(
        "learners-by-view",
        "Accuracy and log loss of every learner on every view, 95 % intervals below.",
        columns,
        rows,
        note="Chosen: taken in this share of the training parts, by items held out of them, not by test.",
    )


def _cell(tables: Tables, learner: str, view: str, metric: Metric) -> Cell:
    row = tables.one("learners", learner=learner, view=view, metric=metric.name)
    if row is None:
        return text(None)
    cell = estimate(row, metric.written, metric.short_interval)
    if not row["chosen"] or metric.name != "log_loss":
        return cell
    share = row["chosen"] / row["partitions"]
    chosen = "chosen" if share == 1 else f"chosen in {percent(share, 0)}"
    return replace(cell, tone="strong", note=f"{cell.note}, {chosen}" if cell.note else chosen)


def _sources(tables: Tables) -> Table:
    """Return what averaging over learners and over modalities gains on the best single model."""
    reference = tables.reference or ""
    rows = tables.where("gain_sources", against=reference)
    body = []
    for row in rows:
        metric = METRICS[row["metric"]]
        difference = {
            "low": row["difference_low"],
            "high": row["difference_high"],
            "value": row["difference"],
        }
        body.append(
            [
                text(capitalised(PARTS[row["part"]].format(reference=reference))),
                text(metric.title),
                estimate(row, metric.written, metric.short_interval),
                estimate(difference, metric.difference, metric.difference_interval),
            ]
        )
    return Table(
        "gain-sources",
        f"What more learners and what more modalities add to {reference} by its chosen learner, as means of "
        "probabilities, so that no choice of a rule is part of them; below, the rule that was chosen.",
        [
            Column("Averaged", "part", "text"),
            Column("Metric", "metric", "text"),
            Column("Value", "value", interval="beside"),
            Column(f"Difference to {reference}", "difference", interval="beside", unit="95 %, paired"),
        ],
        body,
        sortable=False,
    )


def _points(tables: Tables) -> Table:
    """Return what was tried of every learner's settings, best first in each model and partition."""
    tried = sorted(
        tables.where("learner_grid"), key=lambda row: (row["model"], row["partition"], row["log_loss"])
    )
    return Table(
        "learner-grid",
        f"Every setting that was tried, {tables.protocol}; the chosen one has the least log loss on training "
        "items held out.",
        [
            Column("Model", "model", "text"),
            Column("Partition", "partition", "text"),
            Column("Settings", "settings", "text"),
            Column("Log loss out of fold", "log_loss", unit="nats"),
            Column("Accuracy out of fold", "accuracy", unit="%"),
            Column("Chosen", "chosen", "text"),
            Column("At the end of its grid", "at_edge", "text"),
        ],
        [
            [
                text(row["model"]),
                text(row["partition"], tone="muted"),
                text(row["settings"]),
                figure(row["log_loss"], number),
                figure(row["accuracy"], percent),
                text("yes" if row["chosen"] else "no"),
                text(row["at_edge"]),
            ]
            for row in tried
        ],
        strong=frozenset(at for at, row in enumerate(tried) if row["chosen"]),
    )
