"""Prediction intervals from the errors on held-out groups, and how often they cover."""

from __future__ import annotations

from typing import Final

import numpy as np

from latefusion.core.metrics import Array
from latefusion.evaluation.samples import Row
from latefusion.evaluation.statistics.group_bootstrap import group_sums
from latefusion.evaluation.statistics.proportions import proportions
from latefusion.evaluation.targets.samples import AlignedTargets, TargetItems, TargetSample

COVERAGE: Final = 0.9
ALL_PARTITIONS: Final = "all"


def half_widths(model: AlignedTargets, items: TargetItems) -> dict[str, Array]:
    """Return how far an interval reaches to both sides of a prediction, (T,), by partition.

    Split conformal (Papadopoulos et al. 2002; Lei et al. 2018): the ⌈0.9 (m + 1)⌉-th smallest absolute error
    among the m training rows, each said by a model that did not see its fold, and so, where folds keep
    groups together, none of its group. Infinite where m is below 9. Where a model says how sure it is of each
    item, in its standard deviations (normalised: Papadopoulos, Vovk & Gammerman 2011).
    """
    found = {}
    for partition, held in model.out_of_fold.items():
        errors = items.y[items.positions(held.item)] - held.predicted
        found[partition] = half_width(errors if held.sd is None else errors / held.sd)
    return found


def half_width(errors: Array) -> Array:
    """Return how far an interval reaches, (T,), from errors of models that did not see the row, (m, T)."""
    ordered = np.sort(np.abs(errors), axis=0)
    rank = int(np.ceil(COVERAGE * (len(ordered) + 1) - 1e-9))
    return ordered[rank - 1] if 0 < rank <= len(ordered) else np.full(ordered.shape[1], np.inf)


def interval_rows(sample: TargetSample, items: TargetItems) -> list[Row]:
    """Return the coverage of each model's intervals in each partition, and over all of them."""
    return [row for model in sample.models if model.out_of_fold for row in _of_model(sample, model, items)]


def _of_model(sample: TargetSample, model: AlignedTargets, items: TargetItems) -> list[Row]:
    widths = half_widths(model, items)
    if not {*np.unique(model.partition.astype(str)).tolist()} <= widths.keys():
        return []
    reach = reach_of(model, widths)
    if not np.isfinite(reach).all():
        return []
    inside = np.abs(sample.y - model.predicted) <= reach
    rows = []
    for t, target in enumerate(sample.targets):
        for partition in (*widths, ALL_PARTITIONS):
            chosen = np.ones(model.partition.shape, bool)
            if partition != ALL_PARTITIONS:
                chosen = model.partition == partition
            if not chosen.any():
                continue
            counted = chosen.sum(axis=0).astype(np.float64)
            hits = (inside[:, :, t] & chosen).sum(axis=0).astype(np.float64)
            by_group = group_sums(np.stack([hits, counted], axis=1), sample.group, sample.groups)
            by_group = by_group[by_group[:, 1] > 0]
            share = proportions(by_group[:, :1], by_group[:, 1:])
            low, high = share.intervals() if len(by_group) > 1 else (np.array([np.nan]), np.array([np.nan]))
            held = [len(one.item) for name, one in model.out_of_fold.items() if partition in (name, "all")]
            rows.append(
                {
                    "model": model.name,
                    "kind": model.kind,
                    "target": target,
                    "partition": partition,
                    "level": COVERAGE,
                    "half_width": float(reach[:, :, t][chosen].mean()),
                    "coverage": float(hits.sum() / counted.sum()),
                    "low": float(low[0]),
                    "high": float(high[0]),
                    "n": int((counted > 0).sum()),
                    "n_held_out": int(min(held)),
                }
            )
    return rows


def reach_of(model: AlignedTargets, widths: dict[str, Array]) -> Array:
    """Return the half width of each row's interval, (R, n, T)."""
    names, code = np.unique(model.partition.astype(str), return_inverse=True)
    reach: Array = np.stack([widths[name] for name in names.tolist()])
    each: Array = reach[code.reshape(model.partition.shape)]
    return each if model.sd is None else each * model.sd
