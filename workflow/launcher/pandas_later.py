"""pandas kept out of the process that is Snakemake, unless something in it works with pandas.

The plugin for SLURM imports it for a table that it writes on demand, and Snakemake asks of each parameter
whether it is of pandas: a quarter of the start of a run on this machine, which has no use for it.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_NAME = "pandas"


class _Later(MetaPathFinder):
    """Finds pandas as a module that is imported when something of it is used."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname == _NAME else None
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


@contextmanager
def deferred() -> Iterator[None]:
    """Let what is imported meanwhile have pandas in name only, until something of it is used."""
    finder = _Later()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _WithoutPandas(PathFinder):
    """Finds everything but pandas."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if fullname == _NAME else super().find_spec(fullname, path, target)


def hide() -> None:
    """Let pandas be missing from this process from now on, unless something of it has been used already."""
    module = sys.modules.get(_NAME)
    if module is None or type(module) is ModuleType:  # deferred, it is of another type
        return
    # None in its place would do for Python, while compiled modules would take that None for pandas
    del sys.modules[_NAME]
    sys.meta_path[:] = [_WithoutPandas if finder is PathFinder else finder for finder in sys.meta_path]
