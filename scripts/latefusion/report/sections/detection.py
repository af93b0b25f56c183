"""Detection: how well the models of two-class data find the items of the target class, and at what cost."""

from __future__ import annotations

from latefusion.report.components import Cell, Column, Section, Table, estimate, text
from latefusion.report.number_format import count, number, percent, span
from latefusion.report.results import Results, Row
from latefusion.report.sentences import plural, say
from latefusion.report.vocabulary import model_name

RATES = ("eer", "eer_hull")
COLUMNS = (
    ("eer", "EER", "%", "equal error rate: as many targets missed as others taken for targets"),
    ("eer_hull", "EER, hull", "%", "equal error rate on the convex hull of the ROC curve"),
    ("min_dcf", "minDCF", "1: looks at nothing", "least cost over all thresholds"),
    ("act_dcf", "actDCF", "1: looks at nothing", "cost at the threshold that the probabilities promise"),
    ("cllr", "Cllr", "bits", "cost of log-likelihood ratios; 0 is perfect, 1 says nothing"),
    ("min_cllr", "minCllr", "bits", "Cllr after the best increasing function (pool adjacent violators)"),
    (
        "average_precision",
        "AP",
        "high is good",
        "average precision: mean over targets of the precision there",
    ),
    ("auroc", "AUROC", "high is good", "area under the ROC curve"),
)


def section(results: Results) -> Section | None:
    """Return the measures of detection; nothing where there are other than two classes."""
    tables = results.best
    rows = tables.rows.get("detection") or []
    if not rows:
        return None
    part = Section("detection", "Detection")
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row["model"], {})[row["metric"]] = row
    first = rows[0]
    point = results.config["evaluation"]["detection"]
    part.sentences = [_best(results, found), _costs(first, point)]
    if tables.protocol == "cross" and first["partitions"] > 1:
        part.sentences.append(
            f"Measured within each of {plural(first['partitions'], 'partition')}, then averaged: scores of "
            "models that were trained on different items have no common threshold."
        )
    part.finding = part.sentences[0]
    part.tables.append(_table(found, first))
    return part


def _best(results: Results, found: dict[str, dict[str, Row]]) -> str:
    """Return which model has the least equal error rate, and what calibration costs it."""
    known = {name: row["eer"]["value"] for name, row in found.items() if row["eer"]["kind"] != "baseline"}
    if not known:
        return "No model gives probabilities, so nothing can be said of thresholds."
    best = min(known, key=lambda name: (known[name], list(found).index(name)))
    lost = found[best]["cllr"]["value"] - found[best]["min_cllr"]["value"]
    return (
        f"{model_name(results, best)} has the least equal error rate, {percent(known[best])}. Of its Cllr, "
        f"{number(found[best]['cllr']['value'])} bits, {number(lost)} are lost by calibration."
    )


def _costs(first: Row, point: Row) -> str:
    told = say(
        "Targets are the {n:item} of the class {name}, {others:~one item is|the others are} not.",
        n=first["targets"],
        name=first["target"],
        others=first["others"],
    )
    return (
        f"{told} Costs are those where {percent(point['prior'])} of the items are targets, a miss costs "
        f"{point['cost_miss']:g} and a false alarm {point['cost_false_alarm']:g}, divided by what the better "
        "of two detectors costs that look at nothing."
    )


def _table(found: dict[str, dict[str, Row]], first: Row) -> Table:
    def cell(row: Row, metric: str) -> Cell:
        if metric in RATES:
            return estimate(row, percent, lambda low, high: span(low, high, 100, 1))
        return estimate(row, number, span)

    return Table(
        "detection-table",
        f"Detection of {first['target']}: {count(first['targets'])} targets, {count(first['others'])} "
        "others; 95 % intervals below.",
        [
            Column("Model", "model", "text"),
            *(
                Column(title, name, unit=unit, help=told, interval="beside")
                for name, title, unit, told in COLUMNS
            ),
        ],
        [
            [text(name), *(cell(rows.get(metric, {}), metric) for metric, *_ in COLUMNS)]
            for name, rows in found.items()
        ],
    )
