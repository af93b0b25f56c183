"""Every model's metrics on the same draws of whole groups, so that any two can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import lcm

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.core.metrics import (
    FROM_CONFUSION,
    brier_scores,
    from_margins,
    per_class,
)
from latefusion.evaluation.auroc import Area, areas
from latefusion.evaluation.intervals import LOSSES, Columns, Intervals, intervals
from latefusion.evaluation.samples import Aligned, Sample
from latefusion.evaluation.statistics.group_bootstrap import (
    Array,
    Means,
    Resampled,
    group_sums,
    grouped_means,
    influences,
    resample,
)


@dataclass(frozen=True)
class Scores:
    """Metrics of all models of a sample, with the draws of the group bootstrap.

    Attributes
    ----------
    sample : Sample
    resampled : Resampled
        Statistics in the order of `Columns`: model by model the metrics of `RESAMPLED` (NaN where a model
        is not probabilistic) and the measures of each class; last the share of items that some single
        modality gets right.
    means : Means
        Accuracy, log loss and Brier of each model, (3 M,), with the precision that groups allow.
    intervals : Intervals
        Of the statistics.
    influence : (G, S) array or None
        Of each group on each statistic, where it was asked for.
    areas : mapping of str to Area
        Areas under the ROC curve of probabilistic models.
    """

    sample: Sample
    resampled: Resampled
    means: Means
    intervals: Intervals
    influence: Array | None = None
    areas: Mapping[str, Area] = field(default_factory=dict)

    def column(self, model: str, metric: str) -> int:
        """Return where a metric of a model stands among the statistics."""
        return self._columns.metric(self.sample.position(model), metric)

    def class_column(self, model: str, measure: str, c: int) -> int:
        """Return where a measure of a class stands among the statistics."""
        return self._columns.of_classes(self.sample.position(model), measure).start + c

    @property
    def oracle(self) -> int:
        """Where the oracle's accuracy stands among the statistics."""
        return len(self.resampled.estimate) - 1

    def columns(self, models: Sequence[str], metric: str) -> list[int]:
        """Return where a metric of several models stands."""
        return [self.column(model, metric) for model in models]

    def design_effect(self, model: str, metric: str) -> float | None:
        """Return the design effect of a mean over items; None for other metrics."""
        names = ("accuracy", *LOSSES)
        if metric not in names:
            return None
        return float(self.means.design_effect[3 * self.sample.position(model) + names.index(metric)])

    @property
    def _columns(self) -> Columns:
        return Columns(len(self.sample.classes))


def score(
    sample: Sample,
    *,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int = 1,
    linearise: bool = False,
) -> Scores:
    """Resample whole groups and compute every metric of every model in each draw.

    With `linearise` the influence of each group is kept as well.

    The left-out statistics are each model's error rate and log loss on the groups that a draw left out,
    (B, 2 M), NaN where it left out none.
    """
    groups, classes = sample.groups, len(sample.classes)
    label, group = sample.label, sample.group
    true = _by_class(label[None], np.ones((1, len(label)), bool), group, groups, classes)
    parts: list[Array] = [true]
    means = []
    for model in sample.models:
        hit = model.predicted == label
        parts.append(_by_class(model.predicted, hit, group, groups, classes))
        parts.append(_by_class(model.predicted, np.ones_like(hit), group, groups, classes))
        linear = np.stack([hit.mean(axis=0), *_losses(model, label)], axis=1)
        means.append(linear)
        parts.append(group_sums(linear[:, 1:], group, groups))
    some = some_right(sample)
    parts.append(group_sums(some[:, None], group, groups))
    sums = np.concatenate(parts, axis=1)
    everything = np.concatenate(means, axis=1)
    outside = np.concatenate(
        [np.ones((len(label), 1))] + [np.stack([1 - one[:, 0], one[:, 1]], axis=1) for one in means],
        axis=1,
    )
    replicates = [model.replicates for model in sample.models]

    def statistics(drawn: Array) -> Array:
        return _statistics(drawn, replicates, classes)

    resampled = resample(
        sums,
        statistics,
        draws=draws,
        rng=rng,
        left_out=(group_sums(outside, group, groups), _left_out),
        n_jobs=n_jobs,
    )
    ends = intervals(resampled, sums, replicates, classes)
    influence = influences(sums, statistics) if linearise else None
    area = {model.name: areas(sample, model) for model in sample.models if model.p is not None}
    return Scores(sample, resampled, grouped_means(everything, group), ends, influence, area)


