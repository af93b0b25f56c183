"""The one error that is shown to the user, and how it speaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

SHOWN_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what the user supplied.

    Attributes
    ----------
    file : str
        The file that holds it, or the configuration.
    found : str
        What is there, shortened with `shorten`.
    allowed : str
        What may be there.
    fix : str
        The nearest way to mend it, as an imperative.
    row : int, optional
        Line of the file, counted from 1 as an editor does; where a record goes over several lines,
        the one that it begins on.
    column : str, optional
        Column of the table, or dotted key of the configuration.
    unit : str
        What `row` counts: lines, or the rows of a file that has no lines.
    """

    file: str
    found: str
    allowed: str
    fix: str
    row: int | None = None
    column: str | None = None
    unit: str = "line"

    def __str__(self) -> str:
        where = [self.file]
        if self.row is not None:
            where.append(f"{self.unit} {self.row}")
        if self.column is not None:
            where.append(self.column)
        return (
            f"{', '.join(where)}\n"
            f"    found:   {self.found}\n"
            f"    allowed: {self.allowed}\n"
            f"    fix:     {self.fix}"
        )


class InputError(Exception):
    """What the user supplied cannot be used; shown without a traceback.

    Parameters
    ----------
    problems : sequence of Problem
        Every problem that was found, in the order of the file; at least one.
    total : int, optional
        How many there are, where not all are in `problems`.

    Attributes
    ----------
    what : str
        What cannot be used, in the words of the log.
    """

    what: ClassVar[str] = "the input"

    def __init__(self, problems: Sequence[Problem], total: int | None = None) -> None:
        if not problems:
            raise ValueError("an InputError needs at least one problem")
        self.problems = tuple(problems)
        self.total = len(self.problems) if total is None else total
        super().__init__(self.problems, self.total)

    def __str__(self) -> str:
        shown = self.problems[:SHOWN_PROBLEMS]
        lines = [str(problem) for problem in shown]
        rest = self.total - len(shown)
        if rest:
            lines.append(f"… and {rest} more problem{'s' if rest > 1 else ''} of this kind or another")
        return "\n".join(lines)


def shorten(value: object, width: int = 60) -> str:
    """Show a value in a message, on one line, at most `width` characters of it.

    Text is quoted and what cannot be printed is escaped; other values stand for themselves.
    """
    text = value if isinstance(value, str) else str(value)
    shown = repr(text[:width])
    longest = 2 * width + 2
    while len(shown) > longest:  # little but escapes
        width //= 2
        shown = repr(text[:width])
    if len(text) > width:
        shown = f"{shown[:-1]}…{shown[-1]}"
    return shown if isinstance(value, str) else shown[1:-1]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant, or None where nothing is close."""
    candidates = list(names)
    folded = {candidate.casefold(): candidate for candidate in candidates}
    if name.casefold() in folded:
        return folded[name.casefold()]
    close = get_close_matches(name, candidates, n=1, cutoff=0.6)
    return close[0] if close else None
