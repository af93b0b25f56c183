"""Training of one view's SVM: rows that lack a modality, the grid, what the files need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import log_losses
from latefusion.svm.estimator import SVM
from latefusion.svm.fitting import fit_all
from latefusion.svm.inputs import (
    Features,
    Float64,
    Int32,
    present_rows,
    require_finite,
    scatter_rows,
    select_rows,
)
from latefusion.svm.kernels import values as kernel_values
from latefusion.svm.labelled_rows import LabelledRows, require_two_classes
from latefusion.svm.settings import SvmSettings
from latefusion.svm.shared_distances import DrawnRows

SAMPLE: Final = 200
"""Training rows whose distances are looked at for the facts of a model."""


@dataclass(frozen=True)
class Limits:
    """What training may use; changes no bit of the result.

    Attributes
    ----------
    n_jobs : int
        Threads.
    memory_mb : float, optional
        Megabytes of the job.
    """

    n_jobs: int = 1
    memory_mb: float | None = None


@dataclass(frozen=True)
class TrainingPredictions:
    """Predictions of the training rows; those that lack a modality have NaN and vote -1.

    Attributes
    ----------
    in_sample_p, in_sample_ovo_prediction : (n, K) float64 and (n,) int32 arrays
        Of the classifiers that saw them, with libsvm's sigmoids.
    out_of_fold_p, out_of_fold_ovo_prediction : (n, K) float64 and (n,) int32 arrays
        Of classifiers that did not, with guarded sigmoids.
    """

    in_sample_p: Float64
    in_sample_ovo_prediction: Int32
    out_of_fold_p: Float64
    out_of_fold_ovo_prediction: Int32


@dataclass
class TrainedSvm:
    """A trained SVM, the notebook's beside it, and what they say of the training rows.

    Attributes
    ----------
    model : SVM
        Of the best C and gamma; what `honest` and `cross` use.
    replica : SVM
        The same object unless a grid is configured: then C = 1 and gamma = 'auto'. Saved with `model` as
        its attribute `replica_`, which it has only where they differ.
    rows, replica_rows : TrainingPredictions
        Of `model` and `replica`.
    grid : list of dict
        C, gamma, log loss and accuracy out of fold, and whether it was chosen.
    facts : dict
        What the model's JSON file says; beside a grid, that of `replica` under the key of that name.
    """

    model: SVM
    replica: SVM
    rows: TrainingPredictions
    replica_rows: TrainingPredictions
    grid: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def train(
    rows: LabelledRows,
    settings: SvmSettings,
    *,
    replica: bool,
    rng: np.random.Generator,
    limits: Limits = Limits(),
    drawn: DrawnRows | None = None,
) -> TrainedSvm:
    """Train a view's SVM on the rows that have all of its modalities.

    Parameters
    ----------
    rows : LabelledRows
    settings : SvmSettings
    replica : bool
        Whether the notebook's C and gamma are needed beside a grid.
    rng : numpy.random.Generator
    limits : Limits
    drawn : DrawnRows, optional
        The rows among those whose distances several training parts share.

    Raises
    ------
    InputError
        If the data are too large for the memory, fewer than two classes have rows, or a result is no number.
    """
    known = present_rows(rows.X)
    X, y = select_rows(rows.X, known), rows.y[known]
    require_two_classes(rows, known)
    seed = int(rng.integers(2**63))
    wanted = settings.grid
    if replica and settings.replica not in wanted:
        wanted = [*wanted, settings.replica]
    models = [
        SVM(
            C=C,
            gamma=gamma,
            **settings.shared,
            n_jobs=limits.n_jobs,
            memory_mb=limits.memory_mb,
            random_state=seed,
        )
        for C, gamma in wanted
    ]
    states = fit_all(models, X, y, fold=rows.fold[known], n_classes=rows.n_classes, drawn=drawn)
    for model, state in zip(models, states, strict=True):
        require_finite(state.in_sample_decision, rows.source)
        require_finite(state.calibration.out_of_fold_proba, rows.source)
        model.adopt(state)
    table = [_score(model, y) for model in models[: len(settings.grid)]]
    chosen = min(range(len(table)), key=lambda row: table[row]["log_loss"])
    for row, entry in enumerate(table):
        entry["chosen"] = row == chosen
    model = models[chosen]
    replica_model = models[wanted.index(settings.replica)] if replica else model
    facts = _facts(model, X)
    if replica and settings.is_grid:
        facts["replica"] = _facts(replica_model, X)
    return _trained(model, replica_model, known, table if len(table) > 1 else [], facts)


def _trained(
    model: SVM,
    replica: SVM,
    known: NDArray[np.bool_],
    grid: list[dict[str, Any]],
    facts: dict[str, Any],
) -> TrainedSvm:
    predictions = _training_predictions(model, known)
    trained = TrainedSvm(
        model=model,
        replica=replica,
        rows=predictions,
        replica_rows=predictions if replica is model else _training_predictions(replica, known),
        grid=grid,
        facts=facts,
    )
    model.drop_training_state()
    if replica is not model:
        replica.drop_training_state()
        model.replica_ = replica
    return trained


def _training_predictions(model: SVM, known: NDArray[np.bool_]) -> TrainingPredictions:
    in_sample, out_of_fold = model.in_sample_decision_, model.out_of_fold_decision_
    return TrainingPredictions(
        in_sample_p=scatter_rows(model.proba_of_decision(in_sample, guarded=False), known),
        in_sample_ovo_prediction=scatter_rows(model.vote_of_decision(in_sample), known),
        out_of_fold_p=scatter_rows(model.out_of_fold_proba_, known),
        out_of_fold_ovo_prediction=scatter_rows(model.vote_of_decision(out_of_fold), known),
    )


def _score(model: SVM, y: Int32) -> dict[str, Any]:
    p = model.out_of_fold_proba_
    return {
        "C": model.C,
        "gamma": model.gamma,
        "log_loss": float(log_losses(p, y).mean()),
        "accuracy": float((p.argmax(axis=1) == y).mean()),
    }


def _kernel_distance(model: SVM, rows: Sequence[Features]) -> float:
    """Return the median of 1 - k over pairs of training rows, γd² where that is small.

    Of at most `SAMPLE` rows, evenly over all, so that it is the same in every run.
    """
    chosen = np.linspace(0, len(rows[0]) - 1, min(len(rows[0]), SAMPLE)).astype(np.intp)
    scaled = model.scaling_.rows([x[chosen] for x in rows])
    units = model.scaling_.in_units(model.gammas_)
    less_one = kernel_values(scaled, scaled, units, model.weights_, double=model.double_)
    return float(np.median(-less_one[np.triu_indices(len(chosen), 1)].astype(np.float64)))


def _facts(model: SVM, rows: Sequence[Features]) -> dict[str, Any]:
    return {
        "C": model.C,
        "gamma": model.gamma,
        "gammas": list(model.gammas_),
        "kernel_distance": _kernel_distance(model, rows),
        "n_support": int(model.n_support_.sum()),
        "n_inverted_sigmoids": model.n_inverted_,
        "n_inverted_sigmoids_out_of_fold": model.n_inverted_out_of_fold_,
        "approximated": model.approximation is not None,
        "n_components": None if model.approximation is None else int(model.approximation["components"]),
        "rows": len(rows[0]),
        "columns": sum(x.shape[1] for x in rows),
        "hit_max_iter": model.n_capped_,
    }
