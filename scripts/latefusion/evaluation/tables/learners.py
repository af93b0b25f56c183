"""Several learners on each view: how good each is, and what learners add beside what modalities add."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from latefusion.core.metrics import Array, Labels
from latefusion.evaluation.comparable import contrast, ends_of, is_defined, value_of, with_headline
from latefusion.evaluation.names import LEARNER, SELECTED
from latefusion.evaluation.samples import Known, Model, Row, Sample
from latefusion.evaluation.scores import Scores, score

SVM: Final = "svm"
LEARNERS: Final = "learners"
MODALITIES: Final = "modalities"
BOTH: Final = "both"
"""What is averaged: all learners of the best modality, the chosen learner of each, all learners of each."""

MEANT: Final = ("accuracy", "log_loss")


def view_of(candidate: str) -> str:
    """Return the view of a model `{view}.{learner}`; names of views have no dot."""
    return candidate.partition(".")[0]


def learner_rows(scores: Scores, known: Mapping[str, Known], headline: str) -> list[Row]:
    """Return accuracy, log loss and the headline metric of each learner on each view.

    Where one of the learners is the SVM, the others' paired difference to it stands beside.
    """
    candidates = [model for model in scores.sample.models if model.kind == LEARNER]
    kinds = {model.name: model.kind for model in scores.sample.models}
    names = {model.name for model in candidates}
    rows: list[Row] = []
    for model in candidates:
        view = view_of(model.name)
        taken = known[view].chosen
        row: Row = {
            "view": view,
            "kind": kinds[view],
            "learner": model.name.partition(".")[2],
            "model": model.name,
            "n": len(scores.sample.label),
            "groups": scores.sample.groups,
            "chosen": taken.count(model.name),
            "partitions": len(taken),
            "out_of_fold_log_loss": known[model.name].out_of_fold.get("log_loss"),
            "out_of_fold_accuracy": known[model.name].out_of_fold.get("accuracy"),
        }
        svm = f"{view}.{SVM}"
        for metric in with_headline(MEANT, headline):
            if not is_defined(scores, model, metric):
                continue
            low, high = ends_of(scores, model.name, metric)
            found = row | {"metric": metric, "value": value_of(scores, model.name, metric)}
            found |= {"low": low, "high": high}
            if svm in names and model.name != svm:
                difference, low, high, _ = contrast(scores, model.name, svm, metric)
                found |= {"difference": difference, "difference_low": low, "difference_high": high}
            rows.append(found)
    return rows


def averaged(models: Sequence[Model], reference: str) -> list[Model]:
    """Return means of probabilities: over learners of the best modality, over modalities, and over both.

    Where there is one learner, or one modality, there is nothing to tell apart, and no mean. What lacks a
    modality is averaged over what it has.

    Parameters
    ----------
    models : sequence of Model
        Views and candidates, each with the same rows in the same order.
    reference : str
        The best single modality out of fold.
    """
    singles = [model for model in models if model.kind == "single"]
    candidates = {model.name: model for model in models if model.kind == LEARNER}
    of_best = [one for name, one in candidates.items() if view_of(name) == reference]
    if len(singles) < 2 or len(of_best) < 2:
        return []
    modalities = {model.name for model in singles}
    every = [one for name, one in candidates.items() if view_of(name) in modalities]
    every += [one for one in singles if not any(view_of(name) == one.name for name in candidates)]
    parts = {LEARNERS: of_best, MODALITIES: singles, BOTH: every}
    return [_mean(name, part) for name, part in parts.items()]


def gain_rows(
    models: Sequence[Model],
    reference: str | None,
    headline: str,
    aligned: Callable[[Sequence[Model]], Sample],
    *,
    draws: int,
    rng: np.random.Generator,
    n_jobs: int,
) -> list[Row]:
    """Return what each mean of `averaged` and the chosen rule gain on the best single model and each other.

    Parameters
    ----------
    models : sequence of Model
    reference : str or None
        The best single modality out of fold.
    headline : str
        Metric beside accuracy and log loss.
    aligned : callable
        Brings models onto the items of the protocol.
    draws : int
        Of the group bootstrap.
    rng : numpy.random.Generator
    n_jobs : int
        Threads; no number depends on them.
    """
    means = averaged(models, reference) if reference is not None else []
    if reference is None or not means:
        return []
    sample = aligned([*(model for model in models if model.name in (reference, SELECTED)), *means])
    linearise = headline in ("balanced_accuracy", "macro_f1")
    scores = score(sample, draws=draws, rng=rng, n_jobs=n_jobs, linearise=linearise)
    there = {model.name: model for model in scores.sample.models}
    pairs = [(name, reference) for name in (LEARNERS, MODALITIES, BOTH)] + [(MODALITIES, LEARNERS)]
    if SELECTED in there:
        pairs += [(SELECTED, against) for against in (reference, LEARNERS, MODALITIES)]
    return [
        row
        for metric in with_headline(MEANT, headline)
        for part, against in pairs
        if is_defined(scores, there[part], metric)
        for row in _gain(scores, part, against, metric)
    ]


def grid_rows(known: Mapping[str, Known]) -> dict[str, list[Row]]:
    """Return what SVMs, and what other learners were tried with: the tables of their grids."""
    return {
        "grid": [{"model": name, **point} for name, one in known.items() for point in one.grid],
        "cooperative": [{"model": name, **point} for name, one in known.items() for point in one.along_rho],
        "learner_grid": [{"model": name, **point} for name, one in known.items() for point in one.points],
    }


def at_edge(point: Mapping[str, Any], points: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the settings of a point that are the least or the largest number of three or more tried."""
    found = []
    for name, value in point.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        tried = sorted({other[name] for other in points if isinstance(other[name], int | float)})
        if len(tried) > 2 and value in (tried[0], tried[-1]):
            found.append(name)
    return found


def _gain(scores: Scores, part: str, against: str, metric: str) -> Iterator[Row]:
    low, high = ends_of(scores, part, metric)
    difference, least, most, method = contrast(scores, part, against, metric)
    yield {
        "part": part,
        "against": against,
        "metric": metric,
        "value": value_of(scores, part, metric),
        "low": low,
        "high": high,
        "difference": difference,
        "difference_low": least,
        "difference_high": most,
        "interval": method,
        "n": len(scores.sample.label),
        "groups": scores.sample.groups,
    }


def _mean(name: str, models: Sequence[Model]) -> Model:
    """Return the mean of the probabilities of models on the same rows."""
    first = models[0]
    for other in models:
        if not np.array_equal(first.item, other.item) or not np.array_equal(first.partition, other.partition):
            raise ValueError(f"{other.name} has other rows than {first.name}")
    stacked = np.stack([one.p for one in models if one.p is not None])
    there = np.isfinite(stacked[:, :, 0])
    total = np.where(there[:, :, None], stacked, 0.0).sum(axis=0)
    count = there.sum(axis=0)
    p: Array = np.full(total.shape, np.nan)
    p[count > 0] = total[count > 0] / count[count > 0, None]
    predicted: Labels = np.full(len(p), -1, np.int32)
    predicted[count > 0] = p[count > 0].argmax(axis=1)
    return Model(name, "rule", True, first.item, first.label, predicted, p, first.partition, first.repeat)
