"""What interactions between modalities add to an early view: the view against its additive projection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.core.metric_facts import gain
from latefusion.evaluation.statistics.group_bootstrap import grouped_means, student
from latefusion.store.samples import Features
from latefusion.svm.additive_projection import additive_projection
from latefusion.svm.estimator import SVM
from latefusion.svm.inputs import present_rows, select_rows

MOST_ITEMS: Final = 500
POWER_QUANTILE: Final = 0.8416212335729143
"""80 % quantile of the normal distribution."""

INTERACTIONS: Final = pa.schema(
    [
        pa.field("view", pa.string(), nullable=False),
        pa.field("partition", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("additive_by_itself", pa.bool_(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("additive", pa.float64()),
        pa.field("difference", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("detectable", pa.float64()),
    ]
)
"""`difference` is a gain: positive where interactions are for the better, in log loss too."""


def drawn_groups(group: NDArray[np.object_], most: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which items are in groups drawn at random that hold at most so many, the least of one group.

    Parameters
    ----------
    group : (n,) array
    most : int
        A group that would make them more is passed over; where each would, the smallest is taken.
    rng : numpy.random.Generator
    """
    names, member, sizes = np.unique(group.astype(str), return_inverse=True, return_counts=True)
    taken = np.zeros(len(names), bool)
    held = 0
    for one in rng.permutation(len(names)):
        if held + sizes[one] <= most:
            taken[one] = True
            held += int(sizes[one])
    if not taken.any() and len(names):
        taken[np.argmin(sizes)] = True
    chosen: NDArray[np.bool_] = taken[member]
    return chosen


def interactions(
    model: object,
    X: Sequence[Features],
    label: NDArray[np.int32],
    group: NDArray[np.object_],
    *,
    view: str,
    partition: str,
    rng: np.random.Generator,
) -> pa.Table:
    """Return accuracy and log loss of a view and of its additive projection, with their paired difference.

    Both are read out alike: decision values, guarded sigmoids, coupling, the largest probability. The
    interval is cluster-robust with Student's t (Liang and Zeger 1986); `detectable` is the least difference
    that a test at 5 % would find with a power of 80 %.

    Parameters
    ----------
    model : object
        Of several modalities; only of an SVM are the means over all pairings cheap, others are passed over.
    X : sequence of (n, d_m) arrays
        Test items, modality by modality; a row of NaN lacks it. Those with all of them, at most
        `MOST_ITEMS` in whole groups, are looked at.
    label : (n,) int32 array
        Class indices.
    group : (n,) array
    view, partition : str
    rng : numpy.random.Generator
        Draws the groups.

    Returns
    -------
    pyarrow.Table
        As `INTERACTIONS`; no rows where no item has all modalities, or the model is no SVM.
    """
    known = present_rows(X)
    if not known.any() or not isinstance(model, SVM):
        return INTERACTIONS.empty_table()
    known[known] = drawn_groups(group[known], MOST_ITEMS, rng)
    rows, y, member = (
        select_rows(X, known),
        label[known],
        np.unique(group[known].astype(str), return_inverse=True)[1],
    )
    said = [
        model.proba_of_decision(decision)
        for decision in (model.pairwise_decision(rows), additive_projection(model, rows))
    ]
    right = [(p.argmax(axis=1) == y).astype(np.float64) for p in said]
    losses = [log_losses(p, y) for p in said]
    where = {"view": view, "partition": partition, "additive_by_itself": model.scaling_.n_parts > 1}
    return pa.Table.from_pylist(
        [
            where | _row("accuracy", right[0], right[1], member),
            where | _row("log_loss", losses[0], losses[1], member),
        ],
        schema=INTERACTIONS,
    )


def _row(
    metric: str, whole: NDArray[np.float64], additive: NDArray[np.float64], member: NDArray[np.intp]
) -> dict[str, Any]:
    """Return what is known of one metric, from its value for each item with and without interactions."""
    means = grouped_means(gain(metric, 1.0) * (whole - additive)[:, None], member)
    low, high = (float(end[0]) for end in means.intervals())
    least = (student(means.groups) + POWER_QUANTILE) * float(means.se[0])
    return {
        "metric": metric,
        "n": means.n,
        "groups": means.groups,
        "value": float(whole.mean()),
        "additive": float(additive.mean()),
        "difference": float(means.mean[0]),
        "low": _number(low),
        "high": _number(high),
        "detectable": _number(least),
    }


def _number(value: float) -> float | None:
    """Return a number, or None where there is one group and so no interval."""
    return value if np.isfinite(value) else None
