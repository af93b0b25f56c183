"""What a run says when it has ended: the ranking, the predictions, what failed, and where the files are."""

from __future__ import annotations

import csv
import json
from argparse import Namespace
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path

from latefusion.evaluation.targets.names import BESIDE
from launcher.command_line import default_configuration, read_configuration

FILES = {
    "report.html": "everything on one page: open it in a browser",
    "summary.csv": "every number, one row for each protocol, model and subset",
    "checks.json": "what was verified, and what to be careful about",
    "fusion": "predictions of every rule, item by item",
}
CLASSES, NUMBERS = "a class", "each number, and the ends of its interval,"
SHOWN_ROWS = 5
SHOWN_CELL = 24
SHOWN_WIDTH = 100


def ending(results: Path, targets: Collection[str]) -> str:
    """Return what to say after a run without failures; nothing where its targets were chosen files.

    Parameters
    ----------
    results : Path
        The folder of the results, absolute.
    targets : collection of str
        What was asked for; nothing stands for everything.
    """
    wanted = set(targets) or {"all"}
    folders = _folders(results)
    parts = [_ranking(folder) for folder in folders if "all" in wanted]
    parts += [_predictions(folder, what) for folder, what in folders.items() if "predict" in wanted]
    return "\n\n".join(part for part in parts if part)


def _folders(results: Path) -> dict[Path, str]:
    """Return the folders of classes and of numbers, and what new items are told there."""
    dataset = results / "dataset.json"
    facts = json.loads(dataset.read_text(encoding="utf-8")) if dataset.is_file() else {}
    if not facts.get("targets"):
        return {results: CLASSES}
    return {results: CLASSES, results / BESIDE: NUMBERS} if facts["classes"] else {results: NUMBERS}


def after(arguments: Namespace, folder: Path) -> str:
    """Return the ending of a run with some options of Snakemake."""
    if arguments.until or arguments.omit_from:
        return ""
    return ending(folder / results_folder(arguments, folder), arguments.targets)


def failures(failed: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return which jobs failed, and where their logs are.

    Parameters
    ----------
    failed : sequence of (job, logs)
        Name of each job and the files of its log.
    """
    if not failed:
        return ""
    count = "1 job" if len(failed) == 1 else f"{len(failed)} jobs"
    lines = [f"  {job}: {', '.join(logs) or 'it has no log'}" for job, logs in failed]
    return "\n".join(
        [f"Failed: {count}. What depends on {'it' if len(failed) == 1 else 'them'} is not made.", *lines]
    )


def results_folder(arguments: Namespace, folder: Path) -> Path:
    """Return where the configuration puts the results, relative to the working folder."""
    from snakemake.cli import parse_config

    files = [Path(file) for file in arguments.configfile or []] or [default_configuration(arguments, folder)]
    given = parse_config(arguments.config) if arguments.config else {}
    named = [given.get("results"), *(_results_of(file) for file in reversed(files))]
    return Path(next((name for name in named if name), "results"))


def _results_of(file: Path) -> str | None:
    """Return the results folder that a configuration names, or the one that it extends."""
    seen: set[Path] = set()
    while file.is_file() and file.resolve() not in seen:
        seen.add(file.resolve())
        written = read_configuration(file)
        if isinstance(written.get("results"), str):
            return str(written["results"])
        if not isinstance(written.get("extends"), str):
            return None
        file = file.parent / written["extends"]
    return None


def _ranking(results: Path) -> str:
    summary = results / "summary.txt"
    if not summary.is_file():
        return ""
    here = [name for name in FILES if (results / name).exists()]
    lines = [f"  {_shown(results / name)}" for name in here]
    width = max(map(len, lines), default=0) + 2
    return "\n".join(
        [summary.read_text(encoding="utf-8").rstrip(), ""]
        + [f"{line:{width}}{FILES[name]}" for line, name in zip(lines, here, strict=True)]
    )


def _predictions(results: Path, what: str) -> str:
    """Return the first rows of the predictions, as wide as a terminal, and where the table of what is."""
    table = results / "predictions.csv"
    if not table.is_file():
        return ""
    with table.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        head = next(rows, [])
        first = list(islice(rows, SHOWN_ROWS))
        more = sum(1 for _ in rows)
    cells = [[_cell(text) for text in row] for row in (head, *first)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    shown = len(widths)
    while shown > 1 and sum(widths[:shown]) + 2 * shown > SHOWN_WIDTH:
        shown -= 1
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row[:shown], widths, strict=False))
        for row in cells
    ]
    rest = [f"{more} more {'row' if more == 1 else 'rows'}"] if more else []
    if hidden := len(widths) - shown:
        rest.append(f"{hidden} more {'column' if hidden == 1 else 'columns'}")
    note = f"  … {' and '.join(rest)}\n" if rest else ""
    return (
        "\n".join(f"  {line.rstrip()}" for line in lines)
        + f"\n{note}\n  {_shown(table)}  {what} for every item"
    )


def _cell(text: str) -> str:
    return text if len(text) <= SHOWN_CELL else f"{text[: SHOWN_CELL - 1]}…"


def _shown(path: Path) -> Path:
    """Return a path as one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
