"""Probabilities that the user brings: another system's tables, matched to the items and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import nearest, shorten
from latefusion.dataset.keys import KnownKeys, original
from latefusion.external.probability_checks import (
    Expected,
    check_labels,
    check_probabilities,
    read_folds,
    read_numbers,
)
from latefusion.ingest.findings import SHOWN, Findings, Where, strip
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.readers.reader import Selection
from latefusion.store.probabilities import P_PREFIX, Probabilities
from latefusion.store.samples import positions, read_group_of, read_labels
from latefusion.store.schemas import PARTITION
from latefusion.store.tables import read_table

MAX_CELL_BYTES = 1 << 20
OUT_OF_FOLD = "train_out_of_fold"
LABEL = "label"
"""Column of labels that is checked where the file has one and the configuration names none."""
_EXACT = 1e-9


@dataclass(frozen=True)
class TableColumns:
    """What a file calls its columns.

    Attributes
    ----------
    item, fold : str
    label : str, optional
        Checked against the labels of the items; by default `label`, where there is one.
    prefix : str
        What stands before the name, or the label, of each class.
    """

    item: str = "item"
    fold: str = "fold"
    label: str | None = None
    prefix: str = P_PREFIX


def expected_rows(
    partition: Path, item_tables: Sequence[Path], groups: Path, dataset: Mapping[str, Any], part: str
) -> Expected:
    """Items that a table of one part of a partition must hold, with labels and groups."""
    table = read_table(partition, PARTITION)
    inside = pc.equal(table["part"], part)
    wanted = table.filter(inside)["item"].to_numpy(zero_copy_only=False)
    every, label = read_labels(item_tables, dataset)
    rows = positions(every, wanted, partition)
    others = table.filter(pc.invert(inside))["item"].to_pylist()
    return Expected(wanted, label[rows], read_group_of(groups, wanted), frozenset(others))


def import_probabilities(
    source: Path | str,
    expected: Expected,
    classes: Sequence[Mapping[str, Any]],
    *,
    table: str,
    grouped: bool,
    columns: TableColumns | None = None,
) -> Probabilities:
    """Probabilities of another system, from a file in any of the forms that item tables have.

    Parameters
    ----------
    source : Path
        A file with a column of items, one of probabilities for each class, optionally one of labels, and
        for out-of-fold tables one of folds. Rows in any order; no probability at all in a row means that
        the item lacks the modality.
    expected : Expected
        The items that it must hold.
    classes : sequence of mapping
        From dataset.json.
    table : str
        `train_out_of_fold`, `train_in_sample`, `test` or `test_replica`.
    grouped : bool
        Whether the folds must keep groups together.
    columns : TableColumns, optional
        What the file calls its columns.

    Returns
    -------
    Probabilities
        In the order of `expected`, rows summing to one.

    Raises
    ------
    InputError
        If the file cannot be read, a row is missing, double or of an unknown item, or a value is out of
        place: all problems at once, rows named.
    """
    path = Path(source)
    findings = Findings()
    names = tuple(str(entry["name"]) for entry in classes)
    columns = columns or TableColumns()
    read, called, where = _read(path, classes, columns, table, findings)
    rows = _match(strip(read["item"]), called["item"], expected, where, findings)
    if "label" in read:
        check_labels(strip(read["label"]), called["label"], rows, expected, classes, where, findings)
    p = np.column_stack(
        [read_numbers(read[P_PREFIX + name], called[P_PREFIX + name], where, findings) for name in names]
    )
    check_probabilities(p, f"{columns.prefix}…", where, findings)
    fold = np.full(len(p), -1, np.int32)
    if table == OUT_OF_FOLD:
        fold = read_folds(read["fold"], called["fold"], rows, expected, where, findings, grouped=grouped)
    findings.check()
    return _in_order(p, fold, rows, expected, names)


def _in_order(
    p: NDArray[np.float64],
    fold: NDArray[np.int32],
    rows: NDArray[np.int64],
    expected: Expected,
    classes: tuple[str, ...],
) -> Probabilities:
    """Return the rows of a file in our order; sums that are off by rounding are made exact."""
    order = np.empty(len(expected.item), np.int64)
    order[rows] = np.arange(len(rows))
    sums = p.sum(axis=1, keepdims=True)
    p = np.where(np.abs(sums - 1) > _EXACT, p / sums, p)
    return Probabilities(classes, expected.item, expected.label, p[order], fold[order])


def _read(
    path: Path,
    classes: Sequence[Mapping[str, Any]],
    columns: TableColumns,
    table: str,
    findings: Findings,
) -> tuple[dict[str, pa.Array], dict[str, str], Where]:
    """Return the columns under our names, what the file calls each of them, and where the rows are."""
    file = open_table(path, MAX_CELL_BYTES)
    called = _columns(str(path), file.names, classes, columns, table, findings)
    selection = Selection(list(called.values()))
    for problem in file.check(selection):
        findings.add(problem)
    findings.check()
    numbered = list(file.exact(selection, findings))
    lines = [line for _, line in numbered if line is not None]
    where = Where([str(path)], np.concatenate(lines or [np.empty(0, np.int64)]), file.unit)
    if not numbered:
        return {name: pa.array([], pa.string()) for name in called}, called, where
    data = pa.Table.from_batches([batch for batch, _ in numbered])
    return {name: data[column].combine_chunks() for name, column in called.items()}, called, where


def _columns(
    file: str,
    header: Sequence[str],
    classes: Sequence[Mapping[str, Any]],
    columns: TableColumns,
    table: str,
    findings: Findings,
) -> dict[str, str]:
    """Return our name and the file's for each column that is used."""
    where = Where([file], np.empty(0, np.int64), "line")
    called: dict[str, str] = {}
    needed = {"item": columns.item}
    if table == OUT_OF_FOLD:
        needed["fold"] = columns.fold
    if columns.label is not None:
        needed["label"] = columns.label
    elif LABEL in header:
        called["label"] = LABEL
    allowed = f"the columns {', '.join(needed.values())} and {columns.prefix}…"
    for ours, theirs in needed.items():
        if theirs in header:
            called[ours] = theirs
        else:
            near = nearest(theirs, header)
            fix = (
                f"did you mean {shorten(near)}? Name it in `columns`"
                if near
                else "add it, or name it in `columns`"
            )
            findings.add(where.whole(theirs, "no such column", allowed, fix))
    called |= _class_columns(header, classes, columns, where, findings)
    findings.check()
    return called


