"""The configuration that files ask for, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from latefusion.core.errors import InputError, Problem
from latefusion.schema_inference.columns import Choice, Parts, find_parts, overlap, plain
from latefusion.schema_inference.files import FilesOfItems, IdentifierList, Matrix, Sample, split_of
from latefusion.schema_inference.modalities import Modality, find_modalities
from latefusion.schema_inference.samples import TableSample

NAMES_OF_PEOPLE = ("artist", "artists", "artistname", "singer", "performer", "band")


@dataclass(frozen=True)
class Entry:
    """A key of the configuration, its value, and why it has it.

    Attributes
    ----------
    key : str
    value : object
    why : str
    question : str
        What is to be decided, where the files do not tell.
    """

    key: str
    value: Any
    why: str = ""
    question: str = ""


@dataclass
class Proposal:
    """A configuration.

    Attributes
    ----------
    data : list of Entry
    modalities : list of Modality
    cross : list of Entry
    unused : list of str
        What no part was found for, and why.
    """

    data: list[Entry] = field(default_factory=list)
    modalities: list[Modality] = field(default_factory=list)
    cross: list[Entry] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def questions(self) -> list[str]:
        """Everything that is left to decide."""
        asked = [entry.question for entry in [*self.data, *self.cross] if entry.question]
        return [*asked, *(one.question for one in self.modalities if one.question)]


@dataclass(frozen=True)
class Items:
    """The tables of the items.

    Attributes
    ----------
    tables : mapping of split ('' where one table holds all) to tables
    parts : Parts
        Of the columns, as the first table has them.
    """

    tables: Mapping[str, Sequence[TableSample]]
    parts: Parts

    @property
    def all(self) -> list[TableSample]:
        """All tables, those of train first."""
        return [table for tables in self.tables.values() for table in tables]

    @property
    def identifiers(self) -> list[str]:
        """Identifiers of all items that were looked at."""
        name = self.parts.identifier
        return [] if name is None else [key for table in self.all for key in table.column(name.name).values]


def propose(samples: Sequence[Sample]) -> Proposal:
    """Return the configuration for some files.

    Raises
    ------
    InputError
        If no table among them holds classes.
    """
    items = find_items(samples)
    lists, listed = _split_lists(items, samples)
    used = {id(table) for table in items.all} | listed
    rest = [sample for sample in samples if id(sample) not in used]
    modalities, unused = find_modalities(items.parts, items.all, items.identifiers, rest)
    proposal = Proposal(modalities=modalities, unused=unused)
    proposal.data = [*_tables(items), *_split(items, lists), *_columns(items, modalities, bool(lists))]
    if items.parts.fold is not None:
        proposal.cross.append(Entry("column", items.parts.fold.name, items.parts.fold.why))
    return proposal


def find_items(samples: Sequence[Sample]) -> Items:
    """Return the tables of the items: of those that hold classes, the largest or a pair of splits.

    Raises
    ------
    InputError
        If there is none.
    """
    tables = [sample for sample in samples if isinstance(sample, TableSample)]
    found = [(table, find_parts(table, list(_known(table, samples)))) for table in tables]
    labelled = [(table, parts) for table, parts in found if parts.label is not None]
    if not labelled:
        names = ", ".join(table.source for table in tables[:5]) or "no table at all"
        text = "a table with a column of classes: of at least two values, each in two rows"
        raise InputError(
            [Problem(names, "no column of classes", text, "name the table of the items as well")]
        )
    whole = [(table, parts) for table, parts in labelled if split_of(PurePath(table.source).name) is None]
    if whole:
        # one that is wide may be an embedding with its label beside
        table, parts = max(whole, key=lambda one: (one[1].identifier is not None, one[0].rows))
        return Items({"": [table]}, parts)
    splits: dict[str, list[TableSample]] = {"train": [], "validation": [], "test": []}
    for table, _ in labelled:
        splits[str(split_of(PurePath(table.source).name))].append(table)
    parts = next(parts for table, parts in labelled if table in (splits["train"] or splits["test"]))
    return Items({split: found for split, found in splits.items() if found}, parts)


def _known(table: TableSample, samples: Sequence[Sample]) -> Iterator[frozenset[str]]:
    """Yield the identifiers that the other files have."""
    for sample in samples:
        if isinstance(sample, IdentifierList):
            yield frozenset(sample.values)
        elif isinstance(sample, Matrix) and sample.identifiers:
            yield frozenset(sample.identifiers)
        elif isinstance(sample, FilesOfItems):
            yield sample.stems
        elif isinstance(sample, TableSample) and sample is not table:
            for column in sample.columns:
                if column.is_unique and column.kind in ("integer", "text") and not column.counts_rows:
                    yield column.distinct


def _split_lists(items: Items, samples: Sequence[Sample]) -> tuple[dict[str, list[str]], set[int]]:
    """Return the lists of identifiers of each split, and which samples these are."""
    found: dict[str, list[str]] = {}
    used: set[int] = set()
    name = items.parts.identifier
    if "" not in items.tables or name is None:
        return found, used
    for sample in samples:
        if not isinstance(sample, IdentifierList | TableSample) or sample in items.all:
            continue
        split = split_of(PurePath(sample.source).name)
        if split is None or _holds_embeddings(sample):
            continue
        if isinstance(sample, IdentifierList):
            values: Sequence[str] = sample.values
        else:
            values = sample.column(name.name).values if name.name in sample.names else ()
        divides = not set(items.identifiers) <= set(values)
        if divides and overlap(values, items.identifiers) > 0.5:
            found.setdefault(split, []).append(sample.source)
            used.add(id(sample))
    return (found, used) if "train" in found and len(found) > 1 else ({}, set())


def _holds_embeddings(sample: Sample) -> bool:
    """Say whether a table is more than a list of identifiers: parts of one may be called `train-00000`."""
    return isinstance(sample, TableSample) and any(column.kind == "list" for column in sample.columns)


def _tables(items: Items) -> Iterator[Entry]:
    if "" in items.tables:
        (table,) = items.tables[""]
        rows = f"{table.rows:,} rows" if table.whole else f"more than {table.rows:,} rows"
        yield Entry("items", table.source, rows)
        return
    named = {split: [table.source for table in tables] for split, tables in items.tables.items()}
    yield from _of_splits(named, "files are called so")


def _of_splits(named: Mapping[str, Sequence[Any]], why: str) -> Iterator[Entry]:
    """Yield what train and test are; validation items are trained on, or tested where no test items are."""
    train, validation = list(named.get("train", ())), list(named.get("validation", ()))
    test = list(named.get("test", ()))
    question = ""
    if not test:
        test, validation = validation, []
        question = "these are called validation items: are there test items elsewhere?" if test else ""
    yield Entry("train", _one_or_list([*train, *validation]), why)
    question = question or ("" if test else "which items are tested on?")
    yield Entry("test", _one_or_list(test), "", question)


def _one_or_list(values: Sequence[Any]) -> Any:  # noqa: ANN401 - of YAML
    return values[0] if len(values) == 1 else list(values)


def _split(items: Items, lists: Mapping[str, list[str]]) -> Iterator[Entry]:
    if "" not in items.tables:
        return
    if lists:
        own = {entry.key: entry.value for entry in _of_splits(lists, "")}
        yield Entry("split", {"lists": own}, "lists of identifiers, by their names")
    elif items.parts.split is not None:
        column = items.parts.split
        entries = list(_of_splits(items.parts.split_values, ""))
        own = {entry.key: entry.value for entry in entries}
        question = next((entry.question for entry in entries if entry.question), "")
        yield Entry("split", {"column": column.name, **own}, column.why, question)
    else:
        yield Entry("split", None, "nothing divides the items into train and test: only cross-validation")


def _columns(items: Items, modalities: Sequence[Modality], lists: bool) -> Iterator[Entry]:
    parts = items.parts
    assert parts.label is not None
    yield _entry("label", parts.label, "which column is the class?")
    if parts.class_name is not None:
        yield _entry("class_name", parts.class_name, "")
    if parts.group is not None:
        yield _entry("group", parts.group, "which column has what items have in common?")
        exact = plain(parts.group.name) not in NAMES_OF_PEOPLE
        if exact:
            yield Entry("group_names", "exact", "not cut into artists")
    if parts.identifier is not None:
        joined = lists or any(modality.is_joined for modality in modalities)
        entry = _entry("item", parts.identifier, "which column identifies an item?")
        yield entry if joined else Entry(entry.key, entry.value, entry.why)
    if parts.describe:
        yield Entry("describe", list(parts.describe), "shown in the report")


def _entry(key: str, choice: Choice, question: str) -> Entry:
    others = ", ".join(choice.others[:6])
    return Entry(key, choice.name, choice.why, f"{question} Also possible: {others}" if others else "")
