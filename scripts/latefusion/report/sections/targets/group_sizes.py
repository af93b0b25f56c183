"""Errors by the number of items in a group."""

from __future__ import annotations

from latefusion.report.charts import intervals
from latefusion.report.components import Column, Figure, Table, figure, text
from latefusion.report.number_format import count, number, percent
from latefusion.report.sentences import listed, plural
from latefusion.report.target_results import TargetResults, TargetTables


def by_group_size(results: TargetResults, tables: TargetTables, model: str, target: str) -> Figure | None:
    """Return the error by the number of items in an item's group."""
    rows = [
        row
        for row in tables.where("strata", by="group_size", target=target)
        if row["model"] in (model, tables.reference)
    ]
    if not results.grouped or len({row["stratum"] for row in rows}) < 2:
        return None
    names = list(dict.fromkeys(row["model"] for row in rows))
    order = list(dict.fromkeys(row["stratum"] for row in sorted(rows, key=lambda row: row["order"])))
    spec = intervals(
        [
            {
                "label": row["stratum"],
                "name": row["model"],
                "value": row["rmse"],
                "low": row["low"],
                "high": row["high"],
                "shown": f"{number(row['rmse'])}, {plural(row['n'], 'item')}",
            }
            for row in rows
        ],
        order=order,
        names=names,
        title=f"root mean squared error of {target}",
        unit="plain",
    )
    shares = {row["stratum"]: row["share"] for row in rows if row["model"] == names[0]}
    told = listed([f"{name}: {percent(share, 0)}" for name, share in shares.items()])
    return Figure(
        f"group-sizes-{results.targets.index(target)}",
        f"{target}, by how many items the {results.group_word} has",
        f"Root mean squared error with 95 % intervals; share of the items: {told}.",
        spec,
        f"Error of {target} by the number of items of the {results.group_word}: "
        + listed([f"{row['model']}, {row['stratum']}: {number(row['rmse'])}" for row in rows]),
        Table(
            f"group-sizes-table-{results.targets.index(target)}",
            f"Error of {target} by size of the {results.group_word}.",
            [
                Column(f"Items of the {results.group_word}", "stratum", "text"),
                Column("Model", "model", "text"),
                Column("Items", "n"),
                Column("RMSE", "rmse"),
                Column("Mean error", "bias"),
            ],
            [
                [
                    text(row["stratum"]),
                    text(row["model"]),
                    figure(row["n"], count),
                    figure(row["rmse"], number),
                    figure(row["bias"], number),
                ]
                for row in rows
            ],
        ),
    )
