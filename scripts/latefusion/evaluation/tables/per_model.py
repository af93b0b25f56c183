"""Tables that describe each model on its own: classes, confusions, reliability, over-fitting, spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.log_loss import CLIP, true_probability
from latefusion.core.metrics import PER_CLASS, confusion
from latefusion.core.parallel import run
from latefusion.evaluation.names import ALL
from latefusion.evaluation.samples import Aligned, Known, Model, Names, Row, Sample
from latefusion.evaluation.schemas import SCHEMAS
from latefusion.evaluation.scores import Scores, replicate_values
from latefusion.evaluation.statistics import calibration as cal
from latefusion.evaluation.statistics.group_bootstrap import Array


def calibration_rows(sample: Sample, subset: str, rng: np.random.Generator, n_jobs: int) -> list[Row]:
    """Return slope and calibration errors of each probabilistic model on a subset."""
    models = [model for model in sample.models if model.p is not None]
    seeds = rng.integers(2**63, size=len(models)).tolist()

    def measure(task: tuple[Aligned, int]) -> list[Row]:
        model, seed = task
        assert model.p is not None
        slope = cal.calibration_slope(model.p, sample.label, sample.group)
        own = np.random.default_rng(seed)
        top, each = cal.calibration_errors(model.p, sample.label, draws=cal.DRAWS, rng=own)
        common = {
            "model": model.name,
            "kind": model.kind,
            "subset": subset,
            "n": len(sample.label),
            "clipped": clipped(model, sample),
        }
        ends = {"value": slope.value, "low": slope.low, "high": slope.high}
        return [common | {"measure": "slope", "draws": 0} | ends] + [
            common
            | {"measure": name, "draws": cal.DRAWS, "low": None, "high": None}
            | {"value": one.value, "expected": one.expected, "p": one.p}
            for name, one in (("ece_top", top), ("ece_class", each))
        ]

    measured = run(measure, list(zip(models, seeds, strict=True)), n_jobs)
    return [row for rows in measured for row in rows]


def clipped(model: Aligned, sample: Sample) -> int | None:
    """Return how many rows give their class less than 1e-15."""
    if model.p is None:
        return None
    return int((true_probability(model.p, sample.label) < CLIP).sum())


def per_class_rows(scores: Scores, subset: str) -> list[Row]:
    """Return measures of each model and class on a subset."""
    sample, estimate = scores.sample, scores.resampled.estimate
    ends = scores.intervals
    support = np.bincount(sample.label, minlength=len(sample.classes))
    rows = []
    for model in sample.models:
        own = scores.areas[model.name].of_class if model.name in scores.areas else None
        for c, name in enumerate(sample.classes):
            common = {
                "model": model.name,
                "kind": model.kind,
                "subset": subset,
                "class_index": c,
                "class": name,
                "support": int(support[c]),
                "prior": float(sample.prior[c]),
                "share_true": float(support[c] / len(sample.label)),
            }
            for measure in PER_CLASS:
                at = scores.class_column(model.name, measure, c)
                known = {
                    "value": float(estimate[at]),
                    "low": float(ends.low[at]),
                    "high": float(ends.high[at]),
                }
                if measure == "recall" and support[c] == 0:
                    known = {}
                rows.append(common | {"metric": measure} | known)
            if own is not None:
                value, lower, upper = own[c]
                rows.append(common | {"metric": "auroc", "value": value, "low": lower, "high": upper})
    return rows


def confusion_rows(sample: Sample, subset: str) -> list[Row]:
    """Return the cells of the confusion matrices on a subset, means over replicates."""
    rows = []
    for model in sample.models:
        counts = [confusion(sample.label, one, len(sample.classes)) for one in model.predicted]
        mean = np.mean(counts, axis=0)
        for true, true_name in enumerate(sample.classes):
            total = mean[true].sum()
            rows += [
                {
                    "model": model.name,
                    "kind": model.kind,
                    "subset": subset,
                    "true_index": true,
                    "true": true_name,
                    "predicted_index": said,
                    "predicted": name,
                    "count": float(mean[true, said]),
                    "share": float(mean[true, said] / total) if total else None,
                }
                for said, name in enumerate(sample.classes)
            ]
    return rows


def reliability_rows(sample: Sample) -> list[Row]:
    """Return the reliability diagrams: of the top label, and of each class."""
    rows = []
    for model in sample.models:
        if model.p is None or model.kind == "baseline":
            continue
        count = model.replicates
        group = np.tile(sample.group, count)
        flat = model.p.reshape(-1, len(sample.classes))
        label = np.tile(sample.label, count)
        diagrams: list[tuple[str, int | None, str | None, Array, NDArray[np.bool_]]]
        diagrams = [("top", None, None, flat.max(axis=1), flat.argmax(axis=1) == label)]
        diagrams += [("class", c, name, flat[:, c], label == c) for c, name in enumerate(sample.classes)]
        for diagram, c, name, confidence, hit in diagrams:
            rows += [
                {
                    "model": model.name,
                    "kind": model.kind,
                    "diagram": diagram,
                    "class_index": c,
                    "class": name,
                    "bin": index,
                    "n": round(one.n / count),
                    "confidence_low": one.confidence_low,
                    "confidence_high": one.confidence_high,
                    "confidence": one.confidence,
                    "observed": one.observed,
                    "low": one.low,
                    "high": one.high,
                }
                for index, one in enumerate(cal.reliability(confidence, hit, group))
            ]
    return rows


def overfitting_rows(metrics: Sequence[Row], sample: Sample, known: Mapping[str, Known]) -> list[Row]:
    """Return accuracy and log loss on rows seen, rows held out, and test rows."""
    test = {(row["model"], row["metric"]): row["value"] for row in metrics if row["subset"] == ALL}
    rows = []
    for model in sample.models:
        facts = known[model.name]
        if not facts.in_sample and not facts.out_of_fold:
            continue
        for metric in ("accuracy", "log_loss"):
            inside, outside = facts.in_sample.get(metric), facts.out_of_fold.get(metric)
            if inside is None and outside is None:
                continue
            rows.append(
                {
                    "model": model.name,
                    "kind": model.kind,
                    "metric": metric,
                    "in_sample": inside,
                    "out_of_fold": outside,
                    "test": test.get((model.name, metric)),
                    "gap": None if inside is None or outside is None else inside - outside,
                    "n_train": facts.n_train,
                    "n_test": len(sample.label),
                    "partitions": facts.partitions,
                }
            )
    return rows


def spread_rows(sample: Sample, models: Sequence[Model]) -> list[Row]:
    """Return how metrics vary over repeats of a rule, fold assignments and partitions."""
    rows = []
    names = len({name for model in models for name in model.partition.tolist()})
    for model in sample.models:
        values = replicate_values(sample, model)
        assignments, repeats = model.key[:, 0], model.key[:, 1]
        for metric, each in values.items():
            spreads: list[tuple[str, Array]] = []
            if len(np.unique(repeats)) > 1:
                spreads.append(("repeat", _means_by(each, repeats)))
            if len(np.unique(assignments)) > 1:
                spreads.append(("assignment", _means_by(each, assignments)))
            if names > 1 and metric == "accuracy":
                right = (model.predicted == sample.label).astype(float).ravel()
                spreads.append(("partition", _means_by(right, model.partition.ravel())))
            rows += [
                {
                    "model": model.name,
                    "kind": model.kind,
                    "over": over,
                    "metric": metric,
                    "values": len(found),
                    "mean": float(found.mean()),
                    "sd": float(found.std(ddof=1)),
                    "least": float(found.min()),
                    "most": float(found.max()),
                }
                for over, found in spreads
            ]
    return rows


def _means_by(values: Array, code: NDArray[Any]) -> Array:
    member = np.unique(code, return_inverse=True)[1]
    means: Array = np.bincount(member, values) / np.bincount(member)
    return means


def outcomes(sample: Sample, group: Names) -> pa.Table:
    """Return the table `outcomes`, column by column: it has a row for each model and item."""
    n, classes = len(sample.label), len(sample.classes)
    columns: dict[str, list[pa.Array]] = {}
    for model in sample.models:
        votes = np.stack([(model.predicted == c).sum(axis=0) for c in range(classes)], axis=1)
        loss = model.loss(sample.label)
        p = None if model.p is None else true_probability(model.p, sample.label).mean(axis=0)
        own = {
            "model": pa.array([model.name] * n, pa.string()),
            "item": pa.array(sample.item, pa.string()),
            "group": pa.array(group, pa.string()),
            "label": pa.array(sample.label.astype(np.int64)),
            "predicted": pa.array(votes.argmax(axis=1)),
            "correct": pa.array(model.correct(sample.label)),
            "loss": pa.nulls(n, pa.float64()) if loss is None else pa.array(loss),
            "p_label": pa.nulls(n, pa.float64()) if p is None else pa.array(p),
        }
        for name, values in own.items():
            columns.setdefault(name, []).append(values)
    return pa.table(
        {name: pa.chunked_array(parts) for name, parts in columns.items()}, schema=SCHEMAS["outcomes"]
    )
