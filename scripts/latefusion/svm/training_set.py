"""What both ways of fitting know of the training rows, and how their decision values become a model."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.calibration import calibrate
from latefusion.svm.fitted_state import Expansion, FittedState
from latefusion.svm.inputs import Float64, SvmParameters
from latefusion.svm.kernels import InputScaling
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.solution import Classifier, Solution

logger = logging.getLogger(__name__)


@dataclass
class TrainingSet:
    """Classes, folds and scaling of the training rows.

    Attributes
    ----------
    layout : Layout
    classes : (K,) array
    scaling : InputScaling
    """

    layout: Layout
    classes: NDArray[Any]
    scaling: InputScaling
    began: float = field(default_factory=time.monotonic)

    def log(self, what: str, *values: object) -> None:
        """Log something with the seconds since the start."""
        logger.info(what + ", %.1f s", *values, time.monotonic() - self.began)

    @property
    def held_out_folds(self) -> tuple[int, ...]:
        """What classifiers hold out: nothing, then each fold."""
        return (NO_FOLD, *range(self.layout.n_folds))

    @property
    def equal_weights(self) -> tuple[float, ...]:
        """The same weight for the kernel of each part."""
        return (1.0 / self.scaling.n_parts,) * self.scaling.n_parts

    def class_weight(self, given: str | Mapping[Any, float] | None) -> Float64:
        """Return the factor on C of each class; 'balanced' is n / (K · rows of the class)."""
        if given is None or given == "none":
            return np.ones(len(self.classes))
        if isinstance(given, str):
            count = np.bincount(self.layout.y, minlength=len(self.classes))
            present = count > 0
            return np.where(present, count.sum() / (present.sum() * np.maximum(count, 1)), 1.0)
        return np.array([float(given.get(label, 1.0)) for label in self.classes.tolist()])

    def to_fitted_state(
        self,
        gammas: tuple[float, ...],
        expansion: Expansion,
        solutions: Mapping[int, Solution[Classifier]],
        decision: Float64,
        n_jobs: int,
    ) -> FittedState:
        """Calibrate decision values, and return them with what decides about new rows.

        Parameters
        ----------
        gammas : tuple of float
        expansion : Expansion
        solutions : mapping of int to Solution
            By the fold that they hold out.
        decision : (2, n, pairs) float64 array
            In-sample and out-of-fold decision values in the order in which the rows came.
        n_jobs : int
            Threads; changes no bit of the result.
        """
        layout, place = self.layout, self.layout.place
        in_sample, out_of_fold = decision
        n_iter = np.array([solutions[fold].steps for fold in self.held_out_folds])
        return FittedState(
            classes=self.classes,
            present=layout.present,
            scaling=self.scaling,
            gammas=gammas,
            expansion=expansion,
            n_support=np.bincount(layout.y[expansion.used], minlength=layout.n_classes),
            n_iter=n_iter,
            n_capped=_warn_capped(sum(solution.capped for solution in solutions.values()), n_iter.size),
            in_sample_decision=in_sample,
            out_of_fold_decision=out_of_fold,
            calibration=calibrate(out_of_fold, layout.y[place], layout.fold[place], layout.present, n_jobs),
        )


def by_gamma(
    models: Sequence[SvmParameters], scaling: InputScaling
) -> list[tuple[tuple[float, ...], list[int]]]:
    """Return the places of models that share a kernel, in order of gamma, then of C."""
    groups: dict[tuple[float, ...], list[int]] = {}
    gammas = [scaling.gammas(model.gamma) for model in models]
    for place in sorted(range(len(models)), key=lambda place: (gammas[place], models[place].C)):
        groups.setdefault(gammas[place], []).append(place)
    return list(groups.items())


def _warn_capped(capped: int, classifiers: int) -> int:
    """Return how many classifiers `max_iter` stopped, and warn of them as scikit-learn does.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
    """
    if capped:
        import warnings

        from sklearn.exceptions import ConvergenceWarning

        warnings.warn(
            f"{capped} of {classifiers} one-vs-one classifiers stopped at max_iter before they converged. "
            "Consider standardised data (svm: {scale: standard}), a smaller C, or a larger max_iter.",
            ConvergenceWarning,
            stacklevel=2,
        )
    return capped
