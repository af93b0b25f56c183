"""Errors of numbers by what kind of item it is, and of every single item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from latefusion.evaluation.samples import Names, Row
from latefusion.evaluation.statistics.group_bootstrap import grouped_means
from latefusion.evaluation.tables.strata import Stratification
from latefusion.evaluation.targets.prediction_intervals import half_widths, reach_of
from latefusion.evaluation.targets.samples import TargetItems, TargetSample
from latefusion.evaluation.targets.schemas import SCHEMAS


def strata_rows(sample: TargetSample, divisions: Sequence[Stratification]) -> list[Row]:
    """Return root mean squared error and mean error of each model and target on each stratum."""
    rows = []
    for model in sample.models:
        squared = sample.squared(model)
        error = (model.predicted - sample.y).mean(axis=0)
        for division in divisions:
            for order, name in enumerate(division.names):
                chosen = division.code == order
                if not chosen.any():
                    continue
                means = grouped_means(squared[chosen], sample.group[chosen])
                low, high = means.intervals()
                for t, target in enumerate(sample.targets):
                    ends = np.sqrt(np.maximum([low[t], high[t]], 0)) if means.groups > 1 else (None, None)
                    rows.append(
                        {
                            "model": model.name,
                            "kind": model.kind,
                            "target": target,
                            "by": division.by,
                            "stratum": name,
                            "order": order,
                            "n": means.n,
                            "groups": means.groups,
                            "rmse": float(np.sqrt(means.mean[t])),
                            "low": None if ends[0] is None else float(ends[0]),
                            "high": None if ends[1] is None else float(ends[1]),
                            "bias": float(error[chosen, t].mean()),
                            "share": float(chosen.mean()),
                        }
                    )
    return rows


def outcomes(sample: TargetSample, group: Names, items: TargetItems) -> pa.Table:
    """Return the table `outcomes`: a row for each model, target and item, averaged over replicates."""
    n = len(sample.item)
    columns: dict[str, list[pa.Array]] = {name: [] for name in SCHEMAS["outcomes"].names}
    for model in sample.models:
        squared, said = sample.squared(model), model.predicted.mean(axis=0)
        widths = half_widths(model, items)
        known = {*np.unique(model.partition.astype(str)).tolist()} <= widths.keys()
        reach = reach_of(model, widths).mean(axis=0) if known else np.full(said.shape, np.inf)
        for t, target in enumerate(sample.targets):
            own = {
                "model": pa.array([model.name] * n, pa.string()),
                "item": pa.array(sample.item, pa.string()),
                "group": pa.array(group, pa.string()),
                "target": pa.array([target] * n, pa.string()),
                "true": pa.array(np.ascontiguousarray(sample.y[:, t])),
                "predicted": pa.array(np.ascontiguousarray(said[:, t])),
                "squared_error": pa.array(np.ascontiguousarray(squared[:, t])),
                "low": pa.array(said[:, t] - reach[:, t], mask=~np.isfinite(reach[:, t])),
                "high": pa.array(said[:, t] + reach[:, t], mask=~np.isfinite(reach[:, t])),
            }
            for name, values in own.items():
                columns[name].append(values)
    return pa.table(
        {name: pa.chunked_array(parts) for name, parts in columns.items()}, schema=SCHEMAS["outcomes"]
    )
