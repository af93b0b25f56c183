"""Where Snakemake keeps its cache: in the home, or in the working folder where the home takes nothing."""

from __future__ import annotations

import os
from pathlib import Path


def settle_cache(folder: Path) -> None:
    """Move the cache of Snakemake, here and in child processes, out of a home that cannot be written.

    Snakemake ends with a traceback where it cannot make its cache, before it reads the workflow.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    try:
        (cache / "snakemake").mkdir(parents=True, exist_ok=True)
        usable = os.access(cache / "snakemake", os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        os.environ["XDG_CACHE_HOME"] = str(folder / ".snakemake" / "cache")
