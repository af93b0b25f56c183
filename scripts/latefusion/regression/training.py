"""Training of a view's kernel ridge regressor, and what it says of its training rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.grid import as_list
from latefusion.kernel_ridge.gram import Float64
from latefusion.kernel_ridge.memory import view_bytes
from latefusion.kernel_ridge.nearness import distances
from latefusion.regression.cooperative_fit import CooperativeSettings, fit_cooperative_ridge
from latefusion.regression.regressor import KernelRidge, ScaledRows
from latefusion.regression.residual_variance import VarianceByDistance, held_out_variance
from latefusion.regression.ridge_fit import ALIGNED, RidgeFit, fit_ridge
from latefusion.regression.target_rows import LEAST_VARIANCE, TargetRows, residual_variance
from latefusion.svm.inputs import Features, Gamma, present_rows, scatter_rows, select_rows
from latefusion.svm.memory import DEFAULT_COMPONENTS, budget

DISTANCE: Final = "distance"
COOPERATIVE: Final = "cooperative"
BY_DISTANCE: Final = "variance_by_distance"


@dataclass(frozen=True)
class RidgeSettings:
    """Settings of a view's regressor, as the configuration has them."""

    alphas: tuple[float, ...]
    gamma: Gamma
    scale: str
    combine: str
    variance: str = "constant"
    components: int | None = None
    cooperative: CooperativeSettings | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> RidgeSettings:
        """Return the settings of the configuration's key `kernel_ridge`, and how a view combines."""
        own = settings.get(COOPERATIVE)
        approximation = settings["approximation"]
        return cls(
            tuple(map(float, as_list(settings["alphas"]))),
            settings["gamma"],
            settings["scale"],
            settings["combine"],
            settings["variance"],
            None if approximation is None else int(approximation["components"]),
            CooperativeSettings.of(own or {}) if settings["combine"] == COOPERATIVE else None,
        )


@dataclass(frozen=True)
class TrainedRidge:
    """A trained regressor, and what it says of the training rows.

    Attributes
    ----------
    model : KernelRidge
    in_sample, out_of_fold : (n, T) float64 arrays
        A row of NaN where an item lacks a modality.
    variance : (n, T) float64 array
        Of the errors out of fold; NaN likewise.
    facts : dict
        What the model's JSON file says.
    """

    model: KernelRidge
    in_sample: Float64
    out_of_fold: Float64
    variance: Float64
    facts: dict[str, Any]


def train_ridge(
    rows: TargetRows, settings: RidgeSettings, *, n_jobs: int = 1, memory_mb: float | None = None
) -> TrainedRidge:
    """Train on the rows that have all modalities of a view.

    Parameters
    ----------
    rows : TargetRows
    settings : RidgeSettings
    n_jobs : int
        Threads; changes no bit of the result.
    memory_mb : float, optional
        What the job may take.

    Raises
    ------
    InputError
        If there is nothing to learn from, the data are too large for the memory, or a penalty is too small.
    """
    X, Y, fold = rows.learned_from()
    _require_memory(rows, X, fold, settings, memory_mb)
    try:
        fit = _fit(X, Y, fold, settings, n_jobs)
    except ArithmeticError as error:
        fix = "raise the least of kernel_ridge.alphas"
        if settings.cooperative is not None:
            fix = "raise the least penalty under the view's key cooperative"
        raise rows.refusal(str(error), "penalties for which the equations can be solved", fix) from None
    rows.require_finite(fit.in_sample, fit.out_of_fold)
    facts = _facts(rows.targets, settings, fit, Y)
    variance = np.tile(residual_variance(fit.error.min(axis=0), Y), (len(Y), 1))
    if settings.variance == DISTANCE:
        variance, by_distance = _by_distance(fit, X, Y, fold, n_jobs)
        for name, knots in zip(rows.targets, by_distance.facts(), strict=True):
            facts["targets"][name][BY_DISTANCE] = knots
    known = rows.known
    return TrainedRidge(
        fit.model,
        scatter_rows(fit.in_sample, known),
        scatter_rows(fit.out_of_fold, known),
        scatter_rows(variance, known),
        facts,
    )


