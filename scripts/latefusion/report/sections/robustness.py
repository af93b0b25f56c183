"""Robustness: what a missing modality costs each rule, and what each modality contributes."""

from __future__ import annotations

from statistics import fmean

import altair as alt

from latefusion.report.charts import around, lines, percent_axis
from latefusion.report.components import Column, Figure, Section, Table, figure, text
from latefusion.report.number_format import percent, points, signed
from latefusion.report.results import Results, Tables
from latefusion.report.sentences import listed, plural, sample
from latefusion.report.vocabulary import recommended

SHOWN = 4
LOST_HALF = 0.5


def section(results: Results) -> Section | None:
    """Return what missing modalities cost; None where nothing was tried."""
    tables = results.best
    if not any(tables.robustness.values()):
        return None
    part = Section("robustness", "Missing modalities")
    names = _shown(tables)
    modalities = list(dict.fromkeys(row["modality"] for rows in tables.robustness.values() for row in rows))
    part.facts["figures"] = [
        _figure(tables, names, modality, place) for place, modality in enumerate(modalities)
    ]
    part.sentences = _sentences(tables, names, modalities)
    part.finding = part.sentences[0] if part.sentences else "What a missing modality costs each rule."
    part.tables.append(_lost(tables, modalities))
    contributed = _contributions(tables)
    if contributed:
        part.tables.append(contributed)
    return part


def _shown(tables: Tables) -> list[str]:
    """Return the rule to use and the most accurate others, those that coincide once."""
    same = {row["model"] for row in tables.models if row["same_as"]}
    rules = [name for name, rows in tables.robustness.items() if rows and name not in same]
    rules.sort(key=lambda name: (name != recommended(tables), -(tables.value(name, "accuracy") or 0.0)))
    return rules[:SHOWN]


def _mean(
    tables: Tables, rule: str, modality: str, share: float, unit: str, metric: str = "accuracy"
) -> float | None:
    values = [
        row[metric]
        for row in tables.robustness[rule]
        if row["modality"] == modality
        and row["share"] == share
        and row["unit"] == unit
        and row[metric] is not None
    ]
    return fmean(values) if values else None


def _unit(tables: Tables) -> str:
    units = {row["unit"] for rows in tables.robustness.values() for row in rows}
    return "groups" if "groups" in units else next(iter(sorted(units)), "rows")


def _n(tables: Tables) -> int:
    return max((row["n"] for rows in tables.robustness.values() for row in rows), default=0)


def _named(modality: str) -> str:
    return "any modality at random" if modality == "all" else modality


def _figure(tables: Tables, names: list[str], modality: str, place: int) -> Figure:
    unit = _unit(tables)
    rows = []
    for name in names:
        for share in sorted({row["share"] for row in tables.robustness[name]}):
            value = _mean(tables, name, modality, share, unit)
            if value is not None:
                rows.append(
                    {
                        "name": name,
                        "share": share,
                        "accuracy": value,
                        "shown": f"{percent(value)} with {percent(share, 0)} missing",
                    }
                )
    everything = [
        row["accuracy"] for name in names for row in tables.robustness[name] if row["accuracy"] is not None
    ]
    n = max((row["n"] for name in names for row in tables.robustness[name]), default=0)
    draws = len({row["seed"] for name in names for row in tables.robustness[name]})
    spec = lines(
        rows,
        names=names,
        x=alt.X("share:Q", axis=percent_axis("items that lack it (%)", tickCount=5)),
        y=alt.Y(
            "accuracy:Q",
            scale=alt.Scale(domain=around(everything), zero=False),
            axis=percent_axis("accuracy (%)"),
        ),
        height=220,
    )
    return Figure(
        f"missing-{place}",
        "Any modality missing, at random" if modality == "all" else f"Without {modality}",
        f"Accuracy in per cent; {sample(n, 'item')}, mean of {plural(draws, 'draw')}.",
        spec,
        f"Accuracy as {_named(modality)} goes missing: "
        + listed(
            [
                f"{row['name']} {percent(row['accuracy'], 0)} at {percent(row['share'], 0)}"
                for row in rows
                if row["share"] in (0.0, 0.5, 1.0)
            ]
        ),
    )


def _sentences(tables: Tables, names: list[str], modalities: list[str]) -> list[str]:
    if not names:
        return []
    unit, best = _unit(tables), names[0]
    told = []
    for modality in modalities:
        whole, half = (_mean(tables, best, modality, share, unit) for share in (0.0, LOST_HALF))
        if whole is not None and half is not None and modality != "all":
            told.append(f"{points(half - whole)} points if half of the items lack {modality}")
    return [f"{best} changes by {listed(told)}."] if told else []


def _lost(tables: Tables, modalities: list[str]) -> Table:
    unit = _unit(tables)
    rows = []
    for name in sorted(tables.robustness, key=lambda rule: -(tables.value(rule, "accuracy") or 0.0)):
        if not tables.robustness[name]:
            continue
        cells = [text(name)]
        for modality in modalities:
            for share in (LOST_HALF, 1.0):
                whole, less = (_mean(tables, name, modality, part, unit) for part in (0.0, share))
                change = None if whole is None or less is None else less - whole
                cells.append(figure(change, points))
        rows.append(cells)
    return Table(
        "missing",
        f"Accuracy lost where items lack a modality, in percentage points; {sample(_n(tables), 'item')}. "
        "The rule is not learned anew.",
        [
            Column("Rule", "rule", "text"),
            *(
                Column(
                    "Any" if modality == "all" else f"No {modality}",
                    f"{modality}_{share}",
                    unit=f"{share} of {'embeddings' if modality == 'all' else 'items'}, points",
                )
                for modality in modalities
                for share in ("half", "all")
            ),
        ],
        rows,
    )


def _contributions(tables: Tables) -> Table | None:
    """Return what each modality contributes to each rule, one line a rule."""
    found = {
        (rule, modality, how): by
        for rule, learned in tables.learned.items()
        for modality, ways in (learned.get("contributions") or {}).items()
        for how, by in ways.items()
    }
    if not found:
        return None
    rules = list(dict.fromkeys(rule for rule, _, _ in found))
    rules.sort(key=lambda rule: -(tables.value(rule, "accuracy") or 0.0))
    columns = list(dict.fromkeys((modality, how) for _, modality, how in found))
    return Table(
        "contributions",
        "Accuracy in percentage points, log loss in nats; plus means that the modality helps; "
        f"{sample(_n(tables), 'item')}.",
        [
            Column("Rule", "rule", "text"),
            *(
                Column(modality, f"{modality}_{how}_{metric}", unit=f"{how.replace('_', ' ')}, {unit}")
                for modality, how in columns
                for metric, unit in (("accuracy", "points"), ("log_loss", "nats"))
            ),
        ],
        [
            [
                text(rule),
                *(
                    cell
                    for column in columns
                    for cell in (
                        figure(found.get((rule, *column), {}).get("accuracy"), points),
                        figure(found.get((rule, *column), {}).get("log_loss"), signed),
                    )
                ),
            ]
            for rule in rules
        ],
        note=(
            "Leave one out: what dropping the modality at prediction costs. Shapley: its mean gain over all "
            "orders in which modalities could join."
        ),
        title="What each modality contributes to a rule as it was learned:",
    )
