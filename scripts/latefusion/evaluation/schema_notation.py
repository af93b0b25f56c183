"""Schemas written as text."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

_KINDS: Final = {
    "s": pa.string(),
    "f": pa.float64(),
    "i": pa.int64(),
    "b": pa.bool_(),
}


def schema(fields: str) -> pa.Schema:
    """Return a schema from `name:kind` pairs; kinds are s, f, i, b, and `?` after one allows null."""
    parsed = []
    for field in fields.split():
        name, kind = field.split(":")
        parsed.append(pa.field(name, _KINDS[kind[0]], nullable=kind.endswith("?")))
    return pa.schema(parsed)
