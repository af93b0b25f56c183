"""The one class that a file of the user's defines."""

from __future__ import annotations

from types import ModuleType
from typing import TypeVar

Kind = TypeVar("Kind")


def sole_subclass(module: ModuleType, base: type[Kind]) -> type[Kind]:
    """Return the subclass of `base` that a module defines, helpers whose names begin with _ apart.

    Raises
    ------
    TypeError
        If it does not define exactly one.
    """
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == module.__name__
        and not value.__name__.startswith("_")
    ]
    if len(found) != 1:
        file = "/".join(module.__name__.split(".")[-2:])
        raise TypeError(f"{file}.py must define exactly one subclass of {base.__name__}, not {len(found)}")
    return found[0]
