"""What a run says when it has ended: the ranking and where the files are."""

from __future__ import annotations

import contextlib
import io
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from launcher.child import command

FILES = {
    "report.html": "everything on one page: open it in a browser",
    "summary.csv": "every number, one row for each protocol, model and subset",
    "checks.json": "what was verified, and what to be careful about",
    "fusion": "predictions of every rule, item by item",
}


def ranking(options: Sequence[str], folder: Path) -> str:
    """Return the ranking of a finished run and where its files are; nothing where it made no summary."""
    arguments = parsed(options)
    if arguments.until or arguments.omit_from or set(arguments.targets) - {"all"}:
        return ""
    results = folder / results_folder(arguments, folder)
    summary = results / "summary.txt"
    if not summary.is_file():
        return ""
    here = [name for name in FILES if (results / name).exists()]
    try:
        shown = results.relative_to(Path.cwd())
    except ValueError:
        shown = results
    lines = [f"  {shown / name}" for name in here]
    width = max(map(len, lines), default=0) + 2
    return "\n".join(
        [summary.read_text(encoding="utf-8").rstrip(), ""]
        + [f"{line:{width}}{FILES[name]}" for line, name in zip(lines, here, strict=True)]
    )


def parsed(options: Sequence[str]) -> Namespace:
    """Return Snakemake's own reading of the options, profiles included."""
    from snakemake.cli import parse_args

    with contextlib.redirect_stderr(io.StringIO()):  # it names the profile, as the run itself did
        _, arguments = parse_args(command(options)[3:])
    return arguments


def results_folder(arguments: Namespace, folder: Path) -> Path:
    """Return where the configuration puts the results, relative to the working folder."""
    import yaml
    from snakemake.cli import parse_config
    from snakemake.utils import update_config

    own = folder / "config.yaml"
    default = own if own.exists() else Path(arguments.snakefile).parent / "config.yaml"
    config: dict[str, Any] = {}
    for file in [default, *map(Path, arguments.configfile or [])]:
        if file.exists():
            update_config(config, yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    update_config(config, parse_config(arguments.config) if arguments.config else {})
    return Path(config.get("results", "results"))
