"""What is known of the fusion rules without running them: read from their files, nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from latefusion.errors import InputError, Problem

_NOTE = re.compile(r"^:(\w+): (.*(?:\n(?!:)\S.*|\n +\S.*)*)", re.MULTILINE)
COMMON = frozenset({"self", "random_state"})


@dataclass(frozen=True)
class RuleFacts:
    """One fusion rule.

    Attributes
    ----------
    name : str
        The file's name.
    learns, probabilistic, stochastic : bool
        As in `latefusion.rule.Rule`.
    options : mapping of str to object
        Names and defaults of the rule's own options.
    replica_source : {'in_sample', 'test'}
        The rows that `replica` fits the rule on.
    summary : str
        First line of the docstring.
    notes : mapping of str to str
        What the docstring says of `formula`, `source`, `needs`, `ties`, `missing` and `shapes`.
    described : mapping of str to str
        What the docstring says of each option.
    """

    name: str
    learns: bool
    probabilistic: bool
    stochastic: bool
    options: Mapping[str, Any]
    replica_source: str = "in_sample"
    summary: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, str] = field(default_factory=dict)


def read_rules(folder: Path) -> dict[str, RuleFacts]:
    """Read every rule of a folder.

    Raises
    ------
    InputError
        If a file cannot be parsed or holds no class, naming the file and the line.
    """
    files = sorted(file for file in folder.glob("*.py") if file.stem != "__init__")
    return {file.stem: read_rule(file) for file in files}


def read_rule(file: Path) -> RuleFacts:
    """Read one rule's file: its class's attributes, the options of its `__init__` and its docstring.

    Raises
    ------
    InputError
        If the file cannot be parsed, or does not hold exactly one public class.
    """
    try:
        module = ast.parse(file.read_bytes(), str(file))
    except SyntaxError as error:
        mend = "correct the file, or take the rule out of the folder"
        raise InputError(
            [Problem(str(file), f"{error.msg}", "a Python module", mend, row=error.lineno)]
        ) from None
    classes = [
        node for node in module.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    if len(classes) != 1:
        mend = "define one subclass of latefusion.rule.Rule; names of helper classes begin with _"
        raise InputError([Problem(str(file), f"{len(classes)} public classes", "one public class", mend)])
    rule = classes[0]
    values = dict(_attributes(rule))
    doc = ast.get_docstring(rule) or ""
    return RuleFacts(
        name=file.stem,
        learns=bool(values.get("learns", False)),
        probabilistic=bool(values.get("probabilistic", True)),
        stochastic=bool(values.get("stochastic", False)),
        options=dict(_options(rule)),
        replica_source=str(values.get("replica_source", "in_sample")),
        summary=doc.split("\n", 1)[0],
        notes={name: " ".join(text.split()) for name, text in _NOTE.findall(doc)},
        described=dict(_described(doc)),
    )


def _attributes(rule: ast.ClassDef) -> Iterator[tuple[str, object]]:
    for node in rule.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value.value


def _options(rule: ast.ClassDef) -> Iterator[tuple[str, object]]:
    for node in rule.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
                if argument.arg not in COMMON:
                    yield argument.arg, None if default is None else ast.literal_eval(default)


def _described(doc: str) -> Iterator[tuple[str, str]]:
    """Yield name and description of each parameter of a numpydoc docstring."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    if section:
        for name, text in re.findall(r"^(\w+) ?:.*\n((?:    .*\n?)+)", section[1] + "\n", re.MULTILINE):
            yield name, " ".join(text.split())


def markdown(rules: Mapping[str, RuleFacts]) -> str:
    """Return the catalogue of the README: one row a rule, from the docstrings."""
    lines = ["| rule | formula | options | learns | source |", "| --- | --- | --- | --- | --- |"]
    for name, rule in sorted(rules.items()):
        options = ", ".join(f"`{option}: {_yaml(default)}`" for option, default in rule.options.items())
        what = "yes" if rule.learns else "no"
        if not rule.probabilistic:
            what += "; a score, no probability"
        cells = (
            f"`{name}`",
            rule.notes.get("formula", rule.summary),
            options,
            what,
            rule.notes.get("source", ""),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _yaml(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(list(value)) if isinstance(value, tuple) else str(value)
