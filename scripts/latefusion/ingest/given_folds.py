"""Folds that came with the data: their names in order, and the fold of each item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.wording import listed
from latefusion.dataset.keys import unify
from latefusion.ingest.columns import Columns
from latefusion.ingest.division import LEFT_OUT, by_column
from latefusion.ingest.readers.opening import open_table
from latefusion.ingest.table_scan import scan
from latefusion.store.schemas import GIVEN_FOLDS

MOST: Final = 100


def given_folds(data: Mapping[str, Any], column: str) -> list[str]:
    """Return the folds of the items, in the order of their partitions: numbers by size, else by letters.

    Parameters
    ----------
    data : mapping
        `data` of the configuration: its tables, and the column of a split, whose left-out items have no say.
    column : str
        Of the folds.

    Raises
    ------
    InputError
        If a table cannot be read or has no such column, or it holds fewer than two folds or more than a
        hundred.
    """
    sources = [data["items"]] if data["items"] is not None else [data["train"], data["test"]]
    tables = [open_table(source, data["max_cell_bytes"], data["delimiter"]) for source in sources]
    division = data["split"] or {}
    split = division.get("column")
    values = {} if split is None else {name: division[name] for name in ("train", "test")}
    found: set[str] = set()
    for table in tables:
        own = scan(table, Columns((), split=split, fold=column), exact=False)
        folds = own.texts[column]
        if split is not None:
            number, _ = by_column(own.texts[split], values, file=str(table.path), name=split)
            folds = folds.filter(pa.array(number != LEFT_OUT))
        found |= {text for text in folds.unique().to_pylist() if text is not None and text.strip()}
    names = _ordered(found)
    if not 2 <= len(names) <= MOST:
        said = listed([shorten(name, 40) for name in names], 5) or "nothing"
        what = f"{len(names):,} different values, such as {said}" if len(names) > MOST else said
        allowed = f"a column of folds: from 2 to {MOST} different values"
        fix = "name another column in cross.column, or leave it out, so that folds are made"
        raise InputError([Problem(str(tables[0].path), what, allowed, fix, column=column)])
    return names


def _ordered(texts: set[str]) -> list[str]:
    return list(map(str, sorted({*unify(texts).values()})))


def folds_of(
    column: pa.Array, order: NDArray[np.int64], planned: Sequence[str], *, file: str, name: str
) -> pa.Table | None:
    """Return the fold of some rows as its number among the planned ones; None where one of them has none.

    Raises
    ------
    InputError
        If the folds are others than the run was planned with.
    """
    texts = [text or "" for text in column.take(pa.array(order)).to_pylist()]
    if not all(map(str.strip, texts)):
        return None
    key = {text: str(one) for text, one in unify({*texts}).items()}
    there, wanted = {*key.values()}, {*planned}
    if there != wanted:
        lost, new = sorted(wanted - there), sorted(there - wanted)
        found = f"no kept item of the fold {listed(lost, 5)}" if lost else f"also the fold {listed(new, 5)}"
        allowed = f"the folds that the run was planned with: {listed(list(planned), 10)}"
        fix = "leave cross.column out, so that folds are made" if lost else "start the run again"
        raise InputError([Problem(file, found, allowed, fix, column=name)])
    place = {fold: number for number, fold in enumerate(planned)}
    return pa.table([pa.array([place[key[text]] for text in texts], pa.int32())], schema=GIVEN_FOLDS)
