"""Which models cannot be told from the best, and how good the best is corrected for selection bias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from latefusion.evaluation.names import BETTER
from latefusion.evaluation.scores import Scores
from latefusion.evaluation.statistics.confidence_set import bias_corrected_best, confidence_set
from latefusion.evaluation.tables.comparisons import COMPARED, compared, loss_sums

_ROUNDING: Final = 1e-12


def confidence_set_rows(
    scores: Scores, same: Mapping[str, str | None], draws: int, rng: np.random.Generator, n_jobs: int
) -> list[dict[str, Any]]:
    """Return for accuracy and log loss which models cannot be told from the best."""
    sample, resampled = scores.sample, scores.resampled
    rows = []
    for metric in ("accuracy", "log_loss"):
        models = [m for m in compared(sample, same) if metric == "accuracy" or m.p is not None]
        if not models:
            continue
        sign = -1 if BETTER[metric] == "higher" else 1
        columns = scores.columns([m.name for m in models], metric)
        loss = sign * resampled.estimate[columns]
        sums, sizes = loss_sums(models, sample, metric)
        found = confidence_set(sums, sizes, draws=draws, rng=rng, n_jobs=n_jobs)
        best = int(loss.argmin())
        at = {model.name: index for index, model in enumerate(models)}
        for model in sample.models:
            if model.kind not in COMPARED or (metric == "log_loss" and model.p is None):
                continue
            own = same[model.name] or model.name
            if own not in at:
                continue
            index = at[own]
            difference, low, high = resampled.contrast(columns[index], columns[best])
            rows.append(
                {
                    "metric": metric,
                    "model": model.name,
                    "kind": model.kind,
                    "value": float(resampled.estimate[columns[index]]),
                    "rank": int((loss < loss[index]).sum()) + 1,
                    "in_set": bool(found.inside[index]),
                    "p": float(found.p[index]),
                    "eliminated": int(found.eliminated[index]) or None,
                    "difference_to_best": difference,
                    "low": low,
                    "high": high,
                    "same_as": same[model.name],
                    "level": 0.95,
                    "draws": draws,
                }
            )
    return rows


def best_rows(
    scores: Scores, same: Mapping[str, str | None], selected: str, draws: int
) -> list[dict[str, Any]]:
    """Return the best model by the test rows, its value corrected for selection bias, and `selected`."""
    sample, resampled = scores.sample, scores.resampled
    rows: list[dict[str, Any]] = []
    if resampled.left_out is None:
        return rows
    ends = scores.intervals
    for offset, metric in enumerate(("accuracy", "log_loss")):
        models = [
            m
            for m in compared(sample, same)
            if m.name != selected and (metric == "accuracy" or m.p is not None)
        ]
        if not models:
            continue
        sign = -1 if BETTER[metric] == "higher" else 1
        columns = scores.columns([m.name for m in models], metric)
        outside = resampled.left_out[:, [2 * sample.position(m.name) + offset for m in models]]
        drawn = sign * resampled.draws[:, columns]
        best, corrected, lower, upper = bias_corrected_best(
            sign * resampled.estimate[columns], drawn, outside
        )
        observed = float(resampled.estimate[columns[best]])
        if metric == "accuracy":  # left out are error rates
            corrected, lower, upper = 1 - corrected, 1 - upper, 1 - lower
            if upper - lower < _ROUNDING:  # every draw picks a model that is right, or wrong, everywhere
                lower = min(lower, float(ends.low[columns[best]]))
                upper = max(upper, float(ends.high[columns[best]]))
        row: dict[str, Any] = {
            "metric": metric,
            "observed_best": models[best].name,
            "observed": observed,
            "corrected": corrected,
            "low": lower,
            "high": upper,
            "optimism": -sign * (observed - corrected),
            "draws": draws,
            "better": BETTER[metric],
        }
        if any(m.name == selected for m in sample.models):
            at = scores.column(selected, metric)
            row |= {"selected": float(resampled.estimate[at])}
            row |= {"selected_low": float(ends.low[at]), "selected_high": float(ends.high[at])}
        rows.append(row)
    return rows
