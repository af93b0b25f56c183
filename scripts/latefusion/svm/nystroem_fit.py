"""Fitting of SVMs on an approximated kernel, for data whose Gram matrix does not fit into memory."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.estimator import SVM, Float64
from latefusion.svm.kernel_alignment import Alignment
from latefusion.svm.kernels import Gram
from latefusion.svm.layout import WHOLE, Layout
from latefusion.svm.linear_one_vs_one import LinearProblem, LinearSolution
from latefusion.svm.nystroem import Map
from latefusion.svm.one_vs_one import warn_capped
from latefusion.svm.training_set import Data, by_gamma

logger = logging.getLogger(__name__)


def fit_approximately(models: Sequence[SVM], data: Data, components: int) -> None:
    """Fit SVMs that differ in nothing but C and gamma by linear machines on Nyström features.

    Parameters
    ----------
    models : sequence of SVM
    data : Data
    components : int
        Training rows that span the approximation, drawn by the first model's `random_state`.
    """
    first, layout = models[0], data.layout
    chosen = _draw(data, components, np.random.default_rng(first.random_state))
    for gammas, same in by_gamma(models, data.space):
        kernels: dict[tuple[float, ...], list[int]] = {data.equal_weights: list(data.everything)}
        if first.combine == "kernel_aligned" and data.space.n_parts > 1:
            kernels = _aligned(data, chosen, gammas, first.n_jobs)
        found: list[dict[int, LinearSolution]] = [{} for _ in same]
        decisions = [np.empty((2, len(layout.y), len(layout.pairs))) for _ in same]
        spans: dict[int, tuple[Map, tuple[float, ...]]] = {}
        for weights, without in kernels.items():
            span = Map.fit(data.rows, chosen, gammas, weights)
            spans |= dict.fromkeys(without, (span, weights))
            Z = span.features(data.rows, first.n_jobs)
            data.say("approximated the kernel of %d rows by %d components", len(Z), len(chosen))
            for model, solved, decision in zip(same, found, decisions, strict=True):
                weight = data.class_weight(model.class_weight)
                problem = LinearProblem(layout, model.C, weight, model.max_iter)
                for solution in problem.solve(Z, without, model.n_jobs):
                    solved[solution.without] = solution
                    _decide(Z, layout, solution, decision)
                data.say("linear machines for C = %g", model.C)
        span, weights = spans[WHOLE]
        for model, solved, decision in zip(same, found, decisions, strict=True):
            whole = solved[WHOLE]
            data.adopt(
                model,
                decision,
                support=span.components,
                coefficients=span.projection @ whole.normals,
                offsets=whole.offsets - span.centre @ whole.normals,
                gammas=gammas,
                weights=weights,
                double=span.double,
            )
            used = np.unique(np.concatenate([m.rows[m.beta != 0] for m in whole.machines]))
            model.n_support_ = np.bincount(layout.y[used], minlength=layout.n_classes)
            model.n_iter_ = np.array([solved[left_out].steps for left_out in data.everything])
            model.n_capped_ = warn_capped(
                sum(solution.capped for solution in solved.values()), model.n_iter_.size
            )


def _draw(data: Data, components: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return where the components stand in the layout, in the order that the rows came in.

    They are drawn by that order, too: the layout's would let labels have a say in which ones.
    """
    n = len(data.layout.y)
    drawn = np.sort(rng.choice(n, min(components, n), replace=False))
    return np.argsort(data.layout.order)[drawn]


def _aligned(
    data: Data, chosen: NDArray[np.intp], gammas: tuple[float, ...], n_jobs: int
) -> dict[tuple[float, ...], list[int]]:
    """Return the weights of the parts and what they are for, from the components' kernel values alone."""
    ordered = np.sort(chosen)
    y, fold = data.layout.y[ordered], data.layout.fold[ordered]
    layout = Layout.of(y, fold, data.layout.n_classes, data.layout.n_folds)
    gram = Gram(data.rows[ordered], gammas, reuse=False, n_jobs=n_jobs)
    return Alignment(gram, layout, gammas).kernels(data.everything)


def _decide(Z: NDArray[np.float32], layout: Layout, solution: LinearSolution, decision: Float64) -> None:
    if solution.without == WHOLE:
        decision[0] = Z @ solution.normals + solution.offsets
    else:
        held = layout.fold == solution.without
        decision[1, held] = Z[held] @ solution.normals + solution.offsets
