"""Sentences with numbers in them: singular, plural, and nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

from latefusion.report.number_format import count

WORD_ALONE = "~"
EITHER = "|"
ENDINGS = ("_name", "_id", "_key")
"""Of a column's name, what is no part of the word for its values."""


def say(template: str, /, **values: object) -> str:
    """Return a sentence in which nouns and verbs agree with their numbers.

    Parameters
    ----------
    template : str
        `{n:item}` becomes `no item`, `1 item` or `2 items`; `{n:class|classes}` names its plural;
        `{n:~is|are}` is the word alone. `{name}` stands for a value that is written already.
    **values
        Numbers of things where a noun or a verb follows, text elsewhere.

    Raises
    ------
    TypeError
        If a noun or a verb is to agree with what is no number.
    """
    return _Agreeing().vformat(template, (), values)


class _Agreeing(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        if not format_spec:
            return str(value)
        if not isinstance(value, int | float):
            raise TypeError(f"{format_spec!r} is to agree with {value!r}, which is no number")
        if format_spec.startswith(WORD_ALONE):
            one, _, many = format_spec.removeprefix(WORD_ALONE).partition(EITHER)
            return one if _is_singular(value) else many
        one, _, many = format_spec.partition(EITHER)
        return plural(value, one, many or None)


def plural(n: float, one: str, many: str | None = None) -> str:
    """Write a count with its noun: `no item`, `1 item`, `2 718 items`."""
    written = "no" if round(n) == 0 else count(n)
    return f"{written}\u00a0{one if _is_singular(n) else many or one + 's'}"


def amount(n: int) -> str:
    """Write a count that stands without its noun: `none`, `1`, `12`."""
    return count(n) if n else "none"


def sample(n: float, one: str, many: str | None = None) -> str:
    """Write the size of a sample, for a caption: `n = 400 items`, `n = 0 items`."""
    return f"n = {count(n)}\u00a0{one if round(n) == 1 else many or one + 's'}"


def _is_singular(n: float) -> bool:
    return round(n) in (0, 1)


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """Join words as a sentence does: `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def quoted(names: Sequence[str], at_most: int = 4) -> str:
    """Join names, the last ones counted where there are too many; `none` where there are none."""
    rest = len(names) - at_most
    return listed([*names[:at_most], f"{rest} more"] if rest > 1 else names) or "none"


def article(noun: str) -> str:
    """Put the indefinite article before a noun: `an artist`, `a genre`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def capitalised(sentence: str) -> str:
    """Return a sentence with a capital letter, the rest as it is."""
    return f"{sentence[:1].upper()}{sentence[1:]}"


def group_word(column: str | None) -> str:
    """Return what a group is called in a sentence: `artist` where the column is `artist_name`."""
    word = column or "group"
    for ending in ENDINGS:
        word = word.removesuffix(ending) or word
    return word.replace("_", " ")
