"""All tables of continuous targets of one protocol, from what its models say of the test rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.metrics import Array
from latefusion.core.seeds import stream
from latefusion.evaluation.names import ALL, GIVEN_TEST, LEARNER, UNSEEN_GROUP
from latefusion.evaluation.samples import Mask, Row
from latefusion.evaluation.schemas import to_table
from latefusion.evaluation.tables.comparisons import first_rules
from latefusion.evaluation.tables.strata import Stratification, by_group_size, by_quantiles, by_values
from latefusion.evaluation.targets.best_model import best_rows, confidence_set_rows
from latefusion.evaluation.targets.bridge import bridge_rows, cells
from latefusion.evaluation.targets.comparisons import (
    choose_reference,
    comparison_rows,
    out_of_fold_error,
)
from latefusion.evaluation.targets.complementarity import complementarity_rows
from latefusion.evaluation.targets.losses import Losses, losses
from latefusion.evaluation.targets.measures import METRICS, Measured, measure
from latefusion.evaluation.targets.names import MEAN, TARGET_TABLES
from latefusion.evaluation.targets.prediction_intervals import interval_rows
from latefusion.evaluation.targets.samples import (
    Quadrants,
    TargetItems,
    TargetModel,
    TargetSample,
    align_targets,
    coinciding,
)
from latefusion.evaluation.targets.schemas import SCHEMAS
from latefusion.evaluation.targets.strata import outcomes, strata_rows

BETTER: Final[Mapping[str, str]] = {
    "r2": "higher",
    "rmse": "lower",
    "mae": "lower",
    "pearson": "higher",
    "spearman": "higher",
    "ccc": "higher",
    "slope": "one",
    "intercept": "zero",
}


def evaluate_targets(
    models: Sequence[TargetModel],
    *,
    items: TargetItems,
    protocol: str,
    centers: Mapping[str, Array],
    by: Sequence[str] = (),
    draws: int = 2000,
    seed: int = 0,
    n_jobs: int = 1,
    quadrants: Quadrants | None = None,
    classifiers: pa.Table | None = None,
) -> dict[str, pa.Table]:
    """Return every table of `evaluation/{protocol}/` of continuous targets.

    Parameters
    ----------
    models : sequence of TargetModel
        Of the protocol, on the same test rows; those of kind `learner` are measured and not compared.
    items : TargetItems
    protocol : {'honest', 'cross'}
    centers : mapping of str to (T,) array
        Means of the targets in the training part of each partition, which R² is measured against.
    by : sequence of str
        Descriptive columns to break errors down by.
    draws : int
        Of the group bootstrap; more where the confidence set needs them.
    seed, n_jobs : int
        No number depends on `n_jobs`.
    quadrants : Quadrants, optional
        Where the numbers are cut, for the bridge.
    classifiers : Table, optional
        Outcomes of the classifiers of the same items.
    """
    sample = align_targets([model for model in models if model.kind != LEARNER], items, centers)
    at = items.positions(sample.item)
    same = coinciding(sample)
    reference = choose_reference(sample, items)
    draws = max(draws, 40 * len(sample.models))
    rows: dict[str, list[Row]] = {name: [] for name in TARGET_TABLES}

    chance = partial(stream, seed, "targets", protocol)
    for subset, chosen in _subsets(protocol, items, at):
        part = sample if subset == ALL else sample.where(chosen)
        rows["metrics"] += metric_rows(part, subset, draws, chance("metrics", subset), n_jobs)
        found = losses(part, draws=draws, rng=chance("losses", subset), n_jobs=n_jobs)
        for table, made in _compared(part, found, subset, reference, same, (draws, chance, n_jobs)):
            rows[table] += made
    # by the draws of the metrics: a view and the learner that it is have the same intervals
    rows["learners"] = _learner_rows(models, items, centers, draws, chance("metrics", ALL), n_jobs)
    rows["models"] = _model_rows(sample, items, same, reference, rows["confidence_set"])
    rows["complementarity"] = complementarity_rows(
        sample, draws=draws, rng=chance("complementarity"), n_jobs=n_jobs
    )
    rows["intervals"] = interval_rows(sample, items)
    rows["strata"] = strata_rows(sample, _divisions(sample, items, at, by, quadrants))
    if quadrants is not None:
        rows["bridge"] = bridge_rows(sample, items, quadrants, classifiers, rng=chance("bridge"))
    tables = {name: to_table(name, rows[name], SCHEMAS) for name in TARGET_TABLES if name != "outcomes"}
    return tables | {"outcomes": outcomes(sample, items.group[at], items)}


def _compared(
    part: TargetSample,
    found: Mapping[str, Losses],
    subset: str,
    reference: str | None,
    same: Mapping[str, str | None],
    drawing: tuple[int, Callable[..., np.random.Generator], int],
) -> Iterator[tuple[str, list[Row]]]:
    """Yield what follows from the squared errors of each target: comparisons, and on all items the best."""
    draws, chance, n_jobs = drawing
    for target, of in found.items():
        if reference is not None:
            rng = chance("compare", subset, target)
            confirmatory = subset == ALL
            yield (
                "comparisons",
                comparison_rows(part, of, subset, reference, same, confirmatory=confirmatory, rng=rng),
            )
        if subset == ALL:
            rng = chance("confidence set", target)
            yield (
                "confidence_set",
                confidence_set_rows(part, of, same, draws=draws, rng=rng, n_jobs=n_jobs),
            )
            yield "best", best_rows(part, of, same, draws)


def _subsets(protocol: str, items: TargetItems, at: NDArray[np.int64]) -> list[tuple[str, Mask]]:
    """Return the subsets of a protocol that have items, and which items these are."""
    found: list[tuple[str, Mask]] = [(ALL, np.ones(len(at), bool))]
    if protocol == "cross":
        found.append((GIVEN_TEST, items.split[at] == "test"))
    else:
        seen = {*items.group[items.split == "train"].tolist()}
        found.append((UNSEEN_GROUP, np.array([group not in seen for group in items.group[at].tolist()])))
    return [(name, chosen) for name, chosen in found if name == ALL or (chosen.any() and not chosen.all())]


def metric_rows(
    sample: TargetSample, subset: str, draws: int, rng: np.random.Generator, n_jobs: int = 1
) -> list[Row]:
    """Return every metric of every model and target, and R² averaged over the targets, on a subset."""
    found = measure(
        sample.y,
        [model.predicted for model in sample.models],
        [sample.base(model) for model in sample.models],
        sample.group,
        draws=draws,
        rng=rng,
        n_jobs=n_jobs,
    )
    several = sample.groups > 1
    rows = []
    for m, model in enumerate(sample.models):
        common = {
            "model": model.name,
            "kind": model.kind,
            "subset": subset,
            "n": len(sample.item),
            "groups": sample.groups,
            "interval": found.method if several else "none",
            "draws": draws,
        }
        spreads = _repeat_sd(sample, m)
        for t, target in enumerate(sample.targets):
            for k, metric in enumerate(METRICS):
                rows.append(
                    common
                    | {"target": target, "metric": metric, "better": BETTER[metric]}
                    | ({"interval": "t"} if metric == "spearman" and several else {})
                    | _ends(found, (m, t, k), several)
                    | {"repeat_sd": spreads[t] if metric == "r2" else None}
                )
        value, low, high = found.mean[:, m].tolist()
        mean: Row = {"target": MEAN, "metric": "r2", "better": BETTER["r2"], "value": value}
        if several:
            mean |= {"low": low, "high": high}
        rows.append(common | mean | {"repeat_sd": spreads[-1]})
    return rows


def _learner_rows(
    models: Sequence[TargetModel],
    items: TargetItems,
    centers: Mapping[str, Array],
    draws: int,
    rng: np.random.Generator,
    n_jobs: int,
) -> list[Row]:
    """Return every metric of every learner of a view and target, where there are several."""
    candidates = [model for model in models if model.kind == LEARNER]
    if not candidates:
        return []
    found = metric_rows(align_targets(candidates, items, centers), ALL, draws, rng, n_jobs)
    return [
        {"view": view, "learner": learner, **{key: row.get(key) for key in SCHEMAS["learners"].names[2:]}}
        for row in found
        for view, _, learner in [row["model"].partition(".")]
    ]


def _ends(found: Measured, at: tuple[int, int, int], several: bool) -> Row:
    value: Row = {"value": float(found.value[at])}
    return value | {"low": float(found.low[at]), "high": float(found.high[at])} if several else value


def _repeat_sd(sample: TargetSample, m: int) -> list[float | None]:
    """Return how R² of each target, and of their mean, varies over the replicates of a model."""
    model = sample.models[m]
    if model.replicates < 2:
        return [None] * (len(sample.targets) + 1)
    squared = ((model.predicted - sample.y) ** 2).sum(axis=1)
    around = ((sample.y - sample.base(model)) ** 2).sum(axis=1)
    r2 = 1 - squared / np.where(around > 0, around, np.nan)
    spread = [*r2.std(axis=0, ddof=1).tolist(), float(r2.mean(axis=1).std(ddof=1))]
    return [None if np.isnan(one) else float(one) for one in spread]


def _model_rows(
    sample: TargetSample,
    items: TargetItems,
    same: Mapping[str, str | None],
    reference: str | None,
    confidence_set: Sequence[Row],
) -> list[Row]:
    inside = {row["model"]: row["in_set"] for row in confidence_set if row["target"] == MEAN}
    first = first_rules([model for model in sample.models if model.name != reference], same)
    return [
        {
            "model": model.name,
            "kind": model.kind,
            "repeats": model.replicates,
            "n": len(sample.item),
            "filled": model.filled,
            "same_as": same[model.name],
            "is_reference": model.name == reference,
            "is_confirmatory": first.get(model.name) == model.name,
            "in_confidence_set": inside.get(model.name),
            "out_of_fold_error": out_of_fold_error(model, items, sample.centers),
        }
        for model in sample.models
    ]


def _divisions(
    sample: TargetSample,
    items: TargetItems,
    at: NDArray[np.int64],
    by: Sequence[str],
    quadrants: Quadrants | None,
) -> list[Stratification]:
    """Return the divisions of the items that errors are broken down by."""
    _, member, sizes = np.unique(items.group.astype(str), return_inverse=True, return_counts=True)
    found = [by_group_size(sizes[member][at])] if sample.grouped else []
    for column in by:
        values = items.described[column]
        found.append(by_values(column, [values[i] for i in at.tolist()]))
    for t, target in enumerate(sample.targets):
        if len(np.unique(sample.y[:, t])) > 1:
            found.append(by_quantiles(f"true {target}", sample.y[:, t]))
    if quadrants is not None:
        names = quadrants.names or tuple(_cell_name(sample.targets, quadrants.cut, k) for k in _codes(sample))
        found.append(Stratification("cell", names, cells(sample.y, quadrants.cut)))
    return found


def _codes(sample: TargetSample) -> range:
    return range(1 << len(sample.targets))


def _cell_name(targets: Sequence[str], cut: Array, code: int) -> str:
    bits = [code >> (len(targets) - 1 - t) & 1 for t in range(len(targets))]
    return ", ".join(
        f"{name} {'≥' if bit else '<'} {value:g}" for name, bit, value in zip(targets, bits, cut, strict=True)
    )
