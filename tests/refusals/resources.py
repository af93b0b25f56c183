"""What the machine lacks."""

import errno
from tempfile import NamedTemporaryFile
from unittest.mock import patch

from latefusion.svm.memory import require, svm_bytes
from refusals import Case
from refusals.small import read_text, table, text

SECTION = "Resources"


class _Full:
    """A file on a disk that is full: the first write fails."""

    def __init__(self, *args, **options):
        self._file = NamedTemporaryFile(*args, **options)  # noqa: SIM115 - closed by whoever opened us
        self.name = self._file.name
        self.closed = False

    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self):
        self._file.flush()

    def close(self):
        self.closed = True
        self._file.close()


def _refused(code, text):
    def refuse(*args, **options):
        raise OSError(code, text)

    return refuse


def _case(name, stand_in, *sees):
    def run(folder):
        with patch("latefusion.store.atomic.NamedTemporaryFile", stand_in):
            return read_text(folder, text(table()))

    return Case(name, SECTION, run, sees)


def _short_of_memory(folder):
    with patch("latefusion.svm.memory.available_bytes", return_value=8_000_000_000):
        require(svm_bytes(1_000_000, 768), 1_000_000, None, approximated=False)
    return []


CASES = [
    Case(
        "memory too small for the Gram matrix",
        SECTION,
        _short_of_memory,
        (
            "1,000,000 training rows: their Gram matrix",
            "8,000,000,000 bytes",
            "approximation: {components: 1000}",
        ),
    ),
    _case(
        "disk full while writing",
        _Full,
        "the disk is full",
        "nothing that was there has changed",
        "make room",
    ),
    _case(
        "a results folder that may not be written",
        _refused(errno.EACCES, "Permission denied"),
        "a folder that may not be written",
        "let `results` name a folder of yours",
    ),
    _case(
        "results on a file system that can only be read",
        _refused(errno.EROFS, "Read-only file system"),
        "a file system that can only be read",
        "let `results` name a folder that can be written",
    ),
]
