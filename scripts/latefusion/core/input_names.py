"""Names of the input files of a job of which there are several of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class NamedFiles(Protocol):
    """Input files of a job by their names, as Snakemake hands them over."""

    def keys(self) -> Iterable[str]:
        """Names of all files."""
        ...

    def get(self, name: str) -> str:
        """Path of the file of that name."""
        ...


def input_name(*parts: str) -> str:
    """Name of one input file: its kind, then what tells it from its like, as in ``learn:given:audio``."""
    return ":".join(parts)
