"""Keys: labels, groups and identifiers in their one canonical form, decided over all files of a run.

White space around a text, the Unicode form of its letters (Unicode Standard Annex 15) and HTML character
references make no difference, whatever file it stands in. Whether `3` and `3.0` are one key depends on all
texts of a run together: only where each is an integer, or an integer that a column of floats wrote.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import pyarrow as pa

from latefusion.core.errors import shorten

Key = int | str

TEST_SUFFIX: Final = " (test)"
"""What follows the identifier of a test item that the training file has too, as `item` joins tables."""

MISSING_WORDS: Final = frozenset({"none", "null", "na", "n/a", "<na>"})
"""Words, in lower case, that files write for a missing value, and people for a class."""

_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INTEGER = re.compile(r"(0|-?[1-9][0-9]{0,18})(\.0+)?")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_LARGEST = 2**63
_MOST_NAMED = 5


def canonical_text(text: str) -> str:
    """Return a text with letters composed, character references resolved and no white space around it.

    Examples
    --------
    >>> canonical_text(" Simon &amp; Garfunkel "), canonical_text("Beyonce\\u0301")
    ('Simon & Garfunkel', 'Beyoncé')
    """
    while "&" in text and (resolved := _REFERENCE.sub(lambda found: html.unescape(found[0]), text)) != text:
        text = resolved  # what was escaped twice is resolved twice
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()


def canonical_texts(values: pa.Array) -> pa.Array:
    """Return strings in their canonical form, an empty one for null."""
    encoded = values.fill_null("").dictionary_encode()
    texts = [canonical_text(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)


def as_integer(text: str, *, written_by_floats: bool = True) -> int | None:
    """Return the integer of 64 bits that a text is, or None.

    Parameters
    ----------
    text : str
        Without white space around it.
    written_by_floats : bool
        Whether `3.0` counts. Exponents, leading zeros and plus signs never do.
    """
    found = _INTEGER.fullmatch(text)
    if found is None or (found[2] is not None and not written_by_floats):
        return None
    number = int(found[1])
    return number if -_LARGEST <= number < _LARGEST else None


def all_integers(texts: Iterable[str]) -> bool:
    """Say whether there are texts and each is an integer, or an integer that a column of floats wrote."""
    some = False
    for text in texts:
        if as_integer(canonical_text(text)) is None:
            return False
        some = True
    return some


def key_of(text: str, *, integers: bool) -> Key:
    """Return the key of a text among keys that are, or are not, integers throughout."""
    plain = canonical_text(text)
    number = as_integer(plain) if integers else None
    return plain if number is None else number


def unify(texts: Collection[str]) -> dict[str, Key]:
    """Return the key of each text, decided over all of them together.

    Examples
    --------
    >>> unify(["1", "1.0", "20"])
    {'1': 1, '1.0': 1, '20': 20}
    >>> unify(["1", "1.0", "1e1", "01"])
    {'1': '1', '1.0': '1.0', '1e1': '1e1', '01': '01'}
    """
    integers = all_integers(texts)
    return {text: key_of(text, integers=integers) for text in texts}


class KnownKeys:
    """The texts of a run, which another file may write in another way.

    Parameters
    ----------
    known : collection of str
        What they are called in the run; of two that are one key, the last is found.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._integers = all_integers(known)
        self._known = {key_of(text, integers=self._integers): text for text in known}

    def find(self, text: str) -> str | None:
        """Return the known text that another one means, or None."""
        return self._known.get(key_of(text, integers=self._integers))


def alike(keys: Iterable[Key]) -> list[list[Key]]:
    """Return the sets of different keys that are written nearly the same way.

    Case, white space, invisible characters, compatible forms of letters (Unicode's NFKC) and the notation of
    a number are what they differ by.
    """
    sets: dict[str, list[Key]] = {}
    for key in keys:
        sets.setdefault(folded(key), []).append(key)
    return [sorted(members, key=str) for members in sets.values() if len(members) > 1]


def folded(key: Key) -> str:
    """Return what keys have in common that are written nearly the same way."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", str(key)))
    plain = " ".join(visible.split()).casefold()
    if plain.isascii() and "_" not in plain:
        try:
            number = float(plain)
        except ValueError:
            return plain
        return repr(number + 0.0)
    return plain


def told_apart(texts: Iterable[str], counts: Mapping[str, int]) -> str:
    """Return texts with their numbers of rows, so that what they differ by can be seen."""
    listed = list(texts)
    same_to_the_eye = len({unicodedata.normalize("NFKC", text) for text in listed}) < len(listed)
    shown = [ascii(text) if same_to_the_eye else shorten(text) for text in listed]
    return " and ".join(
        f"{text} ({counts[one]} {'row' if counts[one] == 1 else 'rows'})"
        for text, one in zip(shown, listed, strict=True)
    )


def several(said: Iterable[str]) -> str:
    """Return the first of some phrases, and how many more there are."""
    listed = list(said)
    more = f"; and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return "; ".join(listed[:_MOST_NAMED]) + more


def tell_apart(items: pa.Array, taken: Collection[str]) -> pa.Array:
    """Return identifiers of test items, with `TEST_SUFFIX` behind those that the training file has too."""
    if not taken:
        return items
    return pa.array(
        [name + TEST_SUFFIX if name in taken else name for name in items.to_pylist()], pa.string()
    )


def original(item: str) -> str | None:
    """Return what a name stood for before it was told apart, or None where it is no such name."""
    return item.removesuffix(TEST_SUFFIX) if item.endswith(TEST_SUFFIX) else None
