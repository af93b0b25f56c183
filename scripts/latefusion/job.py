"""What every job does around its one function: log to its file, keep BLAS single, end errors well."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from threadpoolctl import threadpool_limits

from latefusion.errors import InputError

logger = logging.getLogger("latefusion")


@contextmanager
def job(log: str | Path) -> Iterator[logging.Logger]:
    """Run a job's body: log to `log`, one BLAS thread, an `InputError` without a traceback.

    Other errors go to the log with their traceback. Either way the process ends with exit code 1, and
    the log's last lines say what happened.
    """
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        with threadpool_limits(limits=1):
            yield logger
    except InputError as error:
        logger.error("the input cannot be used:\n%s", error)
        sys.exit(1)
    except Exception:
        logger.exception(
            "the job failed; this is a defect of the workflow or of the machine, not of the data"
        )
        sys.exit(1)
    finally:
        root.removeHandler(handler)
        handler.close()
