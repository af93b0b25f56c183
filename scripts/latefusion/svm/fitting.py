"""Fitting of SVMs that differ in C and gamma on the same rows, sharing whatever can be shared."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.core.parallel import one_blas_thread
from latefusion.svm.estimator import COMBINE, SVM, Float32, Matrices, as_parts
from latefusion.svm.kernel_alignment import Alignment
from latefusion.svm.kernels import Gram, Space
from latefusion.svm.layout import WHOLE, Layout
from latefusion.svm.memory import budget, distance_bytes, require, svm_bytes
from latefusion.svm.nystroem_fit import fit_approximately
from latefusion.svm.one_vs_one import Problem, Solution, decide, warn_capped
from latefusion.svm.training_set import Data, by_gamma

logger = logging.getLogger(__name__)

OWN_FOLDS = 5


def fit_all(
    models: Sequence[SVM],
    X: Matrices,
    y: ArrayLike,
    *,
    fold: ArrayLike | None = None,
    n_classes: int | None = None,
) -> None:
    """Fit SVMs that differ in nothing but C and gamma.

    Distances are computed once, kernel values once for each gamma, and the machines of one C start from
    those of the C before.

    Parameters
    ----------
    models : sequence of SVM
    X, y, fold, n_classes
        As for `SVM.fit`.
    """
    parts = as_parts(X)
    classes, index = _classes(y, n_classes, len(parts[0]))
    folds = _folds(index, fold, models[0].random_state, len(classes))
    with one_blas_thread():
        _fit_all(models, parts, index, folds, classes)


def _classes(y: ArrayLike, n_classes: int | None, n: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    labels = np.asarray(y)
    if labels.shape != (n,):
        raise ValueError(f"y has shape {labels.shape}, X has {n} rows")
    if n_classes is None:
        classes, index = np.unique(labels, return_inverse=True)
    else:
        classes, index = np.arange(n_classes), labels.astype(np.int64)
        if n and not (index.min() >= 0 and index.max() < n_classes):
            raise ValueError(f"y must hold class indices from 0 to {n_classes - 1}")
    if len(np.unique(index)) < 2:
        raise ValueError("an SVM needs rows of at least two classes")
    return classes, index.astype(np.int64)


def _folds(
    y: NDArray[np.int64],
    fold: ArrayLike | None,
    random_state: np.random.Generator | int | None,
    n_classes: int,
) -> NDArray[np.int64]:
    """Return folds 0 … F-1: those given, or stratified ones of our own."""
    if fold is not None:
        given = np.asarray(fold)
        if given.shape != y.shape:
            raise ValueError(f"fold has shape {given.shape}, y has {y.shape}")
        return np.unique(given, return_inverse=True)[1].astype(np.int64)
    rng = np.random.default_rng(random_state)
    own = np.empty(len(y), np.int64)
    start = 0
    for label in range(n_classes):
        rows = rng.permutation(np.flatnonzero(y == label))
        # each class goes on dealing where the one before stopped, so that folds are of equal size
        own[rows] = (start + np.arange(len(rows))) % OWN_FOLDS
        start += len(rows)
    return np.unique(own, return_inverse=True)[1].astype(np.int64)


def _fit_all(
    models: Sequence[SVM],
    parts: list[Float32],
    y: NDArray[np.int64],
    fold: NDArray[np.int64],
    classes: NDArray[Any],
) -> None:
    first = models[0]
    if first.combine not in COMBINE:
        raise ValueError(f"combine must be one of {', '.join(COMBINE)}, not {first.combine!r}")
    components = None if first.approximation is None else int(first.approximation["components"])
    n_folds = int(fold.max()) + 1
    needed = svm_bytes(
        len(y),
        sum(part.shape[1] for part in parts),
        classes=len(classes),
        folds=n_folds,
        models=len(models),
        components=components,
    )
    require(needed, len(y), first.memory_mb, approximated=components is not None)
    layout = Layout.of(y, fold, len(classes), n_folds)
    _say_what_is_absent(layout)
    space = Space.fit(parts, first.combine, first.scale)
    data = Data(layout, classes, space, space.rows(parts, layout.order, n_jobs=first.n_jobs))
    if components is None:
        _fit_exactly(models, data, y, needed)
    else:
        fit_approximately(models, data, components)
    for model in models:
        model.calibrate(y, fold)
    data.say("calibrated")


def _say_what_is_absent(layout: Layout) -> None:
    for label in np.flatnonzero(layout.present):
        for fold in range(layout.n_folds):
            if not layout.ranges(int(label), fold):
                logger.info(
                    "class %d has rows in fold %d alone: the machines without this fold never saw it, and "
                    "their decisions on it are constant",
                    label,
                    fold,
                )


def _fit_exactly(models: Sequence[SVM], data: Data, y: NDArray[np.int64], needed: int) -> None:
    first, layout, space = models[0], data.layout, data.space
    groups = by_gamma(models, space)
    aligned = first.combine == "kernel_aligned" and space.n_parts > 1
    again = len(groups) > 1 or aligned
    limit = budget(first.memory_mb)
    gram = Gram(
        data.rows,
        [max(gammas[part] for gammas, _ in groups) for part in range(space.n_parts)],
        reuse=again and (limit is None or needed + distance_bytes(len(y), space.n_parts) <= limit),
        n_jobs=first.n_jobs,
    )
    for gammas, same in groups:
        kernels: dict[tuple[float, ...], list[int]] = {data.equal_weights: list(data.everything)}
        if aligned:
            kernels = Alignment(gram, layout, gammas).kernels(data.everything)
        found: list[dict[int, Solution]] = [{} for _ in same]
        decisions = [np.zeros((2, len(y), len(layout.pairs))) for _ in same]
        for weights, without in kernels.items():
            K = gram.fill(gammas, weights)
            data.say("kernel of %d rows", len(y))
            before: dict[int, Solution] = {}
            for model, solved, decision in zip(same, found, decisions, strict=True):
                problem = Problem(layout, model.C, data.class_weight(model.class_weight), model.max_iter)
                before = {s.without: s for s in problem.solve(K, without, model.n_jobs, before)}
                decide(K, layout, list(before.values()), decision, model.n_jobs)
                solved.update(before)
                data.say("machines for C = %g", model.C)
        weights_of_whole = next(weights for weights, without in kernels.items() if WHOLE in without)
        for model, solved, decision in zip(same, found, decisions, strict=True):
            ordered = [solved[left_out] for left_out in data.everything]
            coefficients = ordered[0].coefficients(len(y))
            support = np.flatnonzero((coefficients != 0).any(axis=1))
            data.adopt(
                model,
                decision,
                support=data.rows[support],
                coefficients=coefficients[support],
                offsets=ordered[0].offsets,
                gammas=gammas,
                weights=weights_of_whole,
                double=gram.double,
            )
            model.n_support_ = np.bincount(layout.y[support], minlength=layout.n_classes)
            model.n_iter_ = np.array([solution.steps for solution in ordered])
            model.n_capped_ = warn_capped(sum(solution.capped for solution in ordered), model.n_iter_.size)
