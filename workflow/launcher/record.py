"""What was started last in a folder, so that `resume` goes on with that and with nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RUNNING, STOPPED, FAILED, FINISHED = "running", "stopped", "failed", "finished"


@dataclass(frozen=True)
class Record:
    """A run as it was started.

    Attributes
    ----------
    options : list of str
        Of Snakemake, targets among them.
    place : str
        The folder that relative paths in them start from, relative to the working folder.
    state : {'running', 'stopped', 'failed', 'finished'}
        How it ended; a run that was killed is still 'running'.
    """

    options: list[str]
    place: str
    state: str


def read(folder: Path) -> Record | None:
    """Return the record of the last run in a folder; None where there is none that can be read."""
    try:
        return Record(**json.loads(_path(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # none, or half written when the machine went down
        return None


def write(folder: Path, options: Sequence[str], state: str) -> None:
    """Note a run that is started from the current folder, or how it ended."""
    path = _path(folder)
    path.parent.mkdir(exist_ok=True)
    record = Record(list(options), os.path.relpath(Path.cwd(), folder), state)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(record)), encoding="utf-8")
    part.replace(path)


def _path(folder: Path) -> Path:
    return folder / ".snakemake" / "launched.json"
