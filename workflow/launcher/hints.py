"""What to type next, in messages."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from launcher.place import COMMAND, IS_INSTALLED, ROOT


def how_to(command: str, options: Sequence[str] = ()) -> str:
    """Return what to type: the make target where that is all, or the command line with its options."""
    plain = [option for option in options if option not in ("--logger", "rich")]
    if not plain and Path.cwd() == ROOT:
        return f"make {command}"
    typed = COMMAND if IS_INSTALLED else ("python", sys.argv[0])
    return shlex.join([*typed, command, *plain])


def how_to_resume(folder: Path, *more: str) -> str:
    """Return what to type to go on with the run in a folder: its options are on record."""
    place = [] if folder == Path.cwd() else ["--directory", str(folder)]
    return how_to("resume", [*more, *place])


def how_to_run(folder: Path, configuration: Path) -> str:
    """Return what to type to run a configuration of a folder: Snakemake seeks it from where one stands."""
    place = [] if folder == Path.cwd() else ["--directory", os.path.relpath(folder)]
    default = configuration.resolve() == (folder / "config.yaml").resolve()
    named = [] if default else ["--configfile", os.path.relpath(configuration)]
    return how_to("run", [*place, *named])
