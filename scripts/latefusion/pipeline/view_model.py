"""The model of a view, an SVM or another learner: trained on some rows, and asked about others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.learning.learner import Learner
from latefusion.learning.training import predict_learner, train_learner
from latefusion.store.samples import Features
from latefusion.svm.estimator import SVM
from latefusion.svm.labelled_rows import LabelledRows
from latefusion.svm.prediction import predict
from latefusion.svm.settings import SvmSettings
from latefusion.svm.training import Limits, train


@dataclass(frozen=True)
class LearnerSettings:
    """How a view is learned.

    Attributes
    ----------
    learner : str
        Its file in `learners/`.
    options : mapping of str to object
        Of a learner other than the SVM.
    svm : SvmSettings
    """

    learner: str
    options: Mapping[str, Any]
    svm: SvmSettings

    @classmethod
    def of(
        cls, view: Mapping[str, Any], chosen: str | None, classes: Sequence[Mapping[str, Any]]
    ) -> LearnerSettings:
        """Return the settings of a view's only learner, or of the candidate that was chosen.

        Parameters
        ----------
        view : mapping
            `learners`: `learner`, `options` and `svm` of each candidate, by name.
        chosen : str or None
        classes : sequence of mapping
            From dataset.json.
        """
        one = view["learners"][view["name"] if chosen is None else chosen]
        return cls(one["learner"], one["options"], SvmSettings.of(one["svm"], classes))


def trained_view(
    settings: LearnerSettings, rows: LabelledRows, *, limits: Limits, rng: np.random.Generator
) -> tuple[SVM | Learner, NDArray[np.float64]]:
    """Train a view's model; return it with the out-of-fold probabilities of its rows, (n, K)."""
    if settings.learner == "svm":
        svm = train(rows, settings.svm, limits=limits, replica=False, rng=rng)
        return svm.model, svm.rows.out_of_fold_p
    other = train_learner(settings.learner, settings.options, rows, rng=rng, n_jobs=limits.n_jobs)
    return other.model, other.out_of_fold_p


def said_by_model(
    model: SVM | Learner, X: Sequence[Features], *, n_jobs: int, source: str
) -> tuple[NDArray[np.float64], NDArray[np.int32] | None]:
    """Return class probabilities of rows, (n, K), and of an SVM the classes by votes, (n,)."""
    if isinstance(model, Learner):
        return predict_learner(model, X, source=source), None
    return predict(model, X, guarded=True, n_jobs=n_jobs, source=source)
