"""The command `compare`: a configuration for finished predictions, from a line on the terminal."""

from __future__ import annotations

import argparse
import hashlib
import os
from pathlib import Path

from launcher.errors import LaunchError
from launcher.hints import how_to_run
from launcher.terminal import say

MARK = "# Written by the command compare, which writes it anew until somebody edits it (sha256 "
COLUMNS = {
    "item": "column of the identifiers",
    "model": "column that names the model of a row; without it each file is a model",
    "label": "column of an item's class",
    "group": "column of what items have in common; intervals are over groups",
    "role": "column that says dev of rows that teach the rules that learn, test of rows that judge them",
    "fold": "column of the fold in which a row was held out",
    "predicted": "column of the predicted class, where models decide and say nothing else",
    "positive": "the class that a single column speaks for",
}
"""Options that are keys of `predictions` by the same name."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    command.add_argument("files", nargs="+", metavar="FILE", help="table of predictions, or a pattern")
    for name, about in COLUMNS.items():
        command.add_argument(f"--{name}", metavar="NAME", help=about)
    kind = command.add_mutually_exclusive_group()
    kind.add_argument("--prefix", help="of the columns of probabilities, before the label; default: p_")
    kind.add_argument("--scores", metavar="PREFIX", help="of columns of scores that are no probabilities")
    about = (
        "columns of an item's true numbers, in place of --label; --prefix is then that of predicted numbers"
    )
    command.add_argument("--target", metavar="NAME", nargs="+", help=about)
    command.add_argument("--output", metavar="FILE", default="compare.yaml", help="name of the configuration")


def write_configuration(own: argparse.Namespace, folder: Path) -> Path:
    """Write the configuration that some options come to, and return its path from here.

    Parameters
    ----------
    own : argparse.Namespace
        What `add_options` added.
    folder : Path
        Working folder, from which the configuration names the files.

    Raises
    ------
    LaunchError
        If a configuration of that name is there that somebody wrote or edited.
    """
    import yaml

    files = [os.path.relpath(file, folder) for file in own.files]
    of_prefix = "classes" if own.target is None else "predicted"
    predictions = {
        "file": files[0] if len(files) == 1 else files,
        **{name: getattr(own, name) for name in COLUMNS if getattr(own, name) is not None},
        **({"target": own.target} if own.target is not None else {}),
        **({of_prefix: {"prefix": own.prefix}} if own.prefix is not None else {}),
        **({"scores": {"prefix": own.scores}} if own.scores is not None else {}),
    }
    target = Path(own.output)
    content = {"results": f"results/{target.stem}", "predictions": predictions}
    text = _marked(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    file = folder / target
    if file.exists() and not _is_unedited(file.read_text(encoding="utf-8")):
        raise LaunchError(
            f"{target}\n    found:   a configuration that somebody wrote or edited\n"
            f"    allowed: a name of its own; no such file is overwritten\n"
            f"    fix:     `{how_to_run(folder, file)}` runs that one; --output names another"
        )
    file.write_text(text, encoding="utf-8")
    say(f"Written: {target}. More can be said there, under `predictions` and beside it.")
    return Path(os.path.relpath(file))


def _marked(text: str) -> str:
    """Return a configuration that says of itself whether somebody has edited it."""
    return f"{MARK}{hashlib.sha256(text.encode()).hexdigest()[:16]})\n{text}"


def _is_unedited(content: str) -> bool:
    return content == _marked(content.partition("\n")[2])
