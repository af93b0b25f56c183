"""Checks, what was learned, and how the page of numbers was made."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import yaml

from latefusion.report.components import Column, Section, Table, figure, text
from latefusion.report.number_format import count, number
from latefusion.report.sections.checks import LOOKS, title
from latefusion.report.sections.provenance import as_written, plain
from latefusion.report.sentences import capitalised, plural
from latefusion.report.target_results import Row, TargetResults

TITLES: Final = MappingProxyType(
    {
        "target_in_features": "an embedding that holds what is to be predicted",
        "mean_not_beaten": "models that do not beat always saying the mean",
        "group_mean_not_beaten": "a mean of the group that models do not beat",
        "shrunk": "predictions of the wrong size",
        "intervals_too_short": "prediction intervals that hold too little",
        "common_target": "many items at one point",
        "odd_data": "something odd in the data",
    }
)
"""What a check of numbers alone looks for, as the heading of what it found."""


def checks(results: TargetResults) -> Section:
    """Return what the checks found, gravest first."""
    part = Section("checks", "Checks")
    part.facts["found"] = [_shown(check, results.words.one) for check in results.checks]
    part.finding = (
        f"{plural(len(results.checks), 'finding')}." if results.checks else "Nothing to complain of."
    )
    return part


def heading(code: str, one: str = "modality") -> str:
    """Return the heading of what a check of numbers found, in a run that fuses several of `one`."""
    return capitalised(TITLES[code]) if code in TITLES else title(code, one)


def _shown(check: Row, one: str) -> Row:
    word, tone = LOOKS[check["severity"]]
    return {
        "look": check["severity"],
        "word": word,
        "tone": tone,
        "title": heading(check["code"], one),
        "code": check["code"],
        "sentence": check["sentence"],
        "where": check["protocol"] or "",
        "what_to_do": check["what_to_do"],
    }


def making(results: TargetResults) -> Section:
    """Return the configuration and the definitions that the figures follow."""
    part = Section("making", "How it was made")
    part.finding = "Definitions and configuration."
    part.facts["config"] = yaml.safe_dump(
        plain(as_written(results.config)), sort_keys=False, allow_unicode=True, width=100
    )
    part.facts["seed"] = results.config["seed"]
    part.facts["draws"] = results.config["evaluation"]["draws"]
    part.tables = [_targets(results)]
    return part


def _targets(results: TargetResults) -> Table:
    return Table(
        "targets",
        "The targets over all items.",
        [
            Column("Target", "target", "text"),
            Column("Mean", "mean"),
            Column("Variance", "variance"),
            Column("Least", "minimum"),
            Column("Most", "maximum"),
            Column("Distinct values", "distinct"),
            Column("Correlation within groups", "group_correlation", help="intraclass correlation, ICC(1)"),
        ],
        [
            [
                text(entry["name"]),
                *(figure(entry[name], number) for name in ("mean", "variance", "minimum", "maximum")),
                figure(entry["distinct"], count),
                figure(entry["group_correlation"], number),
            ]
            for entry in results.dataset["targets"]
        ],
        sortable=False,
    )
