"""Process that has imported what every job needs, and forks itself for each; run as a script.

A fork is made only while there is a single thread, so that no library is caught in the middle of something.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import io
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import nullcontext, suppress
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
    "latefusion.store.models",
)
# What takes so long to import that the next job of the same kind should find it.
SLOW = frozenset({"numba", "scipy", "sklearn", "torch"})
# Packages whose files people add and change: read anew by each job.
USERS = ("latefusion.rules", "latefusion.learners")
_WRITERS = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
_PR_SET_PDEATHSIG = 1


def serve(control: Connection) -> None:
    """Fork for each job that is asked for, until the other side is closed and all jobs have ended.

    Parameters
    ----------
    control : Connection
        Brings requests, each followed by the descriptor of a connection of its own. `(script, folder,
        environment)` is a job: on its connection go `("pid", pid)`, a word back that lets it begin, perhaps
        `("imported", (slow libraries, all modules))`, and `("ended", (exit code, processor seconds, peak
        memory in MB))`. A list of modules alone, `(modules,)`, asks for another server that has these,
        controlled by the connection.
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
                own = Connection(recv_handle(control))
            except (EOFError, OSError):
                listening = False
                continue
            server = os.getpid()
            if pid := os.fork():
                running[pid] = own
            else:
                _be_born(server, [control, *running.values()])
                if len(request) == 1:
                    _serve_more(own, *request)
                else:
                    _work(own, *request)


def _collect(running: dict[int, Connection]) -> None:
    """Say how each job ended that has."""
    for pid in list(running):
        done, status, used = os.wait4(pid, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            took = used.ru_utime + used.ru_stime
            with running.pop(pid) as job, suppress(OSError):
                job.send(("ended", (code if code >= 0 else 128 - code, took, used.ru_maxrss / 1024)))


def _be_born(server: int, others: list[Connection]) -> None:
    """Leave what is the server's, and end with it: without it a job is taken for failed."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in others:
        other.close()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(1)


def _serve_more(control: Connection, modules: list[str]) -> NoReturn:
    """Be a server that has further modules, imported as a job imports them."""
    job = importlib.import_module("latefusion.core.job")
    with nullcontext() if "pandas" in modules else job.without_pandas():
        _serve_with(control, modules)
    os._exit(0)


def _work(job: Connection, script: str, folder: str, environment: dict[str, str]) -> NoReturn:
    """Be a Python that was called with a script: run it, and end as it ends."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(OSError):
        Path("/proc/self/comm").write_text(script.rpartition("/")[2].partition(".")[2][:15], encoding="utf-8")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[:] = [script]
    if not sys.flags.safe_path:
        sys.path.insert(0, str(Path(script).parent))
    job.send(("pid", os.getpid()))
    try:
        job.recv()
    except EOFError:
        os._exit(1)
    main = ModuleType("__main__")
    main.__file__ = script
    sys.modules["__main__"] = main
    before = set(sys.modules)
    with Path(script).open("rb") as file:  # kept open: it says what this process is at work on
        exec(compile(file.read(), script, "exec"), main.__dict__)  # noqa: S102 # nosec B102
    libraries, modules = _worth_keeping(before)
    if libraries:
        job.send(("imported", (libraries, modules)))
    _end_well()


def _end_well() -> NoReturn:
    """End as Python does, but leave what is imported whole: to take it apart costs more than many a job."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.modules["__main__"].__dict__.clear()
    # the server's own two, no longer listed, and what the job left open
    for file in (sys.stdout, sys.stderr, *gc.get_objects()):
        if isinstance(file, _WRITERS):
            with suppress(ValueError):  # closed, or its buffer was taken away
                file.flush()
    ctypes.CDLL(None).fflush(None)
    os._exit(0)


def _worth_keeping(before: set[str]) -> tuple[list[str], list[str]]:
    """Return the slow libraries that a job has imported, and all that it has imported, in that order."""
    new = [name for name in sys.modules if name not in before and not name.startswith(USERS)]
    specs = ((name, getattr(sys.modules[name], "__spec__", None)) for name in new)
    importable = [name for name, spec in specs if spec and spec.loader and spec.name == name]
    return [name for name in new if name in SLOW], importable


def _serve_with(control: Connection, modules: Sequence[str]) -> None:
    """Import what the jobs need and serve, if it is there and left no thread behind."""
    try:
        for name in modules:
            importlib.import_module(name)
        if "numba" in modules:
            _fill_types()
    except ImportError:  # a job that is started by itself says what is missing
        return
    if len(list(Path("/proc/self/task").iterdir())) == 1:
        gc.collect()
        gc.freeze()
        serve(control)


def _fill_types() -> None:
    """Have numba collect the types that it knows, as it does in each process before it reads kept code."""
    with suppress(
        ImportError, AttributeError
    ):  # another version may keep them elsewhere; each job then collects
        importlib.import_module("numba.core.entrypoints").init_all()
        target = importlib.import_module("numba.core.registry").cpu_target
        target.typing_context.refresh()
        target.target_context.refresh()


def _main(descriptor: str, scripts: str) -> None:
    # not this file's folder, whose modules are none of the jobs'; the scripts' comes last, as for the jobs
    sys.path[:] = [*(sys.path if sys.flags.safe_path else sys.path[1:]), scripts]
    _serve_with(Connection(int(descriptor)), MODULES)
    os._exit(0)


if __name__ == "__main__":
    _main(*sys.argv[1:])
