"""Continuous targets of items without them, by the fusion rule that did best out of fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.input_names import NamedFiles, input_name
from latefusion.core.seeds import stream
from latefusion.fusion.fuse_targets import FusedTargets, fuse_targets, select_target_rule
from latefusion.fusion.target_inputs import TargetPartition, stack_targets
from latefusion.pipeline.classify import EVERYTHING
from latefusion.pipeline.new_items import beside_descriptions, warnings_of
from latefusion.pipeline.novelty import novelty_mask
from latefusion.pipeline.target_model import said_by_regressor
from latefusion.pipeline.target_pipeline import reach_of
from latefusion.store.models import load_model
from latefusion.store.samples import Features, read_features
from latefusion.store.schemas import SPLITS
from latefusion.store.tables import read_json
from latefusion.store.target_predictions import TargetPredictions


@dataclass(frozen=True)
class TargetsOfNewItems:
    """Predictions of new items: the columns of predictions.csv, the rule that made them, what it learned."""

    columns: dict[str, Sequence[Any]]
    rule: str
    learned: dict[str, Any]


def predict_targets(
    modalities: Sequence[str],
    files: NamedFiles,
    items: pa.Table,
    rules: Mapping[str, Mapping[str, Any]],
    *,
    seed: int,
    n_jobs: int,
) -> TargetsOfNewItems:
    """Numbers of items without them, with 90 % intervals and what to distrust of each.

    Parameters
    ----------
    modalities : sequence of str
        What is fused: modalities, or `{modality}.{learner}` of several.
    files : NamedFiles
        For each modality ``new:``, its embeddings, and those of each split, ``train:`` and ``test:`` or
        ``all:``; ``model:`` and ``facts:``, its regressor on all labelled items; ``learn:``, what that says
        of them out of fold.
    items : pyarrow.Table
        `item`, `group` and the describing columns of the new items.
    rules : mapping of str to mapping
        `rule`, its file, and `options` of each candidate, by the name that results call it; the one with the
        least error out of fold is taken.
    seed, n_jobs : int
        The configured seed; threads, which change no number.
    """
    item = items["item"].to_numpy(zero_copy_only=False)
    learn, said, far = {}, {}, {}
    for name in modalities:
        learn[name] = TargetPredictions.read(files.get(input_name("learn", name)))
        targets, new = learn[name].targets, read_features(files.get(input_name("new", name)))
        said[name] = _said(name, files, item, new, targets, n_jobs)
        modality = name.partition(".")[0]
        if modality not in far:
            rng = stream(seed, "predict targets", modality)
            far[modality] = novelty_mask(_seen(name, files), new, rng=rng)
    part = TargetPartition(
        EVERYTHING,
        targets,
        tuple(modalities),
        stack_targets(learn, "labelled items"),
        stack_targets(said, "new items"),
    )
    fused = {
        name: fuse_targets(one["rule"], one["options"], [part], protocol="cross", seed=seed)
        for name, one in rules.items()
    }
    chosen = select_target_rule(fused)
    rule = chosen.learned["partitions"][EVERYTHING]["chosen"]
    columns = _columns(chosen, said)
    missing = {
        name.partition(".")[0]: np.asarray(np.isnan(view.predicted).any(axis=1))
        for name, view in said.items()
    }
    columns["warning"] = warnings_of(missing, far)
    return TargetsOfNewItems(beside_descriptions(items, columns), rule, fused[rule].learned)


def _seen(name: str, files: NamedFiles) -> Features:
    there = {*files.keys()}
    paths = [files.get(one) for split in SPLITS if (one := input_name(split, name)) in there]
    return np.concatenate([read_features(path) for path in paths])


def _said(
    name: str,
    files: NamedFiles,
    item: NDArray[np.object_],
    new: Features,
    targets: tuple[str, ...],
    n_jobs: int,
) -> TargetPredictions:
    """Return what a modality's regressor says of the new items."""
    facts, path = files.get(input_name("facts", name)), files.get(input_name("model", name))
    predicted, variance = said_by_regressor(
        load_model(path, facts),
        read_json(facts),
        targets,
        [new],
        n_jobs=n_jobs,
        source=f"{name}, new items ({path})",
    )
    return TargetPredictions(targets, item, np.full_like(predicted, np.nan), predicted, variance)


def _columns(chosen: FusedTargets, said: Mapping[str, TargetPredictions]) -> dict[str, Sequence[Any]]:
    """Return the numbers with the ends of their intervals, and those of each modality."""
    table = TargetPredictions.from_table(chosen.table)
    told, targets, reach = table.predicted, table.targets, reach_of(chosen)
    columns: dict[str, Sequence[Any]] = {}
    for t, target in enumerate(targets):
        columns |= {
            target: told[:, t].tolist(),
            f"{target}_low": _ends(told[:, t] - reach[t]),
            f"{target}_high": _ends(told[:, t] + reach[t]),
        }
    for name, view in said.items():
        columns |= {f"{name}: {target}": _ends(view.predicted[:, t]) for t, target in enumerate(targets)}
    return columns


def _ends(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
