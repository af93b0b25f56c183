"""The rows of the items' tables that a run keeps, the split of each, and the folds that came with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem
from latefusion.core.table_files import Source
from latefusion.ingest.columns import Columns
from latefusion.ingest.completeness import has_embedding
from latefusion.ingest.division import LEFT_OUT, LeftOut, by_column, by_lists, none_left_out
from latefusion.ingest.findings import Column, Findings, Where
from latefusion.ingest.given_folds import folds_of
from latefusion.ingest.id_lists import listed_files, read_list
from latefusion.ingest.items import read_identifiers
from latefusion.ingest.join import NAMED
from latefusion.ingest.readers.reader import Reader, SuspectError
from latefusion.ingest.selection_warnings import warnings_of
from latefusion.ingest.table_scan import Scan, scan
from latefusion.store.schemas import SELECTION, in_order
from latefusion.store.tables import read_json, read_table

ITEMS = "items"
"""What a single table of all items goes by."""


@dataclass(frozen=True)
class Wanted:
    """Which rows are wanted.

    Attributes
    ----------
    splits : sequence of str
        Names of the splits, in their order.
    columns : Columns
        `item`, `split` and `fold`, as far as they are needed, and, where only complete items are kept, the
        modalities that stand in the items' table.
    values : mapping of str to sequence of str
        Values of the split's column, for each split.
    lists : mapping of str to Source
        Files of identifiers, for each split.
    entries : sequence of mapping
        Modalities with files of their own that a complete item has.
    complete : bool
        Whether only complete items are kept.
    folds : sequence of str
        The folds that the run was planned with.
    max_cell_bytes : int
    delimiter : str, optional
    """

    splits: Sequence[str]
    columns: Columns
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lists: Mapping[str, Source] = field(default_factory=dict)
    entries: Sequence[Mapping[str, Any]] = ()
    complete: bool = False
    folds: Sequence[str] = ()
    max_cell_bytes: int = 16 << 20
    delimiter: str | None = None


@dataclass(frozen=True)
class Selected:
    """What is kept: a table of `split` and `row`, from 0 within its file; facts; and the fold of each row."""

    rows: pa.Table
    facts: dict[str, Any]
    folds: pa.Table | None


def select_items(tables: Mapping[str, Reader], wanted: Wanted) -> Selected:
    """Return the rows that are kept, in the order of their splits and then of their table.

    Parameters
    ----------
    tables : mapping of str to Reader
        One table of all `items`, or one of each split.
    wanted : Wanted

    Raises
    ------
    InputError
        If a column or a list cannot be used, an identifier is in two lists or twice among what is kept, or
        nothing is left of a split.
    """
    try:
        return _Attempt(tables, wanted, exact=False).run()
    except SuspectError:
        return _Attempt(tables, wanted, exact=True).run()


class _Attempt:
    """One reading of the tables; exactly, where a problem is to be given its line."""

    def __init__(self, tables: Mapping[str, Reader], wanted: Wanted, *, exact: bool) -> None:
        self.wanted, self.exact, self.findings = wanted, exact, Findings()
        self.path = next(iter(tables.values())).path
        self.scans = {name: scan(table, wanted.columns, exact=exact) for name, table in tables.items()}
        self.rows = {name: one.rows for name, one in self.scans.items()}

    def run(self) -> Selected:
        """Divide, keep what is complete, and look at identifiers and folds of what is kept."""
        number, left_out = self._divided()
        lacking = self._lacking() if self.wanted.complete else {}
        incomplete = np.zeros(len(number), bool)
        for absent in lacking.values():
            incomplete |= absent
        incomplete &= number != LEFT_OUT
        facts = self._facts(left_out, incomplete, lacking, number)
        number = np.where(incomplete, LEFT_OUT, number)
        self._check_rest(number)
        self._check_identifiers(number)
        order = np.concatenate([np.flatnonzero(number == at) for at in range(len(self.wanted.splits))])
        folds = self._folds(number, order)
        if self.findings.problems and not self.exact:
            raise SuspectError("a problem whose line is to be found")
        self.findings.check()
        # rows are counted within their own table
        start = np.repeat(np.r_[0, np.cumsum([*self.rows.values()])[:-1]], [*self.rows.values()])
        names = np.array(self.wanted.splits, object)[number[order]]
        kept = {name: int((number == at).sum()) for at, name in enumerate(self.wanted.splits)}
        table = pa.table([pa.array(names, pa.string()), pa.array(order - start[order])], schema=SELECTION)
        return Selected(table, {**facts, "kept": kept}, folds)

    def _divided(self) -> tuple[NDArray[np.int64], LeftOut]:
        """Return the split of every row, table after table."""
        wanted = self.wanted
        if ITEMS not in self.scans:
            return np.repeat(np.arange(len(self.rows)), [*self.rows.values()]), none_left_out()
        own = self.scans[ITEMS]
        if wanted.columns.split is not None:
            column = own.texts[wanted.columns.split]
            return by_column(column, wanted.values, file=str(self.path), name=wanted.columns.split)
        if wanted.lists and wanted.columns.item is not None:
            lists = {
                split: read_list(
                    source,
                    wanted.columns.item,
                    max_cell_bytes=wanted.max_cell_bytes,
                    delimiter=wanted.delimiter,
                )
                for split, source in wanted.lists.items()
            }
            sources = {split: listed_files(source) for split, source in wanted.lists.items()}
            items = own.texts[wanted.columns.item]
            return by_lists(items, lists, file=str(self.path), sources=sources)
        return np.zeros(own.rows, np.int64), none_left_out()

    def _column(self, name: str) -> pa.Array:
        parts = [one.texts[name] for one in self.scans.values()]
        return pa.chunked_array(parts, pa.string()).combine_chunks()

    def _lacking(self) -> dict[str, NDArray[np.bool_]]:
        """Return, by modality, the rows that have nothing of it."""
        wanted = self.wanted
        lacking = {
            modality.name: ~np.concatenate([one.present[modality.name] for one in self.scans.values()])
            for modality in wanted.columns.modalities
        }
        item = wanted.columns.item
        items = None if item is None else self._column(item)
        for entry in wanted.entries:
            lacking[entry["name"]] = ~has_embedding(
                entry, items, sum(self.rows.values()), item=item, max_cell_bytes=wanted.max_cell_bytes
            )
        return lacking

    def _facts(
        self,
        left_out: LeftOut,
        incomplete: NDArray[np.bool_],
        lacking: Mapping[str, NDArray[np.bool_]],
        number: NDArray[np.int64],
    ) -> dict[str, Any]:
        kept = number != LEFT_OUT
        rows = np.flatnonzero(incomplete)
        item = self.wanted.columns.item
        names = [] if item is None else self._column(item).take(pa.array(rows[:NAMED])).to_pylist()
        facts = {
            **left_out,
            "incomplete": len(rows),
            "incomplete_names": names or [f"row {row + 1}" for row in rows[:NAMED].tolist()],
            "lacking": {name: int((absent & kept).sum()) for name, absent in lacking.items()},
        }
        return {"tables": self.rows, "left_out": facts, "warnings": warnings_of(facts, self.wanted.columns)}

    def _check_rest(self, number: NDArray[np.int64]) -> None:
        for at, split in enumerate(self.wanted.splits):
            if not (number == at).any():
                which = "item" if split == "all" else f"{split} item"
                found = f"no {which} that has all modalities"
                fix = "compare how the files write their identifiers, or leave out `keep: complete`"
                raise InputError([Problem(str(self.path), found, f"at least one {which}", fix)])

    def _kept_column(self, name: str, one: Scan, kept: NDArray[np.bool_]) -> Column:
        column = one.column(name, self.findings)
        where = Where(one.where.files, one.where.line[kept], one.where.unit)
        return replace(column, values=column.values.filter(pa.array(kept)), where=where)

    def _check_identifiers(self, number: NDArray[np.int64]) -> None:
        item = self.wanted.columns.item
        if item is not None and ITEMS in self.scans:
            read_identifiers(self._kept_column(item, self.scans[ITEMS], number != LEFT_OUT))

    def _folds(self, number: NDArray[np.int64], order: NDArray[np.int64]) -> pa.Table | None:
        """Return the fold of each row that is kept, as its number among those that were planned."""
        name = self.wanted.columns.fold
        if name is None:
            return None
        start = 0
        for one in self.scans.values():
            kept = number[start : start + one.rows] != LEFT_OUT
            start += one.rows
            column = self._kept_column(name, one, kept).stripped()
            fix = "fill it in; or leave cross.column out, so that folds are made"
            column.note(column.blank, "no fold", "a fold for every item", fix)
        return folds_of(self._column(name), order, self.wanted.folds, file=str(self.path), name=name)


def kept_rows(selection: Path | str, split: str) -> NDArray[np.int64]:
    """Return the rows of its table that a split keeps, from 0, in their order."""
    table = read_table(selection, SELECTION)
    return np.asarray(table.filter(pc.equal(table["split"], split))["row"]).astype(np.int64)


def table_order(selection: Path | str, facts: Path | str) -> tuple[NDArray[np.int64], int]:
    """Return where the kept items stand among the rows of all tables, and how many rows these have.

    A matrix without identifiers has its rows in this order.
    """
    sizes: dict[str, int] = read_json(facts)["tables"]
    table = read_table(selection, SELECTION)
    rows = np.asarray(table["row"]).astype(np.int64)
    start = 0
    for name in in_order(sizes):
        rows[np.asarray(pc.equal(table["split"], name))] += start
        start += sizes[name]
    return rows, sum(sizes.values())
