"""The text of a configuration, in YAML or JSON: what keeps it from being keys with values, and where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from latefusion.core.errors import InputError, Problem, shorten

MERGE: Final = "tag:yaml.org,2002:merge"


def read_config_file(file: Path, name: str) -> dict[str, Any]:
    """Return what a configuration holds, as it is written.

    Parameters
    ----------
    file : Path
        An existing file.
    name : str
        Of the file, in messages.

    Raises
    ------
    InputError
        If it is not UTF-8, no YAML or JSON, no mapping, or if it gives a key twice.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        row = file.read_bytes()[: error.start].count(b"\n") + 1
        problem = Problem(name, "text that is not UTF-8", "text in UTF-8", "save it as UTF-8", row=row)
        raise InputError([problem]) from None
    return parse(text, name)


def parse(text: str, name: str) -> dict[str, Any]:
    """Return what the text of a configuration comes to; see `read_config_file`."""
    try:
        content = json.loads(text)
        text = text.replace("\t", " ")  # of JSON, where none is within a value
    except ValueError:
        content = None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if content is None:
            content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise InputError([_no_yaml(error, text, name)]) from None
    if not isinstance(content, dict):
        raise InputError([_no_mapping(content, name)])
    if repeated := list(_repeated_keys(node, "", set())):
        raise InputError([_given_twice(*one, name) for one in repeated])
    return content


def _no_yaml(error: Exception, text: str, name: str) -> Problem:
    found, row = str(error), None
    fix = "correct this line or the one above: indent with blanks, quote text that holds ': ' or '#'"
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark or error.context_mark):
        opened = f", {error.context} in line {error.context_mark.line + 1}" if error.context_mark else ""
        found, row = f"{error.problem} (character {mark.column + 1}){opened}", mark.line + 1
    elif isinstance(error, yaml.reader.ReaderError):
        found, row = found.splitlines()[0], text[: error.position].count("\n") + 1
        fix = "remove this character"
    else:
        fix = "correct this value: quote it if it is text"
    return Problem(name, found, "YAML: keys with values", fix, row=row)


def _no_mapping(content: object, name: str) -> Problem:
    kind = "a list" if isinstance(content, list) else f"only {shorten(content)}"
    found = "nothing" if content is None else f"no keys, but {kind}"
    return Problem(name, found, "keys with values", "write at least data and modalities")


def _repeated_keys(node: yaml.Node | None, above: str, seen: set[int]) -> Iterator[tuple[str, int, int]]:
    """Yield the dotted name of each key that a mapping has already, its line and that of the earlier one."""
    if id(node) in seen:  # an alias of what was looked at
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _repeated_keys(item, f"{above}[{position}]", seen)
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[tuple[str, str], int] = {}
    for key, value in node.value:
        path = f"{above}.{key.value}" if above else str(key.value)
        name, line = (key.tag, str(key.value)), key.start_mark.line + 1
        if name in lines and key.tag != MERGE:
            yield path, line, lines[name]
        lines.setdefault(name, line)
        yield from _repeated_keys(value, path, seen)


def _given_twice(key: str, line: int, first: int, name: str) -> Problem:
    # PyYAML leaves the two halves of an escaped character of JSON apart
    key = key.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    where = "this line" if first == line else f"line {first}"
    fix = "keep one of the two; what both hold goes under one key"
    return Problem(name, f"a key that {where} has already", "each key once", fix, row=line, column=key)
