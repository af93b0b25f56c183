"""The planned comparisons: every rule against one reference that was chosen without test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from latefusion.evaluation.bootstrap import Array, group_sums, grouped_means
from latefusion.evaluation.comparisons import (
    ALPHA,
    bootstrap_p,
    cochran_q,
    holm,
    least_detectable,
    sign_flip,
    wald,
)
from latefusion.evaluation.confidence_set import bias_corrected_best, confidence_set
from latefusion.evaluation.prepared import Aligned, Sample
from latefusion.evaluation.scores import BETTER, Scores, differences

METRICS: Final = ("accuracy", "log_loss", "macro_f1")
COMPARED: Final = ("single", "early", "rule")


def comparison_rows(
    scores: Scores,
    subset: str,
    reference: str,
    same: Mapping[str, str | None],
    draws: int,
    *,
    confirmatory: bool,
) -> list[dict[str, Any]]:
    """Return every other model against the reference, in accuracy, log loss and macro-F1.

    Rules are the confirmatory family of their metric, corrected by Holm; one that coincides with another
    is tested once and shares its result. Other models and other subsets are exploratory.
    """
    sample = scores.sample
    base = sample.of(reference)
    rows = []
    for metric in METRICS:
        if metric == "log_loss" and base.p is None:
            continue
        tested = [
            model
            for model in sample.models
            if model.name != reference and not (metric == "log_loss" and model.p is None)
        ]
        # a rule may coincide with a view as well, which is no part of the family
        rules = {model.name for model in tested if model.kind == "rule"}
        family = [
            model.name
            for model in tested
            if confirmatory and model.kind == "rule" and same[model.name] not in rules
        ]
        found = {model.name: _compare(scores, model, base, metric, len(family)) for model in tested}
        adjusted = dict(
            zip(family, holm(np.array([found[name]["p"] for name in family])).tolist(), strict=True)
        )
        for model in tested:
            first = same[model.name]
            own = first if first in adjusted else model.name
            planned = confirmatory and model.kind == "rule"
            rows.append(
                found[model.name]
                | {
                    "family": "confirmatory" if planned else "exploratory",
                    "subset": subset,
                    "draws": 0 if metric == "accuracy" else draws,
                    "tests": len(family) if planned else 1,
                    "p_holm": adjusted[own] if planned else None,
                    "significant": bool(adjusted[own] <= ALPHA) if planned else None,
                    "same_as": first,
                }
            )
    return rows


def _compare(scores: Scores, model: Aligned, base: Aligned, metric: str, tests: int) -> dict[str, Any]:
    sample, resampled = scores.sample, scores.resampled
    own, other = scores.column(model.name, metric), scores.column(base.name, metric)
    difference, low, high = resampled.contrast(own, other)
    drawn = resampled.draws[:, own] - resampled.draws[:, other]
    row: dict[str, Any] = {
        "metric": metric,
        "model": model.name,
        "kind": model.kind,
        "reference": base.name,
        "n": len(sample.label),
        "groups": sample.groups,
        "value": float(resampled.estimate[own]),
        "reference_value": float(resampled.estimate[other]),
        "difference": difference,
        "low": low,
        "high": high,
        "interval": resampled.method,
        "better": BETTER[metric],
    }
    if metric == "macro_f1":
        se = float(drawn.std(ddof=1))
    else:
        sums, right = differences(sample, model, base)
        values = right
        if metric == "log_loss":
            values = _loss(model, sample) - _loss(base, sample)
        means = grouped_means(values[:, None], sample.group)
        se = float(means.se[0])
        row["design_effect"] = float(means.design_effect[0])
        if metric == "accuracy":
            a, b = model.predicted == sample.label, base.predicted == sample.label
            only_model = (a[:, None] & ~b[None]).mean()
            only_reference = (~a[:, None] & b[None]).mean()
            row |= {
                "p": sign_flip(sums),
                "test": "sign_flip",
                "only_model": float(only_model),
                "only_reference": float(only_reference),
                "discordance": float(only_model + only_reference),
            }
    if metric != "accuracy":
        row |= {"p": bootstrap_p(difference, drawn), "test": "bootstrap"}
    row |= {
        "se": se,
        "detectable": least_detectable(se),
        "detectable_holm": least_detectable(se, tests),
    }
    return row


def _loss(model: Aligned, sample: Sample) -> Array:
    loss = model.loss(sample.label)
    assert loss is not None
    return loss


def compared(sample: Sample, same: Mapping[str, str | None]) -> list[Aligned]:
    """Return the models that learn from the items, those that coincide once."""
    return [model for model in sample.models if model.kind in COMPARED and same[model.name] is None]


def overall_rows(sample: Sample, same: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Return the tests that all models are equally good: accuracy and log loss."""
    rows = []
    for metric in ("accuracy", "log_loss"):
        models = [m for m in compared(sample, same) if metric == "accuracy" or m.p is not None]
        if len(models) < 2:
            continue
        values = np.stack(
            [m.correct(sample.label) if metric == "accuracy" else _loss(m, sample) for m in models], axis=1
        )
        # Cochran's Q knows right and wrong, not shares over repeats, and no groups
        q = metric == "accuracy" and not sample.grouped and bool(np.isin(values, (0, 1)).all())
        statistic, df, p = cochran_q(values) if q else wald(values, sample.group)
        rows.append(
            {
                "metric": metric,
                "test": "cochran_q" if q else "wald",
                "models": len(models),
                "n": len(sample.label),
                "groups": sample.groups,
                "statistic": statistic,
                "df": df,
                "p": p,
            }
        )
    return rows


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
        values = [1 - m.correct(sample.label) if metric == "accuracy" else _loss(m, sample) for m in models]
        sums = group_sums(np.stack(values, axis=1), sample.group, sample.groups)
        sizes = np.bincount(sample.group).astype(np.float64)
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
    """Return the best model by the test rows, its value without the luck of the pick, and `selected`."""
    sample, resampled = scores.sample, scores.resampled
    rows: list[dict[str, Any]] = []
    if resampled.left_out is None:
        return rows
    low, high = resampled.intervals()
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
            row |= {"selected_low": float(low[at]), "selected_high": float(high[at])}
        rows.append(row)
    return rows


def choose_reference(singles: Sequence[str], out_of_fold: Mapping[str, float | None]) -> str | None:
    """Return the single modality with the lowest out-of-fold log loss; the first where none is known.

    None where a protocol has no single modality, as under `cross` if all of them are brought.
    """
    if not singles:
        return None
    known = [name for name in singles if out_of_fold.get(name) is not None]
    return min(known, key=lambda name: out_of_fold[name] or 0.0) if known else singles[0]
