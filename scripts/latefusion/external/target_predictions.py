"""Finished predictions of numbers: read from files in any form, matched to their true values, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.dataset.groups import ARTISTS
from latefusion.external.prediction_arrays import is_npz, read_arrays
from latefusion.external.prediction_items import (
    ItemTable,
    PredictedItems,
    first_rows,
    folds,
    place_of,
    predicted_items,
    roles,
)
from latefusion.external.prediction_matching import (
    by_model,
    check_coverage,
    check_once,
    judged,
    note_unpredicted,
    quick_then_exact,
)
from latefusion.external.prediction_rows import PredictionRows
from latefusion.external.prediction_source import PredictionSource, safe_names
from latefusion.external.prediction_tables import read_tables
from latefusion.external.target_checks import constant_targets, other_units
from latefusion.external.target_prediction_set import TargetPredictionSet
from latefusion.ingest.findings import SHOWN, Findings, Where
from latefusion.ingest.targets import Fixes, read_target
from latefusion.store.schemas import TARGET_PREFIX

Float64 = NDArray[np.float64]

AGREE: Final = 1e-6
"""Two readings of one true value closer than this, in standard deviations, differ by rounding."""
_TRUE: Final = Fixes(
    "name another column in predictions.target; predictions of classes have predictions.label", None
)


def read_target_predictions(
    source: PredictionSource, item_table: ItemTable | None = None, *, group_names: str = ARTISTS
) -> TargetPredictionSet:
    """Read what several models predict of numbers, and check that they are predictions of the same items.

    Parameters
    ----------
    source : PredictionSource
        Of numbers.
    item_table : ItemTable, optional
        True values, groups and roles by identifier, where the predictions have none.
    group_names : {'artists', 'exact'}
        How names of groups are compared.

    Returns
    -------
    TargetPredictionSet
        Items that teach the rules before those that judge them, each in the order of the table of items, or
        of their first rows.

    Raises
    ------
    InputError
        If the predictions cannot be used: all problems at once, rows named.
    """
    return quick_then_exact(source, lambda exact: _read(source, item_table, group_names, exact=exact))


def _read(
    source: PredictionSource, table: ItemTable | None, group_names: str, *, exact: bool
) -> TargetPredictionSet:
    findings, files = Findings(), source.files
    rows = read_arrays(source, files) if is_npz(files[0]) else read_tables(source, findings, exact=exact)
    findings.check()
    names = safe_names(rows.models, rows.where.file, rows.called.get("model"))
    items = predicted_items(rows, table, findings)
    check_once(rows, items, findings)
    dev = roles(items, findings)
    fold = folds(items, dev, findings)
    y = _true_values(source, rows, items, table, findings)
    findings.check()
    _check_variation(source, rows, y[dev] if dev.any() else y, findings)
    _check_whole(source, rows, findings)
    findings.check()
    said = by_model(rows, items, rows.numbers, names)
    check_coverage(said, rows, items, source, findings)
    T = len(source.targets)
    predicted = {model: own[:, :T] for model, own in said.items()}
    for model, own in predicted.items():
        for t, (found, allowed, fix) in other_units(source.targets, y, own):
            findings.add(rows.where.whole(rows.columns[t], f"{model}: {found}", allowed, fix))
    _check_taught(predicted, items, rows, bool(dev.any()) or fold is not None, findings)
    findings.check()
    note_unpredicted(items, table, findings)
    order = np.argsort(~dev, kind="stable")
    return TargetPredictionSet(
        targets=source.targets,
        y=y[order],
        predicted={model: own[order] for model, own in predicted.items()},
        variance={model: own[order, T:] for model, own in said.items()} if source.variance else None,
        **judged(items, dev, fold, order, group_names, findings),
    )


def _true_values(
    source: PredictionSource,
    rows: PredictionRows,
    items: PredictedItems,
    table: ItemTable | None,
    findings: Findings,
) -> Float64:
    """Return the true numbers of all items, (N, T), from the predictions or from the table of the items."""
    keys = [TARGET_PREFIX + name for name in source.targets]
    if all(key in rows.texts for key in keys):
        columns = [_agreed(key, rows, items, findings) for key in keys]
        return np.column_stack(columns)
    if table is None or not all(key in table.texts for key in keys):
        found = "no columns of true values"
        fix = "name them: `predictions: {target: [NAME]}`; or name a table of the items in data.items"
        findings.stop(rows.where.whole(rows.called["item"], found, "true values of every item", fix))
    assert table is not None
    columns = []
    for key in keys:
        own = table.texts[key].take(pa.array(items.place))
        where = Where(table.where.files, table.where.line[items.place], table.where.unit)
        fixes = Fixes(_TRUE.words, "fill it in, or drop the predictions of the item")
        columns.append(read_target(own, table.called[key], where, findings, fixes).to_numpy())
    return np.column_stack(columns)


def _agreed(key: str, rows: PredictionRows, items: PredictedItems, findings: Findings) -> Float64:
    """Return the true value of each item, whichever model's row says it; rows must not disagree."""
    column, count = rows.called[key], len(items.names)
    said = read_target(rows.texts[key], column, rows.where, findings, _TRUE).to_numpy(zero_copy_only=False)
    known = np.flatnonzero(~np.isnan(said))
    first = np.full(count, len(said), np.int64)
    np.minimum.at(first, items.of_row[known], known)
    lacking = np.flatnonzero(first == len(said))
    if len(lacking):
        own = first_rows(items.of_row, count)
        for i in lacking[:SHOWN].tolist():
            found = f"no number for the item {shorten(items.names[i])}"
            fix = "fill it in, or drop the rows of the item"
            allowed = "a finite number for every item"
            findings.add(rows.where.problem(int(own[i]), column, found, allowed, fix))
        findings.count(max(0, len(lacking) - SHOWN))
        return np.zeros(count)
    y: Float64 = said[first]
    apart = np.abs(said[known] - y[items.of_row[known]]) > AGREE * y.std()
    other = known[apart]
    for row in other[:SHOWN].tolist():
        item = int(items.of_row[row])
        found = f"{said[row]:g} for the item {shorten(items.names[item])}"
        allowed = f"{y[item]:g}, as in {place_of(rows.where, int(first[item]))}"
        fix = "an item has one true value, whichever model predicts it: correct one of the rows"
        findings.add(rows.where.problem(row, column, found, allowed, fix))
    findings.count(max(0, len(other) - SHOWN))
    return y


