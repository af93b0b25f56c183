"""What was claimed, what remains once nothing is learned from test, and what remains for unseen groups."""

from __future__ import annotations

from latefusion.report.charts import intervals
from latefusion.report.components import Cell, Column, Figure, Section, Table, estimate, figure, text
from latefusion.report.number_format import (
    count,
    number,
    percent,
    plural,
    points,
    points_interval,
    span,
)
from latefusion.report.results import TRUST, Results, Row
from latefusion.report.sections import published
from latefusion.report.vocabulary import PROTOCOL_MEANING, PROTOCOLS, recommended, shown_percent

STEPS = (("replica", "honest"), ("honest", "cross"))
DRAWN = 12
"""Models in the chart; the table beside it has all."""
TONES = {"flatters": "bad", "harms": "good"}


def section(results: Results) -> Section:
    """Return every model under every protocol, and the differences, paired."""
    part = Section("claims", "Claimed against honest")
    order = [name for name in reversed(TRUST) if name in results.protocols]
    part.facts["meaning"] = [(PROTOCOLS[name], PROTOCOL_MEANING[name]) for name in order]
    part.sentences = [sentence for step in STEPS if (sentence := _sentence(results, *step))]
    if len(order) > 1:
        part.figures.append(_figure(results, order))
    leaks = _leaks(results)
    if leaks:
        part.tables.append(leaks)
    part.facts["published"] = published.tables(results)
    return part


def _sentence(results: Results, start: str, end: str) -> str:
    subset = "given_test" if end == "cross" else "all"
    rows = [
        row
        for row in results.across.get("leaks", [])
        if (row["claimed"], row["honest"], row["subset"], row["metric"]) == (start, end, subset, "accuracy")
        and row["kind"] == "rule"
    ]
    if not rows:
        return ""
    worst = max(rows, key=lambda row: row["difference"])
    flattered = [row for row in rows if row["verdict"] == "flatters"]
    mean = sum(row["difference"] for row in rows) / len(rows)
    apart = results.dataset["groups"]["cross_grouped"]
    what = {
        ("replica", "honest"): "nothing is learned any more from test, or from rows that the models had seen",
        ("honest", "cross"): f"no test item has its {results.group_word} in training any more"
        if apart
        else "cross-validation over all items",
    }[start, end]
    change = f"lose {number(100 * mean, 1)}" if mean >= 0 else f"gain {number(-100 * mean, 1)}"
    return (
        f"From {start} to {end} ({what}) the rules {change} points on average. A loss is shown for "
        f"{count(len(flattered)) if flattered else 'none'} of {len(rows)}; the largest is that of "
        f"{worst['model']}: from {percent(worst['claimed_value'])} to {percent(worst['honest_value'])}, "
        f"{number(100 * worst['difference'], 1)} points (95 % interval "
        f"{points_interval(worst['low'], worst['high'])}; n = {plural(worst['n'], 'item')})."
    )


def _figure(results: Results, order: list[str]) -> Figure:
    best = results.best
    names = [PROTOCOLS[name] for name in order]
    rows = []
    for protocol in order:
        subset = "given_test" if protocol == "cross" else "all"
        tables = results.protocols[protocol]
        for model in tables.models:
            row = tables.metric(model["model"], "accuracy", subset)
            if row.get("value") is not None and model["kind"] != "baseline":
                rows.append(
                    {
                        "label": model["model"],
                        "name": PROTOCOLS[protocol],
                        "value": row["value"],
                        "low": row["low"],
                        "high": row["high"],
                        "shown": shown_percent(row),
                    }
                )
    labels = list(dict.fromkeys(row["label"] for row in rows))
    labels.sort(key=lambda name: -(best.value(name, "accuracy") or 0))
    everyone, drawn = labels, _drawn(results, labels)
    labels = [name for name in labels if name in drawn]
    rows = [row for row in rows if row["label"] in drawn]
    some = f" The {len(labels)} of {len(everyone)} models that matter most or change most." * (
        len(labels) < len(everyone)
    )
    n = results.dataset["n"]["test"]
    return Figure(
        "claims-chart",
        "The same model, three ways of looking",
        "Accuracy in per cent with 95 % intervals, each on the same items of the test file; n = "
        f"{plural(n, 'item')}.{some}",
        intervals(rows, order=labels, names=names, title="accuracy (% of the items)"),
        "Accuracy under each protocol: "
        + "; ".join(
            f"{label} "
            + ", ".join(f"{row['name']} {percent(row['value'])}" for row in rows if row["label"] == label)
            for label in labels
        ),
        _values(results, everyone, order),
    )


