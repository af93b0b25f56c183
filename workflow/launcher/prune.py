"""The command `prune`: list what the configuration no longer makes, and remove it once that is confirmed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from launcher import leftovers, lock, slurm
from launcher.clearing import locked, nobody_elsewhere, nobody_here
from launcher.command_line import check, parsed
from launcher.errors import LaunchError
from launcher.hints import how_to
from launcher.place import NAME
from launcher.terminal import say


def prune(options: Sequence[str], folder: Path, *, yes: bool = False) -> int:
    """List what the configuration no longer makes, and remove it once that is confirmed.

    Raises
    ------
    LaunchError
        If a run is at work in the folder, or cannot be planned.
    """
    check(parsed(options), folder)
    with lock.held(folder, f"{NAME} prune", passing=True) as held:
        nobody_here(folder)
        if left := slurm.jobs_left(folder):
            raise LaunchError(f"SLURM still has jobs of a run in {folder}: {', '.join(map(str, left[:10]))}")
        if locked(folder):
            nobody_elsewhere(folder, held.killed)
        found = leftovers.find(options, folder)
        if found.foreign:
            say(f"Not made by this workflow, so they stay ({found.results}):")
            say("".join(f"  {path.relative_to(found.results)}\n" for path in found.foreign))
        if not found.made:
            say(f"Nothing to remove: the configuration makes every other file in {found.results}.")
            return 0
        size = sum(path.lstat().st_size for path in found.made)
        say(f"No longer made by the configuration ({found.results}):")
        say("".join(f"  {path.relative_to(found.results)}\n" for path in found.made))
        count = "this file" if len(found.made) == 1 else f"these {len(found.made)} files"
        question = f"Remove {count} ({size / 1e6:.1f} MB)? [y/N] "
        if not yes and not (sys.stdin.isatty() and input(question).strip().lower() in ("y", "yes")):
            say(f"Nothing removed. `{how_to('prune', ['--yes', *options])}` removes without asking.")
            return 1
        leftovers.remove(found)
        say("Removed 1 file." if len(found.made) == 1 else f"Removed {len(found.made)} files.")
    return 0
