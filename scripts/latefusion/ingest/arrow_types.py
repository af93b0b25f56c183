"""Arrow types by what a column of them may hold."""

from __future__ import annotations

import pyarrow as pa


def is_list(kind: pa.DataType) -> bool:
    """Say whether an Arrow type is a list of numbers."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        return False
    value = kind.value_type
    return bool(pa.types.is_integer(value) or pa.types.is_floating(value) or pa.types.is_decimal(value))


def is_text(kind: pa.DataType) -> bool:
    """Say whether an Arrow type is text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
