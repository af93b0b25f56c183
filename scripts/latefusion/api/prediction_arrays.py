"""Predictions of several models in memory, as the set of predictions that files would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.wording import plural
from latefusion.dataset.groups import key
from latefusion.dataset.keys import Key, canonical_text, unify
from latefusion.external.judged_items import final_groups
from latefusion.external.prediction_items import sort_keys
from latefusion.external.prediction_set import PredictionSet
from latefusion.external.prediction_source import safe_names
from latefusion.external.probability_checks import check_probabilities, with_exact_sums
from latefusion.ingest.findings import Findings, Where

Array = NDArray[np.float64]
Models = Mapping[str, ArrayLike]

TEST: Final = "predictions"
DEV: Final = "dev"


@dataclass(frozen=True)
class Part:
    """Items with what the models say of them.

    Attributes
    ----------
    name : {'predictions', 'dev'}
        What the caller calls it.
    p : mapping of str to (n, K) array
    y : (n,) array
        Labels.
    groups : (n,) array, optional
    """

    name: str
    p: Models
    y: ArrayLike
    groups: ArrayLike | None = None


def prediction_set(
    test: Part,
    dev: Part | None,
    *,
    folds: ArrayLike | None,
    classes: Sequence[Any] | None,
    group_names: str,
) -> PredictionSet:
    """Return the predictions as one checked set, items to learn from first.

    Parameters
    ----------
    test : Part
        The items that judge, or, with `folds`, all.
    dev : Part, optional
        The items that teach the rules that learn.
    folds : (n,) array, optional
        Fold in which the models had not seen the item.
    classes : sequence, optional
        Label of each column; by default the sorted labels, as scikit-learn's `classes_`.
    group_names : {'artists', 'exact'}
        How names of groups are compared.

    Raises
    ------
    InputError
        If the arrays do not fit together or are no probabilities: all problems at once, rows named.
    """
    names = safe_names(test.p, TEST)
    parts = [test] if dev is None else [dev, test]
    labels = [_labels(part) for part in parts]
    columns = _columns(parts, labels, classes)
    findings = Findings()
    p = {
        name: np.concatenate([_p(part, model, columns, findings) for part in parts])
        for model, name in names.items()
    }
    findings.check()
    count_gaps(p, findings)
    keys, taken, index = _in_order(columns)
    counts = [len(own) for own in labels]
    item = [f"{part.name}-{row}" for part, n in zip(parts, counts, strict=True) for row in range(n)]
    named = [name for part, n in zip(parts, counts, strict=True) for name in groups_of(part, n)]
    own_keys = [key(name, one, group_names) for name, one in zip(named, item, strict=True)]
    group, joined = final_groups(own_keys, group_names)
    return PredictionSet(
        item=np.array(item, object),
        y=np.array([index[text] for own in labels for text in own], np.int32),
        group=group,
        classes=[(one, str(one)) for one in keys],
        p={model: own[:, taken] for model, own in p.items()},
        dev=np.arange(len(item)) < (counts[0] if dev is not None else 0),
        fold=None if folds is None else folds_of(folds, len(item)),
        grouped=any(part.groups is not None for part in parts),
        joined=joined,
        warnings=[{"code": code, "message": said} for code, said in findings.warnings.items()],
    )


def count_gaps(p: Mapping[str, Array], findings: Findings) -> None:
    """Warn of models that say nothing of some items."""
    for model, own in p.items():
        lacking = int(np.isnan(own).any(axis=1).sum())
        if lacking:
            said = f"{model} says nothing of {lacking:,} of {plural(len(own), 'item')}"
            findings.warn(f"no_prediction:{model}", said)


def _in_order(columns: Sequence[Any]) -> tuple[list[Key], list[int], dict[str, int]]:
    """Return the keys of the classes in their order, the column of each, and the class of each label."""
    texts = [canonical_text(str(one)) for one in columns]
    key_of = unify(set(texts))
    column_of = {key_of[text]: place for place, text in enumerate(texts)}
    keys = sort_keys(set(column_of))
    taken = [column_of[one] for one in keys]
    return keys, taken, {texts[column]: place for place, column in enumerate(taken)}


def refused(where: str, found: str, allowed: str, fix: str) -> InputError:
    """Return the error about an array."""
    return InputError([Problem(where, found, allowed, fix)])


def of_part(part: Part, what: str) -> str:
    """Return what the caller calls something of a part."""
    return what if part.name == TEST else f"{what} of {part.name}"


def refuse_numbers(parts: Sequence[Part | None], classes: Sequence[Any] | None) -> None:
    """Refuse true values that can be no labels, since nobody said that they are numbers.

    Raises
    ------
    InputError
        Naming both ways out.
    """
    for part in parts:
        if part is None:
            continue
        y = np.asarray(part.y)
        told = f"shape {y.shape}" if y.ndim > 1 else ""
        if y.ndim == 1 and y.dtype.kind == "f" and classes is None:
            known = y[np.isfinite(y)]
            fractions = known[known != np.round(known)]
            shape = np.shape(next(iter(part.p.values()), ()))
            columns = shape[-1] if len(shape) == 2 else 2
            if len(fractions) and len(np.unique(known)) > columns:
                told = f"{fractions[0]:g} and {len(np.unique(known)) - 1:,} other numbers"
        if told:
            fix = "name the numbers, targets=['NAME', …]; or pass labels, (n,) integers or texts"
            raise refused(of_part(part, "y"), told, "labels; numbers only where they are named", fix)


def _labels(part: Part) -> list[str]:
    """Return the labels as texts."""
    y = np.asarray(part.y)
    if y.ndim != 1 or not len(y):
        raise refused(
            of_part(part, "y"), f"shape {y.shape}", "a label for each item", "pass a list of labels"
        )
    texts = [canonical_text(str(one)) for one in y.tolist()]
    lacking = [row for row, text in enumerate(texts) if text.lower() in ("", "nan", "none", "<na>", "nat")]
    if lacking:
        found = f"no label for {plural(len(lacking), 'item')}, such as that of row {lacking[0]}"
        raise refused(of_part(part, "y"), found, "a label for each item", "drop these items everywhere")
    return texts


def _columns(
    parts: Sequence[Part], labels: Sequence[Sequence[str]], classes: Sequence[Any] | None
) -> list[Any]:
    """Return the label of each column of probabilities."""
    first = next(iter(parts[-1].p.values()))
    shape = np.shape(first)
    count = 2 if len(shape) == 1 else shape[-1]
    columns = list(classes) if classes is not None else _named_or_sorted(parts, first, count)
    known = {canonical_text(str(one)) for one in columns}
    if len(shape) == 1 and len(known) > 2:
        found = f"one number or decision an item for {plural(len(known), 'class', 'classes')}"
        fix = (
            "pass predict_proba; where these are numbers and no classes, name them: targets=['NAME']; "
            "decisions alone are judged from a file (`predictions: {predicted: …}`)"
        )
        raise refused(parts[-1].name, found, "a probability for each class", fix)
    if len(columns) != count or len(known) != count:
        found = f"{plural(len(known), 'class', 'classes')} for {plural(count, 'column')} of probabilities"
        fix = "pass `classes`, the label of each column"
        raise refused("classes", found, "a label for each column, each once", fix)
    unknown = sorted({text for own in labels for text in own} - known)
    if unknown:
        found = f"the label {shorten(unknown[0])}, which has no column"
        fix = "pass `classes` with all labels, and a column for each"
        raise refused("y", found, f"labels of columns: {', '.join(map(str, columns[:12]))}", fix)
    return columns


def _named_or_sorted(parts: Sequence[Part], first: Any, count: int) -> list[Any]:  # noqa: ANN401 - an array or frame
    """Return the labels in the order of a frame's columns, or sorted as in `classes_`, or 0 to K − 1."""
    if hasattr(first, "columns"):
        return list(first.columns)
    given = [np.asarray(part.y) for part in parts]
    if len({one.dtype.kind in "OUS" for one in given}) > 1:
        allowed, fix = "labels of one kind in both", "write the labels of both parts in one way"
        raise refused("y", "numbers in one part and texts in the other", allowed, fix)
    # sorted before they become texts: 10 after 9, and "10" before "9", as scikit-learn does
    classes: list[Any] = np.unique(np.concatenate(given)).tolist()
    indices = list(range(count))
    return indices if len(classes) < count and set(classes) <= set(indices) else classes