def some_right(sample: Sample) -> Array:
    """Return whether some single modality gets an item right, a mean over replicates, (n,)."""
    right = [model.predicted == sample.label for model in sample.models if model.kind == "single"]
    if not right:
        return np.zeros(len(sample.label))
    shares: Array = np.logical_or.reduce(right).mean(axis=0)
    return shares


def _losses(model: Aligned, label: NDArray[np.int32]) -> tuple[Array, Array]:
    if model.p is None:
        nothing = np.full(len(label), np.nan)
        return nothing, nothing
    return log_losses(model.p, label).mean(axis=0), brier_scores(model.p, label).mean(axis=0)


def _by_class(
    codes: NDArray[np.int32], counted: NDArray[np.bool_], group: NDArray[np.int64], groups: int, classes: int
) -> Array:
    """Return how many counted rows of each group and replicate have each class, (G, R K)."""
    cells = [
        np.bincount(group[keep] * classes + one[keep], minlength=groups * classes).reshape(groups, classes)
        for one, keep in zip(codes, counted, strict=True)
    ]
    return np.concatenate(cells, axis=1).astype(np.float64)


def _statistics(sums: Array, replicates: Sequence[int], classes: int) -> Array:
    """Turn sums, (b, F), into the statistics of `Scores`, (b, S)."""
    draws = len(sums)
    true = sums[:, None, :classes]
    n = sums[:, :classes].sum(axis=1, keepdims=True)
    at = classes
    found = []
    for count in replicates:
        width = count * classes
        right = sums[:, at : at + width].reshape(draws, count, classes)
        said = sums[:, at + width : at + 2 * width].reshape(draws, count, classes)
        at += 2 * width
        found.append(from_margins(right, true, said).mean(axis=1))
        found.append(sums[:, at : at + len(LOSSES)] / n)
        found.append(per_class(right, true, said).mean(axis=1).reshape(draws, -1))
        at += len(LOSSES)
    found.append(sums[:, at:] / n)
    return np.concatenate(found, axis=1)


def _left_out(sums: Array) -> Array:
    n = sums[:, :1]
    return np.divide(sums[:, 1:], n, out=np.full_like(sums[:, 1:], np.nan), where=n > 0)


def differences(sample: Sample, a: Aligned, b: Aligned) -> NDArray[np.int64]:
    """Return the sums over groups, (G,), of right_a − right_b, times what makes them whole numbers.

    That is the least common multiple of the replicates.
    """
    scale = lcm(a.replicates, b.replicates)
    difference = a.correct(sample.label) - b.correct(sample.label)
    sums = group_sums(difference[:, None] * scale, sample.group, sample.groups)[:, 0]
    return np.rint(sums).astype(np.int64)


def replicate_values(sample: Sample, model: Aligned) -> dict[str, Array]:
    """Return accuracy, macro-F1 and log loss of each replicate, (R,) each."""
    classes = len(sample.classes)
    true = np.bincount(sample.label, minlength=classes).astype(float)
    hit = model.predicted == sample.label
    right = _by_class(model.predicted, hit, np.zeros(len(sample.label), np.int64), 1, classes)
    said = _by_class(model.predicted, np.ones_like(hit), np.zeros(len(sample.label), np.int64), 1, classes)
    found = from_margins(right.reshape(-1, classes), true, said.reshape(-1, classes))
    values = {name: found[:, FROM_CONFUSION.index(name)] for name in ("accuracy", "macro_f1")}
    if model.p is not None:
        values["log_loss"] = log_losses(model.p, sample.label).mean(axis=1)
    return values
