"""Groups of items that must not straddle folds: names normalised, several artists joined, duplicates too.

A name is cut into the artists that it joins ("A feat. B", "A & B"), and items are of one group where a chain
of shared artists connects them. Cutting too much joins too much, which costs some freedom in making folds;
cutting too little leaks. So bands such as "Earth, Wind & Fire" are cut as well: their parts stay together,
and only meet others that are called "Fire". Parts that name no artist ("& his orchestra", "& friends")
connect nothing. Identifiers of anything else (speakers, patients) are compared as they are: `exact`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.dataset.keys import canonical_text, unify
from latefusion.dataset.text_codes import text_codes

ARTISTS, EXACT = "artists", "exact"
JOIN = "|"
OWN = "item:"
# coinciding embeddings of more groups than this are a filler value rather than one song under several names
MOST_JOINED = 5
# artists that sing together leave more groups than this part of their names
FEW_LEFT = 0.25
LARGE = 0.5

_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_SEPARATOR = re.compile(
    r"""
      \s*[(\[]?\s*\b(?:feat|ft|featuring)\b\.?\s*    # A feat. B, A (ft. B)
    | \s*[;|\\,]\s*
    | \s+(?:&|\+|and|x|×|vs\.?|versus|with)\s+
    | \s*&\s*
    | (?<=\w\w\w)\s*/\s*(?=\w\w\w)                   # but not AC/DC
    """,
    re.VERBOSE,
)
# letters with a stroke, which Unicode does not take apart
_BARE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i"})
_DROPPED = re.compile(r"[.'’‘`´\"“”()\[\]{}]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
_NOBODY = re.compile(
    r"(?:his|her|their|the|and)(?: \w+)?|(?:the )?(?:friends|others|guests|co|company|band|orchestra|choir|"
    r"chorus|ensemble|cast|various|various artists|unknown|unknown artist|traditional|anonymous)"
)
_UNKNOWN = frozenset(
    [
        "",
        "nan",
        "none",
        "null",
        "n/a",
        "<na>",
        "unknown",
        "unknown artist",
        "<unknown>",
        "[unknown]",
        "?",
        "-",
    ]
)


def parts(name: str) -> tuple[str, ...]:
    """Return the normalised names that a group's name joins, sorted; none where the group is not known.

    Case, accents of Latin, Greek and Cyrillic letters, dots, quotes, hyphens and a leading "the" make no
    difference.

    Examples
    --------
    >>> parts("Beyoncé (feat. JAY-Z)")
    ('beyonce', 'jay z')
    >>> parts("The Beatles") == parts("beatles")
    True
    """
    text = _fold(canonical_text(name))
    if text in _UNKNOWN:
        return ()
    if _LIST.fullmatch(text) and (quoted := [a or b for a, b in _QUOTED.findall(text)]):
        text = ";".join(quoted)
    found = {_clean(piece) for piece in _SEPARATOR.split(text)}
    artists = {part for part in found if part and _NOBODY.fullmatch(part) is None}
    if not artists:
        artists = {_clean(text) or text}
    return tuple(sorted(artists))


def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().translate(_BARE).split())


def _clean(part: str) -> str:
    if _NUMBER.fullmatch(part.strip()):
        return part.strip()  # an identifier, whose point and sign tell it from others
    words = _DROPPED.sub("", part).replace("-", " ").replace(JOIN, " ").split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


def key(name: str, item: str, names: str = ARTISTS) -> str:
    """Return the normalised id of an item's group before groups are joined: its artists, or the item.

    Where `names` is `exact`, the name itself in its canonical form.

    Examples
    --------
    >>> key("Ward 1, Site B", "train:0"), key(" Ward 1, Site B", "train:0", EXACT)
    ('site b|ward 1', 'Ward 1, Site B')
    """
    if names == EXACT:
        text = canonical_text(name)
        return OWN + item if _fold(text) in _UNKNOWN else text
    artists = parts(name)
    return JOIN.join(artists) if artists else OWN + item


def unified(keys: Sequence[str]) -> list[str]:
    """Return keys of the groups of all files, decided together: `3.0` is `3` where all are integers.

    Parameters
    ----------
    keys : (n,) sequence of str
        What `key` returned, for the items of all files.
    """
    one = unify({name for name in keys if not name.startswith(OWN)})
    return [str(one.get(name, name)) for name in keys]


@dataclass(frozen=True)
class Components:
    """Final groups.

    Attributes
    ----------
    group : (n,) object array of str
        Id of each item's group: the artist of the component that most items have, the first in order on a
        tie.
    joined : int
        How many of the groups were joined to another because of coinciding embeddings.
    apart : int
        How many sets of coinciding embeddings were left apart, as more than `MOST_JOINED` groups have them.
    """

    group: NDArray[np.object_]
    joined: int
    apart: int


@dataclass(frozen=True)
class Joined:
    """What became of the names of groups when those that share a part were joined.

    Attributes
    ----------
    names, groups : int
        Different names, and the groups that they make.
    largest_name, largest_group : int
        Items of the largest of each.
    items : int
        All items, those without a name too.
    """

    names: int
    groups: int
    largest_name: int
    largest_group: int
    items: int

    @classmethod
    def of(cls, keys: Sequence[str], group: NDArray[np.object_]) -> Joined:
        """Count the names in `keys`, (n,), and their groups, (n,)."""
        named = np.array([not name.startswith(OWN) for name in keys], bool)
        names = np.bincount(text_codes(np.asarray(keys, dtype=object)[named])[1])
        groups = np.bincount(text_codes(group[named])[1])
        return cls(len(names), len(groups), int(names.max(initial=0)), int(groups.max(initial=0)), len(keys))

    @property
    def suspicious(self) -> bool:
        """Whether names of something else than artists were probably cut: hardly any group is left."""
        half = LARGE * self.items
        return self.largest_name <= half < self.largest_group or self.groups < FEW_LEFT * self.names


def components(
    keys: Sequence[str], same: Iterable[NDArray[np.int64]] = (), names: str = ARTISTS
) -> Components:
    """Join the groups that share an artist, and those whose items coincide.

    Parameters
    ----------
    keys : (n,) sequence of str
        What `key` returned, for the items of all files.
    same : iterable of int arrays
        Rows of items whose embeddings coincide, one array for each set.
    names : {'artists', 'exact'}
        As for `key`; exact names share no parts.
    """
    different, codes = text_codes(keys)
    counts = np.bincount(codes, minlength=len(different))
    index: dict[str, int] = {}
    members: list[list[int]] = []
    for name in different:
        # an item's own id may hold anything, the joining character too
        artists = [name] if names == EXACT or name.startswith(OWN) else name.split(JOIN)
        members.append([index.setdefault(artist, len(index)) for artist in artists])
    parent = list(range(len(index)))
    for nodes in members:
        for node in nodes[1:]:
            _union(parent, nodes[0], node)
    joined = apart = 0
    for rows in same:
        roots = sorted({_find(parent, members[code][0]) for code in np.unique(codes[rows])})
        if len(roots) > MOST_JOINED:
            apart += 1
            continue
        joined += len(roots) - 1
        for root in roots[1:]:
            _union(parent, roots[0], root)
    weight = np.zeros(len(index), np.int64)
    for nodes, count in zip(members, counts, strict=True):
        weight[nodes] += count
    labels = sorted(index)
    best: dict[int, str] = {}
    for label in labels:
        root = _find(parent, index[label])
        # a known artist names the group rather than an item without one
        if root not in best or _rank(label, weight[index[label]]) < _rank(
            best[root], weight[index[best[root]]]
        ):
            best[root] = label
    of_name = np.array([best[_find(parent, nodes[0])] for nodes in members], dtype=object)
    return Components(of_name[codes] if len(codes) else np.empty(0, object), joined, apart)


def _rank(label: str, weight: int) -> tuple[bool, int, str]:
    return label.startswith(OWN), -int(weight), label


def _find(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _union(parent: list[int], one: int, other: int) -> None:
    first, second = _find(parent, one), _find(parent, other)
    if first != second:
        parent[max(first, second)] = min(first, second)
