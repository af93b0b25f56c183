"""Fitting of SVMs that differ in C and gamma on the same rows, sharing whatever can be shared."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.core.parallel import one_blas_thread
from latefusion.svm.blockwise_rows import BlockwiseRows
from latefusion.svm.exact_fit import ExactFit
from latefusion.svm.fitted_state import Expansion, FittedState
from latefusion.svm.inputs import Features, Float64, Matrices, SvmParameters, as_parts
from latefusion.svm.kernels import InputScaling
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.memory import fits, require, svm_bytes
from latefusion.svm.nystroem_fit import NystroemFit
from latefusion.svm.parameters import check_parameters
from latefusion.svm.shared_distances import DrawnRows
from latefusion.svm.solution import Solution
from latefusion.svm.training_set import TrainingSet, by_gamma

logger = logging.getLogger(__name__)

OWN_FOLDS: Final = 5

Solved = TypeVar("Solved", bound=Solution[Any])


class Kernel(Protocol[Solved]):
    """One kernel of the training rows, exact or approximated."""

    def solve(
        self, model: SvmParameters, folds: Sequence[int], start: Mapping[int, Solved]
    ) -> dict[int, Solved]:
        """Solve all pairs without each of the folds."""

    def decide(self, solutions: Sequence[Solved], decision: Float64, n_jobs: int) -> None:
        """Write the decision values of the rows that these solutions decide about."""

    def expansion(self, whole: Solved) -> Expansion:
        """Return the solution on all rows as kernel values with some of them."""


class FittingMethod(Protocol[Solved]):
    """How kernels are computed, one after another."""

    def weights(self, gammas: tuple[float, ...]) -> dict[tuple[float, ...], list[int]]:
        """Return the weights of the parts' kernels, and which held-out folds have them."""

    def kernel(self, gammas: tuple[float, ...], weights: tuple[float, ...]) -> Kernel[Solved]:
        """Compute a kernel."""


def fit_all(
    models: Sequence[SvmParameters],
    X: Matrices,
    y: ArrayLike,
    *,
    fold: ArrayLike | None = None,
    n_classes: int | None = None,
    drawn: DrawnRows | None = None,
) -> list[FittedState]:
    """Fit SVMs that differ in nothing but C and gamma.

    Distances are computed once, kernel values once for each gamma, and the classifiers of one C start
    from those of the C before.

    Parameters
    ----------
    models : sequence of SvmParameters
    X, y, fold, n_classes
        As for `SVM.fit`.
    drawn : DrawnRows, optional
        The rows among those whose distances several training parts share.

    Returns
    -------
    list of FittedState
        In the order of the models.
    """
    for model in models:
        check_parameters(model)
    parts = as_parts(X)
    classes, index = _classes(y, n_classes, len(parts[0]))
    folds = _folds(index, fold, models[0].random_state, len(classes))
    with one_blas_thread():
        return _fit_all(models, parts, index, folds, classes, drawn)


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
    models: Sequence[SvmParameters],
    parts: list[Features],
    y: NDArray[np.int64],
    fold: NDArray[np.int64],
    classes: NDArray[Any],
    drawn: DrawnRows | None,
) -> list[FittedState]:
    first = models[0]
    components = None if first.approximation is None else int(first.approximation["components"])
    n_folds = int(fold.max()) + 1
    size = functools.partial(
        svm_bytes,
        len(y),
        sum(part.shape[1] for part in parts),
        classes=len(classes),
        folds=n_folds,
        models=len(models),
        components=components,
    )
    packed = components is None and not fits(size(), first.memory_mb) and size(packed=True) < size()
    needed = size(packed=packed)
    require(needed, len(y), first.memory_mb, approximated=components is not None)
    layout = Layout.of(y, fold, len(classes), n_folds)
    _log_absent_classes(layout)
    scaling = InputScaling.fit(parts, first.combine, first.scale)
    data = TrainingSet(layout, classes, scaling)
    groups = by_gamma(models, scaling)
    states: dict[int, FittedState] = {}
    method: FittingMethod[Any] = (
        ExactFit(
            data,
            scaling.rows(parts, n_jobs=first.n_jobs),
            first,
            [gammas for gammas, _ in groups],
            needed,
            packed=packed,
            drawn=drawn,
        )
        if components is None
        else NystroemFit(data, BlockwiseRows.of(scaling, parts, first.n_jobs), first, components)
    )
    for gammas, places in groups:
        found = _fit_one_gamma(method, data, gammas, [models[place] for place in places])
        states |= dict(zip(places, found, strict=True))
    data.log("calibrated")
    return [states[place] for place in range(len(models))]


def _fit_one_gamma(
    method: FittingMethod[Solved], data: TrainingSet, gammas: tuple[float, ...], models: list[SvmParameters]
) -> list[FittedState]:
    """Fit models that share gamma; each starts from the one before, which has the next smaller C."""
    n, n_pairs = len(data.layout.y), len(data.layout.pairs)
    solutions: list[dict[int, Solved]] = [{} for _ in models]
    decisions = [np.zeros((2, n, n_pairs)) for _ in models]
    expansions: dict[int, Expansion] = {}
    for weights, folds in method.weights(gammas).items():
        kernel = method.kernel(gammas, weights)
        start: dict[int, Solved] = {}
        for place, model in enumerate(models):
            start = kernel.solve(model, folds, start)
            kernel.decide(list(start.values()), decisions[place], model.n_jobs)
            solutions[place] |= start
            if NO_FOLD in start:
                expansions[place] = kernel.expansion(start[NO_FOLD])
            data.log("one-vs-one classifiers for C = %g", model.C)
    return [
        data.to_fitted_state(
            gammas, expansions[place], solutions[place], decisions[place], models[place].n_jobs
        )
        for place in range(len(models))
    ]


def _log_absent_classes(layout: Layout) -> None:
    for label in np.flatnonzero(layout.present):
        for fold in range(layout.n_folds):
            if not layout.ranges(int(label), fold):
                logger.info(
                    "class %d has rows in fold %d alone: the classifiers without this fold never saw it, and "
                    "their decisions on it are constant",
                    label,
                    fold,
                )
