"""Process that has imported what every job needs, and forks itself for each; run as a script.

A fork is made only while there is a single thread, so that no library is caught in the middle of something.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle
from pathlib import Path
from types import ModuleType
from typing import NoReturn

# What each job of fusion imports; it is also what those of SVMs, tables and the page begin with.
MODULES = (
    "snakemake.logging",
    "snakemake.io",
    "snakemake.iocontainers",
    "threadpoolctl",
    "numpy.ma",
    "numpy.random",
    "pyarrow.parquet",
    "latefusion.core.job",
    "latefusion.fusion.fuse",
    "latefusion.fusion.inputs",
)
_PR_SET_PDEATHSIG = 1


def serve(control: Connection) -> None:
    """Fork for each job that is asked for, until the other side is closed and all jobs have ended.

    Parameters
    ----------
    control : Connection
        Brings `(script, folder, environment)`, and after it the descriptor of a connection for this job, on
        which go `("pid", pid)`, a word back that lets the job begin, and `("code", exit code)`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the jobs
    ended, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    running: dict[int, Connection] = {}
    listening = True
    while listening or running:
        for ready in wait([ended, control] if listening else [ended]):
            if ready == ended:
                os.read(ended, 4096)
                _collect(running)
                continue
            try:
                request = control.recv()
                job = Connection(recv_handle(control))
            except (EOFError, OSError):
                listening = False
                continue
            server = os.getpid()
            if pid := os.fork():
                running[pid] = job
            else:
                signal.set_wakeup_fd(-1)
                _work(job, server, *request)


def _collect(running: dict[int, Connection]) -> None:
    """Say how each job ended that has."""
    for pid in list(running):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            with running.pop(pid) as job, suppress(OSError):
                job.send(("code", code if code >= 0 else 128 - code))


def _work(job: Connection, server: int, script: str, folder: str, environment: dict[str, str]) -> NoReturn:
    """Be a Python that was called with a script: run it, and end as it ends."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # whoever waits for the server takes a job for failed when that is gone
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)
    with suppress(OSError):
        Path("/proc/self/comm").write_text(script.rpartition("/")[2].partition(".")[2][:15], encoding="utf-8")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[:] = [script]
    sys.path.insert(0, str(Path(script).parent))
    job.send(("pid", os.getpid()))
    try:
        job.recv()
    except EOFError:
        os._exit(1)
    main = ModuleType("__main__")
    main.__file__ = script
    sys.modules["__main__"] = main
    with Path(script).open("rb") as file:  # kept open: it says what this process is at work on
        exec(compile(file.read(), script, "exec"), main.__dict__)  # noqa: S102 # nosec B102
    sys.exit(0)


def _is_ready(scripts: str) -> bool:
    """Import what the jobs need, from where a job would; whether it is there, and nothing else is at work.

    The folder of its script is the last that a job looks into.
    """
    sys.path.append(scripts)
    try:
        for name in MODULES:
            importlib.import_module(name)
    except ImportError:  # the first job, which is then started by itself, says what is missing
        return False
    sys.path.remove(scripts)
    return len(list(Path("/proc/self/task").iterdir())) == 1


def _main(descriptor: str, scripts: str) -> None:
    sys.path.pop(0)  # this file's folder, whose modules are not the jobs'
    if _is_ready(scripts):
        gc.collect()
        gc.freeze()
        serve(Connection(int(descriptor)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
