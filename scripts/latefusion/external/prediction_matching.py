"""Rows of finished predictions matched to items: each once for a model, by all models, in their groups."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, shorten
from latefusion.core.wording import listed, plural, verb
from latefusion.dataset.groups import OWN, key
from latefusion.external.judged_items import final_groups
from latefusion.external.prediction_items import ItemTable, PredictedItems
from latefusion.external.prediction_rows import PredictionRows
from latefusion.external.prediction_source import PredictionSource
from latefusion.ingest.findings import FILE, SHOWN, Findings, Where
from latefusion.ingest.readers.reader import SuspectError

logger = logging.getLogger(__name__)

Read = TypeVar("Read")


def quick_then_exact(source: PredictionSource, read: Callable[[bool], Read]) -> Read:
    """Return what is read quickly, or, where anything is odd, line by line, so that messages name lines.

    Parameters
    ----------
    source : PredictionSource
        For what is logged.
    read : callable
        Reads; is told whether line by line.

    Raises
    ------
    InputError
        As the exact reading.
    """
    try:
        return read(False)
    except SuspectError as suspicion:
        logger.info("%s: reading again, line by line (%s)", source.files[0], suspicion)
    except InputError:
        # a quick reading does not know the lines
        logger.info("%s: reading again, line by line", source.files[0])
    return read(True)


def check_once(rows: PredictionRows, items: PredictedItems, findings: Findings) -> None:
    """A model must say one thing of an item."""
    cell = rows.model * len(items.names) + items.of_row
    _, first, of_row = np.unique(cell, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[of_row] != np.arange(len(cell)))
    for row in again[:SHOWN].tolist():
        earlier = int(rows.where.line[first[of_row[row]]])
        model = rows.models[int(rows.model[row])]
        item = shorten(items.names[int(items.of_row[row])])
        found = (
            f"a second prediction of {shorten(model)} for the item {item}, as in {rows.where.unit} {earlier}"
        )
        fix = "drop one of the rows, or average them; of repeated cross-validation keep one repeat"
        allowed = "one row for each model and item"
        findings.add(rows.where.problem(row, rows.called["item"], found, allowed, fix))
    findings.count(max(0, len(again) - SHOWN))


def by_model(
    rows: PredictionRows, items: PredictedItems, numbers: NDArray[np.float64], names: Mapping[str, str]
) -> dict[str, NDArray[np.float64]]:
    """Return the numbers of each model on all items, NaN where it has no row."""
    found = {}
    for place, model in enumerate(rows.models):
        own = np.full((len(items.names), numbers.shape[1]), np.nan)
        inside = rows.model == place
        own[items.of_row[inside]] = numbers[inside]
        found[names[model]] = own
    return found


def check_coverage(
    p: Mapping[str, NDArray[np.float64]],
    rows: PredictionRows,
    items: PredictedItems,
    source: PredictionSource,
    findings: Findings,
) -> None:
    """Models must predict the same items, unless they may say nothing of some."""
    for place, (model, own) in enumerate(p.items()):
        lacking = np.flatnonzero(np.isnan(own).any(axis=1))
        if not len(lacking):
            continue
        examples = listed([shorten(items.names[i], 40) for i in lacking[:3].tolist()])
        more = " …" if len(lacking) > 3 else ""
        of = f"{len(lacking):,} of {plural(len(items.names), 'item')}"
        if source.missing:
            findings.warn(f"no_prediction:{model}", f"{model} says nothing of {of}, such as {examples}{more}")
            continue
        first = int(np.flatnonzero(rows.model == place)[0]) if (rows.model == place).any() else 0
        file = divmod(int(rows.where.line[first]), FILE)[0]
        where = Where([rows.where.files[file]], rows.where.line, rows.where.unit)
        found = f"{shorten(model)} says nothing of {of} that others predict: {examples}{more}"
        fix = (
            "add the rows, or drop these items of all models; or write `predictions: {missing: true}` where "
            "a model cannot predict them"
        )
        findings.add(
            where.whole(rows.called["item"], found, "a prediction for every item by every model", fix)
        )


def note_unpredicted(items: PredictedItems, table: ItemTable | None, findings: Findings) -> None:
    """Warn of items of the table that no model predicts."""
    if table is not None and items.unpredicted:
        left = items.unpredicted
        said = f"{plural(left, 'item')} of {table.where.file} {verb(left, 'is', 'are')} predicted by no model"
        findings.warn("items_unpredicted", f"{said}, and left out")


def judged(
    items: PredictedItems,
    dev: NDArray[np.bool_],
    fold: NDArray[np.int32] | None,
    order: NDArray[np.int64],
    group_names: str,
    findings: Findings,
) -> dict[str, Any]:
    """Return what `JudgedItems` has of some items, in an order that has those that teach first."""
    grouped = "group" in items.known
    named = items.known["group"] if grouped else [""] * len(items.names)
    keys = [key(name, item, group_names) for name, item in zip(named, items.names, strict=True)]
    alone = sum(one.startswith(OWN) for one in keys)
    if grouped and alone:
        said = f"{plural(alone, 'item')} {verb(alone, 'has', 'have')} no {items.called['group']}"
        findings.warn("blank_groups", f"{said}; each is a group of its own")
    group, joined = final_groups(keys, group_names)
    return {
        "item": np.array(items.names, object)[order],
        "group": group[order],
        "dev": dev[order],
        "fold": None if fold is None else fold[order],
        "grouped": grouped,
        "joined": joined,
        "warnings": [{"code": code, "message": message} for code, message in findings.warnings.items()],
        "place": items.place[order],
    }
