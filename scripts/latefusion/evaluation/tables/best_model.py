"""Which models cannot be told from the best, and how good the best is corrected for selection bias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from latefusion.core.metric_facts import BETTER
from latefusion.evaluation.comparable import (
    COMPARED,
    compared,
    contrast,
    ends_of,
    group_losses,
    is_defined,
    value_of,
    with_headline,
)
from latefusion.evaluation.scores import Scores
from latefusion.evaluation.statistics.confidence_set import bias_corrected_best, confidence_set
from latefusion.evaluation.statistics.group_bootstrap import Array, resample

_ROUNDING: Final = 1e-12


def confidence_set_rows(
    scores: Scores,
    same: Mapping[str, str | None],
    draws: int,
    rng: np.random.Generator,
    n_jobs: int,
    headline: str = "accuracy",
) -> list[dict[str, Any]]:
    """Return for accuracy, log loss and the headline metric which models cannot be told from the best."""
    sample = scores.sample
    rows = []
    for metric in with_headline(("accuracy", "log_loss"), headline):
        models = [m for m in compared(sample, same) if is_defined(scores, m, metric)]
        if not models:
            continue
        sign = -1 if BETTER[metric] == "higher" else 1
        values = np.array([value_of(scores, m.name, metric) for m in models])
        loss = sign * values
        sums, sizes = group_losses(scores, models, metric)
        found = confidence_set(sums, sizes, draws=draws, rng=rng, n_jobs=n_jobs)
        best = int(loss.argmin())
        at = {model.name: index for index, model in enumerate(models)}
        for model in sample.models:
            if model.kind not in COMPARED or not is_defined(scores, model, metric):
                continue
            own = same[model.name] or model.name
            if own not in at:
                continue
            index = at[own]
            difference, low, high, _ = contrast(scores, models[index].name, models[best].name, metric)
            rows.append(
                {
                    "metric": metric,
                    "model": model.name,
                    "kind": model.kind,
                    "value": float(values[index]),
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
        if any(m.name == selected and is_defined(scores, m, metric) for m in sample.models):
            at = scores.column(selected, metric)
            row |= {"selected": float(resampled.estimate[at])}
            row |= {"selected_low": float(ends.low[at]), "selected_high": float(ends.high[at])}
        rows.append(row)
    return rows


def headline_best_rows(
    scores: Scores,
    same: Mapping[str, str | None],
    selected: str,
    metric: str,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int,
) -> list[dict[str, Any]]:
    """Return what `best_rows` does, for a metric that is no mean over items, by its pseudo-values."""
    models = [m for m in compared(scores.sample, same) if is_defined(scores, m, metric)]
    models = [m for m in models if m.name != selected]
    if not models:
        return []
    sums, sizes = group_losses(scores, models, metric)
    parts = np.c_[sizes, sums]

    def means(drawn: Array) -> Array:
        return np.divide(
            drawn[:, 1:], drawn[:, :1], out=np.full_like(drawn[:, 1:], np.nan), where=drawn[:, :1] > 0
        )

    found = resample(parts, means, draws=draws, rng=rng, left_out=(parts, means), n_jobs=n_jobs)
    assert found.left_out is not None
    best, corrected, lower, upper = bias_corrected_best(found.estimate, found.draws, found.left_out)
    observed = value_of(scores, models[best].name, metric)
    row: dict[str, Any] = {
        "metric": metric,
        "observed_best": models[best].name,
        "observed": observed,
        "corrected": -corrected,
        "low": float(np.clip(-upper, 0, 1)),
        "high": float(np.clip(-lower, 0, 1)),
        "optimism": observed + corrected,
        "draws": draws,
        "better": BETTER[metric],
    }
    chosen = next((m for m in scores.sample.models if m.name == selected), None)
    if chosen is not None and is_defined(scores, chosen, metric):
        low, high = ends_of(scores, selected, metric)
        row |= {"selected": value_of(scores, selected, metric), "selected_low": low, "selected_high": high}
    return [row]
