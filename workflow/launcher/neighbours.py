"""Locks of other runs in a folder: whether they stand in the way of this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from launcher import processes
from launcher.place import COMMAND, IS_INSTALLED, ROOT


def lock_message(folder: Path, results: str) -> str:
    """Return what to say of another run's lock before Snakemake does; nothing where there is none.

    Parameters
    ----------
    folder : Path
        The working folder, absolute.
    results : str
        Where this run writes, relative to it.
    """
    theirs = list(_locked_outputs(folder))
    if not theirs:
        return ""
    ours = (folder / results).resolve()
    in_the_way = [path for path in theirs if path.is_relative_to(ours)]
    busy = [process for process in processes.at_work(folder) if process.pid not in processes.ancestors()]
    who = f"another run is at work ({busy[0]})" if busy else "another run is at work, or was killed"
    if in_the_way:
        return f"{folder} is locked: {who}. {_resume()} tells which, and goes on where it stopped."
    return f"In {folder} {who}. It writes other results than {results}, so this one goes on."


def _resume() -> str:
    """Return what to type in the folder, which may be another than that of a checkout."""
    return "`latefusion resume`" if IS_INSTALLED else f"`make resume` (python {ROOT / COMMAND[-1]} resume)"


def _locked_outputs(folder: Path) -> Iterator[Path]:
    """Yield the files that other runs have locked to write."""
    for lock in sorted((folder / ".snakemake" / "locks").glob("*.output.lock")):
        try:
            lines = lock.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:  # given back in the meantime
            continue
        yield from ((folder / line).resolve() for line in lines if line)
