"""Counts and lists in sentences, and sentences on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

WIDTH: Final = 80
"""Columns of a terminal."""


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: `1 item`, `2,718 items`, `2 classes`.

    Parameters
    ----------
    n : int
    one : str
        The noun, singular.
    many : str, optional
        Its plural where it is not made with an s.
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def verb(n: int, one: str, many: str) -> str:
    """Return the form of a verb, or of another word, that agrees with a count."""
    return one if n == 1 else many


def listed(words: Sequence[str], at_most: int | None = None) -> str:
    """Return words as a sentence joins them: `a, b and c`, the last ones counted where there are too many."""
    if at_most is not None and len(words) > at_most + 1:
        return f"{', '.join(words[:at_most])} and {len(words) - at_most} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def fitted(text: str, width: int) -> str:
    """Return a text, its end left out where it is longer than a column is wide."""
    return text if len(text) <= width else text[: width - 1] + "…"


def wrapped(text: str) -> list[str]:
    """Return the lines of a sentence on a terminal, those after the first indented."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = "  " + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
