"""Sums of the contents of input files, each taken once for as long as its file stays as it is."""

from __future__ import annotations

import stat
import time
from pathlib import Path

from snakemake.io import _IOFile

# A file that was changed so lately could change again and keep its time.
_SETTLED_NS = 100_000_000


def remember() -> None:
    """Have Snakemake take the sum of a file's content once; to be called on the start of a run.

    As it records a job, Snakemake reads every input for every output, before it looks for the next job: the
    items' table five times, features and models many more. Here a sum is kept for as long as nothing about
    the file has changed, to the nanosecond: neither its place on the disk nor its size nor its times, of
    which nobody can set the last.
    """
    if hasattr(_IOFile, "latefusion_sums"):  # another module of the same run
        return
    sums: dict[tuple[object, ...], str | None] = {}
    plain = _IOFile.checksum

    async def checksum(file: _IOFile, *how: object, **named: object) -> str | None:
        before = _state(file)
        if before is None:
            return await plain(file, *how, **named)
        key = (before, how, tuple(sorted(named.items())))
        if key not in sums:
            found = await plain(file, *how, **named)
            if not _is_settled(before) or _state(file) != before:
                return found
            sums[key] = found
        return sums[key]

    _IOFile.latefusion_sums, _IOFile.checksum = sums, checksum


def _state(file: _IOFile) -> tuple[int, ...] | None:
    """Return all that tells whether a local file is still the same; None of what is no file here."""
    if file.is_storage:
        return None
    try:
        found = Path(file.file).stat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_settled(state: tuple[int, ...]) -> bool:
    return time.time_ns() - state[-1] > _SETTLED_NS
