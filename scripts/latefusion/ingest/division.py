"""The division of one table into training and test items: by a column, or by lists of identifiers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, nearest, shorten
from latefusion.core.wording import listed, plural, verb
from latefusion.dataset.keys import Key, canonical_text, unify
from latefusion.ingest.findings import codes
from latefusion.ingest.join import NAMED, KeyForm, few

LEFT_OUT: Final = -1
"""The split of an item that is in none."""


class LeftOut(TypedDict):
    """Items that are in no split, and identifiers that are no item's.

    Attributes
    ----------
    values : dict of str to int
        Items by the value of the column that names no split; an empty one where it is blank.
    unlisted, unknown : int
        Items of no list, and identifiers of the lists that no item has.
    unlisted_names, unknown_names : list of str
        The first of them.
    """

    values: dict[str, int]
    unlisted: int
    unlisted_names: list[str]
    unknown: int
    unknown_names: list[str]


def none_left_out() -> LeftOut:
    """Return the facts of a division that leaves out nothing."""
    return LeftOut(values={}, unlisted=0, unlisted_names=[], unknown=0, unknown_names=[])


def by_column(
    column: pa.Array, values: Mapping[str, Sequence[str]], *, file: str, name: str
) -> tuple[NDArray[np.int64], LeftOut]:
    """Return the split of each row, (n,), as its number in `values`; `LEFT_OUT` where nobody named its value.

    Parameters
    ----------
    column : (n,) string array
    values : mapping of str to sequence of str
        What stands in the column, for each split.
    file, name : str
        Of the table and the column, for messages.

    Raises
    ------
    InputError
        If a value that is named stands in no row.
    """
    of_row, texts = codes(column.fill_null(""))
    there = [str(text) for text in texts]
    named = [text for own in values.values() for text in own]
    key = unify({*filter(str.strip, there), *named})
    split_of: dict[Key, int] = {
        key[text]: number for number, own in enumerate(values.values()) for text in own
    }
    known = {key[text] for text in there if text in key}
    problems = []
    for split, own in values.items():
        for text in own:
            if key[text] not in known:
                shown = sorted({canonical_text(one) for one in there if one.strip()})
                close = nearest(text, shown)
                found = f"no row with {shorten(text)}, which data.split.{split} names"
                allowed = f"values of the column, such as {listed([shorten(one, 40) for one in shown[:5]])}"
                fix = f"did you mean {shorten(close)}?" if close else "name one of these, or another column"
                problems.append(Problem(file, found, allowed if shown else "values", fix, column=name))
    if problems:
        raise InputError(problems)
    number = np.array([split_of.get(key.get(text, ""), LEFT_OUT) for text in there], np.int64)
    count: Counter[str] = Counter()
    for text, rows in zip(there, np.bincount(of_row, minlength=len(there)).tolist(), strict=True):
        if split_of.get(key.get(text, ""), LEFT_OUT) == LEFT_OUT:
            count[str(key.get(text, ""))] += rows
    ordered = dict(sorted(count.items(), key=lambda pair: (-pair[1], pair[0])))
    return number[of_row], none_left_out() | {"values": ordered}


def by_lists(
    items: pa.Array, lists: Mapping[str, Sequence[str]], *, file: str, sources: Mapping[str, str]
) -> tuple[NDArray[np.int64], LeftOut]:
    """Return the split of each item, (n,), as its number in `lists`; `LEFT_OUT` where it is in none.

    Parameters
    ----------
    items : (n,) string array
        Identifiers.
    lists : mapping of str to sequence of str
        Identifiers of each split.
    file : str
        The items' table, for messages.
    sources : mapping of str to str
        The file of each list, for messages.

    Raises
    ------
    InputError
        If an identifier is in two lists, or a list has no item of the table.
    """
    form = KeyForm.of(items)
    ours = form(items)
    found = {split: form(pa.array(names, pa.string())).unique() for split, names in lists.items()}
    problems = _overlaps(found, sources)
    number = np.full(len(ours), LEFT_OUT, np.int64)
    unknown: list[str] = []
    for at, (split, names) in enumerate(found.items()):
        inside = np.asarray(pc.is_in(ours, value_set=names))
        number[inside] = at
        strange = names.filter(pc.invert(pc.is_in(names, value_set=ours))).to_pylist()
        unknown += strange
        if not inside.any():
            said = f"identifiers of which none is an item's, such as {few(strange[:3], 3)}"
            allowed = f"identifiers of {file}, such as {few(ours.slice(0, 3).to_pylist(), 3)}"
            fix = "name the column of the same identifiers in data.item, or another list"
            problems.append(Problem(sources[split], said, allowed, fix))
    if problems:
        raise InputError(problems)
    unlisted = ours.filter(pa.array(number == LEFT_OUT)).to_pylist()
    facts = none_left_out() | {
        "unlisted": len(unlisted),
        "unlisted_names": unlisted[:NAMED],
        "unknown": len(unknown),
        "unknown_names": unknown[:NAMED],
    }
    return number, facts


def _overlaps(lists: Mapping[str, pa.Array], sources: Mapping[str, str]) -> list[Problem]:
    (one, ours), (other, theirs) = lists.items()
    both = theirs.filter(pc.is_in(theirs, value_set=ours)).to_pylist()
    if not both:
        return []
    found = f"{plural(len(both), 'identifier')} that {verb(len(both), 'is', 'are')} in {sources[one]} too: "
    fix = f"take {'it' if len(both) == 1 else 'them'} out of one of the two lists"
    allowed = f"identifiers of {other} items, which are no {one} items"
    return [Problem(sources[other], found + few(both[:NAMED], len(both)), allowed, fix)]
