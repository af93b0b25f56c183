"""Fitting of SVMs that differ in C and gamma on the same rows, sharing whatever can be shared."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.alignment import Alignment
from latefusion.coupling import class_pairs
from latefusion.kernel import Gram, Rows, Space
from latefusion.layout import WHOLE, Layout
from latefusion.machines import Problem, Solution, decide, warn_capped
from latefusion.nystroem import Map, solve_linear
from latefusion.resources import budget, distance_bytes, require, svm_bytes
from latefusion.svm import COMBINE, SVM, Float32, Float64, Matrices, as_parts
from latefusion.threads import one_blas_thread

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


def class_weights(
    given: str | Mapping[Any, float] | None, y: NDArray[np.int64], classes: NDArray[Any]
) -> Float64:
    """Return the factor on C of each class; 'balanced' is n / (K · rows of the class), as scikit-learn."""
    if given is None or given == "none":
        return np.ones(len(classes))
    if given == "balanced":
        count = np.bincount(y, minlength=len(classes))
        present = count > 0
        return np.where(present, len(y) / (present.sum() * np.maximum(count, 1)), 1.0)
    if isinstance(given, str):
        raise ValueError(  # noqa: TRY004 - a wrong word, not a wrong type
            f"class_weight must be 'balanced', 'none' or a mapping, not {given!r}"
        )
    return np.array([float(given.get(label, 1.0)) for label in classes.tolist()])


@dataclass
class _Data:
    """Training rows, in the order of the layout."""

    layout: Layout
    classes: NDArray[Any]
    space: Space
    rows: Rows
    began: float

    def say(self, what: str, *values: object) -> None:
        logger.info(what + ", %.1f s", *values, time.monotonic() - self.began)

    @property
    def equal_weights(self) -> tuple[float, ...]:
        return (1.0 / self.space.n_parts,) * self.space.n_parts


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
    data = _Data(layout, classes, space, space.rows(parts)[layout.order], time.monotonic())
    if components is None:
        _fit_exactly(models, data, y, needed)
    else:
        _fit_approximately(models, data, y, components)
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


def _by_gamma(models: Sequence[SVM], space: Space) -> list[tuple[tuple[float, ...], list[SVM]]]:
    """Group models by the kernel they share, in order of gamma, then of C."""
    groups: dict[tuple[float, ...], list[SVM]] = {}
    for model in sorted(models, key=lambda m: (space.gammas(m.gamma), m.C)):
        groups.setdefault(space.gammas(model.gamma), []).append(model)
    return list(groups.items())


def _fit_exactly(models: Sequence[SVM], data: _Data, y: NDArray[np.int64], needed: int) -> None:
    first, layout, space = models[0], data.layout, data.space
    by_gamma = _by_gamma(models, space)
    aligned = first.combine == "kernel_aligned" and space.n_parts > 1
    again = len(by_gamma) > 1 or aligned
    limit = budget(first.memory_mb)
    gram = Gram(
        data.rows,
        [max(gammas[part] for gammas, _ in by_gamma) for part in range(space.n_parts)],
        reuse=again and (limit is None or needed + distance_bytes(len(y), space.n_parts) <= limit),
        n_jobs=first.n_jobs,
    )
    everything = (WHOLE, *range(layout.n_folds))
    for gammas, same in by_gamma:
        kernels: dict[tuple[float, ...], list[int]] = {data.equal_weights: list(everything)}
        if aligned:
            alignment = Alignment(gram, layout, gammas)
            kernels = {}
            for without in everything:
                kernels.setdefault(alignment.weights(without), []).append(without)
            logger.info("kernel weights by alignment: %s", [list(weights) for weights in kernels])
        found: list[dict[int, Solution]] = [{} for _ in same]
        decisions = [np.zeros((2, len(y), len(class_pairs(layout.n_classes)))) for _ in same]
        for weights, without in kernels.items():
            K = gram.fill(gammas, weights)
            data.say("kernel of %d rows", len(y))
            before: dict[int, Solution] = {}
            for model, solved, decision in zip(same, found, decisions, strict=True):
                problem = Problem(
                    layout, model.C, class_weights(model.class_weight, y, data.classes), model.max_iter
                )
                before = {s.without: s for s in problem.solve(K, without, model.n_jobs, before)}
                decide(K, layout, list(before.values()), decision, model.n_jobs)
                solved.update(before)
                data.say("machines for C = %g", model.C)
        weights_of_whole = next(weights for weights, without in kernels.items() if WHOLE in without)
        for model, solved, decision in zip(same, found, decisions, strict=True):
            ordered = [solved[without] for without in everything]
            coefficients = ordered[0].coefficients(len(y))
            support = np.flatnonzero((coefficients != 0).any(axis=1))
            _adopt(
                model,
                data,
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


def _fit_approximately(models: Sequence[SVM], data: _Data, y: NDArray[np.int64], components: int) -> None:
    first, layout = models[0], data.layout
    rng = np.random.default_rng(first.random_state)
    chosen = np.sort(rng.choice(len(y), min(components, len(y)), replace=False))
    everything = (WHOLE, *range(layout.n_folds))
    for gammas, same in _by_gamma(models, data.space):
        # kernel_aligned needs every kernel value for its weights: the components' have to do
        weights = data.equal_weights
        if first.combine == "kernel_aligned" and data.space.n_parts > 1:
            weights = _weights_from_components(data, chosen, gammas, first.n_jobs)
        span = Map.fit(data.rows, chosen, gammas, weights)
        Z = span.features(data.rows, first.n_jobs)
        data.say("approximated the kernel of %d rows by %d components", len(y), len(chosen))
        for model in same:
            solutions = solve_linear(
                Z,
                layout,
                everything,
                C=model.C,
                class_weight=class_weights(model.class_weight, y, data.classes),
                max_iter=model.max_iter,
                n_jobs=model.n_jobs,
            )
            data.say("linear machines for C = %g", model.C)
            whole = solutions[0]
            decision = np.empty((2, len(y), len(whole.offsets)))
            decision[0] = Z @ whole.normals + whole.offsets
            for fold, solution in enumerate(solutions[1:]):
                held = layout.fold == fold
                decision[1, held] = Z[held] @ solution.normals + solution.offsets
            _adopt(
                model,
                data,
                decision,
                support=span.components,
                coefficients=span.projection @ whole.normals,
                offsets=whole.offsets - span.centre @ whole.normals,
                gammas=gammas,
                weights=weights,
                double=span.double,
            )
            used = np.unique(np.concatenate([rows[beta != 0] for rows, beta in whole.beta]))
            model.n_support_ = np.bincount(layout.y[used], minlength=layout.n_classes)
            model.n_iter_ = np.array([solution.steps for solution in solutions])
            model.n_capped_ = warn_capped(sum(solution.capped for solution in solutions), model.n_iter_.size)


def _weights_from_components(
    data: _Data, chosen: NDArray[np.intp], gammas: tuple[float, ...], n_jobs: int
) -> tuple[float, ...]:
    # `chosen` is sorted, so the components stand by class and fold as the layout wants them
    layout = Layout.of(
        data.layout.y[chosen], data.layout.fold[chosen], data.layout.n_classes, data.layout.n_folds
    )
    gram = Gram(data.rows[chosen], gammas, reuse=False, n_jobs=n_jobs)
    return Alignment(gram, layout, gammas).weights(WHOLE)


def _adopt(
    model: SVM,
    data: _Data,
    decision: Float64,
    *,
    support: Rows,
    coefficients: NDArray[np.floating],
    offsets: Float64,
    gammas: tuple[float, ...],
    weights: tuple[float, ...],
    double: bool,
) -> None:
    """Give a model what it predicts from."""
    back = np.argsort(data.layout.order)
    model.classes_, model.present_ = data.classes, data.layout.present
    model.space_, model.gammas_, model.weights_, model.double_ = data.space, gammas, weights, double
    model.support_, model.support_squares_ = support.parts, support.squares
    model.coefficients_, model.offsets_ = coefficients, offsets
    model.in_sample_decision_, model.out_of_fold_decision_ = decision[0, back], decision[1, back]
