"""Probabilities that the user brings: another system's tables, matched to the items and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
_EXACT = 1e-9


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
    source: Path | str, expected: Expected, classes: Sequence[Mapping[str, Any]], *, table: str, grouped: bool
) -> Probabilities:
    """Read a table of probabilities from a CSV or Parquet file.

    Parameters
    ----------
    source : Path
        A file with the columns `item`, `p_{class}` for each class, optionally `label`, and for
        out-of-fold tables `fold`. Rows in any order; no probability at all in a row means that the item
        lacks the modality.
    expected : Expected
        The items that it must hold.
    classes : sequence of mapping
        From dataset.json.
    table : str
        `train_out_of_fold`, `train_in_sample`, `test` or `test_replica`.
    grouped : bool
        Whether the folds must keep groups together.

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
    columns, where = _read(path, [str(entry["label"]) for entry in classes], names, table, findings)
    rows = _match(strip(columns["item"]), expected, where, findings)
    if "label" in columns:
        check_labels(strip(columns["label"]), rows, expected, classes, where, findings)
    p = np.column_stack(
        [read_numbers(columns[P_PREFIX + name], P_PREFIX + name, where, findings) for name in names]
    )
    check_probabilities(p, where, findings)
    fold = np.full(len(p), -1, np.int32)
    if table == OUT_OF_FOLD:
        fold = read_folds(columns["fold"], rows, expected, where, findings, grouped=grouped)
    findings.check()
    order = np.empty(len(expected.item), np.int64)
    order[rows] = np.arange(len(rows))
    sums = p.sum(axis=1, keepdims=True)
    p = np.where(np.abs(sums - 1) > _EXACT, p / sums, p)
    return Probabilities(
        classes=names, item=expected.item, label=expected.label, p=p[order], fold=fold[order]
    )


def _read(
    path: Path, labels: Sequence[str], names: Sequence[str], table: str, findings: Findings
) -> tuple[dict[str, pa.Array], Where]:
    """Return the columns under our names, and where the rows are."""
    file = open_table(path, MAX_CELL_BYTES)
    there = _columns(str(path), file.names, labels, names, table, findings)
    selection = Selection(list(there.values()))
    for problem in file.check(selection):
        findings.add(problem)
    findings.check()
    numbered = list(file.exact(selection, findings))
    lines = [line for _, line in numbered if line is not None]
    where = Where([str(path)], np.concatenate(lines or [np.empty(0, np.int64)]), file.unit)
    if not numbered:
        return {name: pa.array([], pa.string()) for name in there}, where
    data = pa.Table.from_batches([batch for batch, _ in numbered])
    return {name: data[column].combine_chunks() for name, column in there.items()}, where


def _columns(
    file: str,
    header: Sequence[str],
    labels: Sequence[str],
    names: Sequence[str],
    table: str,
    findings: Findings,
) -> dict[str, str]:
    """Return our name and the file's for each column that is used; a class goes by its name or its label."""
    where = Where([file], np.empty(0, np.int64), "line")
    there: dict[str, str] = {}
    needed = ["item", *(["fold"] if table == OUT_OF_FOLD else [])]
    for name in needed:
        if name in header:
            there[name] = name
        else:
            near = nearest(name, header)
            fix = f"did you mean {shorten(near)}? Rename it" if near else "add it"
            findings.add(where.whole(name, "no such column", f"the columns {', '.join(needed)} and p_…", fix))
    if "label" in header:
        there["label"] = "label"
    of_label = dict(zip(labels, names, strict=True))
    known_names, known_labels = KnownKeys(names), KnownKeys(labels)
    for column in header:
        if not column.startswith(P_PREFIX):
            continue
        found = column.removeprefix(P_PREFIX)
        # a class goes by its name before it goes by its label
        ours = known_names.find(found) or of_label.get(known_labels.find(found) or "")
        if ours is None:
            allowed = ", ".join(P_PREFIX + name for name in names[:20])
            near = nearest(column, [P_PREFIX + name for name in (*names, *labels)])
            fix = (
                f"did you mean {shorten(near)}? Rename it" if near else "leave out classes that the data lack"
            )
            findings.add(where.whole(column, "probabilities of an unknown class", allowed, fix))
        else:
            there.setdefault(P_PREFIX + ours, column)
    for name in names:
        if P_PREFIX + name not in there:
            fix = "add it; a class that the model does not know has probability 0"
            findings.add(where.whole(P_PREFIX + name, "no such column", "one for each class", fix))
    findings.check()
    return there


def _match(items: pa.Array, expected: Expected, where: Where, findings: Findings) -> NDArray[np.int64]:
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
            where.problem(int(row), "item", found_text, f"items of this part, such as {example}", fix)
        )
    findings.count(max(0, len(unknown) - SHOWN))
    first: dict[int, int] = {}
    doubles = [i for i, row in enumerate(rows.tolist()) if row >= 0 and first.setdefault(row, i) != i]
    for i in doubles[:SHOWN]:
        earlier = int(where.line[first[int(rows[i])]])
        what = f"{shorten(found[i])}, as on {where.unit} {earlier}"
        findings.add(where.problem(i, "item", what, "each item once", "drop one of the rows"))
    findings.count(max(0, len(doubles) - SHOWN))
    absent = len(expected.item) - len(first)
    if absent and not len(unknown):
        missing = next(item for row, item in enumerate(expected.item) if row not in first)
        what = f"{absent} of {len(expected.item)} items are missing, such as {shorten(missing)}"
        fix = "add the rows; leave the probabilities empty where the item lacks the modality"
        findings.add(where.whole("item", what, "a row for every item of this part", fix))
    return rows
