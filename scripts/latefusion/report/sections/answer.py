"""The top of the page: which rule, whether fusion helps, what to distrust, all from the tables."""

from __future__ import annotations

from latefusion.evaluation.names import SELECTED
from latefusion.report.components import Section
from latefusion.report.number_format import NOTHING
from latefusion.report.results import Results, Row, Tables
from latefusion.report.sections.checks import all_counted
from latefusion.report.sections.distrust import distrust
from latefusion.report.sections.gain import helps
from latefusion.report.sections.ranking import KINDS_KEY, ranking
from latefusion.report.sections.recommendation import which
from latefusion.report.sentences import sample
from latefusion.report.vocabulary import recommended

NOTEBOOK_RULES = frozenset(
    {
        "accuracy_weighted",
        "class_weighted_max",
        "logistic_regression",
        "max_confidence",
        "mean",
        "mlp",
        "random_forest",
    }
)
"""The rules of the published notebook; of no other can it have claimed anything."""


def section(results: Results) -> Section:
    """Return the answer and the ranking under the protocol that is to be believed."""
    tables = results.best
    part = Section("answer", "The answer")
    part.facts["answers"] = [which(results, tables), helps(results, tables), distrust(results, tables)]
    part.facts["checks"] = all_counted(results.checks)
    part.facts["key"] = key_figures(results, tables)
    part.facts["kinds"] = [dict(zip(("name", "colour", "shape"), key, strict=True)) for key in KINDS_KEY]
    part.facts["metric"] = results.metric
    part.tables.append(ranking(results, tables))
    return part


def key_figures(results: Results, tables: Tables) -> list[dict[str, str]]:
    """Return a few figures that everything else hangs on."""
    metric, lead = results.metric, tables.lead
    fused, single, majority = (
        tables.metric(model or "", metric.name) for model in (lead, tables.reference, "majority")
    )
    n = sample(fused.get("n") or single.get("n") or 0, "item")
    how = ", rule picked without test" if lead == SELECTED else f" ({lead})"
    shown = [
        ("Always the commonest class", metric.written(majority.get("value")), f"no model needed; {n}"),
        (f"{tables.reference} alone", metric.written(single.get("value")), _between(results, single)),
        (f"Fusion{how}", metric.written(fused.get("value")), _between(results, fused)),
    ]
    oracle = tables.one("oracle", model="oracle", class_index=None)
    if oracle and metric.name == "accuracy" and len(tables.named("single")) > 1:
        value = metric.written(oracle["value"])
        shown.append(("Some modality right", value, "a perfect choice among them (oracle)"))
    claimed, rule = results.claimed, recommended(tables)
    if claimed and claimed is not tables and rule in NOTEBOOK_RULES:
        row = claimed.metric(rule, metric.name)
        note = f"{rule}, {sample(row.get('n') or 0, 'test item')}, leaks included"
        shown.append(("Claimed, the notebook’s way", metric.written(row.get("value")), note))
    return [
        {"title": title, "value": value, "note": note} for title, value, note in shown if value != NOTHING
    ]


def _between(results: Results, row: Row) -> str:
    interval = results.metric.interval(row.get("low"), row.get("high"))
    return "no interval" if interval == NOTHING else f"95 %: {interval}"
