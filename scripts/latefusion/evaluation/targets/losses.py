"""Squared errors of all models in units of R², and draws of whole groups of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from latefusion.evaluation.comparable import COMPARED
from latefusion.evaluation.statistics.group_bootstrap import Array, Resampled, group_sums, resample
from latefusion.evaluation.targets.names import MEAN
from latefusion.evaluation.targets.samples import AlignedTargets, TargetSample


@dataclass(frozen=True)
class Losses:
    """Squared errors over the denominator of R², of one target or averaged over all.

    The mean of a column over the items is 1 − R² of that model.

    Attributes
    ----------
    target : str
    unit : float
        What the losses have to be multiplied by to be squared errors; 1 for the mean over targets.
    values : (n, M) array
        Of each item and model.
    sums : (G, M) array
        Over each group.
    sizes : (G,) array
        Items of each group.
    resampled : Resampled
        Mean losses of the models in draws of whole groups, and of those that each draw left out.
    """

    target: str
    unit: float
    values: Array
    sums: Array
    sizes: Array
    resampled: Resampled


def losses(
    sample: TargetSample, *, draws: int, rng: np.random.Generator, n_jobs: int = 1
) -> dict[str, Losses]:
    """Return the losses of each target and of their mean, by name; all from the same draws.

    A target that does not vary around the training means in this sample has none.
    """
    spread = sample.spread()
    squared = np.stack([sample.squared(model) for model in sample.models], axis=1)  # (n, M, T)
    kept = [t for t in range(len(sample.targets)) if spread[t] > 0]
    values = {sample.targets[t]: squared[:, :, t] / spread[t] for t in kept}
    units = {sample.targets[t]: float(spread[t]) for t in kept}
    if len(kept) == len(sample.targets):
        values[MEAN] = np.mean([values[name] for name in sample.targets], axis=0)
        units[MEAN] = 1.0
    sizes = np.bincount(sample.group, minlength=sample.groups).astype(np.float64)
    seed = int(rng.integers(2**63))
    found = {}
    for name, own in values.items():
        sums = group_sums(own, sample.group, sample.groups)
        parts = np.c_[sizes, sums]
        drawn = resample(
            parts,
            _means,
            draws=draws,
            rng=np.random.default_rng(seed),
            left_out=(parts, _means),
            n_jobs=n_jobs,
        )
        found[name] = Losses(name, units[name], own, sums, sizes, drawn)
    return found


def _means(drawn: Array) -> Array:
    n = drawn[:, :1]
    return np.divide(drawn[:, 1:], n, out=np.full_like(drawn[:, 1:], np.nan), where=n > 0)


def compared(sample: TargetSample, same: Mapping[str, str | None]) -> list[AlignedTargets]:
    """Return the models that learn from the items, those that coincide once."""
    return [model for model in sample.models if model.kind in COMPARED and same[model.name] is None]


def columns(sample: TargetSample, models: Sequence[AlignedTargets]) -> list[int]:
    """Return where some models stand among all of a sample."""
    place = {model.name: index for index, model in enumerate(sample.models)}
    return [place[model.name] for model in models]
