"""Text on the terminal: written at once, with a stand-in for what the terminal cannot show."""

from __future__ import annotations

import codecs
import locale
import os
import sys
from typing import TextIO


def say(text: str, file: TextIO | None = None) -> None:
    """Write a line at once, so that it stands where it belongs among Snakemake's."""
    file = file or sys.stdout
    encoding = getattr(file, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=file, flush=True)


def restart_in_utf8() -> None:
    """Start this process again in Python's UTF-8 mode where the locale has another character set.

    Names of files and what Snakemake reads and writes are UTF-8 then, as on every other machine, in its
    jobs too; only the terminal keeps its own character set.
    """
    terminal = locale.getpreferredencoding(False)
    if sys.flags.utf8_mode or codecs.lookup(terminal).name == "utf-8":
        return
    environment = {"PYTHONUTF8": "1", "PYTHONIOENCODING": f"{terminal}:replace"}
    os.execve(  # noqa: S606 # nosec B606 - this very command
        sys.executable,
        [sys.executable, "-X", "utf8", *sys.orig_argv[1:]],
        {**os.environ, **environment},
    )
