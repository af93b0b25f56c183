"""Training of one view's learner: rows that lack a modality, what the files need, whose mistake it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from latefusion.fusion.rule_errors import blamed_learner
from latefusion.learning.classifier import Array, Features
from latefusion.learning.learner import Learner, learner_class
from latefusion.svm.inputs import present_rows, require_finite, scatter_rows, select_rows
from latefusion.svm.labelled_rows import LabelledRows, require_two_classes

ALLOWED: Final = "finite numbers >= 0, one for each class, not all zero"
FIX: Final = "return them from predict_proba of what _train returns, or give that a decision_function instead"


@dataclass(frozen=True)
class TrainedLearner:
    """A trained learner, and what it says of the training rows.

    Attributes
    ----------
    model : Learner
        Without what only its training rows are described by.
    in_sample_p, out_of_fold_p : (n, K) float64 arrays
        NaN where a row lacks a modality.
    facts : dict
        What the model's JSON file says: learner, chosen settings, grid, rows and columns.
    """

    model: Learner
    in_sample_p: Array
    out_of_fold_p: Array
    facts: dict[str, Any]


def train_learner(
    name: str,
    options: Mapping[str, Any],
    rows: LabelledRows,
    *,
    rng: np.random.Generator,
    n_jobs: int = 1,
) -> TrainedLearner:
    """Train a learner on the rows that have all modalities of a view.

    Parameters
    ----------
    name : str
        Its file in `learners/`.
    options : mapping of str to object
    rows : LabelledRows
    rng : numpy.random.Generator
    n_jobs : int
        Threads; change no bit of the result.

    Raises
    ------
    InputError
        If fewer than two classes have rows, or the learner fails or says what is no probability.
    """
    known = present_rows(rows.X)
    require_two_classes(rows, known)
    X, y = select_rows(rows.X, known), rows.y[known]
    kind = learner_class(name)
    with blamed_learner(kind, rows.source, allowed=ALLOWED, fix=FIX):
        model = kind(random_state=rng, **options)
        model.n_jobs = n_jobs
        model.fit(X, y, rows.fold[known], n_classes=rows.n_classes)
    facts = {
        "learner": name,
        "settings": model.settings_,
        "rows": len(y),
        "columns": sum(x.shape[1] for x in rows.X),
        "learned": model.learned(),
        "grid": model.grid_ if len(model.grid_) > 1 else [],
    }
    trained = TrainedLearner(
        model,
        scatter_rows(model.in_sample_proba_, known),
        scatter_rows(model.out_of_fold_proba_, known),
        facts,
    )
    model.drop_training_state()
    model.n_jobs = 1
    return trained


def predict_learner(model: Learner, X: Sequence[Features], *, source: str) -> Array:
    """Return the class probabilities of rows, (n, K); NaN for rows that lack a modality.

    Raises
    ------
    InputError
        If the learner fails or says what is no probability.
    """
    known = present_rows(X)
    if not known.any():
        return np.full((len(known), model.n_classes), np.nan)
    with blamed_learner(type(model), source, allowed=ALLOWED, fix=FIX):
        p = model.predict_proba(select_rows(X, known))
    require_finite(p, source)
    scattered: Array = scatter_rows(p, known)
    return scattered
