"""Fitting on the whole Gram matrix: distances once, kernel values once for each gamma and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from latefusion.svm.decision_values import decide_training_rows
from latefusion.svm.fitted_state import Expansion
from latefusion.svm.gram import Gram
from latefusion.svm.inputs import Float32, Float64, SvmParameters
from latefusion.svm.kernel_alignment import Alignment
from latefusion.svm.kernels import KernelRows
from latefusion.svm.memory import distance_bytes, fits
from latefusion.svm.one_vs_one import OneVsOneProblem
from latefusion.svm.shared_distances import DrawnRows, serves
from latefusion.svm.solution import KernelSolution
from latefusion.svm.symmetric_blocks import SymmetricBlocks
from latefusion.svm.training_set import TrainingSet


class ExactFit:
    """Kernels of all training rows, one after another in one Gram matrix.

    Parameters
    ----------
    data : TrainingSet
    rows : KernelRows
        Of the training set, in the order in which they came: no label has a say in which rows are multiplied
        together.
    first : SvmParameters
        Whatever is not C and gamma, which all models share.
    gammas : sequence of tuple of float
        Of all models.
    needed : int
        Bytes that fitting takes without distances that may be kept.
    packed : bool
        Whether to keep half of the Gram matrix.
    drawn : DrawnRows, optional
        The rows among those whose distances several training parts share.
    """

    def __init__(
        self,
        data: TrainingSet,
        rows: KernelRows,
        first: SvmParameters,
        gammas: Sequence[tuple[float, ...]],
        needed: int,
        *,
        packed: bool = False,
        drawn: DrawnRows | None = None,
    ) -> None:
        self.data, self.rows, self.packed = data, rows, packed
        n, n_parts = len(rows), data.scaling.n_parts
        self.aligned = first.combine == "kernel_aligned" and n_parts > 1
        largest = data.scaling.in_units([max(one[part] for one in gammas) for part in range(n_parts)])
        self.drawn = drawn if drawn is not None and serves(data.scaling, rows, largest) else None
        several = len(gammas) > 1 or self.aligned
        reuse = several and fits(needed + distance_bytes(n, n_parts), first.memory_mb)
        self.gram = (
            self.drawn.gram
            if self.drawn is not None
            else Gram(rows, largest, reuse=reuse, n_jobs=first.n_jobs)
        )

    def weights(self, gammas: tuple[float, ...]) -> dict[tuple[float, ...], list[int]]:
        """Return the weights of the parts' kernels, and which held-out folds have them."""
        if not self.aligned:
            return {self.data.equal_weights: list(self.data.held_out_folds)}
        units = self.data.scaling.in_units(gammas)
        return Alignment(self.gram, self.data.layout, units).kernels(self.data.held_out_folds)

    def kernel(self, gammas: tuple[float, ...], weights: tuple[float, ...]) -> ExactKernel:
        """Compute a kernel, over the one before."""
        units, place = self.data.scaling.in_units(gammas), self.data.layout.place
        span = _span(self.rows, units, weights)
        if self.drawn is None:
            K = self.gram.fill(units, weights, place, packed=self.packed)
        else:
            K = self.gram.fill(gammas, weights, self.drawn.at(place), packed=self.packed)
        self.data.log("%skernel of %d rows", "half the " if self.packed else "", len(K))
        return ExactKernel(self.data, self.rows, K, weights, self.gram.double, span)


@dataclass(frozen=True)
class ExactKernel:
    """One kernel of all training rows less one, (n, n) float32 or half of it, in the order of the layout.

    Its values lie between -`span` and 0.
    """

    data: TrainingSet
    rows: KernelRows
    K: Float32 | SymmetricBlocks
    weights: tuple[float, ...]
    double: bool
    span: float

    def solve(
        self, model: SvmParameters, folds: Sequence[int], start: Mapping[int, KernelSolution]
    ) -> dict[int, KernelSolution]:
        """Solve all pairs without each of the folds, from the solutions for another C."""
        weight = self.data.class_weight(model.class_weight)
        problem = OneVsOneProblem(self.data.layout, model.C, weight, model.max_iter, self.span)
        found = problem.solve(self.K, folds, model.n_jobs, start)
        return {solution.held_out_fold: solution for solution in found}

    def decide(self, solutions: Sequence[KernelSolution], decision: Float64, n_jobs: int) -> None:
        """Write the decision values of the rows that these solutions decide about."""
        decide_training_rows(self.K, self.data.layout, solutions, decision, n_jobs)

    def expansion(self, whole: KernelSolution) -> Expansion:
        """Return the solution on all rows by its support vectors."""
        coefficients = whole.coefficients(len(self.K))
        support = np.flatnonzero((coefficients != 0).any(axis=1))
        return Expansion(
            support=self.rows[self.data.layout.order[support]],
            coefficients=coefficients[support],
            offsets=whole.offsets,
            weights=self.weights,
            double=self.double,
            used=support,
        )


def _span(rows: KernelRows, gammas: Sequence[float], weights: Sequence[float]) -> float:
    """Return a bound on the distance of kernel values from one: no two rows are further than two norms."""
    furthest = [
        4.0 * gamma * float(square.max(initial=0.0))
        for gamma, square in zip(gammas, rows.squares, strict=True)
    ]
    return float(sum(weight * -np.expm1(-d) for weight, d in zip(weights, furthest, strict=True)))
