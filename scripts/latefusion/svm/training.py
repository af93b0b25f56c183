"""Training and prediction of one view's SVM: rows that lack a modality, the grid, what the files need."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem
from latefusion.core.log_loss import log_losses
from latefusion.svm.estimator import SVM, Float32, Float64
from latefusion.svm.fitting import fit_all
from latefusion.svm.kernels import Gamma

if TYPE_CHECKING:
    from latefusion.external.pretrained_svm import PretrainedSVC

Int32 = NDArray[np.int32]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SvmSettings:
    """Settings of a view's SVM, as the configuration has them.

    Attributes
    ----------
    C, gamma : scalar or list
        A list is a grid, chosen by out-of-fold log loss.
    scale, combine, class_weight, approximation, max_iter
        As for `SVM`.
    """

    C: float | Sequence[float] = 1.0
    gamma: Gamma | Sequence[Gamma] = "auto"
    scale: str = "none"
    combine: str = "concatenate"
    class_weight: str | None = None
    approximation: Mapping[str, int] | None = None
    max_iter: int | None = None

    @property
    def grid(self) -> list[tuple[float, Gamma]]:
        """Every C with every gamma."""
        return [(C, gamma) for gamma in _several(self.gamma) for C in _several(self.C)]

    @property
    def is_grid(self) -> bool:
        """Whether C and gamma are chosen, so that the machine of `honest` may not be that of `replica`."""
        return _is_list(self.C) or _is_list(self.gamma)

    @property
    def replica(self) -> tuple[float, Gamma]:
        """C and gamma of the notebook, unless the configuration names a single other value."""
        C = 1.0 if _is_list(self.C) else _several(self.C)[0]
        return C, "auto" if _is_list(self.gamma) else _several(self.gamma)[0]


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _several(value: Any) -> list[Any]:  # noqa: ANN401 - a number, a word or a list of them
    return list(value) if _is_list(value) else [value]


@dataclass(frozen=True)
class TrainingRows:
    """What a machine says of its training rows; those that lack a modality have NaN and vote -1.

    Attributes
    ----------
    in_sample_p, in_sample_ovo_prediction : (n, K) float64 and (n,) int32 arrays
        Of the machine that saw them, with libsvm's sigmoids.
    out_of_fold_p, out_of_fold_ovo_prediction : (n, K) float64 and (n,) int32 arrays
        Of machines that did not, with guarded sigmoids.
    """

    in_sample_p: Float64
    in_sample_ovo_prediction: Int32
    out_of_fold_p: Float64
    out_of_fold_ovo_prediction: Int32


@dataclass
class Trained:
    """What training gives.

    Attributes
    ----------
    model : SVM
        Of the best C and gamma; what `honest` and `cross` use.
    replica : SVM
        The same object unless a grid is configured: then C = 1 and gamma = 'auto'. Saved with `model` as
        its attribute `replica_`, which it has only where they differ.
    rows, replica_rows : TrainingRows
        What `model` and `replica` say of the training rows.
    grid : list of dict
        C, gamma, log loss and accuracy out of fold, and whether it was chosen.
    facts : dict
        What the model's JSON file says; beside a grid, that of `replica` under the key of that name.
    """

    model: SVM
    replica: SVM
    rows: TrainingRows
    replica_rows: TrainingRows
    grid: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def train(
    X: Sequence[Float32],
    y: Int32,
    fold: Int32,
    settings: SvmSettings,
    *,
    n_classes: int,
    n_jobs: int,
    memory_mb: float | None = None,
    replica: bool,
    rng: np.random.Generator,
) -> Trained:
    """Train a view's SVM on the rows that have all of its modalities.

    Parameters
    ----------
    X : list of (n, d_m) float32 arrays
        One for each modality of the view; a row of NaN where an item lacks it.
    y : (n,) array
        Class indices.
    fold : (n,) array
    settings : SvmSettings
    n_classes : int
        Classes of the data set; those without rows get probability 0.
    n_jobs : int
        Threads; changes no bit of the result.
    memory_mb : float, optional
        Memory that the job may use.
    replica : bool
        Whether the notebook's C and gamma are needed beside a grid.
    rng : numpy.random.Generator

    Raises
    ------
    InputError
        If the data are too large for the memory, or fewer than two classes have rows.
    """
    known = present_rows(X)
    rows = [x[known] for x in X] if not known.all() else list(X)
    _require_two_classes(y[known], len(y))
    seed = int(rng.integers(2**63))
    wanted = settings.grid
    if replica and settings.replica not in wanted:
        wanted = [*wanted, settings.replica]
    models = [
        SVM(
            C=C,
            gamma=gamma,
            scale=settings.scale,
            combine=settings.combine,
            class_weight=settings.class_weight,
            approximation=settings.approximation,
            max_iter=settings.max_iter,
            n_jobs=n_jobs,
            memory_mb=memory_mb,
            random_state=seed,
        )
        for C, gamma in wanted
    ]
    fit_all(models, rows, y[known], fold=fold[known], n_classes=n_classes)
    table = [_score(model, y[known]) for model in models[: len(settings.grid)]]
    chosen = min(range(len(table)), key=lambda row: table[row]["log_loss"])
    for row, entry in enumerate(table):
        entry["chosen"] = row == chosen
    model = models[chosen]
    replica_model = models[wanted.index(settings.replica)] if replica else model
    facts = _facts(model, rows)
    if replica and settings.is_grid:
        facts["replica"] = _facts(replica_model, rows)
    said = _training_rows(model, known)
    trained = Trained(
        model=model,
        replica=replica_model,
        rows=said,
        replica_rows=said if replica_model is model else _training_rows(replica_model, known),
        grid=table if len(table) > 1 else [],
        facts=facts,
    )
    model.slim()
    if replica_model is not model:
        replica_model.slim()
        model.replica_ = replica_model
    return trained


def _training_rows(model: SVM, known: NDArray[np.bool_]) -> TrainingRows:
    return TrainingRows(
        in_sample_p=_spread(model.proba_of_decision(model.in_sample_decision_, guarded=False), known),
        in_sample_ovo_prediction=_spread(model.vote_of_decision(model.in_sample_decision_), known),
        out_of_fold_p=_spread(model.out_of_fold_proba_, known),
        out_of_fold_ovo_prediction=_spread(model.vote_of_decision(model.out_of_fold_decision_), known),
    )


@dataclass(frozen=True)
class Decided:
    """What a machine decides about rows, before it is turned into probabilities.

    Attributes
    ----------
    model : SVM or PretrainedSVC
    decision : (n_known, pairs) float64 array
        Decision values of the rows that have all modalities.
    known : (n,) bool array
        Which rows these are.
    """

    model: SVM | PretrainedSVC
    decision: Float64
    known: NDArray[np.bool_]

    def probabilities(self, *, guarded: bool) -> Float64:
        """Return class probabilities, (n, K); NaN for rows that lack a modality."""
        return _spread(self.model.proba_of_decision(self.decision, guarded=guarded), self.known)

    def votes(self) -> Int32:
        """Return the class index with most one-vs-one votes, (n,); -1 for rows that lack a modality."""
        return _spread(self.model.vote_of_decision(self.decision), self.known)


def decide(model: SVM | PretrainedSVC, X: Sequence[Float32], *, n_jobs: int) -> Decided:
    """Return what a machine decides about rows, (n, d_m) for each modality; NaN where one is missing."""
    known = present_rows(X)
    rows = [x[known] for x in X] if not known.all() else list(X)
    model.set_params(n_jobs=n_jobs)
    return Decided(model, model.decision_function(rows), known)


def predict(
    model: SVM | PretrainedSVC, X: Sequence[Float32], *, guarded: bool, n_jobs: int
) -> tuple[Float64, Int32]:
    """Return probabilities (n, K) and votes (n,); NaN and -1 for rows that lack a modality."""
    decided = decide(model, X, n_jobs=n_jobs)
    return decided.probabilities(guarded=guarded), decided.votes()


def present_rows(X: Sequence[Float32]) -> NDArray[np.bool_]:
    """Return which rows have all modalities, (n,)."""
    known = np.ones(len(X[0]), bool)
    for x in X:
        known &= ~np.isnan(x[:, 0])
    return known


def _require_two_classes(y: Int32, n: int) -> None:
    found = len(np.unique(y))
    if found < 2:
        raise InputError(
            [
                Problem(
                    file="a training part",
                    found=f"{found} classes among the {len(y):,} of {n:,} items with all modalities",
                    allowed="two classes or more",
                    fix="bring more items, or take the modality that most of them lack out of the view",
                )
            ]
        )


def _spread(values: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[Any]:
    """Put the values of known rows among all rows; NaN, or -1 for integers, elsewhere."""
    blank = np.nan if np.issubdtype(values.dtype, np.floating) else -1
    out = np.full((len(known), *values.shape[1:]), blank, values.dtype)
    out[known] = values
    return out


def _score(model: SVM, y: Int32) -> dict[str, Any]:
    p = model.out_of_fold_proba_
    return {
        "C": model.C,
        "gamma": model.gamma,
        "log_loss": float(log_losses(p, y).mean()),
        "accuracy": float((p.argmax(axis=1) == y).mean()),
    }


def _facts(model: SVM, rows: Sequence[Float32]) -> dict[str, Any]:
    return {
        "C": model.C,
        "gamma": model.gamma,
        "gammas": list(model.gammas_),
        "n_support": int(model.n_support_.sum()),
        "n_inverted_sigmoids": model.n_inverted_,
        "n_inverted_sigmoids_out_of_fold": model.n_inverted_out_of_fold_,
        "approximated": model.approximation is not None,
        "n_components": None if model.approximation is None else int(model.approximation["components"]),
        "rows": len(rows[0]),
        "columns": sum(x.shape[1] for x in rows),
        "hit_max_iter": model.n_capped_,
    }