def _p(part: Part, model: str, columns: Sequence[Any], findings: Findings) -> Array:
    """Return what a model says of a part, (n, K), checked; a column alone is that of the second class."""
    where = f"{part.name}[{model!r}]"
    n, classes = len(np.asarray(part.y)), len(columns)
    if model not in part.p:
        raise refused(where, "nothing", f"the models of {TEST}", "add it, or leave the model out")
    given: Any = part.p[model]
    if hasattr(given, "columns"):
        if sorted(map(str, given.columns)) != sorted(map(str, columns)):
            found, allowed = f"the columns {list(given.columns)}", f"the classes {list(columns)}"
            raise refused(where, found, allowed, "name the columns after the labels")
        given = given[list(columns)]
    refuse_other_index(part, given, where)
    try:
        p = np.array(given, np.float64)
    except (TypeError, ValueError):
        raise refused(where, "values that are no numbers", "probabilities", "pass an array of them") from None
    if p.ndim == 1 and classes == 2:
        p = np.column_stack([1 - p, p])
    if p.shape != (n, classes):
        found, allowed = (
            f"shape {p.shape}",
            f"({n}, {classes}): items × classes, as `y` and the other models have",
        )
        raise refused(where, found, allowed, "pass predict_proba of the same items")
    infinite = np.isinf(p).any(axis=1)
    p[infinite] = np.where(np.isinf(p[infinite]), -1.0, p[infinite])  # told as what it is, no probability
    check_probabilities(p, "columns", Where([where], np.arange(n, dtype=np.int64), "row"), findings)
    return with_exact_sums(p)


