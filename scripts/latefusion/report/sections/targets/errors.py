"""How the modalities' errors go together, and what the prediction intervals hold."""

from __future__ import annotations

from latefusion.report.components import Cell, Column, Section, Table, estimate, figure, text
from latefusion.report.number_format import count, number, percent, percent_interval, span
from latefusion.report.target_results import TargetResults, TargetTables


def section(results: TargetResults) -> Section | None:
    """Return correlations of errors and the coverage of intervals; None where there is neither."""
    tables = results.best
    pairs, shown = tables.rows.get("complementarity", []), tables.rows.get("intervals", [])
    if not pairs and not shown:
        return None
    part = Section(
        "errors",
        "Errors: together and how far",
        lead=f"Whether {results.words.several} err together, and how far off a prediction may be.",
    )
    part.sentences = [*_together(tables), *_covered(tables)]
    part.facts["pairs"] = _pairs(results, tables) if pairs else None
    part.facts["intervals"] = _intervals(tables) if shown else None
    return part


def _together(tables: TargetTables) -> list[str]:
    found = []
    for row in tables.rows.get("complementarity", []):
        if row["correlation"] is None:
            continue
        found.append(
            f"{row['target']}: the errors of {row['model_a']} and {row['model_b']} correlate by "
            f"{number(row['correlation'], 2)}; the best weights that sum to one, known in advance, "
            f"would reach R² of {number(row['optimal_r2'])} against {number(row['best_r2'])} of "
            f"{row['best_single']} alone."
        )
    return found[:4]


def _covered(tables: TargetTables) -> list[str]:
    model = tables.lead or tables.reference
    found = []
    for row in tables.where("intervals", model=model, partition="all"):
        ends = "" if row["low"] is None else f" (95 %: {percent_interval(row['low'], row['high'])})"
        found.append(
            f"{row['target']}: intervals of ±{number(row['half_width'])} on average around what {model} "
            f"says, meant to hold 90 % of the items, hold {percent(row['coverage'])}{ends}."
        )
    return found


def _pairs(results: TargetResults, tables: TargetTables) -> Table:
    return Table(
        "complementarity",
        f"Errors of two {results.words.several} on the same items, and what weights that sum to one could "
        "gain in R².",
        [
            Column("Target", "target", "text"),
            Column("One", "model_a", "text"),
            Column("Other", "model_b", "text"),
            Column("Correlation", "correlation", help="of the errors", interval="beside"),
            Column("Best weight of one", "weight_a"),
            Column("Better of the two", "best_r2", unit="R²"),
            Column("Best weights", "optimal_r2", unit="R²", help="with weights from these very items"),
            Column("Gain", "gain", interval="beside"),
        ],
        [
            [
                text(row["target"]),
                text(row["model_a"]),
                text(row["model_b"]),
                estimate(row, number, span, key="correlation"),
                figure(row["weight_a"], number),
                figure(row["best_r2"], number),
                figure(row["optimal_r2"], number),
                estimate(
                    {"value": row["gain"], "low": row["gain_low"], "high": row["gain_high"]}, number, span
                ),
            ]
            for row in tables.rows["complementarity"]
        ],
        note="The gain is what is to be had by weights that sum to one, an upper bound: none knows them.",
    )


def _intervals(tables: TargetTables) -> Table:
    return Table(
        "intervals",
        "Prediction intervals meant to hold 90 % of the items (split conformal, errors on held-out groups).",
        [
            Column("Model", "model", "text"),
            Column("Target", "target", "text"),
            Column("Partition", "partition", "text"),
            Column("Half width", "half_width", help="mean over the items"),
            Column("Coverage", "coverage", unit="%", interval="beside"),
            Column("Items", "n"),
        ],
        [
            [
                text(row["model"]),
                text(row["target"]),
                text(row["partition"]),
                figure(row["half_width"], number),
                _coverage(row),
                figure(row["n"], count),
            ]
            for row in tables.rows["intervals"]
        ],
    )


def _coverage(row: dict[str, float]) -> Cell:
    low, high = row["low"], row["high"]
    note = "" if low is None else percent_interval(low, high)
    return Cell(percent(row["coverage"]), row["coverage"], note=note, low=low, high=high)
