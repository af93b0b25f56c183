"""The Python of the jobs: a path that Snakemake can call, as it quotes none, and docstrings."""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.errors import LaunchError
from launcher.place import COMMAND, IS_INSTALLED

# What a shell takes for more than a letter of a name.
SPECIAL = re.compile(r"[\s\"'\\$`&|;<>()*?\[\]{}#~!]")
NEEDED = (
    "Snakemake calls the Python of its jobs by a path that a shell reads, and this one has a blank or "
    "another character with a meaning of its own"
)


@contextmanager
def callable_path(*, local: bool) -> Iterator[str]:
    """Path of the running interpreter, through a link where its own has blanks.

    Parameters
    ----------
    local : bool
        Whether all jobs run on this machine, where the link is.

    Raises
    ------
    LaunchError
        If they do not, or if there is no place for a link.
    """
    if not SPECIAL.search(sys.executable):
        yield sys.executable
        return
    if not local:
        raise LaunchError(refusal())
    with tempfile.TemporaryDirectory(prefix="latefusion-", dir=_place()) as folder:
        link = Path(folder, "environment")
        link.symlink_to(sys.prefix)
        yield str(link / Path(sys.executable).relative_to(sys.prefix))


def refusal() -> str:
    """Return what to change where an environment cannot be called by its path."""
    elsewhere = "" if IS_INSTALLED else ": `make run VENV=/path/without/blanks`"
    return (
        f"{sys.executable}\n    found:   {NEEDED}\n"
        "    allowed: letters, digits and -_.,+@%/ in the path of the environment\n"
        f"    fix:     put it elsewhere{elsewhere}; on this machine alone, "
        f"`{shlex.join(COMMAND)} run` also manages"
    )


def keep_docstrings() -> None:
    """Have the jobs' Python keep docstrings, without which altair cannot be imported."""
    if os.environ.get("PYTHONOPTIMIZE", "") not in ("", "0", "1"):
        os.environ["PYTHONOPTIMIZE"] = "1"


def _place() -> str:
    """Return a folder for temporary files whose path has nothing special either."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 # nosec B108
        if not SPECIAL.search(place) and os.access(place, os.W_OK | os.X_OK):
            return place
    raise LaunchError(refusal())