def refuse_other_index(part: Part, given: Any, where: str) -> None:  # noqa: ANN401 - an array or frame
    """Refuse a frame whose rows are named otherwise than those of another one of the same items.

    Raises
    ------
    InputError
        If they are.
    """
    others: list[Any] = [part.y, *part.p.values(), part.groups]
    for other in others:
        if _is_indexed(given) and _is_indexed(other) and not given.index.equals(other.index):
            fix = "bring them into one order with .loc or .reindex, or pass arrays"
            raise refused(where, "another index than y, groups or another model", "one index in all", fix)


def _is_indexed(given: object) -> bool:
    """Say whether it is a data frame or a series; lists have a method of the name."""
    return hasattr(given, "index") and hasattr(given, "iloc")


def groups_of(part: Part, n: int) -> list[str]:
    """Return the name of each item's group, none where groups are not known."""
    if part.groups is None:
        return [""] * n
    groups = np.asarray(part.groups)
    if groups.shape != (n,):
        found = f"shape {groups.shape}"
        raise refused(
            of_part(part, "groups"), found, f"({n},): one for each item", "pass those of the same items"
        )
    return ["" if one is None or one != one else str(one) for one in groups.tolist()]


def folds_of(folds: ArrayLike, n: int) -> NDArray[np.int32]:
    """Return the fold of each item, from 0."""
    given = np.asarray(folds)
    if given.shape != (n,):
        found = f"shape {given.shape}"
        raise refused("folds", found, f"({n},): one for each item", "pass those of the same items")
    names, number = np.unique(given, return_inverse=True)
    if len(names) < 2:
        fix = "leave `folds` out, or pass predictions of cross-validation"
        raise refused("folds", "one fold", "at least two folds", fix)
    return number.astype(np.int32)
