"""What SLURM still has of earlier runs in a folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess  # nosec B404
import time
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LaunchError

RUN_ID = re.compile(rb"SLURM run ID: (\S+)")


@dataclass(frozen=True)
class Job:
    """A job that SLURM has queued or is running."""

    number: str
    run: str
    state: str

    def __str__(self) -> str:
        """Name the job in a message."""
        return f"{self.number} ({self.state.lower()})"


def jobs_left(folder: Path) -> list[Job]:
    """Return the jobs of earlier runs in a folder that are queued or running.

    Raises
    ------
    LaunchError
        If a run left jobs behind and SLURM cannot be asked about them.
    """
    runs, numbers = _runs(folder), _unfinished(folder)
    if not runs:
        return []
    if shutil.which("squeue") is None:
        if numbers:
            raise LaunchError(
                f"an earlier run in {folder} left the SLURM jobs {', '.join(sorted(numbers))}, and this "
                "machine has no squeue to ask what became of them. Go on from the machine that started them."
            )
        return []
    answer = _call("squeue", "--noheader", "--me", "--format=%A|%j|%T")
    if answer.returncode != 0:
        if not numbers:
            return []
        raise LaunchError(
            f"an earlier run in {folder} left the SLURM jobs {', '.join(sorted(numbers))}, and SLURM does "
            f"not say what became of them: {answer.stderr.strip()}. Try again when it answers."
        )
    jobs = [Job(*line.split("|")) for line in answer.stdout.splitlines() if line.count("|") == 2]
    return [job for job in jobs if job.run in runs or job.number in numbers]


def ended(number: str) -> bool:
    """Whether SLURM answers and no longer has a job, or the job is this one, started again."""
    if number == os.environ.get("SLURM_JOB_ID"):
        return True
    if shutil.which("squeue") is None:
        return False
    answer = _call("squeue", "--noheader", "--me", "--format=%A")
    return answer.returncode == 0 and number not in answer.stdout.split()


def cancel(folder: Path, *, patience: float = 120) -> None:
    """Cancel the jobs that are left and wait until they are gone.

    Raises
    ------
    LaunchError
        If some are still there after `patience` seconds.
    """
    last = time.monotonic() + patience
    asked: set[str] = set()
    while jobs := jobs_left(folder):
        if time.monotonic() > last:
            raise LaunchError(f"SLURM did not end the jobs {', '.join(map(str, jobs))}; try again later")
        new = {job.number for job in jobs} - asked
        if new:
            _call("scancel", *sorted(new))
            asked |= new
        time.sleep(1)


def wait(folder: Path, *, interval: float = 10) -> None:
    """Wait until the jobs that are left have ended."""
    while jobs_left(folder):
        time.sleep(interval)


def _runs(folder: Path) -> set[str]:
    """Return the identifiers of earlier runs on SLURM, which are the names of their jobs."""
    logs = (folder / ".snakemake" / "log").glob("*.snakemake.log")
    return {match.decode() for log in logs for match in RUN_ID.findall(log.read_bytes())}


def _unfinished(folder: Path) -> set[str]:
    """Return SLURM's numbers of the jobs that Snakemake started and never saw the end of."""
    numbers = set()
    for marker in (folder / ".snakemake" / "incomplete").rglob("*"):
        if marker.is_file():
            try:
                number = json.loads(marker.read_text(encoding="utf-8")).get("external_jobid")
            except (ValueError, AttributeError):  # half written, or of another format
                continue
            if number is not None:
                numbers.add(str(number))
    return numbers


def _call(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 # nosec B603
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=60, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"{command[0]} did not answer within a minute")
