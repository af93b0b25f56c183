"""The items table of one file: identifiers, labels, groups and what describes the items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from latefusion.core.errors import shorten
from latefusion.dataset.groups import OWN, key
from latefusion.dataset.keys import TEST_SUFFIX, canonical_texts, original, tell_apart
from latefusion.ingest.columns import Columns
from latefusion.ingest.findings import SHOWN, Column, Findings, Where, codes
from latefusion.ingest.labels import read_class_names, read_labels
from latefusion.ingest.targets import read_target
from latefusion.store.schemas import TARGET_PREFIX, items_schema


def items_table(
    texts: Mapping[str, pa.ChunkedArray],
    columns: Columns,
    where: Where,
    findings: Findings,
    *,
    split: str,
    taken: frozenset[str] = frozenset(),
) -> pa.Table:
    """Return the items table; what is wrong goes to `findings`, and the table is then of no use.

    Parameters
    ----------
    texts : mapping of str to string array
        The columns that are read as text.
    columns : Columns
    where : Where
    findings : Findings
    split : str
    taken : frozenset of str
        Identifiers of the training file.
    """

    def column(name: str) -> Column:
        return Column(texts[name].combine_chunks(), name, where, findings)

    if columns.item is None:
        ids = pa.array([f"{split}:{row}" for row in range(len(where.line))], pa.string())
    else:
        ids = read_identifiers(column(columns.item), taken)
    table = {"item": ids}
    if columns.label is not None:
        labels = read_labels(column(columns.label))
        table["label"] = labels
        table["class"] = (
            canonical_texts(labels.cast(pa.string()))
            if columns.class_name is None
            else read_class_names(column(columns.class_name))
        )
    for name in columns.targets:
        table[TARGET_PREFIX + name] = read_target(texts[name].combine_chunks(), name, where, findings)
    table["group"] = _groups(
        ids, None if columns.group is None else column(columns.group), columns.group_names
    )
    described = {name: read_description(texts[name]) for name in columns.describe}
    kind = table["label"].type if columns.label is not None else None
    kinds = {name: values.type for name, values in described.items()}
    schema = items_schema(kind, kinds, columns.targets)
    return pa.table([*table.values(), *described.values()], schema=schema)


def read_identifiers(column: Column, taken: frozenset[str] = frozenset()) -> pa.Array:
    """Return the identifiers of a column: not blank, each once, those that are `taken` told apart."""
    column = replace(column, values=canonical_texts(column.values))
    blank = column.blank
    fix = "fill it in, or set data.item to null: items are then named by file and row"
    column.note(blank, "no identifier", "an identifier in every row", fix)
    of_row, names = codes(column.values)
    first = np.full(len(names), len(of_row), np.int64)
    np.minimum.at(first, of_row, np.arange(len(of_row)))
    rows = np.flatnonzero((first[of_row] != np.arange(len(of_row))) & ~blank)
    line, unit = column.where.line, column.where.unit
    column.note_each(
        rows,
        [
            (
                f"{shorten(names[of_row[row]])}, as on {unit} {line[first[of_row[row]]]}",
                "each identifier once",
                "name another column, or drop the second row",
            )
            for row in rows[:SHOWN]
        ],
    )
    if not taken:
        return column.values
    ours = np.array([original(str(name)) in taken for name in names], bool)[of_row]
    column.note(
        ours,
        "the name of a test item whose identifier is in the training file too",
        f"an identifier that does not end in {TEST_SUFFIX!r} where the rest of it is in the training file",
        "give the item another identifier",
    )
    return tell_apart(column.values, taken)


def _groups(ids: pa.Array, column: Column | None, names: str) -> pa.Array:
    own = pc.binary_join_element_wise(OWN.removesuffix(":"), ids, ":")
    if column is None:
        return own
    encoded = column.values.fill_null("").dictionary_encode()
    keys = pa.array([key(name, "", names) for name in encoded.dictionary.to_pylist()], pa.string())
    groups = keys.take(encoded.indices)
    unknown = pc.equal(groups, OWN)
    alone = int(pc.sum(unknown).as_py() or 0)
    if alone:
        message = f"{alone} of {len(ids)} rows have no {column.name}; each is a group of its own"
        column.findings.warn("blank_groups", f"{column.where.file}: {message}")
    return pc.if_else(unknown, own, groups)


def read_description(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a descriptive column: float64 where every value that is there is a number, else string."""
    if pa.types.is_string(values.type):
        empty = pc.equal(pc.utf8_trim_whitespace(values), "")
        values = pc.if_else(empty, pa.scalar(None, pa.string()), values)
        if values.null_count == len(values):
            return values
        try:
            numbers = pc.utf8_trim_whitespace(values).cast(pa.float64())
        except pa.ArrowInvalid:
            return values
        return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
    return values
