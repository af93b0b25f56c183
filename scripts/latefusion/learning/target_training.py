"""Training of one view's learner of numbers: rows that lack a modality, what files need, whose mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from latefusion.fusion.rule_errors import blamed_learner
from latefusion.learning.classifier import Array, Features
from latefusion.learning.regression_learner import RegressionLearner, regression_learner_class
from latefusion.regression.target_rows import TargetRows, residual_variance
from latefusion.svm.inputs import present_rows, scatter_rows, select_rows

ALLOWED: Final = "finite numbers, one for each item and target"
FIX: Final = "return them from predict of what _train returns"


@dataclass(frozen=True)
class TrainedRegressionLearner:
    """A trained learner of numbers, and what it says of the training rows.

    Attributes
    ----------
    model : RegressionLearner
        Without what only its training rows are described by.
    in_sample, out_of_fold : (n, T) float64 arrays
        A row of NaN where an item lacks a modality.
    variance : (T,) float64 array
        Mean squared error out of fold.
    facts : dict
        What the model's JSON file says: learner, rows and columns, grid, settings and errors by target.
    """

    model: RegressionLearner
    in_sample: Array
    out_of_fold: Array
    variance: Array
    facts: dict[str, Any]


def train_regression_learner(
    name: str,
    options: Mapping[str, Any],
    rows: TargetRows,
    *,
    rng: np.random.Generator,
    n_jobs: int = 1,
) -> TrainedRegressionLearner:
    """Train a learner of numbers on the rows that have all modalities of a view.

    Parameters
    ----------
    name : str
        Its file in `learners/`.
    options : mapping of str to object
    rows : TargetRows
    rng : numpy.random.Generator
    n_jobs : int
        Threads; change no bit of the result.

    Raises
    ------
    InputError
        If the rows are in fewer than two folds, or the learner fails or says what is no number.
    """
    X, Y, fold = rows.learned_from()
    kind = regression_learner_class(name)
    with blamed_learner(kind, rows.source, allowed=ALLOWED, fix=FIX):
        model = kind(random_state=rng, **options)
        model.n_jobs = n_jobs
        model.fit(X, Y, fold.astype(np.int32))
    rows.require_finite(model.in_sample_, model.out_of_fold_)
    facts = _facts(name, model, rows, Y)
    known = rows.known
    trained = TrainedRegressionLearner(
        model,
        scatter_rows(model.in_sample_, known),
        scatter_rows(model.out_of_fold_, known),
        np.array([one["residual_variance"] for one in facts["targets"].values()]),
        facts,
    )
    model.drop_training_state()
    model.n_jobs = 1
    return trained


def _facts(name: str, model: RegressionLearner, rows: TargetRows, Y: Array) -> dict[str, Any]:
    error = np.square(model.out_of_fold_ - Y).mean(axis=0)
    residual = residual_variance(error, Y)
    in_sample = np.square(model.in_sample_ - Y).mean(axis=0)
    return {
        "learner": name,
        "rows": len(Y),
        "columns": sum(x.shape[1] for x in rows.X),
        "learned": model.learned(),
        "grid": _grid(model, rows.targets) if len(model.grid_) > 1 else [],
        "targets": {
            target: {
                "settings": model.settings_[t],
                "mse": float(error[t]),
                "in_sample_mse": float(in_sample[t]),
                "variance": float(Y[:, t].var()),
                "residual_variance": float(residual[t]),
            }
            for t, target in enumerate(rows.targets)
        },
    }


def _grid(model: RegressionLearner, targets: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "settings": point["settings"],
            **{key: dict(zip(targets, point[key], strict=True)) for key in ("mse", "chosen")},
        }
        for point in model.grid_
    ]


def predict_regression_learner(
    model: RegressionLearner,
    facts: Mapping[str, Any],
    targets: Sequence[str],
    X: Sequence[Features],
    *,
    source: str,
) -> tuple[Array, Array]:
    """Return what is predicted of rows and the variance of its errors, (n, T); NaN without a modality.

    Parameters
    ----------
    model : RegressionLearner
    facts : mapping
        The model's JSON file.
    targets : sequence of str
        In the model's order.
    X : sequence of (n, d_m) arrays
    source : str
        Of the rows, for messages.

    Raises
    ------
    InputError
        If the learner fails or says what is no number.
    """
    known = present_rows(X)
    if not known.any():
        blank = np.full((len(known), len(targets)), np.nan)
        return blank, blank
    with blamed_learner(type(model), source, allowed=ALLOWED, fix=FIX):
        said = model.predict(select_rows(X, known))
    residual = np.array([facts["targets"][name]["residual_variance"] for name in targets])
    return scatter_rows(said, known), scatter_rows(np.tile(residual, (len(said), 1)), known)