def _check_variation(source: PredictionSource, rows: PredictionRows, y: Float64, findings: Findings) -> None:
    for t, (found, allowed, fix) in constant_targets(source.targets, y):
        name = source.targets[t]
        findings.add(rows.where.whole(rows.called.get(TARGET_PREFIX + name, name), found, allowed, fix))


def _check_whole(source: PredictionSource, rows: PredictionRows, findings: Findings) -> None:
    """A row has all numbers, or none where a model says nothing; and with each the variance above zero."""
    T = len(source.targets)
    absent = np.isnan(rows.numbers)
    partly: NDArray[np.bool_] = np.asarray(absent.any(axis=1) & ~absent.all(axis=1))
    low = ~partly & np.asarray((rows.numbers[:, T:] <= 0).any(axis=1))
    for row in np.flatnonzero(partly | low)[:SHOWN].tolist():
        if partly[row]:
            at = int(np.flatnonzero(absent[row])[0])
            found, fix = "nothing, beside other numbers of the row", "fill it in, or leave all of them empty"
            allowed = "a number for each target" + (" and each variance" if source.variance else "")
        else:
            at = T + int(np.flatnonzero(rows.numbers[row, T:] <= 0)[0])
            found, allowed = f"{rows.numbers[row, at]:g}", "a variance above zero"
            fix = "give the squared error that the model expects, or leave `variance` out of predictions"
        findings.add(rows.where.problem(row, rows.columns[at], found, allowed, fix))
    findings.count(max(0, int((partly | low).sum()) - SHOWN))


def _check_taught(
    predicted: Mapping[str, Float64],
    items: PredictedItems,
    rows: PredictionRows,
    taught: bool,
    findings: Findings,
) -> None:
    """Where nothing teaches there is no mean that could stand in for what a model does not say."""
    for model, own in predicted.items():
        lacking = np.flatnonzero(np.isnan(own).any(axis=1))
        if len(lacking) and not taught:
            example = shorten(items.names[int(lacking[0])])
            found = f"{model} says nothing of {example}, and there are no rows to learn from"
            allowed = "every item, or a mean of items to learn from to stand in for it"
            fix = "name dev rows or folds in predictions, or drop such items of all models"
            findings.add(rows.where.whole(rows.called["item"], found, allowed, fix))