def _drawn(results: Results, labels: list[str]) -> set[str]:
    """Return the models that are drawn: what the page speaks of, then those that change most."""
    best = results.best
    spoken_of = [recommended(best), best.lead, best.reference, *best.named("single", "early")]
    change: dict[str, float] = {}
    for row in results.across.get("leaks", []):
        if row["metric"] == "accuracy" and row["subset"] != "unseen_group":
            change[row["model"]] = max(change.get(row["model"], 0.0), abs(row["difference"]))
    ordered = sorted(labels, key=lambda name: -change.get(name, 0.0))
    return set(list(dict.fromkeys(name for name in [*spoken_of, *ordered] if name in labels))[:DRAWN])


def _values(results: Results, labels: list[str], order: list[str]) -> Table:
    body = []
    for label in labels:
        cells = [text(label)]
        for protocol in order:
            for subset in _subsets(results, protocol):
                row = results.protocols[protocol].metric(label, "accuracy", subset)
                cells.append(estimate(row, percent, lambda low, high: span(low, high, 100, 1)))
        body.append(cells)
    columns = [Column("Model", "model", "text")]
    for protocol in order:
        for subset in _subsets(results, protocol):
            tables = results.protocols[protocol]
            n = max((tables.metric(label, "accuracy", subset).get("n") or 0 for label in labels), default=0)
            words = {"all": "all items", "given_test": "test file", "unseen_group": "groups not in train"}[
                subset
            ]
            columns.append(
                Column(protocol, f"{protocol}_{subset}", unit=f"{words}, n = {count(n)}", interval="beside")
            )
    return Table(
        "protocols",
        "Accuracy of each model under each protocol and on each subset, in per cent with 95 % intervals.",
        columns,
        body,
        note=(
            "Items whose group is not in train are other items than the rest, so the difference between "
            "these columns is no estimate of a leak; the table of paired differences is."
        ),
    )


def _subsets(results: Results, protocol: str) -> list[str]:
    there = {row["subset"] for row in results.protocols[protocol].rows.get("metrics", [])}
    return [name for name in ("all", "given_test", "unseen_group") if name in there]


def _leaks(results: Results) -> Table | None:
    found = [
        row
        for row in results.across.get("leaks", [])
        if row["metric"] == "accuracy" and row["subset"] != "unseen_group" and row["kind"] != "baseline"
    ]
    if not found:
        return None
    return Table(
        "leaks",
        "What goes away, paired on the same items: percentage points of accuracy with 95 % intervals.",
        [
            Column("Model", "model", "text"),
            Column("From", "claimed", "text"),
            Column("To", "honest", "text"),
            Column("Before", "claimed_value", unit="%"),
            Column("After", "honest_value", unit="%"),
            Column("Difference", "difference", unit="points (95 %)", interval="beside"),
            Column("Verdict", "verdict", "text"),
            Column("Items", "n"),
        ],
        [_leak_row(row) for row in found],
        note=(
            "“Flatters”: the first protocol shows more than the second leaves. The difference can have "
            "either sign: a model that memorises groups may score better where its test items are of groups "
            "that it knows."
        ),
    )


def _leak_row(row: Row) -> list[Cell]:
    return [
        text(row["model"]),
        text(row["claimed"]),
        text(row["honest"]),
        figure(row["claimed_value"], percent),
        figure(row["honest_value"], percent),
        estimate(row, points, points_interval, key="difference"),
        Cell("", row["verdict"], mark=row["verdict"], tone=TONES.get(row["verdict"], "")),
        figure(row["n"], count),
    ]
