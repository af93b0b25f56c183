"""Checks of the columns of a table of probabilities that the user brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.dataset.keys import KnownKeys, as_integer
from latefusion.ingest.findings import SHOWN, Findings, Where, strip

# what rounding to three decimals may cost; sums this close to one are made exact
SUM_TOLERANCE = 2e-3
# sums that are off by more are made exact; tables with three decimals are
EXACT = 1e-9
_MOST_FOLDS = 1_000_000


@dataclass(frozen=True)
class Expected:
    """The rows that a table must have: one part of a partition.

    Attributes
    ----------
    item : (n,) object array of str
    label : (n,) int32 array
        Class indices.
    group : (n,) object array of str
    elsewhere : frozenset of str
        Items of the other part.
    """

    item: NDArray[np.object_]
    label: NDArray[np.int32]
    group: NDArray[np.object_]
    elsewhere: frozenset[str]


def check_labels(
    labels: pa.Array,
    column: str,
    rows: NDArray[np.int64],
    expected: Expected,
    classes: Sequence[Mapping[str, Any]],
    where: Where,
    findings: Findings,
) -> None:
    """Labels may be left out, or be the class's index, label or name throughout."""
    given = labels.to_pylist()
    known = [i for i, label in enumerate(given) if label and rows[i] >= 0]
    wrong: dict[str, list[int]] = {}
    for key in ("index", "label", "name"):
        text = [str(entry[key]) for entry in classes]
        ours = KnownKeys(text)
        wrong[key] = [i for i in known if ours.find(given[i]) != text[expected.label[rows[i]]]]
        if not wrong[key]:
            return
    least = min(wrong.values(), key=len)
    for i in least[:SHOWN]:
        entry = classes[int(expected.label[rows[i]])]
        allowed = f"{shorten(str(entry['name']))} (index {entry['index']}, label {shorten(entry['label'])})"
        fix = "match the rows by item; or leave the column out"
        findings.add(where.problem(i, column, shorten(given[i]), allowed, fix))
    findings.count(max(0, len(least) - SHOWN))


PROBABILITY: Final = ("a number from 0 to 1", "write a probability")
SCORE: Final = ("a finite number", "write a score, or leave it empty where the model says nothing")


def read_numbers(
    values: pa.Array, column: str, where: Where, findings: Findings, wanted: tuple[str, str] = PROBABILITY
) -> NDArray[np.float64]:
    """Return numbers; NaN for an empty cell, and what else a cell must hold, with how it is mended, told."""
    texts = strip(values)
    blank = pc.equal(texts, "")
    texts = pc.if_else(blank, pa.scalar(None, pa.string()), texts)
    try:
        numbers = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        numbers = pa.array([_number(text) for text in texts.to_pylist()], pa.float64())
    result: NDArray[np.float64] = numbers.fill_null(np.nan).to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(~np.isfinite(result) & ~blank.to_numpy(zero_copy_only=False))
    for row in wrong[:SHOWN]:
        found = shorten(texts[int(row)].as_py())
        findings.add(where.problem(int(row), column, found, *wanted))
    findings.count(max(0, len(wrong) - SHOWN))
    return result


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return float("nan")


def check_probabilities(p: NDArray[np.float64], columns: str, where: Where, findings: Findings) -> None:
    """Each row must be empty, or hold numbers from 0 to 1 that sum to one."""
    if findings.problems:
        return
    absent = np.isnan(p)
    partly: NDArray[np.bool_] = np.asarray(absent.any(axis=1) & ~absent.all(axis=1))
    low, high, total = p.min(axis=1), p.max(axis=1), p.sum(axis=1)
    with np.errstate(invalid="ignore"):
        outside: NDArray[np.bool_] = ~partly & ((low < 0) | (high > 1))
        off: NDArray[np.bool_] = ~partly & ~outside & (np.abs(total - 1) > SUM_TOLERANCE)
        percent: NDArray[np.bool_] = outside & (low >= 0) & (np.abs(total - 100) < 1)
    for row in np.flatnonzero(partly | outside | off)[:SHOWN]:
        if partly[row]:
            found, fix = "some probabilities, but not all", "fill them in, or leave all of them empty"
        elif percent[row]:
            found, fix = f"percentages, which sum to {total[row]:.6g}", "divide by 100"
        elif outside[row]:
            found = f"values from {low[row]:.6g} to {high[row]:.6g}"
            fix = "write probabilities, not scores: apply a softmax"
        else:
            found, fix = f"probabilities that sum to {total[row]:.6g}", "divide each row by its sum"
        allowed = f"numbers from 0 to 1 that sum to 1 (within {SUM_TOLERANCE})"
        findings.add(where.problem(int(row), columns, found, allowed, fix))
    findings.count(max(0, int((partly | outside | off).sum()) - SHOWN))


def with_exact_sums(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide the rows of checked probabilities, (n, K), by their sums where rounding put these off one."""
    total = p.sum(axis=1, keepdims=True)
    exact: NDArray[np.float64] = np.where(np.abs(total - 1) > EXACT, p / total, p)
    return exact


def read_folds(
    values: pa.Array,
    column: str,
    rows: NDArray[np.int64],
    expected: Expected,
    where: Where,
    findings: Findings,
    *,
    grouped: bool,
) -> NDArray[np.int32]:
    """Return the folds, none of which may share a group with another where groups are kept together."""
    texts = strip(values).to_pylist()
    numbers = [as_integer(text) for text in texts]
    bad = [i for i, number in enumerate(numbers) if number is None or not 0 <= number < _MOST_FOLDS]
    for i in bad[:SHOWN]:
        fix = "write the fold in which the item was held out"
        findings.add(where.problem(i, column, shorten(texts[i]), "a whole number from 0", fix))
    findings.count(max(0, len(bad) - SHOWN))
    if bad or findings.problems:
        return np.empty(0, np.int32)
    fold = np.array(numbers, np.int32)
    if len(np.unique(fold)) < 2:
        fix = "predict each item with a model that did not see it: cross-validate"
        findings.add(where.whole(column, f"one fold only, {fold[0]}", "at least two folds", fix))
    elif grouped and len(np.unique(expected.group)) > 1:
        group = expected.group[rows]
        first: dict[str, int] = {}
        torn = [i for i, name in enumerate(group) if fold[first.setdefault(name, i)] != fold[i]]
        for i in torn[:SHOWN]:
            earlier = first[group[i]]
            found = (
                f"fold {fold[i]} for the group {shorten(group[i])}, of which {where.unit} "
                f"{where.line[earlier]} is in fold {fold[earlier]}"
            )
            fix = "divide by groups: partitions/….parquet has folds that do"
            findings.add(where.problem(i, column, found, "all items of a group in one fold", fix))
        findings.count(max(0, len(torn) - SHOWN))
    return fold
