"""Jobs of this machine as forks of one process that has imported their libraries already.

Snakemake stays the scheduler. Each job is still a process of its own, with its log, its output, its record of
time and memory, and its own failure; only its Python need not be started and filled anew.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess  # nosec B404
import sys
import threading
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from pathlib import Path
from typing import Any, NamedTuple

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


# What a job whose code names a library imports of it: the largest, which no such job does without.
ALWAYS = {
    "numba": ("numba", "numba.np.arraymath", "numba.np.random.generator_methods"),
    "torch": ("torch",),
}
Libraries = frozenset[str]
NONE: Libraries = frozenset()


@dataclass(frozen=True)
class Job:
    """A script to be run.

    Attributes
    ----------
    script : str
        File.
    folder : str
        Where it runs.
    environment : mapping of str to str
        All of it.
    kind : hashable
        Jobs of one kind import the same libraries: the next finds those that the first took long to import.
    libraries : frozenset of str
        Those that already the first job of its kind is to find.
    """

    script: str
    folder: str
    environment: Mapping[str, str]
    kind: Hashable = None
    libraries: Libraries = NONE


class Ended(NamedTuple):
    """How a job ended.

    Attributes
    ----------
    code : int
        As a shell gives it.
    seconds : float
        Of the processor.
    memory_mb : float
        At its peak.
    """

    code: int
    seconds: float = 0.0
    memory_mb: float = 0.0


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
        self._process: subprocess.Popen[bytes] | None = None
        # so that what the jobs took counts as taken by this process's children
        atexit.register(self.close)
        self._controls: dict[Libraries, Connection] = {}
        self._modules: dict[Libraries, list[str]] = {}
        self._needs: dict[Hashable, Libraries] = {}

    def run(self, job: Job, watched: Callable[[int], AbstractContextManager[Any]]) -> Ended | None:
        """Run a script to its end in a fork.

        Parameters
        ----------
        job : Job
        watched : callable
            Given the pid, returns a context manager around the job's time.

        Returns
        -------
        Ended or None
            None where no fork was made.
        """
        for libraries in dict.fromkeys((self._needs.get(job.kind, job.libraries), NONE)):
            if (ended := self._run(job, watched, libraries)) is not None:
                return ended
        return None

    def close(self) -> None:
        """End the server and wait for it, once its jobs have ended."""
        for control in self._controls.values():
            control.close()
        if self._process is not None:
            self._process.wait()

    def kill(self) -> None:
        """End the server and its jobs at once."""
        if self._process is not None:
            self._process.kill()

    def _run(
        self, job: Job, watched: Callable[[int], AbstractContextManager[Any]], libraries: Libraries
    ) -> Ended | None:
        request = (str(Path(job.script).resolve()), job.folder, dict(job.environment))
        try:
            with self._lock:
                here = _asked(self._control(libraries), request)
        except OSError:
            return None
        with here:
            try:
                what, said = here.recv()
            except (EOFError, OSError):
                return None
            if what == "ended":
                return Ended(*said)
            with watched(said):
                try:
                    here.send("begin")
                    what, said = here.recv()
                    if what == "imported":
                        self._learn(job.kind, libraries, *said)
                        what, said = here.recv()
                    return Ended(*said)
                except (EOFError, OSError):  # the server was killed, and its jobs with it
                    return Ended(128 + signal.SIGKILL)

    def _learn(self, kind: Hashable, known: Libraries, libraries: list[str], modules: list[str]) -> None:
        """Note what a kind of job imports beside the libraries that it found."""
        with self._lock:
            needs = known.union(libraries)
            self._needs[kind] = needs
            self._modules.setdefault(needs, [*self._modules.get(known, []), *modules])

    def _control(self, libraries: Libraries) -> Connection:
        """Return the connection to the server that has some libraries, which is made where there is none."""
        if libraries not in self._controls:
            if libraries:
                told = [name for library in sorted(libraries) for name in ALWAYS.get(library, ())]
                modules = self._modules.setdefault(libraries, told)
                self._controls[libraries] = _asked(self._control(NONE), (modules,))
            else:
                self._controls[libraries] = self._started()
        return self._controls[libraries]

    def _started(self) -> Connection:
        here, there = Pipe()
        with there:
            self._process = subprocess.Popen(  # noqa: S603 # nosec B603
                [sys.executable, str(_SERVER), str(there.fileno()), str(self.scripts)],
                pass_fds=[there.fileno()],
                env=environment(1) | _NO_THREAD,
            )
        return here


def _asked(control: Connection, request: tuple[Any, ...]) -> Connection:
    """Make a request of a server and return the connection on which it is answered."""
    here, there = Pipe()
    with there:
        try:
            control.send(request)
            send_handle(control, there.fileno(), None)
        except OSError:
            here.close()
            raise
    return here


def environment(threads: int, folder: str | None = None) -> dict[str, str]:
    """Return what Snakemake sets for a job with some threads and, perhaps, a folder for temporary files."""
    told = {f"{library}_NUM_THREADS": str(threads) for library in _THREADS}
    if folder:
        told |= dict.fromkeys(_TEMPORARY, folder)
    return {**os.environ, **told}


def install(scripts: Path, distributions: Callable[[str], frozenset[str]]) -> None:
    """Have the Python scripts of a folder run as forks, as far as they run in this environment, on Linux.

    Parameters
    ----------
    scripts : Path
        Of the entry scripts; those of other folders are run as Snakemake does.
    distributions : callable
        Given the digest of a job's code, returns the distributions that the code names.
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
        file = _file(script)
        server = servers.get(file and file.parent)
        foreign = script.conda_env or script.container_img or script.env_modules or script.shadow_dir
        ended, record = None, script.bench_record
        if server is not None and not foreign and not edit:
            job = Job(
                fname,
                str(Path.cwd()),
                environment(script.threads, script.resources.get("tmpdir")),
                kind=(file, script.params.get("rule")),
                libraries=distributions(script.params.get("digest")).intersection(ALWAYS),
            )
            ended = server.run(job, lambda pid: nullcontext() if record is None else benchmarked(pid, record))
        if ended is None:
            otherwise(script, fname, edit)
            return
        if record is not None and record.data_collected:  # what it saw now and then is less than the whole
            record.cpu_time = ended.seconds
            record.max_rss = max(record.max_rss, ended.memory_mb)
        if ended.code:
            raise subprocess.CalledProcessError(ended.code, f"{sys.executable} {fname}")

    PythonScript.execute_script = execute_script


def _file(script: PythonScript) -> Path | None:
    if not isinstance(script.path, LocalSourceFile):
        return None
    return Path(os.path.realpath(script.path.get_path_or_uri(secret_free=True)))
