"""What exact and approximated fitting have in common: the ordered rows, and what a model is given."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.svm.estimator import SVM, Float64
from latefusion.svm.kernels import Rows, Space
from latefusion.svm.layout import WHOLE, Layout

logger = logging.getLogger(__name__)


@dataclass
class Data:
    """Training rows in the order of the layout.

    Attributes
    ----------
    layout : Layout
    classes : (K,) array
    space : Space
    rows : Rows
    """

    layout: Layout
    classes: NDArray[Any]
    space: Space
    rows: Rows
    began: float = field(default_factory=time.monotonic)

    def say(self, what: str, *values: object) -> None:
        """Log something with the seconds since the start."""
        logger.info(what + ", %.1f s", *values, time.monotonic() - self.began)

    @property
    def everything(self) -> tuple[int, ...]:
        """What machines leave out: nothing, then each fold."""
        return (WHOLE, *range(self.layout.n_folds))

    @property
    def equal_weights(self) -> tuple[float, ...]:
        """The same weight for the kernel of each part."""
        return (1.0 / self.space.n_parts,) * self.space.n_parts

    def class_weight(self, given: str | Mapping[Any, float] | None) -> Float64:
        """Return the factor on C of each class; 'balanced' is n / (K · rows of the class)."""
        if given is None or given == "none":
            return np.ones(len(self.classes))
        if given == "balanced":
            count = np.bincount(self.layout.y, minlength=len(self.classes))
            present = count > 0
            return np.where(present, count.sum() / (present.sum() * np.maximum(count, 1)), 1.0)
        if isinstance(given, str):
            raise ValueError(  # noqa: TRY004 - a wrong word, not a wrong type
                f"class_weight must be 'balanced', 'none' or a mapping, not {given!r}"
            )
        return np.array([float(given.get(label, 1.0)) for label in self.classes.tolist()])

    def adopt(
        self,
        model: SVM,
        decision: Float64,
        *,
        support: Rows,
        coefficients: NDArray[np.floating],
        offsets: Float64,
        gammas: tuple[float, ...],
        weights: tuple[float, ...],
        double: bool,
    ) -> None:
        """Give a model what it predicts from, and its decision values of the training rows.

        Parameters
        ----------
        model : SVM
        decision : (2, n, pairs) array
            In-sample and out-of-fold decision values in the order of the layout.
        support : Rows
        coefficients : (len(support), pairs) array
        offsets : (pairs,) array
        gammas, weights : tuple of float
            Of each part of the kernel.
        double : bool
            Whether products are taken in double precision.
        """
        back = np.argsort(self.layout.order)
        model.classes_, model.present_ = self.classes, self.layout.present
        model.space_, model.gammas_, model.weights_, model.double_ = self.space, gammas, weights, double
        model.support_, model.support_squares_ = support.parts, support.squares
        model.coefficients_, model.offsets_ = coefficients, offsets
        model.in_sample_decision_, model.out_of_fold_decision_ = decision[0, back], decision[1, back]


def by_gamma(models: Sequence[SVM], space: Space) -> list[tuple[tuple[float, ...], list[SVM]]]:
    """Group models by the kernel they share, in order of gamma, then of C."""
    groups: dict[tuple[float, ...], list[SVM]] = {}
    for model in sorted(models, key=lambda m: (space.gammas(m.gamma), m.C)):
        groups.setdefault(space.gammas(model.gamma), []).append(model)
    return list(groups.items())
