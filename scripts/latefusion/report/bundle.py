"""The scripts that draw, Vega-Lite and all that it needs, as one text: made once and kept for the user.

Bundling takes longer than all the rest of the page, and depends on the version of vl-convert alone.
"""

from __future__ import annotations

import hashlib
import logging
import os
from functools import cache
from importlib.metadata import version
from pathlib import Path

from latefusion.core.errors import InputError
from latefusion.store.atomic import atomic

SOURCE = "window.vegaEmbed = vegaEmbed;"

logger = logging.getLogger(__name__)


@cache
def bundle() -> str:
    """Return the scripts that draw, from the user's cache folder where it has them whole."""
    path = _path()
    kept = _kept(path)
    if kept is None:
        kept = _made()
        _keep(path, kept)
    return kept


def _made() -> str:
    import vl_convert

    made: str = vl_convert.javascript_bundle(SOURCE)
    return made


def _path() -> Path:
    cache_folder = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    what = f"vl-convert-python {version('vl-convert-python')}\n{SOURCE}"
    return cache_folder / "latefusion" / f"{hashlib.sha256(what.encode()).hexdigest()[:16]}.js"


def _kept(path: Path) -> str | None:
    """Return what a file keeps, or None where there is none or it is not as it was written."""
    try:
        digest, _, text = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if hashlib.sha256(text).hexdigest().encode() != digest:
        logger.warning("%s is damaged and made anew", path)
        return None
    return text.decode()


def _keep(path: Path, text: str) -> None:
    content = text.encode()
    try:
        with atomic(path) as file:
            file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    except (OSError, InputError) as error:
        logger.debug("%s cannot be kept: %s", path, error)
