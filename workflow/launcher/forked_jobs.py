"""Jobs of this machine as forks of one process that has imported their libraries already.

Snakemake stays the scheduler. Each job is still a process of its own, with its log, its output, its record of
time and memory, and its own failure; only its Python need not be started and filled anew.
"""

from __future__ import annotations

import os
import subprocess  # nosec B404
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from pathlib import Path
from typing import Any

from snakemake.benchmark import benchmarked
from snakemake.script import PythonScript
from snakemake.sourcecache import LocalSourceFile

SWITCH = "LATEFUSION_FORK"
_SERVER = Path(__file__).with_name("job_server.py")
# what Snakemake sets for a job beside the environment that it has itself
_THREADS = ("OMP", "GOTO", "OPENBLAS", "MKL", "VECLIB", "NUMEXPR")
_TEMPORARY = ("TMPDIR", "TMP", "TEMPDIR", "TEMP")
# else pyarrow starts a thread as it is imported, for an allocator that it does not use
_NO_THREAD = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}


class JobServer:
    """The process that forks, started with the first job and ended with this process.

    Parameters
    ----------
    scripts : Path
        Folder of the entry scripts.
    """

    def __init__(self, scripts: Path) -> None:
        self.scripts = scripts
        self._lock = threading.Lock()
        self._control: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self, script: str, environment: Mapping[str, str], watched: Callable[[int], Any], *, folder: str
    ) -> int | None:
        """Run a script to its end in a fork.

        Parameters
        ----------
        script : str
            File.
        environment : mapping of str to str
            The whole environment of the job.
        watched : callable
            Given the pid, returns a context manager around the job's time.
        folder : str
            Where it runs.

        Returns
        -------
        int or None
            Its exit code as a shell gives it; None where no fork was made.
        """
        here, there = Pipe()
        with here:
            with self._lock, there:
                try:
                    control = self._started()
                    control.send((str(Path(script).resolve()), folder, dict(environment)))
                    send_handle(control, there.fileno(), None)
                except OSError:
                    return None
            try:
                what, number = here.recv()
            except (EOFError, OSError):
                return None
            if what == "code":
                return int(number)
            with watched(number):
                try:
                    here.send("begin")
                    return int(here.recv()[1])
                except (EOFError, OSError):  # the server was killed, and its jobs with it
                    return 137

    def close(self) -> None:
        """End the server and wait for it, once its jobs have ended."""
        if self._control is not None and self._process is not None:
            self._control.close()
            self._process.wait()

    def kill(self) -> None:
        """End the server and its jobs at once."""
        if self._process is not None:
            self._process.kill()

    def _started(self) -> Connection:
        """Return the connection to the server, which is started where there is none."""
        if self._control is None:
            self._control, there = Pipe()
            with there:
                self._process = subprocess.Popen(  # noqa: S603 # nosec B603
                    [sys.executable, str(_SERVER), str(there.fileno()), str(self.scripts)],
                    pass_fds=[there.fileno()],
                    env=environment(1) | _NO_THREAD,
                )
        return self._control


def environment(threads: int, folder: str | None = None) -> dict[str, str]:
    """Return what Snakemake sets for a job with some threads and, perhaps, a folder for temporary files."""
    told = {f"{library}_NUM_THREADS": str(threads) for library in _THREADS}
    if folder:
        told |= dict.fromkeys(_TEMPORARY, folder)
    return {**os.environ, **told}


def install(scripts: Path) -> None:
    """Have the Python scripts of a folder run as forks, as far as they run in this environment, on Linux.

    Parameters
    ----------
    scripts : Path
        Of the entry scripts; those of other folders are run as Snakemake does.
    """
    if sys.platform != "linux" or os.environ.get(SWITCH) == "no":
        return
    servers = vars(PythonScript).get("latefusion_servers")
    if servers is not None:  # another module of the same run
        servers.setdefault(scripts.resolve(), JobServer(scripts))
        return
    servers = PythonScript.latefusion_servers = {scripts.resolve(): JobServer(scripts)}
    otherwise = PythonScript.execute_script

    def execute_script(script: PythonScript, fname: str, edit: bool = False) -> None:
        server = servers.get(_folder(script))
        foreign = script.conda_env or script.container_img or script.env_modules or script.shadow_dir
        code = None
        if server is not None and not foreign and not edit:
            record = script.bench_record
            code = server.run(
                fname,
                environment(script.threads, script.resources.get("tmpdir")),
                lambda pid: nullcontext() if record is None else benchmarked(pid, record),
                folder=str(Path.cwd()),
            )
        if code is None:
            otherwise(script, fname, edit)
        elif code:
            raise subprocess.CalledProcessError(code, f"{sys.executable} {fname}")

    PythonScript.execute_script = execute_script


def _folder(script: PythonScript) -> Path | None:
    if not isinstance(script.path, LocalSourceFile):
        return None
    return Path(os.path.realpath(script.path.get_path_or_uri(secret_free=True))).parent
