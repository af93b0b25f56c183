"""What the notebook's authors published, beside what was measured here on the same songs."""

from __future__ import annotations

from latefusion.report.components import Cell, Column, Table, figure, text
from latefusion.report.number_format import count, percent, percent_interval
from latefusion.report.results import TRUST, Results, Row

MEASURES = {
    "accuracy": "accuracy in test",
    "recall": "recall of {true}",
    "in_sample_accuracy": "accuracy in train",
}
KEY = ("model", "measure", "true", "predicted")
SHADES = 9


def tables(results: Results) -> list[Table]:
    """Return the published figures and confusion matrices; none where the data are not the notebook's."""
    found = {
        name: {tuple(row[key] for key in KEY): row for row in results.protocols[name].rows["published"]}
        for name in reversed(TRUST)
        if name in results.protocols and results.protocols[name].rows.get("published")
    }
    if not found:
        return []
    first, nearest = next(iter(found.items()))
    matrices = dict.fromkeys(row["model"] for row in nearest.values() if row["measure"] == "confusion")
    return [_figures(found), *(_matrix(results, first, nearest, name) for name in matrices)]


def _figures(found: dict[str, dict[tuple[str | None, ...], Row]]) -> Table:
    keys = dict.fromkeys(key for rows in found.values() for key in rows if key[1] in MEASURES)
    body = []
    for key in keys:
        rows = [own.get(key, {}) for own in found.values()]
        published = next(row["published"] for row in rows if row)
        measure = MEASURES[str(key[1])].format(true=key[2])
        body.append([text(key[0]), text(measure), figure(published, percent), *map(_measured, rows)])
    return Table(
        "published",
        "Published figures of the notebook beside those measured here on the same test songs, with 95 % "
        "intervals.",
        [
            Column("Model", "model", "text"),
            Column("Measure", "measure", "text"),
            Column("Published", "published", unit="%"),
            *(Column(name, name, unit="% (95 %)", interval="beside") for name in found),
        ],
        body,
        note="What differs. "
        + " ".join(f"{name}: {next(iter(rows.values()))['note']}" for name, rows in found.items()),
    )


def _measured(row: Row) -> Cell:
    interval = "" if row.get("low") is None else percent_interval(row["low"], row["high"])
    n = f"n = {count(row['n'])}" if row else ""
    return Cell(
        percent(row.get("measured")),
        row.get("measured"),
        note=", ".join(part for part in (interval, n) if part),
        low=row.get("low"),
        high=row.get("high"),
    )


def _matrix(results: Results, protocol: str, rows: dict[tuple[str | None, ...], Row], model: str) -> Table:
    body = []
    for true in results.classes:
        cells = [rows[model, "confusion", true, said] for said in results.classes]
        total = sum(cell["published"] for cell in cells)
        body.append(
            [
                text(true),
                *(
                    Cell(
                        count(cell["published"]),
                        cell["published"],
                        tone=f"shade shade-{round(SHADES * cell['published'] / max(1, total))}",
                        note=f"here {count(cell['measured'])}",
                    )
                    for cell in cells
                ),
            ]
        )
    n = count(next(row["n"] for key, row in rows.items() if key[:2] == (model, "confusion")))
    return Table(
        f"published-{model}",
        f"{model}: what it said (columns) of each true class (rows) as published, in songs, and what it says "
        f"here under {protocol}; n = {n}.",
        [
            Column("True class", "true", "text"),
            *(Column(name, f"said_{name}") for name in results.classes),
        ],
        body,
        sortable=False,
        look="matrix",
    )
