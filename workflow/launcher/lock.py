"""The lock of a run: held by an open file, so that it ends with the processes that hold it.

Snakemake's own lock is a list of files that a killed run leaves behind. This one is a lock of the
operating system on `.run.lock` in the working folder. The launcher hands it down to Snakemake, and it is
free once both are gone, however they went. The file itself says who holds it, or who did and never
came to the end.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from launcher import processes
from launcher.errors import LaunchError

NAME = ".run.lock"
# Processes of a run that was killed a moment ago may still be on their way out, and hold what they held.
GRACE = 3.0


@dataclass(frozen=True)
class Holder:
    """The run that holds a folder, or held it when it was killed; `job` is its number where SLURM ran it."""

    pid: int
    host: str
    start: str
    command: str
    job: str = ""

    def __str__(self) -> str:
        """Name the run in a message."""
        return f"process {self.pid} on {self.host}, since {self.start} ({self.command})"


@dataclass(frozen=True)
class Lock:
    """A held lock.

    Attributes
    ----------
    descriptor : int
        To be handed to the child process that shares the lock.
    killed : Holder or None
        The earlier run that never gave the lock back.
    """

    descriptor: int
    killed: Holder | None


@contextmanager
def held(folder: Path, command: str, *, passing: bool = False) -> Iterator[Lock]:
    """Hold the lock of a folder.

    Parameters
    ----------
    folder : Path
        The working folder of a run.
    command : str
        What the holder is doing, for the messages of others.
    passing : bool
        Whether it leaves a killed run as it is, so that the next one must still know of it.

    Raises
    ------
    LaunchError
        If another run holds it, naming that run; or if the folder cannot keep a lock.
    """
    path = folder / NAME
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise LaunchError(
            f"{folder}: results cannot be written here ({error.strerror}). Name a folder of yours: "
            "add `--directory FOLDER`."
        ) from error
    with file:
        try:
            if not _taken(file.fileno()):
                holder = _read(file.fileno())
                raise LaunchError(
                    f"{folder} is in use by {holder or 'another run'}. Wait until it ends, or run in another "
                    "folder: add `--directory FOLDER`."
                )
        except OSError as error:
            raise LaunchError(
                f"{path}: the file system keeps no locks ({error.strerror}). Call `snakemake` itself, one "
                "run at a time."
            ) from error
        killed = _read(file.fileno())
        start = time.strftime("%Y-%m-%d %H:%M:%S")
        own = Holder(os.getpid(), socket.gethostname(), start, command, os.environ.get("SLURM_JOB_ID", ""))
        _write(file.fileno(), json.dumps(asdict(own)))
        left = killed
        try:
            yield Lock(file.fileno(), killed)
            if not passing:
                left = None
        finally:
            # Whoever was refused leaves the folder as the killed run left it. The file stays: removing it
            # would let two runs lock two files of the same name.
            _write(file.fileno(), json.dumps(asdict(left)) if left else "")


def _taken(descriptor: int) -> bool:
    """Take the lock; wait a moment for one whose launcher is gone."""
    last = time.monotonic() + GRACE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(descriptor)
            gone = (
                holder is not None and holder.host == socket.gethostname() and not processes.alive(holder.pid)
            )
            if not gone or time.monotonic() > last:
                return False
            time.sleep(0.1)
        else:
            return True


def _read(descriptor: int) -> Holder | None:
    text = os.pread(descriptor, 10_000, 0).decode(errors="replace")
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):  # empty, or half written when the machine went down
        return None


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode())  # opened for appending, so this is the start of the file
