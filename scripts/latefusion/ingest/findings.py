"""What is wrong with one file and what is merely odd, gathered until it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from latefusion.core.errors import SHOWN_PROBLEMS, InputError, Problem

KEPT = 100


@dataclass
class Findings:
    """Problems and warnings of one file.

    Attributes
    ----------
    problems : list of Problem
        The first that were noted; `total` counts them all.
    warnings : dict of str to str
        Code and message of what is odd but accepted.
    """

    problems: list[Problem] = field(default_factory=list)
    total: int = 0
    warnings: dict[str, str] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        """Note a problem."""
        if len(self.problems) < KEPT:
            self.problems.append(problem)
        self.total += 1

    def count(self, more: int) -> None:
        """Note further problems that are not worth a description."""
        self.total += more

    def stop(self, problem: Problem) -> NoReturn:
        """Note a problem after which reading on makes no sense, and raise all that are known."""
        self.add(problem)
        self.check()
        raise AssertionError

    def warn(self, code: str, message: str) -> None:
        """Note something odd; the same code once."""
        self.warnings.setdefault(code, message)

    def check(self) -> None:
        """Raise what was found, in the order of the file; nothing where all is well.

        Raises
        ------
        InputError
            With the first ten problems and the number of all.
        """
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: problem.row or 0)
            raise InputError(ordered[:SHOWN_PROBLEMS], self.total)