def _class_columns(
    header: Sequence[str],
    classes: Sequence[Mapping[str, Any]],
    columns: TableColumns,
    where: Where,
    findings: Findings,
) -> dict[str, str]:
    """Return our name and the file's for each class, which goes by its name or its label."""
    names = [str(entry["name"]) for entry in classes]
    prefix = columns.prefix
    of_label = {str(entry["label"]): str(entry["name"]) for entry in classes}
    known_names, known_labels = KnownKeys(names), KnownKeys(list(of_label))
    called: dict[str, str] = {}
    taken = {columns.item, columns.fold, columns.label, LABEL}
    for column in header:
        if not column.startswith(prefix):
            continue
        found = column.removeprefix(prefix)
        ours = known_names.find(found) or of_label.get(known_labels.find(found) or "")
        if ours is not None:
            called.setdefault(P_PREFIX + ours, column)
        elif prefix and column not in taken:
            allowed = ", ".join(prefix + name for name in names[:20])
            near = nearest(column, [prefix + name for name in (*names, *of_label)])
            fix = (
                f"did you mean {shorten(near)}? Rename it" if near else "leave out classes that the data lack"
            )
            findings.add(where.whole(column, "probabilities of an unknown class", allowed, fix))
    for name in names:
        if P_PREFIX + name not in called:
            fix = "add it; a class that the model does not know has probability 0"
            findings.add(where.whole(prefix + name, "no such column", "one for each class", fix))
    return called


def _match(
    items: pa.Array, column: str, expected: Expected, where: Where, findings: Findings
) -> NDArray[np.int64]:
    """Return which expected row each row is."""
    place = {item: row for row, item in enumerate(expected.item)}
    for item, row in list(place.items()):
        # the user's name of an item that was told apart from one of the other part
        own = original(item)
        if own is not None and own in expected.elsewhere:
            place[own] = row
    known = KnownKeys([*expected.elsewhere, *place])
    found = [known.find(item) or item for item in items.to_pylist()]
    rows = np.array([place.get(item, -1) for item in found], np.int64)
    unknown = np.flatnonzero(rows < 0)
    example = shorten(expected.item[0]) if len(expected.item) else "none"
    for row in unknown[:SHOWN]:
        other = found[row] in expected.elsewhere
        what = "an item of the other part" if other else "no item of the data"
        fix = "drop the row" if other else "use the identifiers of data.item, or {split}:{row} counted from 0"
        found_text = f"{shorten(found[row])}: {what}"
        findings.add(
            where.problem(int(row), column, found_text, f"items of this part, such as {example}", fix)
        )
    findings.count(max(0, len(unknown) - SHOWN))
    first: dict[int, int] = {}
    doubles = [i for i, row in enumerate(rows.tolist()) if row >= 0 and first.setdefault(row, i) != i]
    for i in doubles[:SHOWN]:
        earlier = int(where.line[first[int(rows[i])]])
        what = f"{shorten(found[i])}, as on {where.unit} {earlier}"
        findings.add(where.problem(i, column, what, "each item once", "drop one of the rows"))
    findings.count(max(0, len(doubles) - SHOWN))
    absent = len(expected.item) - len(first)
    if absent and not len(unknown):
        missing = next(item for row, item in enumerate(expected.item) if row not in first)
        what = f"{absent} of {len(expected.item)} items are missing, such as {shorten(missing)}"
        fix = "add the rows; leave the probabilities empty where the item lacks the modality"
        findings.add(where.whole(column, what, "a row for every item of this part", fix))
    return rows
