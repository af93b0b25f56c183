"""A digest of one file an item: what a change of any of them is told by."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import Final

from latefusion.core.table_files import ITEM, STEM, folder_of_items

READ_WHOLE: Final = 1 << 28
"""Bytes of all files up to which their contents are compared; of more, sizes and times."""


def files_digest(pattern: str) -> str:
    """Return a digest of the names and contents of one file an item.

    Of more than `READ_WHOLE` bytes, the times of the files stand for their contents: reading them at each
    start would take longer than it saves.

    Parameters
    ----------
    pattern : str
        Path with `{item}` or `{stem}` in it.
    """
    found = sorted(_fitting(pattern))
    whole = sum(size for _, size, _ in found) <= READ_WHOLE
    root = f"{folder_of_items(pattern)}/"
    digest = blake2b(digest_size=16)
    for path, size, changed in found:
        content = _content(path) if whole else str(changed).encode()
        digest.update(f"{path.removeprefix(root)}\0{size}\0".encode() + content)
    return digest.hexdigest()


def _content(path: str) -> bytes:
    with FileIO(path) as file:
        return blake2b(file.readall(), digest_size=16).digest()


def _fitting(pattern: str) -> Iterator[tuple[str, int, int]]:
    """Yield the path, size and time of the files that a pattern may stand for."""
    parts = re.split(f"({re.escape(ITEM)}|{re.escape(STEM)})", str(Path(pattern)))
    fits = re.compile("".join(".+" if part in (ITEM, STEM) else re.escape(part) for part in parts))
    folders = [str(folder_of_items(pattern))]
    while folders:
        folder = folders.pop()
        if not Path(folder).is_dir():
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                path = entry.path.removeprefix("./")
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif fits.fullmatch(path) and entry.is_file():
                    status = entry.stat()
                    yield path, status.st_size, status.st_mtime_ns
