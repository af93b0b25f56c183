"""Models of single modalities, trained and asked as the workflow does: SVMs, and the learners beside them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pkgutil import iter_modules
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.api.arguments import ArgumentError, named_entry, require_known, require_of_classes
from latefusion.core.errors import InputError
from latefusion.core.seeds import stream
from latefusion.core.subclasses import defines_subclass
from latefusion.dataset.partitions import GIVEN
from latefusion.fusion.rule_errors import LearnerError, imported
from latefusion.learning.learner import LEARNERS, Learner, learner_class
from latefusion.learning.training import predict_learner, train_learner
from latefusion.store.samples import Features
from latefusion.svm.estimator import SVM
from latefusion.svm.inputs import Float64
from latefusion.svm.labelled_rows import LabelledRows
from latefusion.svm.prediction import predict
from latefusion.svm.settings import SvmSettings
from latefusion.svm.training import Limits, train

SVM_NAME: Final = "svm"


@dataclass(frozen=True)
class LearnerChoice:
    """A learner with its options, once both are known.

    Attributes
    ----------
    name : str
    options : mapping
    """

    name: str
    options: Mapping[str, Any]

    @classmethod
    def of(cls, value: object) -> LearnerChoice:
        """Read a name, or a mapping as in the configuration.

        Raises
        ------
        ArgumentError
            If there is no such learner, or it has no such option.
        """
        name, options = named_entry(value, "learner")
        require_of_classes(name, learner_names(), _learns_classes, "learner", kind="learner")
        if name == SVM_NAME:
            known = [field.name for field in fields(SvmSettings) if field.name != "combine"]
        else:
            own = inspect.signature(learner_class(name)).parameters
            known = [option for option in own if option != "random_state"]
        for option in options:
            require_known(option, known, f"learner, {name}", kind="option of this learner")
        return cls(name, options)

    def train(
        self,
        modality: str,
        matrix: Features,
        label: NDArray[np.int32],
        fold: NDArray[np.int32],
        classes: NDArray[Any],
        *,
        seed: int,
        n_jobs: int,
    ) -> tuple[SVM | Learner, Float64]:
        """Return the model of a modality, and its out-of-fold probabilities, (n, K).

        Raises
        ------
        ArgumentError
            If fewer than two classes have rows, the learner fails, or a class that has a weight is none.
        """
        rows = LabelledRows(
            [matrix], label, fold, len(classes), source=f"the modality {modality}", modalities=(modality,)
        )
        try:
            if self.name != SVM_NAME:
                rng = stream(seed, "train_learner", GIVEN, f"{modality}.{self.name}")
                learned = train_learner(self.name, self.options, rows, rng=rng, n_jobs=n_jobs)
                return learned.model, learned.out_of_fold_p
            entries = [
                {"label": one, "name": one, "index": index} for index, one in enumerate(classes.tolist())
            ]
            trained = train(
                rows,
                SvmSettings.of(self.options, entries),
                replica=False,
                rng=stream(seed, "train_svm", GIVEN, modality),
                limits=Limits(n_jobs=n_jobs),
            )
        except InputError as error:
            raise ArgumentError(error.problems, error.total) from error
        return trained.model, trained.rows.out_of_fold_p


def _learns_classes(learner: str) -> bool:
    return learner == SVM_NAME or defines_subclass(imported(f"{LEARNERS}.{learner}", LearnerError), Learner)


def learner_names() -> list[str]:
    """Return the names of all learners, of either task."""
    from latefusion import learners

    return sorted({SVM_NAME, *(module.name for module in iter_modules(learners.__path__))})


def modality_proba(model: SVM | Learner, matrix: Features, *, n_jobs: int, source: str) -> Float64:
    """Return the class probabilities of a modality's rows, (n, K); NaN for rows that lack it."""
    if isinstance(model, Learner):
        return predict_learner(model, [matrix], source=source)
    return predict(model, [matrix], guarded=True, n_jobs=n_jobs, source=source)[0]
