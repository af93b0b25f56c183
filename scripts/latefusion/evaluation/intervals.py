"""Intervals of every metric of every model: within the metric's range, and no point where there is chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.metrics import FROM_CONFUSION, PER_CLASS
from latefusion.evaluation.statistics.group_bootstrap import Array, Resampled
from latefusion.evaluation.statistics.proportions import mean_interval, proportions

LOSSES: Final = ("log_loss", "brier")
RESAMPLED: Final = (*FROM_CONFUSION, *LOSSES)
_RANGE: Final = {
    "matthews": (-1.0, 1.0),
    "kappa": (-1.0, 1.0),
    "log_loss": (0.0, np.inf),
    "brier": (0.0, 2.0),
}
"""Least and most that a metric can be; 0 and 1 where it is not here."""


@dataclass(frozen=True)
class Columns:
    """Places of the statistics: model by model `RESAMPLED` and the measures of each class; last the oracle.

    Attributes
    ----------
    classes : int
    """

    classes: int

    @property
    def width(self) -> int:
        """Statistics of a model."""
        return len(RESAMPLED) + len(PER_CLASS) * self.classes

    def metric(self, model: int, metric: str) -> int:
        """Return where a metric of a model stands."""
        return model * self.width + RESAMPLED.index(metric)

    def of_classes(self, model: int, measure: str) -> slice:
        """Return where a measure of all classes stands."""
        first = model * self.width + len(RESAMPLED) + PER_CLASS.index(measure) * self.classes
        return slice(first, first + self.classes)


@dataclass(frozen=True)
class Intervals:
    """Ends of the 95 % intervals of statistics.

    Attributes
    ----------
    low, high : (S,) arrays
    method : (S,) object array
        'percentile', 't' (linearised, groups are few), or 'score' (a proportion near its ends, or of few
        groups).
    """

    low: Array
    high: Array
    method: NDArray[np.object_]

    def put(self, at: int, low: float, high: float) -> None:
        """Put a score interval in the place of another."""
        self.low[at], self.high[at], self.method[at] = low, high, "score"


def intervals(resampled: Resampled, sums: Array, replicates: Sequence[int], classes: int) -> Intervals:
    """Return the intervals of the statistics of `Scores`.

    Parameters
    ----------
    resampled : Resampled
    sums : (G, F) array
        Counts of each group: true classes, then of each model the right and the predicted classes of each
        replicate and its losses; last what some modality gets right.
    replicates : sequence of int
        Of each model.
    classes : int
    """
    columns = Columns(classes)
    low, high = resampled.intervals()
    least, most = _ranges(columns, len(replicates))
    found = Intervals(
        np.clip(low, least, most),
        np.clip(high, least, most),
        np.full(len(low), resampled.method, object),
    )
    if len(sums) < 2:
        return found
    true = sums[:, :classes]
    for model, right, said in _counts(sums, replicates, classes):
        _replace_proportions(found, columns, model, true, right, said)
        _widen_points(found, columns, model, resampled.estimate, true, right, said)
    some = proportions(sums[:, -1:], true.sum(axis=1, keepdims=True))
    found.low[-1:], found.high[-1:] = some.or_else(found.low[-1:], found.high[-1:])
    return found


def _ranges(columns: Columns, models: int) -> tuple[Array, Array]:
    own = [_RANGE.get(metric, (0.0, 1.0)) for metric in RESAMPLED]
    own += [(0.0, 1.0)] * (columns.width - len(RESAMPLED))
    least, most = np.array(own * models + [(0.0, 1.0)]).T
    return least, most


def _counts(sums: Array, replicates: Sequence[int], classes: int) -> Iterator[tuple[int, Array, Array]]:
    """Yield each model's right and predicted counts of each group and class, (G, K), over its replicates."""
    at = classes
    for model, count in enumerate(replicates):
        width = count * classes
        right, said = (
            sums[:, start : start + width].reshape(len(sums), count, classes).mean(axis=1)
            for start in (at, at + width)
        )
        yield model, right, said
        at += 2 * width + len(LOSSES)


def _replace_proportions(
    found: Intervals, columns: Columns, model: int, true: Array, right: Array, said: Array
) -> None:
    """Give score intervals to the shares of a model that are near their ends, or of few groups."""
    n = true.sum(axis=1, keepdims=True)
    accuracy = columns.metric(model, "accuracy")
    parts = (
        (slice(accuracy, accuracy + 1), right.sum(axis=1, keepdims=True), n),
        (columns.of_classes(model, "recall"), right, true),
        (columns.of_classes(model, "precision"), right, said),
        (columns.of_classes(model, "share_predicted"), said, np.broadcast_to(n, said.shape)),
    )
    for at, hits, of in parts:
        shares = proportions(hits, of)
        found.low[at], found.high[at] = shares.or_else(found.low[at], found.high[at])
        found.method[at] = np.where(shares.uncertain(), "score", found.method[at])


def _widen_points(
    found: Intervals, columns: Columns, model: int, estimate: Array, true: Array, right: Array, said: Array
) -> None:
    """Give a width to measures that no draw can move, as nothing or everything is right.

    F1 is taken for a proportion; balanced accuracy and macro-F1 have the width of their classes, kappa and
    Matthews' coefficient that of accuracy, with the margins held fixed.
    """
    f1 = columns.of_classes(model, "f1")
    shares = proportions(right, (true + said) / 2)
    low, high = shares.intervals()
    for k in range(columns.classes):
        at = f1.start + k
        if _is_point(found, at) and estimate[at] in (0, 1):
            found.put(at, float(low[k]), float(high[k]))
    occurs = true.sum(axis=0) > 0
    for metric, measure in (("balanced_accuracy", "recall"), ("macro_f1", "f1")):
        at, own = columns.metric(model, metric), columns.of_classes(model, measure)
        if _is_point(found, at) and estimate[at] in (0, 1):
            ends = (values[own][occurs] for values in (estimate, found.low, found.high))
            found.put(at, *mean_interval(*ends))
    n = true.sum()
    chance = float(true.sum(axis=0) @ said.sum(axis=0)) / n**2
    accuracy = found.low[columns.metric(model, "accuracy")]
    for metric in ("matthews", "kappa"):
        at = columns.metric(model, metric)
        if _is_point(found, at) and estimate[at] == 1:
            found.put(at, max(1 - (1 - accuracy) / (1 - chance), -1.0), 1.0)


def _is_point(found: Intervals, at: int) -> bool:
    return bool(found.high[at] - found.low[at] < 1e-12)
