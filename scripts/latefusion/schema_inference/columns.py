"""The part that each column of a table plays, by its name and by its values."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from latefusion.ingest.wide import numbered
from latefusion.schema_inference.column_names import (
    DESCRIPTIONS,
    FOLDS,
    GROUPS,
    IDENTIFIERS,
    LABELS,
    RESERVED,
    SPLIT_NAMES,
)
from latefusion.schema_inference.files import split_of
from latefusion.schema_inference.samples import ColumnSample, TableSample

MOST_CLASSES: Final = 200
MOST_FOLDS: Final = 20
MOST_DESCRIPTIONS: Final = 6
LONGEST_IDENTIFIER: Final = 200
FEWEST_NUMBERS: Final = 8
"""Columns of numbers that nobody numbered are taken for an embedding where there are as many."""


@dataclass(frozen=True)
class Choice:
    """A column for a part, why, and which others could be meant.

    Attributes
    ----------
    name : str
    why : str
    others : tuple of str
        The question that is left, if there are any.
    """

    name: str
    why: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Embedding:
    """Columns that hold an embedding: one of lists, or a pattern of one number each."""

    name: str
    column: str | None = None
    columns: tuple[str, ...] = ()
    numbers: int = 0


@dataclass(frozen=True)
class Parts:
    """The parts that the columns of a table of items play."""

    identifier: Choice | None = None
    label: Choice | None = None
    class_name: Choice | None = None
    group: Choice | None = None
    split: Choice | None = None
    fold: Choice | None = None
    embeddings: tuple[Embedding, ...] = ()
    describe: tuple[str, ...] = ()
    split_values: dict[str, list[str]] = field(default_factory=dict)


def plain(name: str) -> str:
    """Return a column's name in letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def find_label(table: TableSample, taken: Collection[str] = ()) -> Choice | None:
    """Return the column of the class: called like one, or the only one that could hold classes."""
    fitting = [column for column in table.columns if column.name not in taken and _may_be_label(column)]
    called = sorted(
        (column for column in fitting if plain(column.name) in LABELS),
        key=lambda column: LABELS.index(plain(column.name)),
    )
    if called:
        best = called[0]
        why = f"called so, {len(best.distinct)} classes: {_few(sorted(best.distinct))}"
        return Choice(best.name, why, tuple(column.name for column in called[1:]))
    odd = (*GROUPS, *DESCRIPTIONS, *FOLDS, *SPLIT_NAMES)
    fitting = [column for column in fitting if plain(column.name) not in odd]
    if not fitting:
        return None
    best = min(fitting, key=lambda column: (column.kind != "text", len(column.distinct)))
    rest = tuple(column.name for column in fitting if column is not best)
    return Choice(best.name, f"it has {len(best.distinct)} values: {_few(sorted(best.distinct))}", rest)


def _may_be_label(column: ColumnSample) -> bool:
    classes = len(column.distinct)
    return (
        column.kind in ("integer", "text")
        and 2 <= classes <= MOST_CLASSES
        and 2 * classes <= len(column.values)
        and len(column.values) == column.rows
    )


def find_class_name(table: TableSample, label: str) -> Choice | None:
    """Return a column of text that names the classes: each class has one value, and no two the same."""
    own = table.column(label)
    if own.kind != "integer":
        return None
    for column in table.columns:
        pairs = set(zip(own.values, column.values, strict=False))
        alike = len(pairs) == len(own.distinct) == len(column.distinct)
        if column.kind == "text" and len(column.values) == len(own.values) and alike:
            return Choice(column.name, f"it has one value for each {label}")
    return None


def find_identifier(table: TableSample, known: Sequence[Collection[str]] = ()) -> Choice | None:
    """Return the column of the identifiers: of values that other files have, or unique and called like one.

    Parameters
    ----------
    table : TableSample
    known : sequence of collections of str
        Identifiers of the other files.
    """
    unique = [column for column in table.columns if column.is_unique and column.kind in ("integer", "text")]
    shared = [(sum(overlap(column.distinct, one) > 0.5 for one in known), column) for column in unique]
    most = max((count for count, _ in shared), default=0)
    if most:
        best = next(column for count, column in shared if count == most)
        return Choice(best.name, "its values are those of the other files")
    called = [
        column
        for column in unique
        if plain(column.name) in IDENTIFIERS
        or plain(column.name).endswith(("id", "file", "filename", "path"))
    ]
    called = [column for column in called if max(map(len, column.values)) <= LONGEST_IDENTIFIER]
    called.sort(key=lambda column: _rank(plain(column.name), IDENTIFIERS))
    if called:
        others = tuple(column.name for column in called[1:])
        return Choice(called[0].name, "called so, and no value is there twice", others)
    if table.names[:1] == ("",) and table.columns[0].is_unique:
        return Choice("", "the first column, without a name, as pandas writes an index")
    return None


def overlap(ours: Collection[str], theirs: Collection[str]) -> float:
    """Return the share of the smaller of two sets of identifiers that the other has."""
    one, other = frozenset(ours), frozenset(theirs)
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def find_group(table: TableSample, taken: Collection[str]) -> Choice | None:
    """Return a column of what items have in common, by its name; its values must recur."""
    fitting = [
        column
        for column in table.columns
        if column.name not in taken
        and plain(column.name) in GROUPS
        and 2 <= len(column.distinct) < len(column.values)
    ]
    fitting.sort(key=lambda column: GROUPS.index(plain(column.name)))
    if not fitting:
        return None
    best = fitting[0]
    why = f"called so, {len(best.distinct)} of them"
    return Choice(best.name, why, tuple(column.name for column in fitting[1:]))


