"""A process that has imported Snakemake, and forks itself for each run that tests make of it.

A fork runs what `python launch.py …` or `python -m snakemake …` would; only its Python need not be started
and filled anew. Of this project the process has imported nothing, so that a copy of the code runs as well.
"""

import atexit
import importlib
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

MODULES = (
    "snakemake.cli",
    "snakemake.api",
    "snakemake.report",
    "snakemake.benchmark",
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
        self._answering = threading.Lock()
        atexit.register(self.close)

    def close(self):
        """End it."""
        if self._control is not None:
            self._control.close()
            self._process.wait()

    def run(self, arguments, cwd):
        """Run a script, or `-m` and a module, with this process's environment.

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

        Raises
        ------
        RuntimeError
            While another thread waits for a run: the answers would change places.
        """
        if not self._answering.acquire(blocking=False):
            raise RuntimeError("runs at once need processes of their own: pass launch an environment")
        try:
            return self._answer(arguments, cwd)
        finally:
            self._answering.release()

    def _answer(self, arguments, cwd):
        if self._control is None:
            self._start()
        words = [str(word) for word in arguments]
        with tempfile.TemporaryDirectory() as name:
            outputs = [Path(name, "out"), Path(name, "err")]
            self._control.send((words, str(cwd), dict(os.environ), list(map(str, outputs))))
            if not self._control.poll(LONGEST):
                self._process.kill()
                raise TimeoutError(" ".join(words))
            code = self._control.recv()
            said = [file.read_text(encoding="utf-8") for file in outputs]
        return subprocess.CompletedProcess(words, code, *said)

    def _start(self):
        self._control, there = Pipe()
        with there:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(there.fileno())],
                pass_fds=[there.fileno()],
                env={**os.environ, **ONE_THREAD},
            )


def _serve(control):
    for name in MODULES:
        importlib.import_module(name)
    while True:
        try:
            request = control.recv()
        except EOFError:
            return
        fork = multiprocessing.get_context("fork").Process(target=_run, args=request)
        fork.start()
        fork.join()
        control.send(fork.exitcode)


def _run(words, cwd, environment, outputs):
    """Be the Python that was called with these words."""
    for number, output in enumerate(outputs, 1):
        with open(output, "w", encoding="utf-8") as file:  # noqa: PTH123
            os.dup2(file.fileno(), number)
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
