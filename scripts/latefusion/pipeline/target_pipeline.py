"""The pipeline of a run of numbers: which files its models are in, with their hashes, and the chosen rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.input_names import NamedFiles, input_name
from latefusion.evaluation.targets.prediction_intervals import half_width
from latefusion.fusion.fuse_targets import FusedTargets, fitted_target_rule, fuse_targets, select_target_rule
from latefusion.fusion.regression_rule import RegressionRule
from latefusion.fusion.target_inputs import TargetPartition, stack_targets
from latefusion.pipeline.saved_pipeline import (
    EVERYTHING,
    PIPELINE,
    SavedModality,
    describe_modalities,
    embedding_of,
    require_same,
)
from latefusion.pipeline.target_model import said_by_regressor
from latefusion.store.models import load_checked
from latefusion.store.samples import Features
from latefusion.store.tables import read_json
from latefusion.store.target_predictions import TargetPredictions

Float64 = NDArray[np.float64]

PROTOCOL: Final = "cross"
"""Whose rules are fitted in partitions of many items, as that of all labelled ones is."""
KINDS: Final = ("model", "facts", "learn")


@dataclass(frozen=True)
class SavedRegressor(SavedModality):
    """The model of one modality of a pipeline of numbers.

    Attributes
    ----------
    facts : mapping
        What its JSON file says.
    """

    facts: Mapping[str, Any]


@dataclass(frozen=True)
class SavedTargetPipeline:
    """Models of all modalities, and the rule that fuses the numbers that they predict.

    Attributes
    ----------
    targets : tuple of str
    modalities : tuple of SavedRegressor
    rule_name : str
        The fusion rule as the configuration calls it.
    rule : RegressionRule
    half_widths : (T,) float64 array
        How far 90 % intervals reach to both sides; infinite where too few items are known.
    """

    targets: tuple[str, ...]
    modalities: tuple[SavedRegressor, ...]
    rule_name: str
    rule: RegressionRule
    half_widths: Float64

    def said(self, one: SavedRegressor, X: Features, n_jobs: int = 1) -> TargetPredictions:
        """Return what the model of a modality says of rows."""
        predicted, variance = said_by_regressor(
            one.model, one.facts, self.targets, [X], n_jobs=n_jobs, source=f"the modality {one.modality}"
        )
        item = np.array([str(row) for row in range(len(X))], object)
        return TargetPredictions(self.targets, item, np.full_like(predicted, np.nan), predicted, variance)

    def fused(self, said: Mapping[str, TargetPredictions]) -> Float64:
        """Return the fused numbers of what all models say, (n, T)."""
        rows = stack_targets(said, "rows to predict")
        return self.rule.predict(rows.F, rows.variance)


def describe_target_pipeline(
    names: Sequence[str],
    files: NamedFiles,
    rules: Mapping[str, Mapping[str, Any]],
    *,
    seed: int,
    results: Path,
) -> dict[str, Any]:
    """Return what pipeline.json says: files with their hashes, and the rule with the least error out of fold.

    Parameters
    ----------
    names : sequence of str
        Of what is fused: modalities, or `{modality}.{learner}`.
    files : NamedFiles
        Of each name ``model:`` and ``facts:``, its regressor on all labelled items; ``learn:``, what that
        says of them out of fold; ``train:``, or ``all:`` where nothing divides the items, its embeddings.
    rules : mapping of str to mapping
        `rule`, its file, and `options` of each candidate, by the name that results call it.
    seed : int
        The configured one.
    results : Path
        The folder that paths are written relative to.
    """
    learn = {name: TargetPredictions.read(files.get(input_name("learn", name))) for name in names}
    targets = learn[names[0]].targets
    rows = stack_targets(learn, "labelled items")
    nobody = rows.rows(np.zeros(len(rows.item), bool))
    part = TargetPartition(EVERYTHING, targets, tuple(names), rows, nobody)
    chosen = select_target_rule(
        {
            name: fuse_targets(one["rule"], one["options"], [part], protocol=PROTOCOL, seed=seed)
            for name, one in rules.items()
        }
    )
    facts = chosen.learned["partitions"][EVERYTHING]
    rule = facts["chosen"]
    return {
        "targets": list(targets),
        "modalities": describe_modalities(names, files, KINDS, results),
        "rule": rule,
        "rule_file": rules[rule]["rule"],
        "options": dict(rules[rule]["options"]),
        "seed": seed,
        "half_widths": [float(one) if np.isfinite(one) else None for one in reach_of(chosen)],
        "out_of_fold_error": facts["candidates"],
    }


def reach_of(chosen: FusedTargets) -> Float64:
    """Return how far 90 % intervals of a rule reach to both sides, (T,), by its errors out of fold."""
    outside = TargetPredictions.from_table(chosen.out_of_fold)
    return half_width(outside.y - outside.predicted)


def read_target_pipeline(results: Path) -> SavedTargetPipeline:
    """Load the pipeline of a run of numbers, its rule fitted as it was chosen.

    Parameters
    ----------
    results : Path
        The folder with `PIPELINE` in it.

    Raises
    ------
    TableError
        If a file is not the one that the pipeline was made of.
    """
    path = results / PIPELINE
    facts = read_json(path)
    learn, modalities = {}, []
    for entry in facts["modalities"]:
        for kind in ("learn", "facts"):
            require_same(results / entry[kind]["file"], entry[kind]["sha256"], path)
        learn[entry["name"]] = TargetPredictions.read(results / entry["learn"]["file"])
        model = load_checked(results / entry["model"]["file"], entry["model"]["sha256"], path)
        told = read_json(results / entry["facts"]["file"])
        modalities.append(SavedRegressor(*embedding_of(entry), model, told))
    rule = fitted_target_rule(
        facts["rule_file"],
        facts["options"],
        stack_targets(learn, "labelled items"),
        EVERYTHING,
        protocol=PROTOCOL,
        seed=facts["seed"],
    )
    reach = np.array([np.inf if one is None else one for one in facts["half_widths"]])
    return SavedTargetPipeline(tuple(facts["targets"]), tuple(modalities), facts["rule"], rule, reach)
