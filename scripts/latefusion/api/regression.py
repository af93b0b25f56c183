"""Predictions of numbers, judged: `latefusion.evaluate_regression`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from latefusion.api.arguments import refusal, require_known, seed_of
from latefusion.core.errors import shorten
from latefusion.core.seeds import stream
from latefusion.evaluation.statistics.group_bootstrap import (
    Array,
    Groups,
    group_sums,
    grouped_means,
    least_p,
    student,
)
from latefusion.evaluation.statistics.paired_tests import holm, least_detectable
from latefusion.evaluation.statistics.proportions import LEVEL
from latefusion.evaluation.statistics.studentised import studentise
from latefusion.evaluation.targets.measures import METRICS, measure
from latefusion.evaluation.targets.names import MEAN

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RegressionEvaluation:
    """What predictions of numbers are worth.

    Attributes
    ----------
    metrics : DataFrame
        `target`, `model`, `metric`, `value`, `low`, `high`: 95 % intervals by draws of whole groups.
    comparisons : DataFrame
        Of each other model with the reference, by target: `difference` of the mean squared errors, below 0
        where the model is better, its interval, `p` of the symmetric bootstrap-t test, `p_holm` over the
        family of a target, and the least difference that such a test would mostly find.
    """

    metrics: pd.DataFrame
    comparisons: pd.DataFrame


def evaluate_regression(
    y: ArrayLike,
    predictions: Mapping[str, ArrayLike],
    *,
    baseline: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    targets: Sequence[str] | None = None,
    reference: str | None = None,
    draws: int = 2000,
    random_state: np.random.Generator | int | None = 0,
) -> RegressionEvaluation:
    """Metrics of predicted numbers with intervals over groups, and each model against a reference.

    Parameters
    ----------
    y : (n,) or (n, T) array
    predictions : mapping of str to (n,) or (n, T) array
        By model, of items that it did not learn from.
    baseline : float or (T,) array, optional
        Mean of the targets among the training items, which R² is measured against; by default that of `y`,
        which flatters nobody by more than 1/n.
    groups : (n,) array, optional
        Items of one group are not independent; by default each item is its own.
    targets : sequence of str, optional
        Names of the targets.
    reference : str, optional
        A model that was chosen without these items; by default the first. Never the best of them here.
    draws : int
        Of the bootstrap.
    random_state : int, numpy.random.Generator or None

    Raises
    ------
    ArgumentError
        If shapes do not match, values are not finite, a target does not vary, or the reference is unknown.
    """
    import pandas as pd

    Y = _varying(_matrix(y, "y", None), targets)
    names = _target_names(targets, Y.shape[1])
    F = {name: _matrix(values, f"predictions[{name!r}]", Y.shape) for name, values in predictions.items()}
    if not F:
        raise refusal("predictions", "no model", "a mapping of names to arrays", "give one at least")
    reference = next(iter(F)) if reference is None else reference
    require_known(reference, list(F), "reference", kind="model")
    base = Y.mean(axis=0) if baseline is None else _baseline(baseline, Y.shape[1])
    group = _groups(groups, len(Y))
    rng = stream(seed_of(random_state), "regression")
    metrics = _metric_rows(Y, F, base, group, names, draws, rng)
    comparisons = [
        row
        for t, name in enumerate(names)
        for row in _comparison_rows(
            Y[:, t], {m: f[:, t] for m, f in F.items()}, reference, group, name, draws, rng
        )
    ]
    return RegressionEvaluation(pd.DataFrame(metrics), pd.DataFrame(comparisons))


def _metric_rows(
    Y: Array,
    F: Mapping[str, Array],
    base: Array,
    group: Groups,
    names: Sequence[str],
    draws: int,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Return every metric of every model and target; all from the same draws."""
    predicted = [f[None] for f in F.values()]
    against = [np.broadcast_to(base, one.shape) for one in predicted]
    found = measure(Y, predicted, against, group, draws=draws, rng=rng)
    rows = [
        _row(target, model, metric, *(part[m, t, k] for part in (found.value, found.low, found.high)))
        for m, model in enumerate(F)
        for t, target in enumerate(names)
        for k, metric in enumerate(METRICS)
    ]
    if len(names) > 1:
        rows += [_row(MEAN, model, "r2", *found.mean[:, m]) for m, model in enumerate(F)]
    return rows


