"""Who is right where: how the modalities agree, pair by pair."""

from __future__ import annotations

from latefusion.report.charts import PARTS, stacked
from latefusion.report.components import Column, Figure, Section, Table, estimate, figure, text
from latefusion.report.number_format import count, number, percent, percent_interval
from latefusion.report.results import Results, Tables
from latefusion.report.sections import interactions, items, strata
from latefusion.report.sentences import listed, plural, sample

PAIRS_DRAWN = 3


def section(results: Results) -> Section | None:
    """Return where the modalities and fusion are right and wrong; None where there is nothing to compare."""
    tables = results.best
    part = Section("who", "Who is right where")
    pairs = _pairs(tables)
    part.sentences = _agreement(tables, pairs)
    part.figures = [_pair(results, tables, a, b, place) for place, (a, b) in enumerate(pairs[:PAIRS_DRAWN])]
    if pairs:
        part.tables.append(_measures(tables, pairs))
    part.sentences += interactions.sentences(results)
    part.tables += interactions.tables(results)
    part.facts["lists"] = items.item_lists(results, tables)
    part.facts["strata"] = strata.accuracies(tables)
    part.facts["axes"] = strata.axes(tables)
    part.finding = _finding(tables, pairs)
    there = part.figures or part.tables or part.facts["lists"] or part.facts["strata"] or part.facts["axes"]
    return part if there else None


def _finding(tables: Tables, pairs: list[tuple[str, str]]) -> str:
    """Return how often exactly one of the first two modalities is right, in one sentence."""
    if not pairs:
        return "There is one modality, so no other can be right in its place."
    a, b = pairs[0]
    row = tables.one("complementarity", model_a=a, model_b=b, class_index=None) or {}
    return (
        f"Exactly one of {a} and {b} is right for {percent(row.get('disagreement'))} of the items: only "
        "there can fusion win or lose."
    )


def _pairs(tables: Tables) -> list[tuple[str, str]]:
    """Return the pairs of modalities: those of the best one first, and which disagree most."""
    rows = [row for row in tables.rows.get("complementarity", []) if row["class_index"] is None]
    rows.sort(
        key=lambda row: (tables.reference not in (row["model_a"], row["model_b"]), -row["disagreement"])
    )
    return [(row["model_a"], row["model_b"]) for row in rows]


def _agreement(tables: Tables, pairs: list[tuple[str, str]]) -> list[str]:
    told = []
    for a, b in pairs[:PAIRS_DRAWN]:
        row = tables.one("complementarity", model_a=a, model_b=b, class_index=None)
        if row:
            told.append(
                f"{a} and {b}: exactly one is right for {percent(row['disagreement'])} of the items "
                f"({percent_interval(row['disagreement_low'], row['disagreement_high'])}), both for "
                f"{percent(row['both'])}, neither for {percent(row['neither'])}."
            )
    return told


def _pair(results: Results, tables: Tables, a: str, b: str, place: int) -> Figure:
    found = tables.where("complementarity", model_a=a, model_b=b)
    parts = {"both": "both right", "only_a": f"only {a}", "only_b": f"only {b}", "neither": "neither"}
    names = list(parts.values())
    everything = "all classes"
    rows = [
        {
            "label": everything if row["class_index"] is None else row["class"],
            "name": title,
            "value": row[part],
            "order": names.index(title),
            "shown": f"{percent(row[part])} of {plural(row['n'], 'item')}",
        }
        for row in found
        for part, title in parts.items()
    ]
    n = next((row["n"] for row in found if row["class_index"] is None), 0)
    return Figure(
        f"pair-{place}",
        f"{a} and {b}: which of them is right",
        f"Share of the items in per cent; {sample(n, 'item')}. Only where exactly one is right has "
        "fusion something to win, or to lose.",
        stacked(
            rows,
            order=[everything, *results.classes],
            names=names,
            of="class",
            palette=dict(zip(names, PARTS, strict=True)),
        ),
        "Over all classes: "
        + listed([f"{row['name']} {percent(row['value'])}" for row in rows if row["label"] == everything]),
        Table(
            f"pair-{place}-table",
            f"Which of {a} and {b} is right, by class, in per cent of the items.",
            [
                Column("Class", "class", "text"),
                Column("Items", "n"),
                *(Column(title.capitalize(), part, unit="%") for part, title in parts.items()),
            ],
            [
                [
                    text(everything if row["class_index"] is None else row["class"]),
                    figure(row["n"], count),
                    *(figure(row[part], percent) for part in parts),
                ]
                for row in found
            ],
        ),
    )


def _measures(tables: Tables, pairs: list[tuple[str, str]]) -> Table:
    rows = []
    for a, b in pairs:
        row = tables.one("complementarity", model_a=a, model_b=b, class_index=None) or {}
        rows.append(
            [
                text(f"{a}, {b}"),
                figure(row.get("n"), count),
                figure(row.get("q"), number),
                estimate(
                    row | {"low": row.get("disagreement_low"), "high": row.get("disagreement_high")},
                    percent,
                    percent_interval,
                    key="disagreement",
                ),
                figure(row.get("double_fault"), percent),
                figure(row.get("kappa"), number),
            ]
        )
    return Table(
        "complementarity",
        "How the modalities agree, pair by pair.",
        [
            Column("Pair", "pair", "text"),
            Column("Items", "n"),
            Column("Yule's Q", "q", unit="0 independent, 1 same errors"),
            Column("Disagreement", "disagreement", unit="% of items, one right", interval="beside"),
            Column("Double fault", "double_fault", unit="% of items, both wrong"),
            Column("Kappa", "kappa", unit="of being right"),
        ],
        rows,
    )
