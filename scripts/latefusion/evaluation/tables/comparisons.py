"""The planned comparisons: every rule against one reference that was chosen without test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from latefusion.core.metric_facts import BETTER, criterion
from latefusion.evaluation.alignment import coincide
from latefusion.evaluation.comparable import (
    LINEARISED,
    compared,
    contrast,
    group_losses,
    is_defined,
    value_of,
    values_of,
    with_headline,
)
from latefusion.evaluation.samples import Aligned, Known, NamedModel, Sample
from latefusion.evaluation.scores import Scores, differences
from latefusion.evaluation.statistics.group_bootstrap import (
    grouped_means,
    grouped_variance,
    least_p,
)
from latefusion.evaluation.statistics.paired_tests import (
    ALPHA,
    bootstrap_p,
    cochran_q,
    holm,
    least_detectable,
    sign_flip,
    wald,
)
from latefusion.evaluation.statistics.proportions import proportions
from latefusion.evaluation.statistics.studentised import studentise

METRICS: Final = ("accuracy", "log_loss", "macro_f1")
"""Compared whatever the headline is."""


def comparison_rows(
    scores: Scores,
    subset: str,
    reference: str,
    same: Mapping[str, str | None],
    draws: int,
    *,
    headline: str = "accuracy",
    confirmatory: bool,
    rng: np.random.Generator,
    n_jobs: int,
) -> list[dict[str, Any]]:
    """Return every other model against the reference, in accuracy, log loss, macro-F1 and the headline.

    Rules are the confirmatory family of their metric, corrected by Holm; those that coincide are tested
    once and share the result. Other models and other subsets are exploratory.
    """
    sample = scores.sample
    base = sample.of(reference)
    rows = []
    for metric in with_headline(METRICS, headline):
        if not is_defined(scores, base, metric):
            continue
        tested = [m for m in sample.models if m.name != reference and is_defined(scores, m, metric)]
        first = first_rules(tested, same) if confirmatory else {}
        family = [name for name in first if first[name] == name]
        found = {model.name: _compare(scores, model, base, metric, len(family)) for model in tested}
        for model, test in zip(tested, _tests(scores, tested, base, metric, draws, rng, n_jobs), strict=True):
            found[model.name] |= test
        adjusted = dict(
            zip(family, holm(np.array([found[name]["p"] for name in family])).tolist(), strict=True)
        )
        for model in tested:
            planned = model.name in first
            p = adjusted[first[model.name]] if planned else None
            rows.append(
                found[model.name]
                | {
                    "family": "confirmatory" if planned else "exploratory",
                    "subset": subset,
                    "draws": 0 if metric == "accuracy" else draws,
                    "tests": len(family) if planned else 1,
                    "p_holm": p,
                    "significant": None if p is None else p <= ALPHA,
                    "same_as": same[model.name],
                }
            )
    return rows


def first_rules(models: Sequence[NamedModel], same: Mapping[str, str | None]) -> dict[str, str]:
    """Return for each rule the first rule that says the same, itself where there is none before it.

    Parameters
    ----------
    models : sequence
    same : mapping of str to str or None
        From `coinciding_models`; two rules may coincide by way of a view, which is no part of the family.
    """
    first: dict[str, str] = {}
    found = {}
    for model in models:
        if model.kind == "rule":
            found[model.name] = first.setdefault(same[model.name] or model.name, model.name)
    return found


def _compare(scores: Scores, model: Aligned, base: Aligned, metric: str, tests: int) -> dict[str, Any]:
    sample, resampled = scores.sample, scores.resampled
    difference, low, high, method = contrast(scores, model.name, base.name, metric)
    row: dict[str, Any] = {
        "metric": metric,
        "model": model.name,
        "kind": model.kind,
        "reference": base.name,
        "n": len(sample.label),
        "groups": sample.groups,
        "value": value_of(scores, model.name, metric),
        "reference_value": value_of(scores, base.name, metric),
        "difference": difference,
        "low": low,
        "high": high,
        "interval": method,
        "better": BETTER[metric],
    }
    if metric == "auroc":
        apart = scores.areas[model.name].influence - scores.areas[base.name].influence
        se = float(np.sqrt(grouped_variance(apart[:, None])[0]))
    elif metric in LINEARISED:
        own, other = scores.column(model.name, metric), scores.column(base.name, metric)
        se = float((resampled.draws[:, own] - resampled.draws[:, other]).std(ddof=1))
    else:
        values = values_of(model, sample, metric) - values_of(base, sample, metric)
        means = grouped_means(values[:, None], sample.group)
        se = float(means.se[0])
        row["design_effect"] = float(means.design_effect[0])
        if metric == "accuracy":
            a, b = model.predicted == sample.label, base.predicted == sample.label
            only_model = (a[:, None] & ~b[None]).mean()
            only_reference = (~a[:, None] & b[None]).mean()
            row |= {
                "only_model": float(only_model),
                "only_reference": float(only_reference),
                "discordance": float(only_model + only_reference),
            }
            if only_model + only_reference == 0 and not coincide(model, base):
                row |= _never_apart(sample)
    # a mid-p counts half of what is as far as the data are
    least = least_p(sample.groups) * (0.5 if metric == "accuracy" else 1.0)
    return row | {
        "se": se,
        "detectable": least_detectable(se, least=least),
        "detectable_holm": least_detectable(se, tests, least=least),
    }


def _never_apart(sample: Sample) -> dict[str, float | str]:
    """Return the interval of the difference between models that are right on the same items.

    A difference is at most the discordance, whose score interval has a width though none was seen.
    """
    if sample.groups < 2:
        return {}
    sizes = np.bincount(sample.group, minlength=sample.groups).astype(np.float64)[:, None]
    most = float(proportions(np.zeros_like(sizes), sizes).intervals()[1][0])
    return {"low": -most, "high": most, "interval": "score"}


def _tests(
    scores: Scores,
    tested: Sequence[Aligned],
    base: Aligned,
    metric: str,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int,
) -> list[dict[str, Any]]:
    """Return the test of each model's difference from the reference, and its p-value."""
    sample, resampled = scores.sample, scores.resampled
    if metric == "accuracy":
        return [{"test": "sign_flip", "p": sign_flip(differences(sample, model, base))} for model in tested]
    if metric in ("log_loss", "auroc"):
        sums, sizes = group_losses(scores, [*tested, base], metric)
        first = np.arange(len(tested))
        against = np.full(len(tested), len(tested))
        found = studentise(sums, sizes, first, against, draws=draws, rng=rng, n_jobs=n_jobs)
        return [{"test": "bootstrap_t", "p": p} for p in found.p().tolist()]
    columns, other = (
        scores.columns([model.name for model in tested], metric),
        scores.column(base.name, metric),
    )
    estimate = resampled.estimate[columns] - resampled.estimate[other]
    drawn = resampled.draws[:, columns] - resampled.draws[:, [other]]
    return [
        {"test": "bootstrap", "p": bootstrap_p(float(one), drawn[:, at], sample.groups)}
        for at, one in enumerate(estimate)
    ]