def find_split(table: TableSample, taken: Collection[str]) -> tuple[Choice, dict[str, list[str]]] | None:
    """Return the column whose values are called after splits, and the values of each split."""
    for column in table.columns:
        values = {value: split_of(value) for value in sorted(column.distinct)[:MOST_FOLDS]}
        of_split: dict[str, list[str]] = {
            split: [v for v, own in values.items() if own == split] for split in values.values() if split
        }
        there = column.name not in taken and "train" in of_split and len(of_split) > 1
        if there and len(values) == len(column.distinct) and all(values.values()):
            return Choice(column.name, f"its values are {_few(list(values))}"), of_split
    return None


def find_fold(table: TableSample, taken: Collection[str]) -> Choice | None:
    """Return the column of folds that came with the data, by its name."""
    for column in table.columns:
        few = 2 <= len(column.distinct) <= MOST_FOLDS and len(column.values) == column.rows
        if column.name not in taken and plain(column.name) in FOLDS and few:
            return Choice(column.name, f"called so, {len(column.distinct)} of them")
    return None


def find_embeddings(table: TableSample, taken: Collection[str], *, own_file: bool = False) -> list[Embedding]:
    """Return the embeddings that stand in a table: columns of lists, and numbered columns of numbers.

    Parameters
    ----------
    table : TableSample
    taken : collection of str
        Columns that play another part.
    own_file : bool
        Whether nothing but an embedding stands beside `taken`: every column of numbers is then of it.
    """
    free = [column for column in table.columns if column.name not in taken]
    found = [
        Embedding(modality_of(column.name), column=column.name) for column in free if column.kind == "list"
    ]
    numbers = [column.name for column in free if column.kind in ("integer", "number")]
    if own_file and numbers and not found:
        return [Embedding("", columns=pattern_of(numbers, table.names), numbers=len(numbers))]
    for stem, members in numbered(numbers).items():
        if stem and len(members) >= FEWEST_NUMBERS // 2:
            pattern = (f"{stem}[0-9]*",)
            simple = (f"{stem}*",)
            alike = [name for name in table.names if name.startswith(stem)]
            columns = simple if len(alike) == len(members) else pattern
            found.append(Embedding(modality_of(stem), columns=columns, numbers=len(members)))
    if not found and len(numbers) >= FEWEST_NUMBERS:
        found.append(Embedding("features", columns=pattern_of(numbers, table.names), numbers=len(numbers)))
    return found


def pattern_of(wanted: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return patterns that stand for some columns of a table and for no other one."""
    other = [name for name in names if name not in set(wanted)]
    return tuple(wanted) if len(wanted) <= len(other) else ("*", *(f"!{name}" for name in other))


def modality_of(column: str) -> str:
    """Return a name for the modality that a column, or the beginning of columns, holds; '' for none."""
    name = re.sub(r"\W+", "_", column, flags=re.ASCII).strip("_").lower()
    short = re.sub(r"_?(?:embeddings?|emb|features?|feats?|vectors?|vec)$", "", name)
    if not short:
        return ""
    return short if short[0].isalpha() else f"m_{short}"


def find_parts(table: TableSample, known: Sequence[Collection[str]] = ()) -> Parts:
    """Return the parts of the columns of a table of items."""
    identifier = find_identifier(table, known)
    taken = {identifier.name} if identifier else set()
    found_split = find_split(table, taken)
    fold = find_fold(table, taken)
    taken |= {one.name for one in (found_split[0] if found_split else None, fold) if one}
    label = find_label(table, taken)
    if label is None:
        return Parts(identifier=identifier, embeddings=tuple(find_embeddings(table, taken)))
    class_name = find_class_name(table, label.name)
    if class_name is not None:
        label = replace(label, others=tuple(name for name in label.others if name != class_name.name))
    taken |= {one.name for one in (label, class_name) if one}
    group = find_group(table, taken)
    taken |= {group.name} if group else set()
    meant = {plain(name) for name in (*DESCRIPTIONS, *FOLDS, *SPLIT_NAMES)}
    embeddings = find_embeddings(table, {*taken, *(n for n in table.names if plain(n) in meant), ""})
    return Parts(
        identifier=identifier,
        label=label,
        class_name=class_name,
        group=group,
        split=found_split[0] if found_split else None,
        fold=fold,
        embeddings=tuple(embeddings),
        describe=_describe(table, {label.name}),
        split_values=found_split[1] if found_split else {},
    )


def _describe(table: TableSample, taken: Collection[str]) -> tuple[str, ...]:
    found = [
        column.name
        for column in table.columns
        if column.name not in taken
        and column.name not in RESERVED
        and plain(column.name) in DESCRIPTIONS
        and column.kind in ("text", "integer", "number")
    ]
    return tuple(found[:MOST_DESCRIPTIONS])


def _rank(name: str, names: Sequence[str]) -> int:
    return names.index(name) if name in names else len(names)


def _few(values: Sequence[str], most: int = 6) -> str:
    return ", ".join(value[:30] for value in values[:most]) + (" …" if len(values) > most else "")
