"""All tables of one protocol, from what its models say of the test rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from latefusion.core.seeds import stream
from latefusion.core.wording import plural
from latefusion.evaluation.alignment import align, coinciding_models
from latefusion.evaluation.comparable import LINEARISED
from latefusion.evaluation.names import ALL, GIVEN_TEST, LACKING, LEARNER, SELECTED, TABLES, UNSEEN_GROUP
from latefusion.evaluation.samples import Items, Known, Mask, Model, Row, Sample
from latefusion.evaluation.schemas import to_table
from latefusion.evaluation.scores import score
from latefusion.evaluation.statistics.group_bootstrap import Array
from latefusion.evaluation.tables.best_model import best_rows, confidence_set_rows, headline_best_rows
from latefusion.evaluation.tables.comparisons import (
    comparison_rows,
    first_rules,
    overall_rows,
    reference_of,
)
from latefusion.evaluation.tables.complementarity import changed_rows, complementarity_rows, oracle_rows
from latefusion.evaluation.tables.detection import Detection, detection_rows
from latefusion.evaluation.tables.dev_loss import dev_loss_rows
from latefusion.evaluation.tables.learners import gain_rows, grid_rows, learner_rows
from latefusion.evaluation.tables.metrics import metric_rows
from latefusion.evaluation.tables.per_model import (
    calibration_rows,
    clipped,
    confusion_rows,
    outcomes,
    overfitting_rows,
    per_class_rows,
    reliability_rows,
    spread_rows,
)
from latefusion.evaluation.tables.published import published_rows
from latefusion.evaluation.tables.strata import (
    by_group_size,
    by_quantiles,
    by_values,
    coverage_rows,
    error_rows,
    find_quadrants,
    strata_rows,
)

VALENCE: Final = "valence"
AROUSAL: Final = "arousal"


def evaluate(
    models: Sequence[Model],
    *,
    protocol: str,
    items: Items,
    dataset: Mapping[str, Any],
    known: Mapping[str, Known] | None = None,
    shares: Mapping[str, Array] | None = None,
    by: Sequence[str] = (),
    draws: int = 2000,
    seed: int = 0,
    n_jobs: int = 1,
    learning_curve: Sequence[Row] = (),
    metric: str = "accuracy",
    detection: Detection | None = None,
) -> dict[str, pa.Table]:
    """Return every table of `evaluation/{protocol}/`.

    Parameters
    ----------
    models : sequence of Model
        All models of the protocol, on the same test rows.
    protocol : {'replica', 'honest', 'cross'}
    items : Items
    dataset : mapping
        From dataset.json.
    known : mapping of str to Known
        What training left behind, by model.
    shares : mapping of str to (K,) array, optional
        Class shares in the training part of each partition, said of rows that a model cannot predict; by
        default those of the training file.
    by : sequence of str
        Descriptive columns to break accuracy down by.
    draws : int
        Of the group bootstrap; more where the smallest p-value could not pass Holm's first step.
    seed, n_jobs : int
        No number depends on `n_jobs`.
    learning_curve : sequence of dict
    metric : str
        One of `HEADLINES`, which reference, tests and confidence set go by.
    detection : Detection, optional
        What is looked for in two-class data, and what errors cost.
    """
    known = {model.name: Known() for model in models} | dict(known or {})
    aligned = partial(_sample, items=items, dataset=dataset, shares=shares)
    sample = aligned(models)
    at = items.positions(sample.item)
    task = _Task(sample, known, protocol, metric, draws, seed, n_jobs)
    rows = _on_subsets(task, sample, _subsets(protocol, items, at, dataset))
    rows["models"] = _model_rows(task, sample, known, rows["confidence_set"])
    rows |= _of_items(task, sample) | _by_strata(sample, items, at, by)
    rows["overfitting"] = overfitting_rows(rows["metrics"], sample, known)
    rows["dev_loss"] = dev_loss_rows(sample, known, items, task.stream("dev loss"))
    rows["detection"] = detection_rows(sample, dataset["classes"], detection or Detection(), shares)
    rows |= {"spread": spread_rows(sample, models), "learning_curve": list(learning_curve)}
    rows |= grid_rows({} if protocol == "replica" else known)
    rows["gain_sources"] = task.gains(models, aligned)
    rows["published"] = published_rows(protocol, dataset, rows)
    tables = {name: to_table(name, rows[name]) for name in TABLES if name != "outcomes"}
    return tables | {"outcomes": outcomes(sample, items.group[at])}


def _on_subsets(task: _Task, sample: Sample, subsets: Sequence[tuple[str, Mask]]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for subset, chosen in subsets:
        part = sample if subset == ALL else sample.where(chosen)
        for name, found in _on_subset(task, subset, part):
            rows[name] += found
    return rows


def _sample(
    models: Sequence[Model], items: Items, dataset: Mapping[str, Any], shares: Mapping[str, Array] | None
) -> Sample:
    classes = [entry["name"] for entry in dataset["classes"]]
    prior = np.array([entry["prior"] for entry in dataset["classes"]], float)
    return align(models, items.item, items.label, items.group, classes, prior, shares)


class _Task:
    """What all parts of an evaluation share."""

    def __init__(
        self,
        sample: Sample,
        known: Mapping[str, Known],
        protocol: str,
        metric: str,
        draws: int,
        seed: int,
        n_jobs: int,
    ) -> None:
        self.known, self.protocol, self.metric, self.seed, self.n_jobs = known, protocol, metric, seed, n_jobs
        self.same = coinciding_models(sample.models)
        self.reference = reference_of(sample, known, metric)
        # enough that the smallest p-value can pass Holm's first step
        self.draws = max(draws, 40 * sum(model.kind != LEARNER for model in sample.models))

    def gains(self, models: Sequence[Model], aligned: Callable[[Sequence[Model]], Sample]) -> list[Row]:
        """Return what learners and what modalities add to the reference."""
        rng = self.stream("gain sources")
        common = {"draws": self.draws, "n_jobs": self.n_jobs}
        return gain_rows(models, self.reference, self.metric, aligned, rng=rng, **common)

    def stream(self, what: str, *more: str) -> np.random.Generator:
        """Return the generator of one part."""
        return stream(self.seed, what, self.protocol, *more)


def _on_subset(task: _Task, subset: str, part: Sample) -> Iterator[tuple[str, list[Row]]]:
    """Yield the tables that are made for each subset, and those of all items that need its draws."""
    draws, n_jobs = task.draws, task.n_jobs
    scores = score(
        part,
        draws=draws,
        rng=task.stream("evaluate", subset),
        n_jobs=n_jobs,
        linearise=task.metric in ("balanced_accuracy", "macro_f1"),
    )
    measured = calibration_rows(part, subset, task.stream("calibrate", subset), n_jobs)
    yield "calibration", measured
    yield "metrics", metric_rows(scores, subset, draws, measured)
    yield "per_class", per_class_rows(scores, subset)
    yield "confusion", confusion_rows(part, subset)
    if task.reference is not None:
        yield (
            "comparisons",
            comparison_rows(
                scores,
                subset,
                task.reference,
                task.same,
                draws,
                headline=task.metric,
                confirmatory=subset == ALL,
                rng=task.stream("compare", subset),
                n_jobs=n_jobs,
            ),
        )
    if subset != ALL:
        return
    yield (
        "confidence_set",
        confidence_set_rows(scores, task.same, draws, task.stream("confidence set"), n_jobs, task.metric),
    )
    yield "overall", overall_rows(scores, task.same, task.metric)
    yield "learners", learner_rows(scores, task.known, task.metric)
    yield "best", best_rows(scores, task.same, SELECTED, draws)
    if task.metric in LINEARISED:
        rng = task.stream("best", task.metric)
        yield (
            "best",
            headline_best_rows(scores, task.same, SELECTED, task.metric, draws, rng, n_jobs),
        )
    if task.reference is not None:
        yield "oracle", oracle_rows(scores, task.reference)


def _of_items(task: _Task, sample: Sample) -> dict[str, list[Row]]:
    """Return the tables of all items that need no draws."""
    return {
        "complementarity": complementarity_rows(sample),
        "changed": [] if task.reference is None else changed_rows(sample, task.reference),
        "reliability": reliability_rows(sample),
        "coverage": coverage_rows(sample),
    }


def _subsets(
    protocol: str, items: Items, at: NDArray[np.int64], dataset: Mapping[str, Any]
) -> list[tuple[str, Mask]]:
    """Return the subsets of a protocol that have items, and which items these are."""
    found: list[tuple[str, Mask]] = [(ALL, np.ones(len(at), bool))]
    if protocol == "cross":
        found.append((GIVEN_TEST, items.split[at] == "test"))
    elif dataset["groups"]["known"]:
        seen = {*items.group[items.split == "train"].tolist()}
        found.append((UNSEEN_GROUP, np.array([group not in seen for group in items.group[at].tolist()])))
    return [(name, chosen) for name, chosen in found if name == ALL or chosen.any()]


def _model_rows(
    task: _Task, sample: Sample, known: Mapping[str, Known], confidence_set: Sequence[Row]
) -> list[Row]:
    """Return what a model is, and what is known of it besides its test rows."""
    inside = {row["model"]: row["in_set"] for row in confidence_set if row["metric"] == task.metric}
    first = first_rules(sample.models, task.same)
    rows = []
    for model in sample.models:
        facts = known[model.name]
        lacking = f"{plural(model.filled, 'row')} {LACKING}" if model.filled else None
        noted = [note for note in (facts.note, lacking) if note]
        rows.append(
            {
                "model": model.name,
                "kind": model.kind,
                "probabilistic": model.p is not None,
                "scored_by": facts.scored_by,
                "repeats": model.replicates,
                "n": len(sample.label),
                "clipped": clipped(model, sample),
                "same_as": task.same[model.name],
                "is_reference": model.name == task.reference,
                "is_confirmatory": first.get(model.name) == model.name,
                "in_confidence_set": inside.get(model.name),
                "out_of_fold_accuracy": facts.out_of_fold.get("accuracy"),
                "out_of_fold_log_loss": facts.out_of_fold.get("log_loss"),
                "approximated": facts.approximated,
                "inverted_sigmoids": facts.inverted_sigmoids,
                "kernel_distance": facts.kernel_distance,
                "note": "; ".join(noted[:1] if model.kind == "rule" else noted) or None,
            }
        )
    return rows


def _by_strata(
    sample: Sample, items: Items, at: NDArray[np.int64], by: Sequence[str]
) -> dict[str, list[Row]]:
    """Return accuracy by kind of item, and by kind of error where classes are quadrants."""
    _, member, sizes = np.unique(items.group.astype(str), return_inverse=True, return_counts=True)
    divisions = [by_group_size(sizes[member][at])] if sample.grouped else []
    for column in by:
        values = items.described[column]
        divisions.append(by_values(column, [values[i] for i in at.tolist()]))
    quadrants = None
    if VALENCE in items.described and AROUSAL in items.described:
        valence, arousal = (_numbers(items.described[name], at) for name in (VALENCE, AROUSAL))
        quadrants = find_quadrants(sample.label, len(sample.classes), valence, arousal)
    if quadrants is not None:
        divisions.append(by_quantiles("boundary_distance", quadrants.distance))
    return {"strata": strata_rows(sample, divisions), "errors": error_rows(sample, quadrants)}


def _numbers(values: Sequence[Any], at: NDArray[np.int64]) -> Array:
    return np.array([values[i] if isinstance(values[i], int | float) else np.nan for i in at.tolist()], float)
