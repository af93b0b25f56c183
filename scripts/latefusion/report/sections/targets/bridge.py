"""The bridge: numbers cut at the axes, beside classifiers of the same items."""

from __future__ import annotations

from collections.abc import Sequence

from latefusion.evaluation.names import ALL
from latefusion.evaluation.targets.names import CLASSIFIER, CUT, RECALIBRATED
from latefusion.report.charts import intervals
from latefusion.report.components import Cell, Column, Figure, Section, Table, figure, text
from latefusion.report.number_format import (
    count,
    percent,
    percent_interval,
    points,
    points_interval,
    probability,
)
from latefusion.report.sentences import listed
from latefusion.report.target_results import Row, TargetResults, TargetTables

NAMES = {CUT: "numbers, cut", RECALIBRATED: "numbers, recalibrated cut", CLASSIFIER: "classifier"}
ALPHA = 0.05


def section(results: TargetResults) -> Section | None:
    """Return which reading of the items to use; None without axes to cut at."""
    tables = results.best
    rows = tables.rows.get("bridge", [])
    if not rows:
        return None
    part = Section(
        "bridge",
        "Numbers or classes?",
        lead=f"The same items read as numbers that are cut at {axes(results)}, and as classes.",
    )
    part.sentences = verdict(results)
    part.figures = [_by_distance(rows, _lead(tables), results)]
    part.tables = [_table(rows, nearest(results))]
    return part


def axes(results: TargetResults) -> str:
    """Return what the numbers are cut at."""
    return "the axes" if len(results.targets) > 1 else "the axis"


def nearest(results: TargetResults) -> str:
    """Return the axis that a distance is measured from."""
    return {1: "the axis", 2: "the nearer axis"}.get(len(results.targets), "the nearest axis")


def _lead(tables: TargetTables) -> str | None:
    return tables.lead or tables.reference


def verdict(results: TargetResults) -> list[str]:
    """Return which reading to use, as far as it is shown, and what the cut reaches."""
    tables = results.best
    lead = _lead(tables)
    own = {row["reading"]: row for row in tables.where("bridge", model=lead, subset=ALL)}
    cut, again = own.get(CUT), own.get(RECALIBRATED)
    if cut is None:
        return []
    told = [_reached(str(lead), cut, axes(results))]
    classifiers = tables.where("bridge", reading=CLASSIFIER, subset=ALL)
    if not classifiers:
        told.append("No classifier was run on these items, so the two readings cannot be compared.")
        if again is not None and again["reference"] is not None:
            told.append(_of_recalibration(again))
        return told
    told += [_against(row) for row in (cut, again) if row is not None and row["reference"]]
    told.append(_advice([row for row in (cut, again) if row is not None and row["reference"]]))
    return told


def _reached(lead: str, cut: Row, at: str) -> str:
    ends = "" if cut["low"] is None else f" (95 %: {percent_interval(cut['low'], cut['high'])})"
    said = f"Cut at {at}, what {lead} says names {percent(cut['accuracy'])} of the classes rightly{ends}"
    if cut["expected"] is None:
        return said + "."
    return (
        f"{said}; Gaussian targets and independent errors of this R² would give {percent(cut['expected'])}."
    )


def _of_recalibration(row: Row) -> str:
    shown = row["p"] is not None and row["p"] <= ALPHA
    way = "more" if row["difference"] > 0 else "fewer"
    if shown:
        return f"With the mean and spread of the targets, predictions name {way} of them: {_difference(row)}."
    told = "To give predictions the mean and spread of the targets first is not shown to matter"
    return f"{told}: {_difference(row)}."


def _against(row: Row) -> str:
    name, other = NAMES[row["reading"]], row["reference"].replace("classifier ", "the classifier ")
    if row["p"] is not None and row["p"] <= ALPHA:
        how = "more" if row["difference"] > 0 else "fewer"
        return f"{_capital(name)}: {how} right than {other}, {_difference(row)}."
    return f"{_capital(name)}: not shown to differ from {other}, {_difference(row)}."


def _difference(row: Row) -> str:
    ends = (
        ""
        if row["difference_low"] is None
        else f" (95 %: {points_interval(row['difference_low'], row['difference_high'])})"
    )
    return f"{points(row['difference'])} points{ends}"


def _advice(rows: Sequence[Row]) -> str:
    shown = [row for row in rows if row["p"] is not None and row["p"] <= ALPHA]
    better = [row for row in shown if row["difference"] > 0]
    if better:
        best = max(better, key=lambda row: row["difference"])
        reading = NAMES[best["reading"]]
        return f"For classes use {reading}: it is right more often, and keeps the numbers as well."
    if shown and len(shown) == len(rows):
        beaten = "either cut of the numbers" if len(rows) > 1 else "the numbers that are cut"
        return f"For classes use the classifier: it is right more often than {beaten}."
    return "For classes either reading will do as far as these items show; the numbers say more of each item."


def _capital(text_: str) -> str:
    return text_[:1].upper() + text_[1:]


def _by_distance(rows: Sequence[Row], lead: str | None, results: TargetResults) -> Figure:
    names = [name for name in NAMES if any(row["reading"] == name and row["model"] == lead for row in rows)]
    own = [row for row in rows if row["model"] == lead and row["reading"] in names]
    order = list(dict.fromkeys(row["subset"] for row in own))
    titles = {subset: "all items" if subset == ALL else subset for subset in order}
    spec = intervals(
        [
            {
                "label": titles[row["subset"]],
                "name": NAMES[row["reading"]],
                "value": row["accuracy"],
                "low": row["low"],
                "high": row["high"],
                "shown": f"{percent(row['accuracy'])} of {count(row['n'])}",
            }
            for row in own
        ],
        order=[titles[subset] for subset in order],
        names=[NAMES[name] for name in names],
        title="classes named rightly (%)",
    )
    return Figure(
        "bridge-distance",
        f"By distance from {axes(results)}",
        f"{lead}: share of the items whose class is named rightly, with 95 % intervals; parts of the items "
        f"by how far the truth lies from {nearest(results)}.",
        spec,
        f"Accuracy of each reading by distance from {axes(results)}: "
        + listed(
            [f"{NAMES[row['reading']]}, {titles[row['subset']]}: {percent(row['accuracy'])}" for row in own]
        ),
    )


def _table(rows: Sequence[Row], nearest_axis: str) -> Table:
    return Table(
        "bridge-readings",
        f"Every reading on all items and by distance from {nearest_axis}, paired on the same items.",
        [
            Column("Reading", "reading", "text"),
            Column("Model", "model", "text"),
            Column("Items", "subset", "text"),
            Column("n", "n"),
            Column("Accuracy", "accuracy", unit="%", interval="beside"),
            Column("Compared with", "reference", "text"),
            Column("Difference", "difference", unit="points", interval="beside"),
            Column("p", "p", help="sign flips of whole groups, not corrected"),
        ],
        [
            [
                text(NAMES[row["reading"]]),
                text(row["model"]),
                text("all" if row["subset"] == ALL else row["subset"]),
                figure(row["n"], count),
                _share(row),
                text(row["reference"]),
                _paired(row),
                figure(row["p"], probability),
            ]
            for row in rows
        ],
    )


def _share(row: Row) -> Cell:
    note = "" if row["low"] is None else percent_interval(row["low"], row["high"])
    return Cell(percent(row["accuracy"]), row["accuracy"], note=note, low=row["low"], high=row["high"])


def _paired(row: Row) -> Cell:
    low, high = row["difference_low"], row["difference_high"]
    note = "" if low is None else points_interval(low, high)
    return Cell(points(row["difference"]), row["difference"], note=note, low=low, high=high)
