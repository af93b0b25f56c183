"""Fitting of SVMs that differ in C and gamma on the same rows, sharing whatever can be shared."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.kernel import Gram, Rows, Space
from latefusion.machines import Layout, Solution, decide, solve
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
    layout = Layout.of(y, fold, len(classes), int(fold.max()) + 1)
    space = Space.fit(parts, first.combine, first.scale)
    rows = space.rows(parts)[layout.order]
    gammas = [space.gammas(model.gamma) for model in models]
    distinct = sorted(set(gammas))
    began = time.monotonic()
    gram = Gram(
        rows,
        [max(gamma[part] for gamma in distinct) for part in range(space.n_parts)],
        reuse=len(distinct) > 1,
        n_jobs=first.n_jobs,
    )
    weights = (1.0 / space.n_parts,) * space.n_parts
    for gamma in distinct:
        K = gram.fill(gamma, weights)
        logger.info("kernel of %d rows, %.1f s", len(y), time.monotonic() - began)
        same = sorted((m for m, g in zip(models, gammas, strict=True) if g == gamma), key=lambda m: m.C)
        start: tuple[Solution, float] | None = None
        for model in same:
            solution = solve(
                K,
                layout,
                C=model.C,
                class_weight=class_weights(model.class_weight, y, classes),
                max_iter=model.max_iter,
                n_jobs=model.n_jobs,
                start=start,
            )
            start = solution, model.C
            in_sample, out_of_fold = decide(K, layout, solution, model.n_jobs)
            back = np.argsort(layout.order)
            model.classes_, model.present_ = classes, layout.present
            model.space_, model.gammas_, model.weights_ = space, gamma, weights
            model.in_sample_decision_ = in_sample[back]
            model.out_of_fold_decision_ = out_of_fold[back]
            _keep_support(model, rows, solution, layout)
            model.double_ = gram.double
            model.calibrate(y, fold)


def _keep_support(model: SVM, rows: Rows, solution: Solution, layout: Layout) -> None:
    whole = solution.coefficients[0]
    support = np.flatnonzero((whole != 0).any(axis=1))
    kept = rows[support]
    model.support_, model.support_squares_ = kept.parts, kept.squares
    model.coefficients_ = whole[support].astype(np.float32)
    model.offsets_ = solution.offsets[0].copy()
    model.n_support_ = np.bincount(layout.y[support], minlength=layout.n_classes)
    model.n_iter_ = solution.iterations
    model.n_capped_ = solution.capped
