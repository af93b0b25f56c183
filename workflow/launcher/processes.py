"""Processes of this machine, as /proc shows them: what works in a folder, and who descends from whom."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A process and its command line."""

    pid: int
    command: str

    def __str__(self) -> str:
        """Name the process in a message."""
        shown = self.command if len(self.command) <= 100 else f"{self.command[:97]}..."
        return f"process {self.pid} ({shown})"


def at_work(folder: Path) -> list[Process]:
    """Return this user's processes that run, or are a job of, a local Snakemake in a folder.

    Snakemake keeps its log in `.snakemake/log` open; its jobs run scripts in `.snakemake/scripts`, which
    those that were forked keep open. Those that SLURM started in a job other than this process's own are left
    out: SLURM knows them.
    """
    return [process for process in _all() if _works_in(process, folder.resolve())]


def descendants(pid: int) -> list[int]:
    """Return the pids of all processes below one, nearest first."""
    children: dict[int, list[int]] = {}
    for process in _pids():
        children.setdefault(_parent(process), []).append(process)
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found[1:]


def ancestors() -> list[int]:
    """Return the pids of this process and of all above it, nearest first."""
    found = [os.getpid()]
    while (above := _parent(found[-1])) > 1:
        found.append(above)
    return found


def end(pids: list[int], *, patience: float) -> None:
    """Ask processes to end, and end those that have not after `patience` seconds."""
    _send(pids, signal.SIGTERM)
    last = time.monotonic() + patience
    while any(map(alive, pids)) and time.monotonic() < last:
        time.sleep(0.05)
    _send([pid for pid in pids if alive(pid)], signal.SIGKILL)


def _works_in(process: Process, folder: Path) -> bool:
    if process.pid == os.getpid():
        return False
    scripts, log = f"{folder}/.snakemake/scripts/", f"{folder}/.snakemake/log/"
    opened = list(_open_files(process.pid))
    if scripts in process.command or any(target.startswith(scripts) for target in opened):
        return not _in_other_job(process.pid)
    return any(target.startswith(log) for target in opened) and not (
        "--mode" in process.command and _in_other_job(process.pid)
    )


def _all() -> Iterator[Process]:
    for pid in _pids():
        try:
            command = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:  # it has ended
            continue
        if command:
            yield Process(pid, command.decode(errors="replace").strip())


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []


def _open_files(pid: int) -> Iterator[str]:
    try:
        for entry in (PROC / str(pid) / "fd").iterdir():
            yield str(entry.readlink())
    except OSError:  # it has ended, or is somebody else's
        return


def _in_other_job(pid: int) -> bool:
    """Whether a process runs in a SLURM job, and that is not the job of this process."""
    try:
        environment = (PROC / str(pid) / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    number = next((one.partition("=")[2] for one in environment if one.startswith("SLURM_JOB_ID=")), "")
    return number not in ("", os.environ.get("SLURM_JOB_ID"))


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def alive(pid: int) -> bool:
    """Whether a process runs: neither ended nor waiting to be collected."""
    fields = _stat(pid)
    return bool(fields) and fields[0] not in ("Z", "X")


def _stat(pid: int) -> list[str]:
    """State, parent and what follows in /proc/PID/stat; the name before them may hold blanks."""
    try:
        return (
            (PROC / str(pid) / "stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()
        )
    except OSError:
        return []


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
