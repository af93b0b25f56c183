"""Snakemake as a fork of the launcher, which has imported it already to read its options."""

from __future__ import annotations

import atexit
import gc
import importlib
import multiprocessing
import os
import signal
import subprocess  # nosec B404
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from launcher import pandas_later

# else these libraries start threads as they are imported, one of them for an allocator that nobody uses
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}


@contextmanager
def no_threads() -> Iterator[None]:
    """Let the libraries that are imported meanwhile start no thread, beside which no fork could be made."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def is_possible() -> bool:
    """Whether a fork is as good as a new process: on Linux, of one thread, which has read no Snakefile."""
    return (
        sys.platform == "linux"
        and "snakemake.cli" in sys.modules
        and "launcher.forked_jobs" not in sys.modules
        and len(list(Path("/proc/self/task").iterdir())) == 1
    )


class Fork:
    """A process that is Snakemake, with what the launcher asks of a `subprocess.Popen`.

    Parameters
    ----------
    options : sequence of str
        Of Snakemake.
    environment : mapping of str to str
        All of it.
    handlers : mapping of int to handler
        What signals do, as far as this process has it otherwise.
    local : bool
        Whether all jobs run on this machine, so that Snakemake has no use for pandas.
    """

    def __init__(
        self,
        options: Sequence[str],
        environment: Mapping[str, str],
        handlers: Mapping[int, Any],
        *,
        local: bool = True,
    ) -> None:
        gc.freeze()  # both processes keep what they share, and neither looks through it for garbage
        terminal = os.dup(sys.__stdin__.fileno()) if sys.__stdin__ else None
        self._process = multiprocessing.get_context("fork").Process(
            target=_be_snakemake, args=(options, environment, handlers, terminal, local)
        )
        self._process.start()
        if terminal is not None:
            os.close(terminal)
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Exit code, or the negative number of the signal that ended it; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return `returncode`."""
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Return `returncode` as soon as there is one.

        Raises
        ------
        subprocess.TimeoutExpired
            If it still runs after `timeout` seconds.
        """
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("snakemake", timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


def _be_snakemake(
    options: Sequence[str],
    environment: Mapping[str, str],
    handlers: Mapping[int, Any],
    terminal: int | None,
    local: bool,
) -> None:
    """Be what `python -m snakemake` would be."""
    if local:
        pandas_later.hide()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    if terminal is not None:  # multiprocessing has put nothing in its place
        os.dup2(terminal, 0)
        os.close(terminal)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    cli = importlib.import_module("snakemake.cli")
    sys.argv[:] = [str(Path(cli.__file__ or "").with_name("__main__.py")), *options]
    if not sys.flags.safe_path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        cli.main(list(options))
    finally:  # which multiprocessing does not do
        atexit._run_exitfuncs()
