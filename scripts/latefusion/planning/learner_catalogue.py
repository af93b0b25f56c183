"""What is known of the learners without running them: read from their files, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from latefusion.core.errors import Problem, nearest, shorten
from latefusion.planning.config_types import Config
from latefusion.planning.rule_catalogue import Task, as_yaml, described_options, notes_of
from latefusion.planning.rule_source import LEARNER, TARGET_LEARNER, Contract, RuleSources
from latefusion.planning.views import NO_OPTIONS

LEARNER_CONTRACTS: Final[Mapping[Task, Contract]] = {"classes": LEARNER, "targets": TARGET_LEARNER}

FUSE: Final = ("chosen", "all")
"""What may be fused besides a learner by its name."""


@dataclass(frozen=True)
class LearnerFacts:
    """One learner.

    Attributes
    ----------
    name : str
        The file's name.
    options : mapping of str to object
        Names and defaults of its options.
    searched : tuple of str
        Options of which a list is a grid.
    summary : str
        First line of the docstring.
    notes : mapping of str to str
        What the docstring says of `formula` and `source`.
    described : mapping of str to str
        What the docstring says of each option.
    task : {'classes', 'targets'}
    file : Path, optional
        That the learner was read from.
    """

    name: str
    options: Mapping[str, Any]
    searched: tuple[str, ...] = ()
    summary: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, str] = field(default_factory=dict)
    task: Task = "classes"
    file: Path | None = None


Learners = Mapping[str, LearnerFacts] | None
"""Learners that there are, by name; None where those of a configuration are not checked."""


def read_learners(folder: Path, task: Task = "classes") -> dict[str, LearnerFacts]:
    """Read every learner of a folder that serves a task: attributes and options of its class, its docstring.

    Raises
    ------
    InputError
        If a file cannot be parsed, does not hold exactly one public class, or does not say in words what
        the catalogue needs, naming the file and the line.
    """
    sources = RuleSources(folder, LEARNER_CONTRACTS[task])
    files = sorted(file for file in folder.glob("*.py") if file.stem != "__init__")
    return {file.stem: read_learner(file, sources, task) for file in files if sources.serves(file)}


def read_learner(file: Path, sources: RuleSources, task: Task = "classes") -> LearnerFacts:
    """Read one learner's file: its class's attributes and options, and its docstring.

    Raises
    ------
    InputError
        As of `read_learners`.
    """
    learner = sources.public_class(file)
    facts = sources.facts(file, learner)
    doc = ast.get_docstring(learner) or ""
    return LearnerFacts(
        name=file.stem,
        options=facts["options"],
        searched=tuple(facts["searched"]),
        summary=doc.split("\n", 1)[0],
        notes=notes_of(doc),
        described=dict(described_options(doc)),
        task=task,
        file=file,
    )


def learner_problems(config: Config, learners: Learners, file: str) -> list[Problem]:
    """Return what is wrong with the learners of a configuration: names and options that there are not."""
    own = [entry["name"] for entry in config["learners"]]
    problems = []
    if config["fuse"] not in (*own, *FUSE):
        close = nearest(config["fuse"], [*own, *FUSE])
        fix = f"write {close!r}" if close else "name one of these"
        problems.append(Problem(file, shorten(config["fuse"]), ", ".join([*FUSE, *own]), fix, column="fuse"))
    for position, entry in enumerate(config["learners"] if learners else ()):
        problems += _entry_problems(entry, position, learners or {}, file)
    return problems


def _entry_problems(
    entry: Mapping[str, Any], position: int, learners: Mapping[str, LearnerFacts], file: str
) -> Iterator[Problem]:
    name, place = entry["learner"], f"learners[{position}]"
    if name not in learners:
        close = nearest(name, learners)
        key = "name" if entry["name"] == name else "learner"
        fix = f"name one of these, or write {name}.py into a folder that `learners_path` names"
        fix = f"write {close!r}" if close else fix
        yield Problem(file, shorten(name), ", ".join(learners), fix, column=f"{place}.{key}")
        return
    if entry["name"] != name and entry["name"] in learners:
        found, allowed = (
            f"{shorten(entry['name'])}, which is another learner's name",
            "a name that no learner has",
        )
        yield Problem(file, found, allowed, "give it another", column=f"{place}.name")
    options = learners[name].options
    for option in entry:
        if option not in (*NO_OPTIONS, *options):
            close = nearest(str(option), options)
            yield Problem(
                file,
                f"an unknown option {shorten(option)} of the learner {name}",
                ", ".join(options) or "no option: the learner has none",
                f"write {close!r}" if close else "remove it",
                column=f"{place}.{option}",
            )


def markdown(classes: Mapping[str, LearnerFacts], targets: Mapping[str, LearnerFacts]) -> str:
    """Return the catalogue of docs/learners.md: one row a learner and task, from the docstrings."""
    lines = ["| learner | learns | formula | options (a list of those marked * is a grid) | source |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    rows = [(name, "classes", one) for name, one in classes.items()]
    rows += [(name, "numbers", one) for name, one in targets.items()]
    for name, task, one in sorted(rows, key=itemgetter(0, 1)):
        options = ", ".join(
            f"`{option}: {as_yaml(default)}`{'*' if option in one.searched else ''}"
            for option, default in one.options.items()
        )
        cells = (
            f"`{name}`",
            task,
            one.notes.get("formula", one.summary),
            options,
            one.notes.get("source", ""),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)
