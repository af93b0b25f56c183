"""Finished predictions of other systems: read from files in any form, matched, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.dataset.groups import ARTISTS
from latefusion.external.prediction_arrays import is_npz, read_arrays
from latefusion.external.prediction_classes import PredictedClasses, decided, predicted_classes
from latefusion.external.prediction_items import ItemTable, PredictedItems, folds, predicted_items, roles
from latefusion.external.prediction_matching import (
    by_model,
    check_coverage,
    check_once,
    judged,
    note_unpredicted,
    quick_then_exact,
)
from latefusion.external.prediction_rows import PredictionRows
from latefusion.external.prediction_set import PredictionSet
from latefusion.external.prediction_source import PredictionSource, safe_names
from latefusion.external.prediction_tables import read_tables
from latefusion.external.probability_checks import check_probabilities, with_exact_sums
from latefusion.ingest.findings import SHOWN, Findings, Where


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
    return quick_then_exact(source, lambda exact: _read(source, item_table, group_names, models, exact=exact))


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
    check_once(rows, items, findings)
    dev = roles(items, findings)
    fold = folds(items, dev, findings)
    classes = predicted_classes(rows, items, source, findings)
    numbers = _numbers(rows, classes, source, findings)
    findings.check()
    p = by_model(rows, items, numbers, names)
    check_coverage(p, rows, items, source, findings)
    findings.check()
    note_unpredicted(items, table, findings)
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
    order = np.argsort(~dev, kind="stable")
    return PredictionSet(
        y=classes.y[order],
        classes=classes.classes,
        p={model: own[order] for model, own in p.items()},
        **judged(items, dev, fold, order, group_names, findings),
    )
