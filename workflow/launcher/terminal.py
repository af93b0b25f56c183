"""Text on the terminal: written at once, with a stand-in for what the terminal cannot show."""

from __future__ import annotations

import codecs
import json
import locale
import os
import shlex
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from launcher.place import COMMAND


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
    if environment := _utf8_mode():
        os.execve(  # noqa: S606 # nosec B606 - this very command
            sys.executable,
            [sys.executable, "-X", "utf8", *sys.orig_argv[1:]],
            {**os.environ, **environment},
        )


def settle_encoding(config: Mapping[str, Any]) -> str:
    """Let the jobs of this process, and what it opens itself, be UTF-8; return why it cannot go on, if so.

    Parameters
    ----------
    config : mapping
        The configuration, whose names of files this process must be able to write.
    """
    environment = _utf8_mode()
    if not environment:
        return ""
    os.environ.update(environment)
    if not json.dumps(config, ensure_ascii=False, default=str).isascii():
        return (
            f"the locale\n    found:   its character set is {locale.getpreferredencoding(False)}, and the "
            "configuration has other letters than A to Z\n    allowed: UTF-8\n"
            f"    fix:     type `export PYTHONUTF8=1` before, or start with `{shlex.join(COMMAND)} run`"
        )
    for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):  # which of them there is differs
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        break
    return ""


def _utf8_mode() -> dict[str, str]:
    """Return the environment in which Python is in UTF-8 mode; nothing where it is UTF-8 already."""
    terminal = locale.getpreferredencoding(False)
    if sys.flags.utf8_mode or codecs.lookup(terminal).name == "utf-8":
        return {}
    return {"PYTHONUTF8": "1", "PYTHONIOENCODING": f"{terminal}:replace"}
