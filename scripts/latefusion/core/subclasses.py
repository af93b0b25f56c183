"""Files of the user's: a folder in which a package of ours goes on, and the one class that a file defines."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypeVar

Kind = TypeVar("Kind")


def extend_package(package: str, folder: str | None) -> None:
    """Let a package go on in a folder of the user's, found after its own files.

    Parameters
    ----------
    package : str
        Dotted name.
    folder : str or None
        None for no such folder.
    """
    found = import_module(package)
    place = None if folder is None else str(Path(folder).resolve())
    if place is not None and place not in found.__path__:
        found.__path__.append(place)


def sole_subclass(module: ModuleType, base: type[Kind]) -> type[Kind]:
    """Return the subclass of `base` that a module defines, helpers whose names begin with _ apart.

    Raises
    ------
    TypeError
        If it does not define exactly one.
    """
    found = _subclasses(module, base)
    if len(found) != 1:
        file = "/".join(module.__name__.split(".")[-2:])
        raise TypeError(f"{file}.py must define exactly one subclass of {base.__name__}, not {len(found)}")
    return found[0]


def defines_subclass(module: ModuleType, base: type[object]) -> bool:
    """Say whether a module defines a subclass of `base`, as `sole_subclass` finds it."""
    return bool(_subclasses(module, base))


def _subclasses(module: ModuleType, base: type[Kind]) -> list[type[Kind]]:
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == module.__name__
        and not value.__name__.startswith("_")
    ]
