"""Where the embeddings of the items are: in their table, or in files of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from latefusion.ingest.forms import modality_name
from latefusion.schema_inference.column_names import TIMES
from latefusion.schema_inference.columns import Parts, find_embeddings, overlap, pattern_of, plain
from latefusion.schema_inference.files import SPLITS, FilesOfItems, IdentifierList, Matrix, Sample
from latefusion.schema_inference.samples import TableSample

ENOUGH: Final = 0.5
"""Share of the fewer of two sets of identifiers that both have where they are of the same items."""


@dataclass(frozen=True)
class Modality:
    """An entry of `modalities`, and why.

    Attributes
    ----------
    entry : mapping
    why : str
    question : str
        What is to be decided, where the files do not tell.
    """

    entry: Mapping[str, Any]
    why: str = ""
    question: str = ""

    @property
    def is_joined(self) -> bool:
        """Whether items are found in its files by identifier."""
        own = "file" in self.entry or "files" in self.entry
        return own and self.entry.get("items") != "rows"


@dataclass(frozen=True)
class Unused:
    """A file that no part was found for."""

    source: str
    why: str


def find_modalities(
    parts: Parts, tables: Sequence[TableSample], identifiers: Sequence[str], rest: Sequence[Sample]
) -> tuple[list[Modality], list[str]]:
    """Return the modalities, and what is left over, in words.

    Parameters
    ----------
    parts : Parts
        Of the columns of the items' tables.
    tables : sequence of TableSample
        These.
    identifiers : sequence of str
        Of all items.
    rest : sequence of samples
        The other files.
    """
    found: list[Modality] = []
    unused: list[Unused] = []
    for embedding in parts.embeddings:
        if embedding.column is not None:
            found.append(
                Modality(
                    {"name": embedding.name or "embedding", "column": embedding.column}, "lists of numbers"
                )
            )
        else:
            columns = embedding.columns[0] if len(embedding.columns) == 1 else list(embedding.columns)
            why = f"{embedding.numbers} columns of one number each"
            found.append(Modality({"name": embedding.name or "features", "columns": columns}, why))
    lists = [sample for sample in rest if isinstance(sample, IdentifierList)]
    known = {name for table in tables for name in table.names}
    item = parts.identifier.name if parts.identifier is not None else None
    whole = all(table.whole for table in tables)
    total = sum(table.rows for table in tables) if whole else 0
    for sample in rest:
        if isinstance(sample, TableSample):
            own: Iterator[Modality | Unused] = _of_table(sample, identifiers, known, item)
        elif isinstance(sample, Matrix):
            own = iter([_of_matrix(sample, lists, identifiers, total)])
        elif isinstance(sample, FilesOfItems):
            own = iter([_of_files(sample, identifiers)])
        else:
            continue
        for one in own:
            if isinstance(one, Modality):
                found.append(one)
            else:
                unused.append(one)
    named = {modality.entry.get("items") for modality in found}
    unused += [Unused(one.source, "a list that fits no matrix") for one in lists if one.source not in named]
    return _distinct(found), [f"{one.source}: {one.why}" for one in unused]


def _of_table(
    table: TableSample, identifiers: Sequence[str], known: Collection[str], item: str | None
) -> Iterator[Modality | Unused]:
    """Yield the embeddings of a table of its own, which is joined by the column that has the identifiers."""
    keys = [
        column
        for column in table.columns
        if column.is_unique and overlap(column.distinct, identifiers) > ENOUGH
    ]
    if not keys:
        yield Unused(table.source, "no column of it has the identifiers of the items")
        return
    key = next((column for column in keys if column.name == item), keys[0])
    apart = {
        name
        for name in table.names
        if name == key.name or name in known or plain(name) in TIMES or name == ""
    }
    embeddings = find_embeddings(table, apart, own_file=True)
    if not embeddings:
        yield Unused(table.source, "no column of it holds numbers, or lists of them")
    for embedding in embeddings:
        entry: dict[str, Any] = {"name": embedding.name or _name_of(table.source), "file": table.source}
        if key.name not in (item, table.names[0] if table.names[0] == "" else item):
            entry["key"] = key.name
        numeric = [
            column.name
            for column in table.columns
            if column.kind in ("integer", "number") and column.name != key.name
        ]
        why = f"joined by {key.name or 'its first column'}"
        if embedding.column is not None:
            entry["column"] = embedding.column
        elif len(numeric) > embedding.numbers:
            entry["columns"] = list(embedding.columns)
            why += f", {embedding.numbers} columns of numbers, without those that the items' table has"
        else:
            why += f", {embedding.numbers} columns of numbers"
        yield _with_missing(entry, why, key.distinct if table.whole else (), identifiers)


def _of_matrix(
    matrix: Matrix, lists: Sequence[IdentifierList], identifiers: Sequence[str], total: int
) -> Modality | Unused:
    entry: dict[str, Any] = {"name": _name_of(matrix.source), "file": matrix.source}
    if not matrix.alone:
        entry["name"] = f"{entry['name']}_{matrix.array.strip('/').replace('/', '_')}"
    if matrix.array:
        entry["array"] = matrix.array
    rows = matrix.shape[0]
    if matrix.items is not None and overlap(matrix.identifiers, identifiers) > ENOUGH:
        entry["items"] = matrix.items
        return _with_missing(entry, f"{matrix.shape}, identifiers inside", matrix.identifiers, identifiers)
    fitting = [
        one
        for one in lists
        if rows in (len(one.values), len(one.names)) and overlap(one.values, identifiers) > ENOUGH
    ]
    if fitting:
        stem = PurePosixPath(matrix.source).stem
        called = [one for one in fitting if PurePosixPath(one.source).name.startswith(stem)]
        best = max(called or fitting, key=lambda one: _common(one.source, matrix.source))
        entry["items"] = best.source
        if len(best.values) > rows:
            entry["key"] = best.values[0]
        question = ""
        if len(called or fitting) > 1:
            question = f"{matrix.source}: which list has its rows? Also as long: " + ", ".join(
                one.source for one in fitting if one is not best
            )
        made = _with_missing(entry, f"{matrix.shape}, as many as {best.source} has", best.values, identifiers)
        return Modality(made.entry, made.why, question)
    if rows == total:
        question = (
            f"{matrix.source}: is row i of the i-th item? Nothing in the files says so; else name a list"
        )
        return Modality({**entry, "items": "rows"}, f"{matrix.shape}, as many rows as items", question)
    return Unused(
        matrix.source,
        f"{rows:,} rows, and neither identifiers in it nor a list of {rows:,}, nor as many items",
    )


def _of_files(files: FilesOfItems, identifiers: Sequence[str]) -> Modality | Unused:
    stems = {str(PurePosixPath(key).with_suffix("")) for key in identifiers if key}
    whole, cut = overlap(files.stems, identifiers), overlap(files.stems, stems)
    if max(whole, cut) <= ENOUGH:
        return Unused(files.folder, f"{len(files.stems):,} files that are not called after the items")
    place, ours = ("{item}", list(identifiers)) if whole >= cut else ("{stem}", sorted(stems))
    entry: dict[str, Any] = {
        "name": _name_of(files.folder.rstrip("/")),
        "files": f"{files.folder.rstrip('/')}/{place}{files.suffix}",
    }
    why = f"{len(files.stems):,} files, each called after an item"
    if files.table is not None:
        numbers = [column.name for column in files.table.columns if column.kind in ("integer", "number")]
        wanted = [name for name in numbers if plain(name) not in TIMES]
        if len(wanted) < len(files.table.names):
            entry["columns"] = list(pattern_of(wanted, files.table.names))
    if files.frames:
        entry["pool"] = "mean"
        why += ", of several frames"
    return _with_missing(entry, why, files.stems, ours)


def _with_missing(
    entry: dict[str, Any], why: str, theirs: Collection[str], identifiers: Sequence[str]
) -> Modality:
    """Return a modality that items may lack, if some do."""
    lost = len(set(identifiers) - set(theirs)) if theirs else 0
    if not lost:
        return Modality(entry, why)
    why += (
        f"; {lost:,} of {len(set(identifiers)):,} items are not there (data.keep: complete leaves those out)"
    )
    return Modality({**entry, "missing": True}, why)


def _common(one: str, other: str) -> int:
    """Return how many characters two names begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


def _name_of(source: str) -> str:
    """Return a name for the modality of a file, or of the folder of parts: numbered, or called `train`."""
    path = Path(source.replace("*", ""))
    stem = path.stem.strip("-_.").lower()
    of_parts = not stem or any(stem in called for called in SPLITS.values())
    return modality_name(path.parent if of_parts and path.parent.name else path)


def _distinct(modalities: Sequence[Modality]) -> list[Modality]:
    """Return the modalities, each under a name of its own."""
    seen: dict[str, int] = {}
    result = []
    for modality in modalities:
        name = str(modality.entry["name"])
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"{name}_{seen[name]}"
        result.append(Modality({**modality.entry, "name": name}, modality.why, modality.question))
    return result
