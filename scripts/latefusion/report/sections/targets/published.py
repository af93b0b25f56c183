"""Published figures of valence and arousal in music, and where these data stand among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from latefusion.evaluation.targets.names import MEAN
from latefusion.report.components import Cell, Column, Table, text
from latefusion.report.number_format import NOTHING, number, span
from latefusion.report.target_results import TargetResults, TargetTables


@dataclass(frozen=True)
class Published:
    """One row of the literature; a figure from memory of secondary sources is `about` it."""

    source: str
    data: str
    valence: float | None
    arousal: float | None
    valence_about: bool = False
    arousal_about: bool = False


DELBOUYS: Final = "Delbouys et al. 2018 (arXiv 1809.07276)"
KROLS: Final = "Krols et al."
FIGURES: Final = (
    Published(f"{DELBOUYS}, audio ConvNet", "Deezer, official split", 0.179, 0.235, arousal_about=True),
    Published(f"{DELBOUYS}, lyrics", "Deezer, official split", None, 0.03, arousal_about=True),
    Published(f"{DELBOUYS}, mid-level fusion", "Deezer, official split", 0.219, 0.23, arousal_about=True),
    Published(f"{KROLS}, audio (MLP)", "12,471 of these songs", 0.176, 0.203),
    Published(f"{KROLS}, lyrics", "12,471 of these songs", 0.139, 0.029),
    Published(f"{KROLS}, both (linear)", "12,471 of these songs", 0.236, 0.190),
    Published(f"{KROLS}, both (SVR)", "12,471 of these songs", 0.208, 0.154),
)
VALENCE: Final = "valence"
AROUSAL: Final = ("arousal", "energy")
"""Names that the second axis goes by."""


def published(results: TargetResults, tables: TargetTables) -> Table | None:
    """Return the table, these data's models below; None where no target is valence or arousal."""
    valence, arousal = _axes(results)
    if valence is None and arousal is None:
        return None
    models = [*tables.named("single", "early")]
    models += [name for name in (tables.lead,) if name is not None]
    rows = [
        [
            text(one.source),
            text(one.data),
            _figure(one.valence, about=one.valence_about),
            _figure(one.arousal, about=one.arousal_about),
        ]
        for one in FIGURES
    ]
    here = [
        [
            text(f"here, {name}"),
            text(f"{tables.protocol}, {tables.metric(name, MEAN).get('n') or 0:,} items"),
            _measured(tables, name, valence),
            _measured(tables, name, arousal),
        ]
        for name in models
    ]
    second = arousal if arousal is not None and arousal != AROUSAL[0] else None
    heading = f"Arousal (here {second})" if second else "Arousal"
    return Table(
        "published",
        "R² as published for the songs of the Deezer mood data, and as measured here with 95 % intervals.",
        [
            Column("Source", "source", "text"),
            Column("Data", "data", "text"),
            Column("Valence", "valence", unit="R²", interval="beside"),
            Column(heading, "arousal", unit="R²", interval="beside"),
        ],
        [*rows, *here],
        note=(
            "About: from memory of secondary sources, not read in the paper. R² of 0.219 and 0.232 "
            "would name 43 % of the quadrants rightly, were targets and errors Gaussian and independent."
        ),
        sortable=False,
        strong=frozenset(range(len(rows), len(rows) + len(here))),
        shown=frozenset(range(len(rows) + len(here))),
    )


def standing(results: TargetResults, tables: TargetTables) -> list[str]:
    """Return where the model that the page speaks of stands among the published figures, axis by axis."""
    model, told = tables.lead or tables.reference, []
    for axis, target in zip((VALENCE, AROUSAL[0]), _axes(results), strict=True):
        row = {} if target is None else tables.metric(model, target)
        if row.get("value") is None:
            continue
        known = {
            one.source: (getattr(one, axis), getattr(one, f"{axis}_about"))
            for one in FIGURES
            if getattr(one, axis) is not None
        }
        source = max(known, key=lambda name: known[name][0])
        highest, about = known[source]
        above = _more_than(sum(row["value"] > value for value, _ in known.values()), len(known))
        here = target if target == axis else f"{axis} (here {target})"
        told.append(
            f"{here}: {model} reaches {number(row['value'])} here, {above} published figures; the "
            f"highest is {'about ' if about else ''}{highest:g} ({source})."
        )
    if told:
        told.append(
            "Such figures compare where songs, labels and split are the same; else they say what is usual."
        )
    return told


def _more_than(count: int, of: int) -> str:
    if count == of:
        return f"more than each of the {of}"
    return f"more than {count} of the {of}" if count else f"no more than any of the {of}"


LABELS: Final = (
    "Of the public labels: 11,267 songs are for training, 3,863 for validation, 3,514 for test, and under "
    "1 % of the latter two are by training artists. There are 2,720 distinct points, one of which holds "
    "1,732 songs; 26 % of the songs lie within 0.25 of an axis. Songs of one artist are alike (intraclass "
    "correlation 0.29 and 0.27): on a random 80/20 split the artist’s mean alone reaches R² of 0.15–0.17 and "
    "0.13–0.16, and 46.7–47.0 % of the quadrants."
)


def _axes(results: TargetResults) -> tuple[str | None, str | None]:
    """Return which targets are valence and arousal."""
    plain = {name.lower(): name for name in results.targets}
    arousal = next((plain[name] for name in AROUSAL if name in plain), None)
    return plain.get(VALENCE), arousal


def _figure(value: float | None, *, about: bool) -> Cell:
    if value is None:
        return Cell(NOTHING, None)
    return Cell(f"about {value:g}" if about else number(value), value)


def _measured(tables: TargetTables, model: str, target: str | None) -> Cell:
    row = {} if target is None else tables.metric(model, target)
    value = row.get("value")
    if value is None:
        return Cell(NOTHING, None)
    low, high = row["low"], row["high"]
    return Cell(number(value), value, note="" if low is None else span(low, high), low=low, high=high)
