"""Finished predictions of other systems: read from files in any form, matched, and checked."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.errors import InputError, shorten
from latefusion.core.wording import listed, plural, verb
from latefusion.dataset.groups import ARTISTS, OWN, key
from latefusion.external.judged_items import final_groups
from latefusion.external.prediction_arrays import is_npz, read_arrays
from latefusion.external.prediction_classes import PredictedClasses, decided, predicted_classes
from latefusion.external.prediction_items import ItemTable, PredictedItems, folds, predicted_items, roles
from latefusion.external.prediction_rows import PredictionRows
from latefusion.external.prediction_set import PredictionSet
from latefusion.external.prediction_source import PredictionSource, safe_names
from latefusion.external.prediction_tables import read_tables
from latefusion.external.probability_checks import check_probabilities, with_exact_sums
from latefusion.ingest.findings import FILE, SHOWN, Findings, Where
from latefusion.ingest.readers.reader import SuspectError

logger = logging.getLogger(__name__)


def read_predictions(
    source: PredictionSource,
    item_table: ItemTable | None = None,
    *,
    group_names: str = ARTISTS,
    models: Sequence[str] | None = None,
) -> PredictionSet:
    """Read the predictions of several models, and check that they are predictions of the same items.

    Parameters
    ----------
    source : PredictionSource
    item_table : ItemTable, optional
        Labels, groups and roles by identifier, where the predictions have none.
    group_names : {'artists', 'exact'}
        How names of groups are compared.
    models : sequence of str, optional
        Only these, as they are called in files; all by default.

    Returns
    -------
    PredictionSet
        Items that teach the rules before those that judge them, each in the order of the table of items, or
        of their first rows.

    Raises
    ------
    InputError
        If the predictions cannot be used: all problems at once, rows named.
    """
    try:
        return _read(source, item_table, group_names, models, exact=False)
    except SuspectError as suspicion:
        logger.info("%s: reading again, line by line (%s)", source.files[0], suspicion)
    except InputError:
        # a quick reading does not know the lines
        logger.info("%s: reading again, line by line", source.files[0])
    return _read(source, item_table, group_names, models, exact=True)


def _read(
    source: PredictionSource,
    table: ItemTable | None,
    group_names: str,
    models: Sequence[str] | None,
    *,
    exact: bool,
) -> PredictionSet:
    findings = Findings()
    files = source.files
    arrays = is_npz(files[0])
    rows = read_arrays(source, files) if arrays else read_tables(source, findings, exact=exact)
    findings.check()
    names = safe_names(rows.models, rows.where.file, rows.called.get("model"))
    rows = _only(rows, names, models)
    items = predicted_items(rows, table, findings)
    _check_once(rows, items, findings)
    dev = roles(items, findings)
    fold = folds(items, dev, findings)
    classes = predicted_classes(rows, items, source, findings)
    numbers = _numbers(rows, classes, source, findings)
    findings.check()
    p = _by_model(rows, items, numbers, names)
    _check_coverage(p, rows, items, source, findings)
    findings.check()
    if table is not None and items.unpredicted:
        left = items.unpredicted
        said = f"{plural(left, 'item')} of {table.where.file} {verb(left, 'is', 'are')} predicted by no model"
        findings.warn("items_unpredicted", f"{said}, and left out")
    found = _finished(items, classes, p, dev, fold, group_names, findings)
    return replace(found, kind=source.kind)


def _only(rows: PredictionRows, names: Mapping[str, str], models: Sequence[str] | None) -> PredictionRows:
    """Return the rows of some models."""
    if models is None:
        return rows
    keep = [place for place, model in enumerate(rows.models) if names[model] in set(models)]
    inside = np.isin(rows.model, keep)
    place = np.full(len(rows.models), -1, np.int64)
    place[keep] = np.arange(len(keep))
    chosen = pa.array(np.flatnonzero(inside))
    return PredictionRows(
        Where(rows.where.files, rows.where.line[inside], rows.where.unit),
        {part: texts.take(chosen) for part, texts in rows.texts.items()},
        rows.called,
        rows.numbers[inside],
        rows.columns,
        [rows.models[one] for one in keep],
        place[rows.model[inside]],
        rows.positional,
    )


def _check_once(rows: PredictionRows, items: PredictedItems, findings: Findings) -> None:
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


def _numbers(
    rows: PredictionRows, classes: PredictedClasses, source: PredictionSource, findings: Findings
) -> NDArray[np.float64]:
    """Return probabilities, or scores, of each row, (n, K); decisions as the probability 1."""
    K = len(classes.classes)
    if source.kind == "decisions":
        code = decided(rows.texts["predicted"], classes.classes)
        return np.where(code[:, None] < 0, np.nan, np.eye(K)[np.maximum(code, 0)])
    single = -1 in classes.columns
    name = (
        rows.columns[0] if single else f"{source.prefix}…" if source.prefix else ", ".join(rows.columns[:3])
    )
    if single:
        own = rows.numbers[:, 0]
        other = 1 - own if source.kind == "probabilities" else np.where(np.isnan(own), np.nan, 0.0)
        numbers = np.column_stack([other if column < 0 else own for column in classes.columns])
    else:
        numbers = rows.numbers[:, classes.columns]
    if source.kind == "probabilities":
        check_probabilities(numbers, name, rows.where, findings)
        findings.check()
        return with_exact_sums(numbers)
    partly = np.isnan(numbers).any(axis=1) & ~np.isnan(numbers).all(axis=1)
    for row in np.flatnonzero(partly)[:SHOWN].tolist():
        fix = "fill them in, or leave all of them empty"
        found = "some scores, but not all"
        findings.add(rows.where.problem(row, name, found, "a score for each class", fix))
    findings.count(max(0, int(partly.sum()) - SHOWN))
    return numbers


def _by_model(
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


def _check_coverage(
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


def _finished(
    items: PredictedItems,
    classes: PredictedClasses,
    p: Mapping[str, NDArray[np.float64]],
    dev: NDArray[np.bool_],
    fold: NDArray[np.int32] | None,
    group_names: str,
    findings: Findings,
) -> PredictionSet:
    """Return the items with their groups, those that teach first."""
    grouped = "group" in items.known
    named = items.known["group"] if grouped else [""] * len(items.names)
    keys = [key(name, item, group_names) for name, item in zip(named, items.names, strict=True)]
    alone = sum(one.startswith(OWN) for one in keys)
    if grouped and alone:
        said = f"{plural(alone, 'item')} {verb(alone, 'has', 'have')} no {items.called['group']}"
        findings.warn("blank_groups", f"{said}; each is a group of its own")
    group, joined = final_groups(keys, group_names)
    order = np.argsort(~dev, kind="stable")
    return PredictionSet(
        item=np.array(items.names, object)[order],
        y=classes.y[order],
        group=group[order],
        classes=classes.classes,
        p={model: own[order] for model, own in p.items()},
        dev=dev[order],
        fold=None if fold is None else fold[order],
        grouped=grouped,
        joined=joined,
        warnings=[{"code": code, "message": message} for code, message in findings.warnings.items()],
        place=items.place[order],
    )
