"""A process that has imported Snakemake, and forks itself for each run that tests make of it.

A fork runs what `python launch.py …` or `python -m snakemake …` would; only its Python need not be started
and filled anew. Of this project the process has imported nothing, so that a copy of the code runs as well.
"""

import atexit
import importlib
import multiprocessing
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

MODULES = (
    "snakemake.cli",
    "snakemake.api",
    "snakemake.report.html_reporter",
    "snakemake.benchmark",
    "snakemake.profiles",
    "snakemake_logger_plugin_rich",
    "jinja2",
    "platformdirs",
    "smart_open",
    "jsonschema",
    "requests",
)
# else these libraries start threads as they are imported, beside which the launcher makes no fork
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
LONGEST = 3600  # seconds


class Forks:
    """The process that forks: started with the first run, ended with this process."""

    def __init__(self):
        self._control = self._process = None
        self._asking = threading.Lock()
        atexit.register(self.close)

    def close(self):
        """End it."""
        if self._control is not None:
            self._control.close()
            self._process.wait()

    def run(self, arguments, cwd):
        """Run a script, or `-m` and a module, to its end.

        Parameters
        ----------
        arguments : sequence of str
            As they would follow `python`.
        cwd : Path
            The working folder.

        Returns
        -------
        subprocess.CompletedProcess
            With both outputs as text.
        """
        with tempfile.TemporaryDirectory() as name:
            outputs = [Path(name, "out"), Path(name, "err")]
            code = self._fork(arguments, cwd, outputs, alone=False).wait()
            said = [file.read_text(encoding="utf-8") for file in outputs]
        return subprocess.CompletedProcess(list(map(str, arguments)), code, *said)

    def start(self, arguments, cwd, output):
        """Start what `run` runs to its end, at the head of a session of its own.

        Parameters
        ----------
        arguments, cwd
            See `run`.
        output : Path
            File at whose end both outputs are written.

        Returns
        -------
        Fork
        """
        return self._fork(arguments, cwd, [output, output], alone=True)

    def _fork(self, arguments, cwd, outputs, alone):
        words = [str(word) for word in arguments]
        request = (words, str(cwd), dict(os.environ), [str(output) for output in outputs], alone)
        return Fork(self._answer(request), words, self._answer)

    def _answer(self, request):
        with self._asking:
            if self._control is None:
                self._start()
            self._control.send(request)
            if not self._control.poll(LONGEST):
                self._process.kill()
                raise TimeoutError(str(request))
            return self._control.recv()

    def _start(self):
        self._control, there = Pipe()
        with there:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(there.fileno())],
                pass_fds=[there.fileno()],
                env={**os.environ, **ONE_THREAD},
            )


class Fork:
    """A run that goes on, with what tests ask of a `subprocess.Popen`."""

    def __init__(self, pid, words, answer):
        self.pid, self.returncode = pid, None
        self._words, self._answer = words, answer
        self._end = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._end)

    def poll(self):
        """Return the exit code, or the negative number of the signal that ended it; None while it runs."""
        return self._ended(0)

    def wait(self, timeout=LONGEST):
        """Return the exit code as soon as there is one, or raise `subprocess.TimeoutExpired`."""
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired(self._words, timeout)
        return self.returncode

    def send_signal(self, number):
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _ended(self, seconds):
        if self.returncode is None and select.select([self._end], [], [], seconds)[0]:
            self.returncode = self._answer(self.pid)
        return self.returncode


def _serve(control):
    """Fork for each request and answer with its pid; answer a pid with the exit code of a fork that ended."""
    for name in MODULES:
        importlib.import_module(name)
    forks = {}
    while True:
        try:
            request = control.recv()
        except EOFError:
            break
        if isinstance(request, int):
            fork = forks.pop(request)
            fork.join()
            control.send(fork.exitcode)
        else:
            fork = multiprocessing.get_context("fork").Process(target=_run, args=(control, *request))
            fork.start()
            forks[fork.pid] = fork
    for pid in forks:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _run(control, words, cwd, environment, outputs, alone):
    """Be the Python that was called with these words."""
    if alone:
        os.setsid()
    for number, output in enumerate(outputs, 1):
        with open(output, "a", encoding="utf-8") as file:  # noqa: PTH123
            os.dup2(file.fileno(), number)
    control.send(os.getpid())
    control.close()
    sys.__stdin__ = sys.stdin
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    try:
        if words[0] == "-m":
            sys.path.insert(0, cwd)
            sys.argv[:] = words[1:]
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            sys.path.insert(0, str(Path(words[0]).parent))
            sys.argv[:] = words
            runpy.run_path(words[0], run_name="__main__")
    finally:  # which multiprocessing does not do
        atexit._run_exitfuncs()


if __name__ == "__main__":
    del sys.path[0]  # this file's folder, whose modules are none of the runs'
    _serve(Connection(int(sys.argv[1])))
