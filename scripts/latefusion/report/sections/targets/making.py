"""Checks, what was learned, and how the page of numbers was made."""

from __future__ import annotations

import yaml

from latefusion.report.components import Column, Section, Table, figure, text
from latefusion.report.number_format import count, number
from latefusion.report.sections.checks import LOOKS, title
from latefusion.report.sections.provenance import as_written, plain
from latefusion.report.sentences import plural
from latefusion.report.target_results import Row, TargetResults


def checks(results: TargetResults) -> Section:
    """Return what the checks found, gravest first."""
    part = Section("checks", "Checks")
    part.facts["found"] = [_shown(check, results.words.one) for check in results.checks]
    part.finding = (
        f"{plural(len(results.checks), 'finding')}." if results.checks else "Nothing to complain of."
    )
    return part


def _shown(check: Row, one: str) -> Row:
    word, tone = LOOKS[check["severity"]]
    return {
        "look": check["severity"],
        "word": word,
        "tone": tone,
        "title": title(check["code"], one),
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
