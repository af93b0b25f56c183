"""What is known of the learners without running them: read from their files, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from latefusion.planning.rule_catalogue import as_yaml, described_options, notes_of
from latefusion.planning.rule_source import LEARNER, RuleSources


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
    """

    name: str
    options: Mapping[str, Any]
    searched: tuple[str, ...] = ()
    summary: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, str] = field(default_factory=dict)


def read_learners(folder: Path) -> dict[str, LearnerFacts]:
    """Read every learner of a folder: its class's attributes and options, and its docstring.

    Raises
    ------
    InputError
        If a file cannot be parsed, does not hold exactly one public class, or does not say in words what
        the catalogue needs, naming the file and the line.
    """
    sources = RuleSources(folder, LEARNER)
    found = {}
    for file in sorted(file for file in folder.glob("*.py") if file.stem != "__init__"):
        learner = sources.public_class(file)
        facts = sources.facts(file, learner)
        doc = ast.get_docstring(learner) or ""
        found[file.stem] = LearnerFacts(
            name=file.stem,
            options=facts["options"],
            searched=tuple(facts["searched"]),
            summary=doc.split("\n", 1)[0],
            notes=notes_of(doc),
            described=dict(described_options(doc)),
        )
    return found


def markdown(learners: Mapping[str, LearnerFacts]) -> str:
    """Return the catalogue of docs/learners.md: one row a learner, from the docstrings."""
    lines = ["| learner | formula | options (a list of those marked * is a grid) | source |"]
    lines += ["| --- | --- | --- | --- |"]
    for name, one in sorted(learners.items()):
        options = ", ".join(
            f"`{option}: {as_yaml(default)}`{'*' if option in one.searched else ''}"
            for option, default in one.options.items()
        )
        cells = (f"`{name}`", one.notes.get("formula", one.summary), options, one.notes.get("source", ""))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)
