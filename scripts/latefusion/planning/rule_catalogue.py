"""What is known of the fusion rules without running them: read from their files, nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from latefusion.planning.rule_source import RULE, TARGET_RULE, Contract, RuleSources

_NOTE = re.compile(r"^:(\w+): (.*(?:\n(?!:)\S.*|\n +\S.*)*)", re.MULTILINE)

Task = Literal["classes", "targets"]
"""What is predicted of an item: one of several classes, or one or more numbers."""
CONTRACTS: Final[Mapping[Task, Contract]] = {"classes": RULE, "targets": TARGET_RULE}


@dataclass(frozen=True)
class RuleFacts:
    """One fusion rule.

    Attributes
    ----------
    name : str
        The file's name.
    learns, probabilistic, from_decisions, reads_quality, stochastic : bool
        As in `latefusion.fusion.rule.Rule`.
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
    task : {'classes', 'targets'}
    reads_variance : bool
        As in `latefusion.fusion.regression_rule.RegressionRule`.
    file : Path, optional
        That the rule was read from.
    """

    name: str
    learns: bool
    probabilistic: bool
    stochastic: bool
    options: Mapping[str, Any]
    replica_source: str = "in_sample"
    from_decisions: bool = False
    reads_quality: bool = False
    summary: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, str] = field(default_factory=dict)
    task: Task = "classes"
    reads_variance: bool = False
    file: Path | None = None


def read_rules(folder: Path, task: Task = "classes") -> dict[str, RuleFacts]:
    """Read every rule of a folder that serves a task.

    Raises
    ------
    InputError
        As of `read_rule`, naming the file and the line.
    """
    sources = RuleSources(folder, CONTRACTS[task])
    files = sorted(file for file in folder.glob("*.py") if file.stem != "__init__")
    return {file.stem: read_rule(file, sources, task) for file in files if sources.serves(file)}


def read_rule(file: Path, sources: RuleSources | None = None, task: Task = "classes") -> RuleFacts:
    """Read one rule's file: its class's attributes and options, its own or inherited, and its docstring.

    Parameters
    ----------
    file : Path
    sources : RuleSources, optional
        Of the file's folder and the task, which have read other rules already.
    task : {'classes', 'targets'}

    Raises
    ------
    InputError
        If the file cannot be parsed, does not hold exactly one public class, or does not say in words what
        the catalogue needs: a base that is not read, a default that must be computed.
    """
    sources = sources or RuleSources(file.parent, CONTRACTS[task])
    rule = sources.public_class(file)
    facts = sources.facts(file, rule)
    doc = ast.get_docstring(rule) or ""
    return RuleFacts(
        name=file.stem,
        learns=bool(facts["learns"]),
        probabilistic=bool(facts.get("probabilistic", True)),
        stochastic=bool(facts["stochastic"]),
        options=facts["options"],
        replica_source=str(facts.get("replica_source", "in_sample")),
        from_decisions=bool(facts.get("from_decisions", False)),
        reads_quality=bool(facts.get("reads_quality", False)),
        summary=doc.split("\n", 1)[0],
        notes=notes_of(doc),
        described=dict(described_options(doc)),
        task=task,
        reads_variance=bool(facts.get("reads_variance", False)),
        file=file,
    )


def default_names(rules: Mapping[str, RuleFacts]) -> list[str]:
    """Return the rules that run where none is named: those that need no column to be named for them."""
    return sorted(name for name, rule in rules.items() if not rule.reads_quality)


def notes_of(doc: str) -> dict[str, str]:
    """Return what a docstring says of `formula`, `source` and the like, by name."""
    return {name: " ".join(text.split()) for name, text in _NOTE.findall(doc)}


def described_options(doc: str) -> Iterator[tuple[str, str]]:
    """Yield name and description of each parameter of a numpydoc docstring."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n\w+\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    if section:
        for name, text in re.findall(r"^(\w+) ?:.*\n((?:    .*\n?)+)", section[1] + "\n", re.MULTILINE):
            yield name, " ".join(text.split())


def markdown(rules: Mapping[str, RuleFacts]) -> str:
    """Return the catalogue of docs/rules.md: one row a rule, from the docstrings."""
    lines = ["| rule | formula | options | learns | source |", "| --- | --- | --- | --- | --- |"]
    for name, rule in sorted(rules.items()):
        options = ", ".join(f"`{option}: {as_yaml(default)}`" for option, default in rule.options.items())
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


def as_yaml(value: object) -> str:
    """Return a default as a configuration writes it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(list(value)) if isinstance(value, tuple) else str(value)
