"""Configurations that lie over one another: files of the command line, those they extend, and single keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.planning.config_file import read_config_file

EXTENDS: Final = "extends"
Load = Callable[[Path], Mapping[str, Any]]


@dataclass(frozen=True)
class Layer:
    """One configuration as somebody wrote it.

    Attributes
    ----------
    name : str
        Where it stands, in messages: a file, or the command line.
    content : mapping
    is_file : bool
    """

    name: str
    content: Mapping[str, Any]
    is_file: bool = True


def read_layers(files: Iterable[Path], load: Load) -> list[Layer]:
    """Return some files of a configuration and those that they extend, each before what lies over it.

    Parameters
    ----------
    files : iterable of Path
        In the order of the command line; later ones lie over earlier ones.
    load : callable
        Snakemake's reader, which knows more forms than YAML.

    Raises
    ------
    InputError
        If a file is not there, cannot be read, or extends itself by way of others.
    """
    layers: dict[Path, Layer] = {}
    for file in files:
        _read_into(layers, file.resolve(), load, [])
    return list(layers.values())


def _read_into(layers: dict[Path, Layer], file: Path, load: Load, above: list[Path]) -> None:
    if file in above:
        circle = " -> ".join(_shown(one) for one in [*above[above.index(file) :], file])
        fix = "remove one of these keys"
        raise InputError([Problem(_shown(file), circle, "files that end somewhere", fix, column=EXTENDS)])
    if file in layers:
        return
    content = _content(file, load)
    for base in extended(content, file.parent, _shown(file)):
        _read_into(layers, base, load, [*above, file])
    layers[file] = Layer(_shown(file), content)


def extended(content: Mapping[str, Any], folder: Path, name: str) -> list[Path]:
    """Return the file that a configuration lies over, seen from its own folder; none where it stands alone.

    Raises
    ------
    InputError
        If the file does not exist, naming the nearest.
    """
    written = content.get(EXTENDS)
    if not isinstance(written, str):
        return []  # the schema says what else is wrong
    base = (folder / written).resolve()
    if not base.is_file():
        names = [one.name for one in base.parent.iterdir()] if base.parent.is_dir() else []
        close = nearest(base.name, names)
        raise InputError(
            [
                Problem(
                    name,
                    f"{shorten(written)}: there is no such file",
                    f"the path of a configuration, from the folder of {name}",
                    f"write {str(Path(written).with_name(close))!r}" if close else "correct the path",
                    column=EXTENDS,
                )
            ]
        )
    return [base]


def _content(file: Path, load: Load) -> Mapping[str, Any]:
    if not file.is_file():
        found, fix = "there is no such file", "name another after --configfile"
        raise InputError([Problem(_shown(file), found, "the file of a configuration", fix)])
    read_config_file(file, _shown(file))
    return load(file)


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return what layers come to: mappings are merged key by key, all else is replaced, as by Snakemake."""
    result: dict[str, Any] = {}
    for layer in layers:
        _update(result, layer.content)
    result.pop(EXTENDS, None)
    return result


def _update(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping):
            own = below.get(key)
            below[key] = own if isinstance(own, dict) else {}
            _update(below[key], value)
        else:
            below[key] = deepcopy(value)


def main_file(layers: Sequence[Layer]) -> str:
    """Return the name of the topmost file, or of what there is in its place."""
    return next((layer.name for layer in reversed(layers) if layer.is_file), layers[-1].name)


def located(error: InputError, layers: Sequence[Layer]) -> InputError:
    """Return an error whose problems with the configuration name the layer in which each mistake is."""
    main = main_file(layers)
    problems = [
        replace(one, file=layer_of(one.column, layers)) if one.file == main and one.column else one
        for one in error.problems
    ]
    return InputError(problems, error.total)


def layer_of(key: str, layers: Sequence[Layer]) -> str:
    """Return the name of the topmost layer that has a dotted key, or most of it; else of the topmost file."""
    path = re.split(r"[.\[]", key)
    for depth in range(len(path), 0, -1):
        for layer in reversed(layers):
            if _has(layer.content, path[:depth]):
                return layer.name
    return main_file(layers)


def _has(content: object, path: Sequence[str]) -> bool:
    for key in path:
        if isinstance(content, Sequence) and not isinstance(content, str):
            return True  # a list is replaced as a whole: all of it is of this layer
        if not isinstance(content, Mapping) or key not in content:
            return False
        content = content[key]
    return True


def _shown(file: Path) -> str:
    """Return a path as somebody in the working folder would write it."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
