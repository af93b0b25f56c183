"""The rankings of all protocols for a paper, in Markdown, LaTeX and CSV, rounded as on the terminal."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from latefusion.core.metric_facts import IN_PER_CENT, TITLE, size
from latefusion.evaluation.names import ALL, LEARNER
from latefusion.evaluation.tables.summary import beside, place
from latefusion.store.atomic import atomic
from latefusion.store.csv_export import write_csv

Row = Mapping[str, Any]

_LATEX: Final = MappingProxyType(
    {
        "\\": r"\textbackslash{}",
        **{one: f"\\{one}" for one in "{}$&#%_"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "–": "--",
    }
)
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~$#])")

_TIED: Final = "not distinguishable from the best (95 % model confidence set)"


def write_rankings(
    rows: Sequence[Row], metric: str, *, as_markdown: Path | str, as_latex: Path | str, as_csv: Path | str
) -> None:
    """Write the rankings of all protocols as text files.

    Parameters
    ----------
    rows : sequence of dict
        Of `latefusion.evaluation.tables.summary.summarise`.
    metric : str
        The headline metric.
    as_markdown, as_latex, as_csv : Path or str
    """
    ranks = ranked(rows, metric)
    write_csv(as_columns(ranks, metric), as_csv)
    for write, path in ((markdown, as_markdown), (latex, as_latex)):
        with atomic(path) as file:
            file.write(write(ranks, metric).encode())


def ranked(rows: Sequence[Row], metric: str) -> list[Row]:
    """Return what the ranking of each protocol shows, protocol by protocol and the best first.

    Parameters
    ----------
    rows : sequence of dict
        Of `latefusion.evaluation.tables.summary.summarise`.
    metric : str
        The headline metric.

    Returns
    -------
    list of dict
        Texts by the name of the column: `protocol`, `model`, the metric, `low`, `high` of its 95 % interval,
        `tied` with the best, and two more metrics. Shares in per cent; empty where there is nothing.
    """
    shown = (metric, *(name for name, _ in beside(metric)))
    found: list[Row] = []
    for protocol in dict.fromkeys(row["protocol"] for row in rows):
        own = [
            row
            for row in rows
            if row["protocol"] == protocol and row["subset"] == ALL and row["kind"] != LEARNER
        ]
        for row in sorted(own, key=lambda one: place(one, metric)):
            value, *others = (_written(name, row[name]) for name in shown)
            ends = [_written(metric, row[f"{metric}_{end}"]) for end in ("low", "high")]
            found.append(
                {
                    "protocol": protocol,
                    "model": row["model"],
                    metric: value,
                    "low": ends[0],
                    "high": ends[1],
                    "tied": "*" if row["in_confidence_set"] else "",
                    **dict(zip(shown[1:], others, strict=True)),
                }
            )
    return found


def as_columns(ranks: Sequence[Row], metric: str) -> dict[str, list[object]]:
    """Return the rankings as columns, for `latefusion.store.csv_export.write_csv`."""
    names = ["protocol", "model", metric, "low", "high", "tied", *(name for name, _ in beside(metric))]
    return {name: [row[name] for row in ranks] for name in names}


def markdown(ranks: Sequence[Row], metric: str) -> str:
    """Return a table for each protocol, whose names of models nothing turns into mark-up."""
    lines = []
    for protocol, own in _by_protocol(ranks).items():
        heads = _heads(metric)
        lines += [f"**{protocol}**", "", f"| {' | '.join(heads)} |"]
        lines.append("| --- | " + " | ".join(["---:"] * (len(heads) - 1)) + " |")
        for model, *cells in _cells(own, metric):
            lines.append(f"| {' | '.join(map(_plain, (model, *cells)))} |")
        lines += ["", rf"\* {_TIED}", ""]
    return "\n".join(lines)


def latex(ranks: Sequence[Row], metric: str) -> str:
    """Return a table for each protocol, for the package booktabs."""
    lines = [r"% \usepackage{booktabs}"]
    for protocol, own in _by_protocol(ranks).items():
        heads = _heads(metric)
        lines += [
            f"% {protocol}",
            rf"\begin{{tabular}}{{l{'r' * (len(heads) - 1)}}}",
            r"\toprule",
            " & ".join(map(escaped, heads)) + r" \\",
            r"\midrule",
            *(" & ".join(map(escaped, cells)) + r" \\" for cells in _cells(own, metric)),
            r"\bottomrule",
            rf"\multicolumn{{{len(heads)}}}{{l}}{{\footnotesize * {escaped(_TIED)}}} \\",
            r"\end{tabular}",
            "",
        ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return a text that LaTeX sets as it stands."""
    return "".join(_LATEX.get(character, character) for character in " ".join(text.split()))


def _plain(text: str) -> str:
    """Return a text on one line that Markdown shows as it stands."""
    return _MARKDOWN.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))


def _written(metric: str, value: float | None) -> str:
    return "" if value is None else size(metric, value)


def _by_protocol(ranks: Sequence[Row]) -> dict[str, list[Row]]:
    protocols = dict.fromkeys(row["protocol"] for row in ranks)
    return {name: [row for row in ranks if row["protocol"] == name] for name in protocols}


def _heads(metric: str) -> list[str]:
    return ["model", _head(metric), "95 % interval", *(_head(name) for name, _ in beside(metric))]


def _head(metric: str) -> str:
    return f"{TITLE[metric]}, %" if metric in IN_PER_CENT else TITLE[metric]


def _cells(ranks: Sequence[Row], metric: str) -> list[list[str]]:
    """Return the cells of each row: the model, its value with a mark, its interval, two other metrics."""
    return [
        [
            row["model"],
            row[metric] + row["tied"],
            f"{row['low']}–{row['high']}" if row["low"] else "",
            *(row[name] for name, _ in beside(metric)),
        ]
        for row in ranks
    ]
