"""Predicted numbers of several models in memory, as the set of predictions that files would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.api.prediction_arrays import (
    TEST,
    Part,
    count_gaps,
    folds_of,
    groups_of,
    of_part,
    refuse_other_index,
    refused,
)
from latefusion.core.errors import shorten
from latefusion.core.wording import plural
from latefusion.dataset.groups import key
from latefusion.external.judged_items import final_groups
from latefusion.external.prediction_source import safe_names
from latefusion.external.target_checks import constant_targets, other_units
from latefusion.external.target_prediction_set import TargetPredictionSet
from latefusion.ingest.findings import Findings
from latefusion.ingest.targets import LARGEST

Array = NDArray[np.float64]


def target_prediction_set(
    test: Part, dev: Part | None, *, folds: ArrayLike | None, targets: Sequence[str], group_names: str
) -> TargetPredictionSet:
    """Return predicted numbers as one checked set, items to learn from first.

    Parameters
    ----------
    test : Part
        The items that judge, or, with `folds`, all; (n,) or (n, T) numbers for labels and for probabilities.
    dev : Part, optional
        The items that teach the rules that learn.
    folds : (n,) array, optional
        Fold in which the models had not seen the item.
    targets : sequence of str
        Names of the T numbers.
    group_names : {'artists', 'exact'}
        How names of groups are compared.

    Raises
    ------
    InputError
        If the arrays do not fit together or are no numbers, rows named.
    """
    names = safe_names(test.p, TEST)
    parts = [test] if dev is None else [dev, test]
    truths = [_truth(part, targets) for part in parts]
    predicted = {
        name: np.concatenate(
            [_predicted(part, model, len(y), targets) for part, y in zip(parts, truths, strict=True)]
        )
        for model, name in names.items()
    }
    y, counts = np.concatenate(truths), [len(own) for own in truths]
    taught = np.arange(len(y)) < (counts[0] if dev is not None else 0)
    _require_units(names, predicted, y, targets)
    learn = taught if taught.any() else np.ones(len(y), bool)
    for t, (found, allowed, fix) in constant_targets(targets, y[learn]):
        raise refused(f"y, {targets[t]}", found, allowed, fix)
    item = [f"{part.name}-{row}" for part, n in zip(parts, counts, strict=True) for row in range(n)]
    named = [name for part, n in zip(parts, counts, strict=True) for name in groups_of(part, n)]
    own_keys = [key(name, one, group_names) for name, one in zip(named, item, strict=True)]
    group, joined = final_groups(own_keys, group_names)
    findings = Findings()
    _count_gaps(predicted, learns=folds is not None or dev is not None, findings=findings)
    return TargetPredictionSet(
        targets=tuple(targets),
        item=np.array(item, object),
        y=y,
        group=group,
        predicted=predicted,
        dev=taught,
        fold=None if folds is None else folds_of(folds, len(item)),
        grouped=any(part.groups is not None for part in parts),
        joined=joined,
        warnings=[{"code": code, "message": said} for code, said in findings.warnings.items()],
    )


def _count_gaps(predicted: dict[str, Array], *, learns: bool, findings: Findings) -> None:
    """Count what models say nothing of; without rows to learn from there is no mean to stand in for it."""
    count_gaps(predicted, findings)
    lacking = [model for model, own in predicted.items() if np.isnan(own).any()]
    if lacking and not learns:
        row = int(np.flatnonzero(np.isnan(predicted[lacking[0]]).any(axis=1))[0])
        raise refused(
            f"{TEST}[{lacking[0]!r}]",
            f"nothing about row {row}, and no rows to learn from",
            "a prediction for every item, or a mean of the items to learn from to stand in for it",
            "pass `dev` or `folds`, or drop such items everywhere",
        )


def _require_units(
    names: dict[str, str], predicted: dict[str, Array], y: Array, targets: Sequence[str]
) -> None:
    for model, name in names.items():
        for _, (found, allowed, fix) in other_units(targets, y, predicted[name]):
            raise refused(f"{TEST}[{model!r}]", found, allowed, fix)


def _truth(part: Part, targets: Sequence[str]) -> Array:
    """Return the true numbers of a part, (n, T)."""
    where = of_part(part, "y")
    y = _numbers(part.y, where, targets, None)
    lacking = np.flatnonzero(~np.isfinite(y).all(axis=1))
    if len(lacking):
        found = f"no finite number for {plural(len(lacking), 'item')}, such as that of row {lacking[0]}"
        raise refused(where, found, "a number for each item and target", "drop these items everywhere")
    return y


def _predicted(part: Part, model: str, n: int, targets: Sequence[str]) -> Array:
    """Return what a model says of a part, (n, T); a row of NaN where it says nothing."""
    where = f"{part.name}[{model!r}]"
    if model not in part.p:
        raise refused(where, "nothing", f"the models of {TEST}", "add it, or leave the model out")
    refuse_other_index(part, part.p[model], where)
    said = _numbers(part.p[model], where, targets, n)
    absent = np.isnan(said)
    wrong = np.flatnonzero(np.isinf(said).any(axis=1) | (absent.any(axis=1) & ~absent.all(axis=1)))
    if len(wrong):
        row = int(wrong[0])
        infinite = np.isinf(said[row]).any()
        found = (
            f"{said[row].tolist()} in row {row}: {'infinite' if infinite else 'some numbers, but not all'}"
        )
        allowed = "finite numbers, or a row of NaN where a model says nothing"
        raise refused(where, found, allowed, "correct it, or drop the item everywhere")
    return said


def _numbers(values: ArrayLike, where: str, targets: Sequence[str], n: int | None) -> Array:
    """Return numbers of the shape (n, T), in the order of the targets where columns are named."""
    given: Any = values
    if hasattr(given, "columns") and hasattr(given, "iloc"):
        if not {*map(str, given.columns)} >= {*targets}:
            found = f"the columns {[str(one) for one in given.columns]}"
            raise refused(where, found, f"the targets {list(targets)}", "name the columns after the targets")
        given = given[list(targets)]
    try:
        found_numbers = np.array(given, np.float64)
    except (TypeError, ValueError):
        fix = "pass an array of numbers; labels are judged without `targets`"
        raise refused(
            where, f"{shorten(np.asarray(given).ravel()[:1].tolist())}, …", "numbers", fix
        ) from None
    if found_numbers.ndim == 1 and len(targets) == 1:
        found_numbers = found_numbers[:, None]
    T = len(targets)
    rows = "n" if n is None else str(n)
    if (
        found_numbers.ndim != 2
        or found_numbers.shape[1] != T
        or not len(found_numbers)
        or (n is not None and len(found_numbers) != n)
    ):
        allowed = f"({rows}, {T}): items × {plural(T, 'target')}" + (f", or ({rows},)" if T == 1 else "")
        fix = "name as many targets as there are numbers; or leave `targets` out where these are classes"
        raise refused(where, f"shape {np.shape(values)}", allowed, fix)
    huge = np.flatnonzero(
        (np.abs(found_numbers) > LARGEST).any(axis=1) & np.isfinite(found_numbers).all(axis=1)
    )
    if len(huge):
        found = f"a number beyond {LARGEST:g} in row {huge[0]}"
        raise refused(where, found, "numbers that can be squared", "give the target another unit")
    return found_numbers