def overall_rows(
    scores: Scores, same: Mapping[str, str | None], headline: str = "accuracy"
) -> list[dict[str, Any]]:
    """Return the tests that all models are equally good: accuracy, log loss and the headline metric."""
    rows = []
    sample = scores.sample
    for metric in with_headline(("accuracy", "log_loss"), headline):
        models = [m for m in compared(sample, same) if is_defined(scores, m, metric)]
        if len(models) < 2:
            continue
        q = False
        if metric in LINEARISED:
            sums, sizes = group_losses(scores, models, metric)
            mean = sums.sum(axis=0) / sizes.sum()
            # as if each group were an item, whose deviation from the mean is its influence
            values = mean + len(sizes) * (sums - mean * sizes[:, None]) / sizes.sum()
            statistic, df, p = wald(values, np.arange(len(sizes)))
        else:
            values = np.stack([values_of(model, sample, metric) for model in models], axis=1)
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


def choose_reference(
    singles: Sequence[str], out_of_fold: Mapping[str, float | None], better: str = "lower"
) -> str | None:
    """Return the single modality that is best out of fold; the first where that is not known of any.

    By log loss, or by the headline metric where that is another than accuracy. None where a protocol has no
    single modality, as under `cross` if all of them are external.
    """
    if not singles:
        return None
    known = [name for name in singles if out_of_fold.get(name) is not None]
    sign = -1.0 if better == "higher" else 1.0
    return min(known, key=lambda name: sign * (out_of_fold[name] or 0.0)) if known else singles[0]


def reference_of(sample: Sample, known: Mapping[str, Known], metric: str) -> str | None:
    """Return the single modality that is best out of fold by the metric that chooses."""
    by = criterion(metric)
    singles = [model for model in sample.models if model.kind == "single"]
    names = [model.name for model in singles]
    values = {name: known[name].out_of_fold.get(by) for name in names}
    if {*values.values()} <= {None}:
        by, values = "accuracy", {name: known[name].out_of_fold.get("accuracy") for name in names}
        if all(model.kind != "baseline" for model in sample.models):
            # no row to choose by: the best where it counts, against which gains look small rather than large
            values = {one.name: float(one.correct(sample.label).mean()) for one in singles}
    return choose_reference(names, values, BETTER[by])
