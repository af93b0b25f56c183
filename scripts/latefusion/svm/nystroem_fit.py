"""Fitting on a Nyström approximation, for data whose Gram matrix does not fit into memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from latefusion.core.parallel import blocks
from latefusion.svm.blockwise_rows import BlockwiseRows
from latefusion.svm.fitted_state import Expansion
from latefusion.svm.gram import Gram
from latefusion.svm.inputs import Float32, Float64, SvmParameters
from latefusion.svm.kernel_alignment import Alignment
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.linear_one_vs_one import LinearProblem
from latefusion.svm.memory import ROWS_IN_DOUBLE
from latefusion.svm.nystroem import NystroemMap
from latefusion.svm.solution import LinearSolution
from latefusion.svm.training_set import TrainingSet


class NystroemFit:
    """Kernels of all training rows, approximated by some of them.

    Parameters
    ----------
    data : TrainingSet
    rows : BlockwiseRows
        Of the training set, in the order in which they came.
    first : SvmParameters
        Whatever is not C and gamma; its `random_state` draws the components.
    components : int
        Training rows that span the approximation.
    """

    def __init__(self, data: TrainingSet, rows: BlockwiseRows, first: SvmParameters, components: int) -> None:
        self.data, self.rows, self.n_jobs = data, rows, first.n_jobs
        self.aligned = first.combine == "kernel_aligned" and data.scaling.n_parts > 1
        # by the order in which rows came: the layout's would let labels have a say in which ones
        n = len(rows)
        rng = np.random.default_rng(first.random_state)
        self.chosen = np.sort(rng.choice(n, min(components, n), replace=False))

    def weights(self, gammas: tuple[float, ...]) -> dict[tuple[float, ...], list[int]]:
        """Return the weights of the parts' kernels, by the components alone, and which folds have them."""
        data = self.data
        if not self.aligned:
            return {data.equal_weights: list(data.held_out_folds)}
        place = data.layout.place[self.chosen]
        y, fold = data.layout.y[place], data.layout.fold[place]
        layout = Layout.of(y, fold, data.layout.n_classes, data.layout.n_folds)
        units = data.scaling.in_units(gammas)
        gram = Gram(self.rows[self.chosen], units, reuse=False, n_jobs=self.n_jobs)
        return Alignment(gram, layout, units).kernels(data.held_out_folds)

    def kernel(self, gammas: tuple[float, ...], weights: tuple[float, ...]) -> NystroemKernel:
        """Approximate a kernel."""
        span = NystroemMap.fit(self.rows, self.chosen, self.data.scaling.in_units(gammas), weights)
        Z = span.features(self.rows, self.n_jobs)
        self.data.log("approximated the kernel of %d rows by %d components", len(Z), len(self.chosen))
        return NystroemKernel(self.data, Z, span)


@dataclass(frozen=True)
class NystroemKernel:
    """One approximated kernel: features of all training rows as they came, (n, r) float32."""

    data: TrainingSet
    Z: Float32
    span: NystroemMap

    def solve(
        self,
        model: SvmParameters,
        folds: Sequence[int],
        start: Mapping[int, LinearSolution],  # noqa: ARG002 - measured to gain nothing
    ) -> dict[int, LinearSolution]:
        """Solve all pairs without each of the folds, from nothing."""
        weight = self.data.class_weight(model.class_weight)
        problem = LinearProblem(self.data.layout, model.C, weight, model.max_iter)
        return {solution.held_out_fold: solution for solution in problem.solve(self.Z, folds, model.n_jobs)}

    def decide(
        self,
        solutions: Sequence[LinearSolution],
        decision: Float64,
        n_jobs: int,  # noqa: ARG002 - one product a fold
    ) -> None:
        """Write the decision values of the rows that these solutions decide about."""
        for solution in solutions:
            whole = solution.held_out_fold == NO_FOLD
            layout, out = self.data.layout, decision[0 if whole else 1]
            rows = np.arange(len(out)) if whole else layout.rows_of_fold(solution.held_out_fold)
            for start, stop in blocks(len(rows), ROWS_IN_DOUBLE):
                block = rows[start:stop]
                out[block] = self.Z[block] @ solution.normals + solution.offsets

    def expansion(self, whole: LinearSolution) -> Expansion:
        """Return the solution on all rows by the components."""
        span = self.span
        rows = [classifier.rows[classifier.beta != 0] for classifier in whole.classifiers]
        return Expansion(
            support=span.components,
            coefficients=span.projection @ whole.normals,
            offsets=whole.offsets - span.centre @ whole.normals,
            weights=span.weights,
            double=span.double,
            used=np.unique(np.concatenate(rows)),
        )
