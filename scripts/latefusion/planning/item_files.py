"""A digest of one file an item: what a change of any of them is told by."""

from __future__ import annotations

from hashlib import blake2b
from io import FileIO
from typing import Final

from latefusion.core.table_files import files_of_items, folder_of_items

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
    entries = ((path, entry.stat()) for path, entry in files_of_items(pattern))
    found = sorted((path, status.st_size, status.st_mtime_ns) for path, status in entries)
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
