"""Bad input, case by case: what the user supplies, and what the user sees.

Each of its modules holds a list `CASES`. `tests/unit/test_refusals.py` runs them all, and
`tests/readme.py` writes the table of `tests/README.md` from them.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from latefusion.core.errors import InputError

# in the order of the README
MODULES = (
    "files",
    "forms",
    "embeddings",
    "labels",
    "targets",
    "splits",
    "items",
    "external",
    "predictions",
    "target_predictions",
    "configuration",
    "pretrained",
    "resources",
)


@dataclass(frozen=True)
class Case:
    """One way in which input can be bad or unusual.

    Attributes
    ----------
    name : str
        What the input is, as a phrase.
    section : str
        Heading of the table that the case belongs to.
    run : callable
        Supplies the input in the folder it is given; raises `InputError`, or returns the warnings.
    sees : tuple of str
        Pieces of what the user must see, in order; none where the input is accepted without a word.
    refused : bool
    """

    name: str
    section: str
    run: Callable[[Path], Iterable[str]]
    sees: tuple[str, ...] = ()
    refused: bool = True


@dataclass(frozen=True)
class Outcome:
    """What became of a case: refused or not, and the text that the user sees."""

    refused: bool
    text: str


def outcome(case: Case, folder: Path) -> Outcome:
    """Run a case; the folder's name is taken out of the text."""
    try:
        warnings = list(case.run(folder))
    except InputError as error:
        refused, text = True, str(error)
    else:
        refused, text = False, "\n".join(warnings)
    return Outcome(refused, text.replace(f"{folder}/", "").replace(str(folder), "data"))


def every_case() -> list[Case]:
    """Return the cases of all modules, module by module."""
    return [case for name in MODULES for case in importlib.import_module(f"refusals.{name}").CASES]


def row(case: Case, seen: Outcome) -> str:
    """Return the line of the table for a case: the problem or the warning that it is about, or the first."""
    texts = re.split(r"\n(?=\S)", seen.text)
    about = [text for text in texts if all(piece in text for piece in case.sees)]
    first = (about or texts)[0]
    first = first.replace("\n" + " " * 13, " ↵ ")  # lines of code, which a table cannot have
    text = " ".join(first.split()).replace("|", "\\|").replace("found: ", "— ", 1)
    text = text.replace(" allowed: ", "; allowed: ", 1).replace(" fix: ", "; fix: ", 1)
    if not text:
        text = "nothing"
    what = "refused" if seen.refused else "accepted, with a warning" if seen.text else "accepted"
    return f"| {case.name} | {what} | {text} |"
