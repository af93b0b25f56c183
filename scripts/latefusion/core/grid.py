"""Grids of settings: a list stands for values to choose from, anything else for itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any


def is_list(value: object) -> bool:
    """Say whether a setting has values to choose from."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - a number, a word or a list of them
    """Return the values of a setting."""
    return list(value) if is_list(value) else [value]


def is_grid(*settings: object) -> bool:
    """Say whether there is something to choose: also a list of one is chosen, from one."""
    return any(is_list(value) for value in settings)


def grid_points(*settings: object) -> list[tuple[Any, ...]]:
    """Return every combination; the values of the last setting change slowest."""
    return [tuple(reversed(point)) for point in product(*map(as_list, reversed(settings)))]
