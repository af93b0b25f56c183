"""What was claimed, what remains once nothing is learned from test, and what remains for unseen groups."""

from __future__ import annotations

from latefusion.evaluation.names import ALL, GIVEN_TEST, SELECTED
from latefusion.report import verdicts
from latefusion.report.charts import intervals
from latefusion.report.components import Cell, Column, Figure, Section, Table, estimate, figure, text
from latefusion.report.number_format import count, number, percent, points, points_interval, span
from latefusion.report.results import TRUST, Results, Row
from latefusion.report.sections import published, strata
from latefusion.report.sentences import amount, capitalised, listed, plural, sample, say
from latefusion.report.vocabulary import protocol_meaning, protocol_name, recommended, shown_percent

STEPS = (("replica", "honest"), ("honest", "cross"))
DRAWN = 12
"""Models in the chart; the table beside it has all."""
TONES = {verdicts.FLATTERS: "bad", verdicts.HARMS: "good"}


def section(results: Results) -> Section | None:
    """Return every model under every protocol, and the differences, paired; None with nothing to compare."""
    part = Section("claims", "Claimed against honest")
    order = [name for name in reversed(TRUST) if name in results.protocols]
    part.facts["published"] = published.tables(results)
    part.facts["sides"] = listed(strata.sides(results.best))
    part.facts["several"] = len(order) > 1
    if len(order) < 2 and not part.facts["published"]:
        return None
    part.facts["meaning"] = [
        (protocol_name(results, name), protocol_meaning(results, name)) for name in order
    ]
    part.sentences = [sentence for step in STEPS if (sentence := _sentence(results, *step))]
    part.finding = _finding(results, order)
    if len(order) > 1:
        part.figures.append(_figure(results, order))
    leaks = _leaks(results)
    if leaks:
        part.tables.append(leaks)
    return part


def _steps(results: Results, start: str, end: str) -> list[Row]:
    """Return the paired differences of the rules between two protocols, in accuracy."""
    subset = GIVEN_TEST if end == "cross" else ALL
    return [
        row
        for row in results.across.get("leaks", [])
        if (row["claimed"], row["honest"], row["subset"], row["metric"]) == (start, end, subset, "accuracy")
        and row["kind"] == "rule"
        and row["model"] != SELECTED  # which is one of them, and not there under every protocol
    ]


def _finding(results: Results, order: list[str]) -> str:
    """Return how many rules are shown to lose at each step, in one sentence."""
    parts = []
    for start, end in STEPS:
        rows = _steps(results, start, end)
        if rows:
            lost = sum(row["verdict"] == verdicts.FLATTERS for row in rows)
            parts.append(
                f"from {start} to {end} a loss is shown for {amount(lost)} of {plural(len(rows), 'rule')}"
            )
    if parts:
        return f"{capitalised('; '.join(parts))}."
    if len(order) < 2:
        return "Beside the figures that were published."
    return "The protocols share no items of the same rules, so that nothing can be paired."


def _sentence(results: Results, start: str, end: str) -> str:
    rows = _steps(results, start, end)
    if not rows:
        return ""
    flattered = [row for row in rows if row["verdict"] == verdicts.FLATTERS]
    # one that is shown stands before one that chance explains
    worst = max(flattered or rows, key=lambda row: row["difference"])
    mean = sum(row["difference"] for row in rows) / len(rows)
    what = {
        ("replica", "honest"): "nothing is learned any more from test, or from rows that the models had seen",
        ("honest", "cross"): f"no test item has its {results.group_word} in training any more"
        if results.apart
        else "cross-validation over all items",
    }[start, end]
    change = "loses" if mean >= 0 else "gains"
    if len(rows) > 1:
        change = change[:-1]
    told = say(
        "From {start} to {end} ({what}) the {n:~rule|rules} {change} {size} points{average}. A loss is shown "
        "for {lost} of {n:rule}",
        start=start,
        end=end,
        what=what,
        n=len(rows),
        change=change,
        size=number(100 * abs(mean), 1),
        average=" on average" if len(rows) > 1 else "",
        lost=amount(len(flattered)),
    )
    if worst["difference"] <= 0:
        return f"{told}; no rule loses anything."
    interval = points_interval(worst["low"], worst["high"])
    between = "no interval" if worst["low"] is None else f"95 % interval {interval}"
    which = {0: "the largest observed is", 1: "it is"}.get(len(flattered), "the largest is")
    return (
        f"{told}; {which} that of {worst['model']}: from {percent(worst['claimed_value'])} to "
        f"{percent(worst['honest_value'])}, {number(100 * worst['difference'], 1)} points ({between}; "
        f"{sample(worst['n'], 'item')})."
    )


def _figure(results: Results, order: list[str]) -> Figure:
    best = results.best
    names = [protocol_name(results, name) for name in order]
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
                        "name": protocol_name(results, protocol),
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
    n = results.dataset["n"].get("test", 0)
    return Figure(
        "claims-chart",
        "The same model, looked at in different ways",
        "Accuracy in per cent with 95 % intervals, each on the same test items of the given split; "
        f"{sample(n, 'item')}.{some}",
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
            words = {"all": "all items", "given_test": "test items", "unseen_group": "groups not in train"}[
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
        )
        * any("unseen_group" in _subsets(results, protocol) for protocol in order),
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
