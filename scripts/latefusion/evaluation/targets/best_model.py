"""Which models cannot be told from the best in squared error, and the best corrected for selection bias."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from latefusion.evaluation.comparable import COMPARED
from latefusion.evaluation.names import SELECTED
from latefusion.evaluation.samples import Row
from latefusion.evaluation.statistics.confidence_set import bias_corrected_best, confidence_set
from latefusion.evaluation.statistics.proportions import LEVEL
from latefusion.evaluation.targets.losses import Losses, columns, compared
from latefusion.evaluation.targets.samples import TargetSample


def confidence_set_rows(
    sample: TargetSample,
    of: Losses,
    same: Mapping[str, str | None],
    *,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int = 1,
) -> list[Row]:
    """Return which models cannot be told from the best for one target, or for the mean over all."""
    models = compared(sample, same)
    if not models:
        return []
    places = columns(sample, models)
    found = confidence_set(of.sums[:, places], of.sizes, draws=draws, rng=rng, n_jobs=n_jobs)
    loss = of.resampled.estimate[places]
    at = {model.name: index for index, model in enumerate(models)}
    rows = []
    for model in sample.models:
        index = at.get(same[model.name] or model.name)
        if model.kind not in COMPARED or index is None:
            continue
        rows.append(
            {
                "target": of.target,
                "model": model.name,
                "kind": model.kind,
                "r2": 1 - float(loss[index]),
                "rank": int((loss < loss[index]).sum()) + 1,
                "in_set": bool(found.inside[index]),
                "p": float(found.p[index]),
                "eliminated": int(found.eliminated[index]) or None,
                "same_as": same[model.name],
                "level": LEVEL,
                "draws": draws,
            }
        )
    return rows


def best_rows(sample: TargetSample, of: Losses, same: Mapping[str, str | None], draws: int) -> list[Row]:
    """Return the best model by the test rows, its R² corrected for selection bias, and that of `selected`."""
    models = [model for model in compared(sample, same) if model.name != SELECTED]
    if not models or of.resampled.left_out is None:
        return []
    places = columns(sample, models)
    resampled = of.resampled
    best, corrected, low, high = bias_corrected_best(
        resampled.estimate[places], resampled.draws[:, places], of.resampled.left_out[:, places]
    )
    observed = 1 - float(resampled.estimate[places[best]])
    row: Row = {
        "target": of.target,
        "observed_best": models[best].name,
        "observed": observed,
        "corrected": 1 - corrected,
        "low": 1 - high,
        "high": 1 - low,
        "optimism": observed - (1 - corrected),
        "draws": draws,
    }
    if any(model.name == SELECTED for model in sample.models):
        at = columns(sample, [sample.of(SELECTED)])[0]
        row["selected"] = 1 - float(resampled.estimate[at])
    return [row]
