"""The continuous targets of both files: what they are like, and whether they vary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import shorten
from latefusion.core.wording import listed, plural
from latefusion.dataset.split_checks import Splits
from latefusion.dataset.target_scale import odd_targets
from latefusion.store.schemas import TARGET_PREFIX

Float64 = NDArray[np.float64]

ROUNDING: Final = 1e-12
"""A range below this share of the largest value is what rounding leaves of a constant."""

COMMON: Final = 0.05
"""Share of items with one point from which it is worth a warning."""


def targets_of(splits: Splits) -> list[str]:
    """Return the names of the continuous targets; none where the data are of classes alone."""
    names = splits.tables[splits.first].column_names
    return [name.removeprefix(TARGET_PREFIX) for name in names if name.startswith(TARGET_PREFIX)]


def target_values(splits: Splits, targets: Sequence[str]) -> Float64:
    """Return the targets of all items, (n, T), train before test."""
    columns = [splits.every(TARGET_PREFIX + name).astype(np.float64) for name in targets]
    return np.column_stack(columns) if columns else np.empty((len(splits.every("item")), 0))


def check_targets(splits: Splits) -> None:
    """Refuse targets that do not vary among the items to learn from; warn of those that look odd."""
    targets, learn = targets_of(splits), splits.tables[splits.first]
    values = {name: learn[TARGET_PREFIX + name].to_numpy() for name in targets}
    for name, y in values.items():
        if np.ptp(y) <= ROUNDING * np.abs(y).max(initial=0.0):
            splits.refuse(
                splits.first,
                f"{y[0]:g} in {'every row' if np.ptp(y) == 0 else 'every row, but for rounding'}",
                "a target that varies",
                "name another column in data.target",
                key=TARGET_PREFIX + name,
            )
    for place, name in enumerate(targets):
        for other in targets[:place]:
            if np.array_equal(values[name], values[other]):
                splits.warn(
                    "equal_targets",
                    f"the targets {shorten(other)} and {shorten(name)} are equal in every row",
                )
    prefixed = [TARGET_PREFIX + name for name in targets]
    parts = [
        (splits.called(split), np.column_stack([table[name].to_numpy() for name in prefixed]))
        for split, table in splits.tables.items()
        if targets
    ]
    for code, message in odd_targets(targets, parts):
        splits.warn(code, message)


def target_facts(
    splits: Splits, sets: Sequence[NDArray[np.int64]], group: NDArray[np.object_]
) -> dict[str, Any]:
    """Return what dataset.json says of the targets; nothing where there are none.

    Parameters
    ----------
    splits : Splits
    sets : sequence of int arrays
        Rows of items whose embeddings coincide, train before test.
    group : (n,) object array of str
        Final groups.
    """
    targets = targets_of(splits)
    if not targets:
        return {}
    Y = target_values(splits, targets)
    n_train = splits.tables[splits.first].num_rows
    facts = facts_of_targets(targets, Y, group, n_train)
    of_item = np.unique(Y, axis=0, return_inverse=True)[1].ravel()
    other = sum(len(rows) for rows in sets if len(np.unique(of_item[rows])) > 1)
    most = facts["target_points"]["most_common"]
    if most["items"] > max(2, COMMON * len(Y)):
        where = ", ".join(f"{name} {value:g}" for name, value in zip(targets, most["point"], strict=True))
        splits.warn(
            "common_target",
            f"{most['items']:,} of {plural(len(Y), 'item')} have the same {listed(list(targets))}: {where}",
        )
    if other:
        splits.warn("coinciding_targets", f"{plural(other, 'item')} coincide with an item of another target")
    facts["target_points"]["coinciding_items_of_another_target"] = other
    return facts


def facts_of_targets(
    targets: Sequence[str], Y: Float64, group: NDArray[np.object_], n_train: int
) -> dict[str, Any]:
    """Return what dataset.json says of targets whatever predicts them.

    Parameters
    ----------
    targets : sequence of str
    Y : (n, T) array
        Train before test.
    group : (n,) object array of str
        Final groups.
    n_train : int
        Items to learn from; where there are none, no mean of them is told.
    """
    points, counts = np.unique(Y, axis=0, return_counts=True)
    most = int(counts.argmax())
    codes = np.unique(group, return_inverse=True)[1]
    return {
        "targets": [
            {
                "name": name,
                "mean": float(y.mean()),
                "variance": float(y.var()),
                "minimum": float(y.min()),
                "maximum": float(y.max()),
                "distinct": len(np.unique(y)),
                "train_mean": float(y[:n_train].mean()) if n_train else None,
                "group_correlation": intraclass_correlation(y, codes),
            }
            for name, y in zip(targets, Y.T, strict=True)
        ],
        "target_points": {
            "distinct": len(points),
            "most_common": {"point": points[most].tolist(), "items": int(counts[most])},
        },
    }


def intraclass_correlation(y: Float64, group: NDArray[np.int64]) -> float | None:
    """Return how alike items of one group are: the share of the variance that lies between groups.

    By analysis of variance, (MSB − MSW) / (MSB + (m₀ − 1) MSW) with m₀ = (n − Σm²/n) / (G − 1), the ICC(1)
    of Shrout & Fleiss (1979) for groups of unequal size (Donner 1986).

    Parameters
    ----------
    y : (n,) float64 array
    group : (n,) int array
        Codes, from 0.

    Returns
    -------
    float or None
        None where every group has one item, or there is one group.
    """
    sizes = np.bincount(group).astype(np.float64)
    n, groups = len(y), len(sizes)
    if groups < 2 or groups == n:
        return None
    level = y - y.mean()
    means = np.bincount(group, weights=level) / sizes
    between = float((sizes * np.square(means)).sum()) / (groups - 1)
    within = float(np.square(level - means[group]).sum()) / (n - groups)
    typical = (n - float(np.square(sizes).sum()) / n) / (groups - 1)
    spread = between + (typical - 1) * within
    return (between - within) / spread if spread > 0 else None
