"""Items without labels: what the models say of them, and how far they lie from everything seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.store.probabilities import Probabilities

SAMPLE, BLOCK = 2000, 512
FAR_QUANTILE = 0.999


def novelty_mask(
    seen: NDArray[np.float32], new: NDArray[np.float32], *, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Mark new items that lie farther from their nearest seen item than seen items lie from each other.

    Distances are Euclidean on columns divided by their spread over the seen items. The limit is the
    99.9 % quantile of the distance of 2,000 drawn seen items to their nearest other one: one seen item in a
    thousand would be marked as well.

    Parameters
    ----------
    seen, new : (n, d) and (m, d) float32 arrays
        Rows of NaN are items that lack the modality; such a new item is never marked.
    rng : numpy.random.Generator
        Draws the seen items.

    Returns
    -------
    (m,) bool array
    """
    seen = seen[~np.isnan(seen).any(axis=1)]
    known = ~np.isnan(new).any(axis=1)
    spread = seen.std(axis=0)
    spread[spread == 0] = 1
    seen = seen / spread
    drawn = np.sort(rng.choice(len(seen), min(SAMPLE, len(seen)), replace=False))
    limit = np.quantile(_nearest(seen[drawn], seen, itself=drawn), FAR_QUANTILE)
    far = np.zeros(len(new), bool)
    far[known] = _nearest(new[known] / spread, seen) > limit
    return far


def _nearest(
    X: NDArray[np.float32], seen: NDArray[np.float32], itself: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Return the squared distance of each row to its nearest seen row other than itself."""
    squares = np.einsum("ij,ij->i", seen, seen, dtype=np.float64)
    nearest = np.empty(len(X))
    for start in range(0, len(X), BLOCK):
        rows = X[start : start + BLOCK]
        distance = squares - 2.0 * (rows @ seen.T)
        if itself is not None:
            distance[np.arange(len(rows)), itself[start : start + BLOCK]] = np.inf
        own = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
        nearest[start : start + BLOCK] = np.maximum(distance.min(axis=1) + own, 0)
    return nearest


def prediction_columns(
    items: pa.Table,
    fused: Probabilities,
    decided: NDArray[np.int32],
    said: Mapping[str, Probabilities],
    far: Mapping[str, NDArray[np.bool_]],
) -> dict[str, Sequence[Any]]:
    """Return the columns of predictions.csv; what describes the items gives way where a name is taken.

    Parameters
    ----------
    items : pyarrow.Table
        `item` and the describing columns.
    fused : Probabilities
        Of the fusion rule.
    decided : (n,) int32 array
        The class by the rule's own decision, which has ways to break ties that the probabilities do not
        show; -1 where there is none.
    said : mapping of str to Probabilities
        Of each modality.
    far : mapping of str to (n,) bool array
        Items far from everything seen, by modality.
    """
    columns: dict[str, Sequence[Any]] = {"class": _names(fused.classes, decided)}
    for index, name in enumerate(fused.classes):
        columns[f"p_{name}"] = fused.p[:, index].tolist()
    for modality, probabilities in said.items():
        columns[f"{modality}_class"] = _names(probabilities.classes, probabilities.predicted)
        top = np.where(np.isnan(probabilities.p).any(axis=1), np.nan, probabilities.p.max(axis=1))
        columns[f"{modality}_p"] = [None if np.isnan(p) else p for p in top.tolist()]
    columns["warning"] = _warnings(said, far)
    described = {
        f"{name} (in the file)" if name in columns else name: items[name].to_pylist()
        for name in items.column_names
        if name != "group"
    }
    return {**described, **columns}


def _names(classes: Sequence[str], predicted: NDArray[np.int32]) -> list[str]:
    return [classes[index] if index >= 0 else "" for index in predicted.tolist()]


def _warnings(said: Mapping[str, Probabilities], far: Mapping[str, NDArray[np.bool_]]) -> list[str]:
    n = len(next(iter(said.values())).item)
    notes: list[list[str]] = [[] for _ in range(n)]
    for modality, probabilities in said.items():
        for row in np.flatnonzero(probabilities.predicted < 0):
            notes[row].append(f"{modality} is missing")
        for row in np.flatnonzero(far[modality]):
            notes[row].append(f"{modality} lies far from everything seen in training")
    return ["; ".join(note) for note in notes]


def best_rule(cross_validated: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the rule with the lowest cross-validated log loss, the first in the alphabet on a tie.

    A single rule is taken as it is, whether or not it has a log loss.
    """
    return min(sorted(cross_validated), key=lambda name: cross_validated[name]["log_loss"] or 0.0)
