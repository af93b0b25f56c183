"""What every job does around its one function: log to its file, keep BLAS single, end errors well."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from latefusion.core.errors import InputError

logger = logging.getLogger("latefusion")

# What the linear algebra libraries read when they are loaded, which is after the job has begun.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@contextmanager
def job(log: str | Path, *, needs_pandas: bool = False) -> Iterator[logging.Logger]:
    """Surroundings of a job's body, its imports included: a log, one BLAS thread, no pandas.

    An `InputError` goes to the log without a traceback, any other error with it. Either way the process
    ends with exit code 1, and the log's last lines say what happened. Where the log cannot be written,
    they go to stderr.

    Parameters
    ----------
    log : str or Path
        File of the log; its folder is made.
    needs_pandas : bool
        Whether the job works with pandas itself. It is hidden from all others.
    """
    handler = _handler(log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        with _single_threaded(), nullcontext() if needs_pandas else without_pandas():
            yield logger
    except InputError as error:
        logger.error("%s cannot be used:\n%s", error.what, error)  # noqa: TRY400 - the message says it all
        sys.exit(1)
    except ImportError as error:
        logger.exception(
            "the job cannot start: %s is not to be imported. If that is a library, the environment %s is not "
            "what envs/requirements.txt asks for; fix: %s -m pip install -r envs/requirements.txt",
            error.name,
            sys.prefix,
            sys.executable,
        )
        sys.exit(1)
    except Exception:
        logger.exception(
            "the job failed; this is a defect of the workflow or of the machine, not of the data"
        )
        sys.exit(1)
    finally:
        root.removeHandler(handler)
        handler.close()


def _handler(log: str | Path) -> logging.Handler:
    try:
        Path(log).parent.mkdir(parents=True, exist_ok=True)
        return _LogFile(log, mode="w", encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"{log}: the log cannot be written: {error.strerror}\n")
        return logging.StreamHandler()


class _LogFile(logging.FileHandler):
    """A log whose lines go to stderr where the disk is full, so that no message is lost with it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Write the record to stderr where the disk took none of it."""
        if isinstance(sys.exc_info()[1], OSError):
            sys.stderr.write(f"{self.format(record)}\n")
        else:
            super().handleError(record)

    def close(self) -> None:
        """Close the file; what is left in its buffer has been said already."""
        with suppress(OSError):
            super().close()


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Keep BLAS and OpenMP to one thread: what is loaded already, and what the job loads itself."""
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class _Refusing(Loader):
    """Imports nothing."""

    def create_module(self, spec: ModuleSpec) -> NoReturn:
        raise ModuleNotFoundError(f"{spec.name} is hidden from this job", name=spec.name)

    def exec_module(self, module: object) -> None:
        """Do nothing: there is no module."""


class _HidesPandas(MetaPathFinder):
    """Finds pandas where it is, but does not import it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "pandas":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = _Refusing()
        return spec


@contextmanager
def without_pandas() -> Iterator[None]:
    """Hide pandas from libraries that import it only to ask whether what they were given is of it.

    pyarrow does so with its first array: half a second in each of a hundred jobs that have nothing to do
    with pandas. Where it is imported already, nothing is hidden.
    """
    finder = _HidesPandas()
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
