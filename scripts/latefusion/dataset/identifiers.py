"""Identifiers that are in both files: the test item gets a name of its own, as `item` joins tables."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pyarrow as pa

AGAIN: Final = " (test)"


def tell_apart(items: pa.Array, taken: Collection[str]) -> pa.Array:
    """Return identifiers of test items, with `AGAIN` behind those that the training file has too."""
    if not taken:
        return items
    return pa.array([name + AGAIN if name in taken else name for name in items.to_pylist()], pa.string())


def original(item: str) -> str | None:
    """Return what a name stood for before it was told apart, or None where it is no such name."""
    return item.removesuffix(AGAIN) if item.endswith(AGAIN) else None
