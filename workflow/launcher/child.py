"""Snakemake as a child process: signals turned into an orderly stop."""

from __future__ import annotations

import os
import signal
import subprocess  # nosec B404
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from launcher import fork, interpreter
from launcher.place import ROOT
from launcher.processes import descendants, end

# In the environment of a Snakemake that was launched: then the launcher has the last word.
LAUNCHED = "LATEFUSION_LAUNCHED"
# A job on SLURM is cancelled through scancel, which may take its time; local jobs end at once.
PATIENCE_JOBS = 3.0
PATIENCE_SNAKEMAKE = 60.0


class Child:
    """Snakemake, with SIGINT and SIGTERM of the launcher as its own interrupt.

    SIGTERM alone makes Snakemake wait for all running jobs and leaves those on SLURM to themselves; an
    interrupt makes it cancel them. Local jobs are ended from here, since Snakemake waits for them.
    """

    def __init__(self, options: Sequence[str], descriptor: int | None = None, *, local: bool = True) -> None:
        self.options = list(options)
        self.descriptor = descriptor
        self.local = local
        self.signal: int | None = None

    def run(self) -> int:
        """Run Snakemake to its end and return its exit code, or that of the signal that stopped it."""
        handlers = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            with self._started(handlers) as process:
                code = self._wait(process)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        return code if self.signal is None else 128 + self.signal

    @contextmanager
    def _started(self, handlers: Mapping[int, Any]) -> Iterator[subprocess.Popen[bytes] | fork.Fork]:
        environment = {**os.environ, LAUNCHED: "1"}
        inherited = () if self.descriptor is None else (self.descriptor,)
        with interpreter.callable_path(local=self.local) as python:
            command = snakemake_command(python, self.options)
            if python == sys.executable and not _names_snakefile(self.options) and fork.is_possible():
                yield fork.Fork(command[3:], environment, handlers, local=self.local)
                return
            with subprocess.Popen(command, pass_fds=inherited, env=environment) as process:  # noqa: S603 # nosec B603
                yield process

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        self.signal = self.signal or number

    def _wait(self, process: subprocess.Popen[bytes] | fork.Fork) -> int:
        while self.signal is None:
            try:
                return process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
        process.send_signal(signal.SIGINT)
        stopped = time.monotonic()
        while process.poll() is None:
            end(descendants(process.pid), patience=PATIENCE_JOBS)
            if time.monotonic() - stopped > PATIENCE_SNAKEMAKE:
                process.kill()
            time.sleep(0.1)
        return process.wait(0)


def snakemake_command(python: str, options: Sequence[str]) -> list[str]:
    """Return the command that runs Snakemake with some options, on this workflow unless they name another."""
    snakefile = [] if _names_snakefile(options) else ["--snakefile", os.path.relpath(ROOT / "Snakefile")]
    return [python, "-m", "snakemake", *snakefile, *options]


def _names_snakefile(options: Sequence[str]) -> bool:
    return any(option.startswith(("-s", "--snakefile")) for option in options)