def predict_ridge(
    model: KernelRidge,
    facts: Mapping[str, Any],
    targets: Sequence[str],
    X: Sequence[Features],
    n_jobs: int = 1,
) -> tuple[Float64, Float64]:
    """Return what is predicted of items and the variance of its errors, (n, T); NaN without a modality.

    Parameters
    ----------
    model : KernelRidge
    facts : mapping
        The model's JSON file.
    targets : sequence of str
        In the model's order.
    X : sequence of (n, d_m) arrays
        One for each modality.
    n_jobs : int
        Threads; changes no bit of the result.
    """
    known = present_rows(X)
    if not known.any():
        blank = np.full((len(known), len(targets)), np.nan)
        return blank, blank
    present, own = select_rows(X, known), [facts["targets"][name] for name in targets]
    said = model.predict(present, n_jobs)
    if all(BY_DISTANCE in one for one in own):
        by_distance = VarianceByDistance.from_facts([one[BY_DISTANCE] for one in own])
        variance = by_distance.of(model.distances(present, n_jobs))
    else:
        variance = np.tile(np.array([one["residual_variance"] for one in own]), (len(said), 1))
    return scatter_rows(said, known), scatter_rows(variance, known)


def _fit(
    X: Sequence[Features], Y: Float64, fold: NDArray[np.intp], settings: RidgeSettings, n_jobs: int
) -> RidgeFit:
    if settings.cooperative is not None:
        return fit_cooperative_ridge(X, Y, fold, settings.cooperative, n_jobs=n_jobs)
    return fit_ridge(
        X,
        Y,
        fold,
        settings.alphas,
        gamma=settings.gamma,
        scale=settings.scale,
        combine=settings.combine,
        components=settings.components,
        n_jobs=n_jobs,
    )


def _by_distance(
    fit: RidgeFit, X: Sequence[Features], Y: Float64, fold: NDArray[np.intp], n_jobs: int
) -> tuple[Float64, VarianceByDistance]:
    """Return the variance of training rows, (n, T), by their distance from other folds, and of other rows."""
    model = fit.model
    distance = distances(
        ScaledRows(model.scaling, X),
        model.rows,
        model.gammas,
        model.weights,
        n_jobs,
        fold=fold,
        fold_of_seen=fold[fit.spanned_by],
    )
    squared = np.maximum(np.square(fit.out_of_fold - Y), LEAST_VARIANCE * Y.var(axis=0))
    return held_out_variance(distance, squared, fold), VarianceByDistance.fit(distance, squared)


def _facts(targets: Sequence[str], settings: RidgeSettings, fit: RidgeFit, Y: Float64) -> dict[str, Any]:
    spread = Y.var(axis=0)
    in_sample = np.square(fit.in_sample - Y).mean(axis=0)
    residual = residual_variance(fit.error.min(axis=0), Y)
    own: dict[str, Any] = {
        "gamma": settings.gamma,
        "scale": settings.scale,
        "alphas": list(settings.alphas),
        "steps": list(fit.steps),
    }
    if settings.cooperative is not None:
        own = settings.cooperative.facts()
    elif settings.components is not None:
        own["components"] = len(fit.spanned_by)
    if settings.combine == ALIGNED:
        own["weights"] = list(fit.model.weights)
    return {
        "learner": "kernel_ridge",
        "rows": len(Y),
        "combine": settings.combine,
        **own,
        "targets": {
            name: {
                **{key: float(values[t]) for key, values in fit.settings.items()},
                "out_of_fold_mse": fit.error[:, t].tolist(),
                "mse": float(fit.error[:, t].min()),
                "in_sample_mse": float(in_sample[t]),
                "variance": float(spread[t]),
                "residual_variance": float(residual[t]),
            }
            for t, name in enumerate(targets)
        },
    }


def _require_memory(
    rows: TargetRows,
    X: Sequence[Features],
    fold: NDArray[np.intp],
    settings: RidgeSettings,
    memory_mb: float | None,
) -> None:
    n, parts, own = len(X[0]), len(X), settings.cooperative
    needed = view_bytes(
        n,
        sum(x.shape[1] for x in X),
        parts,
        targets=rows.Y.shape[1],
        folds=int(fold.max()) + 1,
        penalties=len(settings.alphas),
        components=settings.components,
        weights=None if own is None else len(own.rho),
    )
    limit = budget(memory_mb)
    if limit is None or needed <= limit:
        return
    what, fix = (
        "kernel matrix",
        f"set `kernel_ridge: {{approximation: {{components: {DEFAULT_COMPONENTS}}}}}`",
    )
    if own is not None:
        what, fix = f"{parts} kernel matrices", "let the view have `combine: kernel_mean`"
    elif settings.components is not None:
        what, fix = "approximated kernel", "set fewer components under kernel_ridge.approximation"
    raise rows.refusal(
        f"{n:,} training rows: their {what} and what goes with it take {needed:,} bytes",
        f"{limit:,} bytes, which is what this job may use",
        f"{fix}, give the job more memory (`resources: mem_mb`), or train on fewer items",
    )
