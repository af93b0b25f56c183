"""The same models under each protocol, and on kinds of items."""

from __future__ import annotations

from typing import Final

from latefusion.evaluation.names import ALL, GIVEN_TEST, UNSEEN_GROUP
from latefusion.evaluation.targets.names import GROUP_MEAN, MEAN
from latefusion.report.components import Column, Table, estimate, figure, text
from latefusion.report.number_format import count, number, span, with_minus
from latefusion.report.target_results import TargetResults, TargetTables

_SUBSETS: Final = {
    ALL: "all test items",
    UNSEEN_GROUP: "items whose {group} is not in training",
    GIVEN_TEST: "the items of the test file",
}


def protocols(results: TargetResults) -> Table:
    """Return R² of the models that the page speaks of, under each protocol and on each subset."""
    rows = []
    for tables in results.protocols.values():
        subsets = dict.fromkeys(row["subset"] for row in tables.where("metrics", target=MEAN))
        for subset in subsets:
            for model in dict.fromkeys((tables.lead, tables.reference, GROUP_MEAN)):
                row = tables.metric(model, MEAN, subset=subset)
                if row:
                    rows.append(
                        [
                            text(tables.protocol),
                            text(_SUBSETS[subset].format(group=results.group_word)),
                            text(model),
                            estimate(row, number, span),
                            figure(row["n"], count),
                            figure(row["groups"], count),
                        ]
                    )
    return Table(
        "protocols",
        "R² averaged over the targets, by protocol and kind of test items, with 95 % intervals.",
        [
            Column("Protocol", "protocol", "text"),
            Column("Items", "subset", "text"),
            Column("Model", "model", "text"),
            Column("R²", "r2", interval="beside"),
            Column("n", "n"),
            Column("Groups", "groups"),
        ],
        rows,
        note="Items of new groups are other items, not the same ones without a leak.",
    )


def strata(tables: TargetTables) -> Table:
    """Return the error of the model that the page speaks of on every kind of items."""
    model = tables.lead or tables.reference
    return Table(
        "strata",
        f"Errors of {model} by kind of items, with 95 % intervals.",
        [
            Column("By", "by", "text"),
            Column("Items", "stratum", "text"),
            Column("Target", "target", "text"),
            Column("n", "n"),
            Column("RMSE", "rmse", interval="beside"),
            Column("Mean error", "bias", help="prediction less truth: above 0 where too much is said"),
        ],
        [
            [
                text(row["by"].replace("_", " ")),
                text(with_minus(row["stratum"])),
                text(row["target"]),
                figure(row["n"], count),
                estimate(row, number, span, key="rmse"),
                figure(row["bias"], number),
            ]
            for row in tables.where("strata", model=model)
        ],
    )