def _row(target: str, model: str, metric: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {
        "target": target,
        "model": model,
        "metric": metric,
        "value": float(value),
        "low": float(low),
        "high": float(high),
    }


def _comparison_rows(
    y: Array,
    F: Mapping[str, Array],
    reference: str,
    group: Groups,
    target: str,
    draws: int,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Return the mean squared error of each model less that of the reference, tested on whole groups."""
    others = [model for model in F if model != reference]
    if not others:
        return []
    loss = np.stack([(y - F[model]) ** 2 for model in (reference, *others)], axis=1)
    # in units of the target's variance, as the test's threshold for rounding wants them
    unit = float(y.var())
    count = int(group.max()) + 1
    sizes = np.bincount(group, minlength=count).astype(np.float64)
    first, second = np.arange(1, loss.shape[1]), np.zeros(len(others), np.int64)
    test = studentise(group_sums(loss / unit, group, count), sizes, first, second, draws=draws, rng=rng)
    means = grouped_means(loss[:, 1:] - loss[:, :1], group)
    # draws of very few groups have no tails to take a quantile from
    few = least_p(count) > 1 - LEVEL
    half = np.full(len(others), student(count)) if few else np.quantile(np.abs(test.draws), LEVEL, axis=0)
    p = test.p()
    return [
        {
            "target": target,
            "model": model,
            "reference": reference,
            "difference": float(means.mean[k]),
            "low": float(means.mean[k] - half[k] * means.se[k]),
            "high": float(means.mean[k] + half[k] * means.se[k]),
            "p": float(p[k]),
            "p_holm": float(adjusted),
            "detectable": least_detectable(float(means.se[k]), len(others), least=least_p(count)),
        }
        for k, (model, adjusted) in enumerate(zip(others, holm(p).tolist(), strict=True))
    ]


def _matrix(values: ArrayLike, where: str, shape: tuple[int, ...] | None) -> Array:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise refusal(where, shorten(values), "numbers", "give an array of numbers") from None
    found = found[:, None] if found.ndim == 1 else found
    if found.ndim != 2 or not found.size or (shape is not None and found.shape != shape):
        wanted = (
            "(n,) or (n, targets)" if shape is None else f"{shape[0]} items of {shape[1]} targets, as y has"
        )
        raise refusal(where, f"shape {np.shape(values)}", wanted, "give a number for each item and target")
    wrong = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(wrong):
        row = int(wrong[0])
        raise refusal(where, f"{found[row].tolist()}", "finite numbers", "leave such items out", row=row)
    return found


def _varying(Y: Array, names: Sequence[str] | None) -> Array:
    for name, column in zip(_target_names(names, Y.shape[1]), Y.T, strict=True):
        if np.ptp(column) == 0:
            found = f"{column[0]:g} for every item"
            raise refusal(f"y, {name}", found, "a target that varies", "leave it out")
    return Y


def _target_names(names: Sequence[str] | None, count: int) -> list[str]:
    if names is None:
        return [f"target {t}" for t in range(count)] if count > 1 else ["target"]
    if len(names) != count or len(set(names)) != count or MEAN in names:
        found = ", ".join(map(str, names))
        raise refusal("targets", found, f"{count} different names, none of them {MEAN!r}", "name each target")
    return list(names)


def _baseline(values: ArrayLike, count: int) -> Array:
    found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if found.shape != (count,) or not np.isfinite(found).all():
        raise refusal(
            "baseline", shorten(values), "a finite number for each target", "give the training mean"
        )
    return found


def _groups(groups: ArrayLike | None, n: int) -> Groups:
    if groups is None:
        return np.arange(n, dtype=np.int64)
    found = np.asarray(groups)
    if found.shape != (n,):
        raise refusal(
            "groups", f"shape {found.shape}", f"a group for each of the {n} items", "give one array"
        )
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


__all__ = ["RegressionEvaluation", "evaluate_regression"]
