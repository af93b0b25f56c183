"""Partitions of one repeat of `cross`, which one job makes together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class OfRepeat(Protocol):
    """Wildcards that name a repeat, such as `cross-0`."""

    repeat: str


def partitions_of(repeat: str, folds: int) -> list[str]:
    """Return the names of a repeat's partitions."""
    return [f"{repeat}-{k}" for k in range(folds)]


def named(folds: int) -> Callable[[OfRepeat], list[str]]:
    """Return the names of a repeat's partitions as a function of wildcards."""
    return lambda wildcards: partitions_of(wildcards.repeat, folds)


def paths(path: str, folds: int) -> list[str]:
    """Return a path of each `{partition}`, in which the repeat stays a wildcard."""
    return [path.replace("{partition}", partition) for partition in partitions_of("{repeat}", folds)]
