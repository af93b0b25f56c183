"""The table `metrics`: every metric of every model on a subset, with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from latefusion.core.metric_facts import BETTER, UNIT
from latefusion.evaluation.intervals import RESAMPLED
from latefusion.evaluation.samples import Aligned
from latefusion.evaluation.scores import Scores, replicate_values


def metric_rows(
    scores: Scores,
    subset: str,
    draws: int,
    calibration: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return rows of the table `metrics` of one subset; calibration brings slope and errors."""
    sample = scores.sample
    rows: list[dict[str, Any]] = []
    for model in sample.models:
        common: dict[str, Any] = {
            "model": model.name,
            "kind": model.kind,
            "subset": subset,
            "n": len(sample.label),
            "groups": sample.groups,
        }
        own = [
            *_resampled_rows(scores, model, draws),
            *_calibration_rows([row for row in calibration if row["model"] == model.name]),
        ]
        if model.p is not None:
            value, low, high = scores.areas[model.name].macro
            ends = {"value": value, "low": low, "high": high}
            own.append({"metric": "auroc", "interval": "linearised", "draws": 0} | ends)
        rows += [common | row for row in own]
    known = [row for row in rows if row["value"] is not None and np.isfinite(row["value"])]
    return [
        row | {"better": BETTER[row["metric"]], "unit": UNIT.get(row["metric"], "share")} for row in known
    ]


def _resampled_rows(scores: Scores, model: Aligned, draws: int) -> Iterator[dict[str, Any]]:
    ends = scores.intervals
    spread = replicate_values(scores.sample, model)
    for metric in RESAMPLED:
        at = scores.column(model.name, metric)
        value = float(scores.resampled.estimate[at])
        if np.isnan(value):
            continue
        repeats = spread.get(metric)
        several = repeats is not None and len(repeats) > 1
        yield {
            "metric": metric,
            "value": value,
            "low": float(ends.low[at]),
            "high": float(ends.high[at]),
            "interval": ends.method[at],
            "draws": draws,
            "design_effect": scores.design_effect(model.name, metric),
            "repeat_sd": float(repeats.std(ddof=1)) if repeats is not None and several else None,
        }


def _calibration_rows(calibration: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in calibration:
        ends = {} if row["low"] is None else {"low": row["low"], "high": row["high"]}
        yield {
            "metric": "calibration_slope" if row["measure"] == "slope" else row["measure"],
            "value": row["value"],
            "draws": row["draws"],
            "interval": "linearised" if ends else "none",
        } | ends
