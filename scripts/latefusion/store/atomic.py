"""Files that appear under their names only when they are whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import IO

from latefusion.core.errors import InputError, Problem

_STORAGE = {
    errno.ENOSPC: ("the disk is full", "make room, or let `results` name a folder on another disk"),
    errno.EDQUOT: ("the disk quota is used up", "make room, or let `results` name a folder on another disk"),
    errno.EROFS: ("a file system that can only be read", "let `results` name a folder that can be written"),
    errno.EACCES: (
        "a folder that may not be written",
        "let `results` name a folder of yours, or chmod u+w it",
    ),
    errno.EPERM: ("a folder that may not be written", "let `results` name a folder of yours"),
    errno.ENOTDIR: ("a file where a folder should be", "move the file away, or let `results` name a folder"),
}


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Turn an error of the disk that the user can mend into an `InputError` that says how.

    Raises
    ------
    InputError
        If the disk is full or the folder of `path` cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _STORAGE:
            raise
        found, fix = _STORAGE[error.errno]
        allowed = "a place where the results can be written; nothing that was there has changed"
        raise InputError([Problem(str(path), found, allowed, fix)]) from error


class _Atomic:
    """A file that appears under its name only when it is whole."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __enter__(self) -> IO[bytes]:
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # a short name, as that of the file may be as long as the file system allows
            self._file = NamedTemporaryFile(dir=self.path.parent, prefix=".", suffix=".part", delete=False)
        return self._file

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        temporary = Path(self._file.name)
        try:
            with storage_errors(self.path):
                self._file.close()
                if isinstance(error, OSError):
                    raise error
            if kind is None:
                umask = os.umask(0)
                os.umask(umask)
                temporary.chmod(0o666 & ~umask)
                temporary.replace(self.path)
        finally:
            temporary.unlink(missing_ok=True)


def atomic(path: Path | str) -> _Atomic:
    """Open `path` for writing bytes; the file appears when the block ends without an error."""
    return _Atomic(path)


@contextmanager
def staged(*paths: Path | str) -> Iterator[list[Path]]:
    """Yield a stand-in beside each path; all of them take its place at the end, none if the block fails.

    Files that one job writes appear together, and what was there before stays where it fails.
    """
    targets = [Path(path) for path in paths]
    token = token_hex(8)
    stand_ins = [path.with_name(f".{token}.{number}.part") for number, path in enumerate(targets)]
    try:
        for path in targets:
            with storage_errors(path):
                path.parent.mkdir(parents=True, exist_ok=True)
        yield stand_ins
        for stand_in, path in zip(stand_ins, targets, strict=True):
            with storage_errors(path):
                stand_in.replace(path)
    except InputError as error:
        names = dict(zip(map(str, stand_ins), map(str, targets), strict=True))
        problems = [
            replace(problem, file=names.get(problem.file, problem.file)) for problem in error.problems
        ]
        raise InputError(problems, error.total) from error
    finally:
        for stand_in in stand_ins:
            stand_in.unlink(missing_ok=True)
