"""Items without labels: what the models say of them, and how far they lie from everything seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.store.probabilities import Probabilities


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
        Of each modality, or of each `{modality}.{learner}` where several learners speak for one.
    far : mapping of str to (n,) bool array
        Items far from everything seen, by modality.
    """
    columns: dict[str, Sequence[Any]] = {"class": _names(fused.classes, decided)}
    for index, name in enumerate(fused.classes):
        columns[f"p_{name}"] = fused.p[:, index].tolist()
    for model, probabilities in said.items():
        columns[f"{model}_class"] = _names(probabilities.classes, probabilities.predicted)
        top = np.where(np.isnan(probabilities.p).any(axis=1), np.nan, probabilities.p.max(axis=1))
        columns[f"{model}_p"] = [None if np.isnan(p) else p for p in top.tolist()]
    # what one learner of a modality lacks, all do
    missing = {model.partition(".")[0]: one.predicted < 0 for model, one in said.items()}
    columns["warning"] = warnings_of(missing, far)
    return beside_descriptions(items, columns)


def beside_descriptions(items: pa.Table, columns: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return columns behind what describes the items, which gives way where a name is taken."""
    described = {
        f"{name} (in the file)" if name in columns else name: items[name].to_pylist()
        for name in items.column_names
        if name != "group"
    }
    return {**described, **columns}


def _names(classes: Sequence[str], predicted: NDArray[np.int32]) -> list[str]:
    return [classes[index] if index >= 0 else "" for index in predicted.tolist()]


def warnings_of(missing: Mapping[str, NDArray[np.bool_]], far: Mapping[str, NDArray[np.bool_]]) -> list[str]:
    """Return what is to be said of each item: modalities that it lacks, or that are unlike any seen."""
    n = len(next(iter(missing.values())))
    notes: list[list[str]] = [[] for _ in range(n)]
    for modality, lacking in missing.items():
        for row in np.flatnonzero(lacking):
            notes[row].append(f"{modality} is missing")
        for row in np.flatnonzero(far[modality]):
            notes[row].append(f"{modality} lies far from everything seen in training")
    return ["; ".join(note) for note in notes]
