"""Values, intervals and group losses of any metric that a comparison may go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from latefusion.core.metric_facts import OF_PROBABILITIES
from latefusion.evaluation.samples import Aligned, Sample
from latefusion.evaluation.scores import Scores
from latefusion.evaluation.statistics.group_bootstrap import Array, group_sums, grouped_variance, student

LINEARISED: Final = ("balanced_accuracy", "macro_f1", "auroc")
"""Metrics that are no means over items."""
COMPARED: Final = ("single", "early", "rule")


def with_headline(metrics: Sequence[str], headline: str) -> tuple[str, ...]:
    """Return the metrics, and the headline among them."""
    return tuple(dict.fromkeys((*metrics, headline)))


def is_defined(scores: Scores, model: Aligned, metric: str) -> bool:
    """Return whether a model has a metric on a sample.

    Log loss and AUROC need probabilities, an AUROC also a class beside others in some partition.
    """
    if model.p is None:
        return metric not in OF_PROBABILITIES
    return metric != "auroc" or bool(np.isfinite(scores.areas[model.name].macro[0]))


def value_of(scores: Scores, model: str, metric: str) -> float:
    """Return the value of a metric of a model."""
    if metric == "auroc":
        return scores.areas[model].macro[0]
    return float(scores.resampled.estimate[scores.column(model, metric)])


def ends_of(scores: Scores, model: str, metric: str) -> tuple[float, float]:
    """Return the ends of the interval of a metric of a model."""
    if metric == "auroc":
        return scores.areas[model].macro[1:]
    at = scores.column(model, metric)
    return float(scores.intervals.low[at]), float(scores.intervals.high[at])


def contrast(scores: Scores, a: str, b: str, metric: str) -> tuple[float, float, float, str]:
    """Return the difference of two models in a metric, the ends of its interval, and the kind of that.

    Of areas under the curve the paired difference of DeLong, DeLong and Clarke-Pearson (1988), by groups
    as in Obuchowski (1997).
    """
    if metric != "auroc":
        ends = scores.resampled.contrast(scores.column(a, metric), scores.column(b, metric))
        return *ends, scores.resampled.method
    difference = value_of(scores, a, metric) - value_of(scores, b, metric)
    apart = scores.areas[a].influence - scores.areas[b].influence
    half = student(scores.sample.groups) * float(np.sqrt(grouped_variance(apart[:, None])[0]))
    return difference, max(difference - half, -1.0), min(difference + half, 1.0), "linearised"


def group_losses(scores: Scores, models: Sequence[Aligned], metric: str) -> tuple[Array, Array]:
    """Return sums over groups of what makes a metric of models worse, (G, M), and the groups' sizes.

    Of metrics that are no means over items these are the pseudo-values of the infinitesimal jackknife:
    their mean is the metric, and its draws are linearised (Davison and Hinkley 1997, section 2.7).
    """
    if metric not in LINEARISED:
        return loss_sums(models, scores.sample, metric)
    sizes = np.bincount(scores.sample.group, minlength=scores.sample.groups).astype(np.float64)
    columns = []
    for model in models:
        if metric == "auroc":
            influence = scores.areas[model.name].influence
        else:
            assert scores.influence is not None
            influence = scores.influence[:, scores.column(model.name, metric)]
        columns.append(-(sizes * value_of(scores, model.name, metric) + sizes.sum() * influence))
    return np.stack(columns, axis=1), sizes


def values_of(model: Aligned, sample: Sample, metric: str) -> Array:
    """Return how often each item is right, or its log loss, (n,)."""
    if metric == "accuracy":
        return model.correct(sample.label)
    loss = model.loss(sample.label)
    assert loss is not None
    return loss


def loss_sums(models: Sequence[Aligned], sample: Sample, metric: str) -> tuple[Array, Array]:
    """Return sums over groups of the share wrong or the log loss of models, (G, M), and the groups' sizes."""
    values = np.stack([values_of(model, sample, metric) for model in models], axis=1)
    if metric == "accuracy":
        values = 1 - values
    sizes = np.bincount(sample.group, minlength=sample.groups).astype(np.float64)
    return group_sums(values, sample.group, sample.groups), sizes


def compared(sample: Sample, same: Mapping[str, str | None]) -> list[Aligned]:
    """Return the models that learn from the items, those that coincide once."""
    return [model for model in sample.models if model.kind in COMPARED and same[model.name] is None]
