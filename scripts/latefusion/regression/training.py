"""Training of a view's kernel ridge regressor, and what it says of its training rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.kernel_ridge.gram import Float64
from latefusion.kernel_ridge.memory import ridge_bytes
from latefusion.regression.regressor import KernelRidge, RidgeFit, fit_ridge
from latefusion.regression.target_rows import TargetRows, residual_variance
from latefusion.svm.inputs import Features, Gamma, present_rows, scatter_rows, select_rows
from latefusion.svm.memory import budget


@dataclass(frozen=True)
class RidgeSettings:
    """Settings of a view's regressor, as the configuration has them."""

    alphas: tuple[float, ...]
    gamma: Gamma
    scale: str
    combine: str

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> RidgeSettings:
        """Return the settings of the configuration's key `kernel_ridge`, and how a view combines."""
        alphas = settings["alphas"]
        penalties = tuple(map(float, alphas if isinstance(alphas, list | tuple) else [alphas]))
        return cls(penalties, settings["gamma"], settings["scale"], settings["combine"])


@dataclass(frozen=True)
class TrainedRidge:
    """A trained regressor, and what it says of the training rows.

    Attributes
    ----------
    model : KernelRidge
    in_sample, out_of_fold : (n, T) float64 arrays
        A row of NaN where an item lacks a modality.
    variance : (T,) float64 array
        Mean squared error out of fold with the chosen penalty: of predictions of other items, too.
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
        fit = fit_ridge(
            X,
            Y,
            fold,
            settings.alphas,
            gamma=settings.gamma,
            scale=settings.scale,
            combine=settings.combine,
            n_jobs=n_jobs,
        )
    except ArithmeticError as error:
        fix = "raise the least of kernel_ridge.alphas"
        raise rows.refusal(str(error), "penalties for which the equations can be solved", fix) from None
    rows.require_finite(fit.in_sample, fit.out_of_fold)
    known = rows.known
    return TrainedRidge(
        fit.model,
        scatter_rows(fit.in_sample, known),
        scatter_rows(fit.out_of_fold, known),
        residual_variance(fit.error.min(axis=0), Y),
        _facts(rows.targets, settings, fit, Y),
    )


def residual_variances(facts: Mapping[str, Any], targets: Sequence[str]) -> Float64:
    """Return the residual variance of each target, (T,), as the model's JSON file has it."""
    return np.array([facts["targets"][name]["residual_variance"] for name in targets])


def predict_ridge(model: KernelRidge, X: Sequence[Features], n_jobs: int = 1) -> Float64:
    """Return the predictions of items, (n, T); NaN where one lacks a modality."""
    known = present_rows(X)
    if not known.any():
        return np.full((len(known), len(model.intercept)), np.nan)
    return scatter_rows(model.predict(select_rows(X, known), n_jobs), known)


def _facts(targets: Sequence[str], settings: RidgeSettings, fit: RidgeFit, Y: Float64) -> dict[str, Any]:
    spread = Y.var(axis=0)
    in_sample = np.square(fit.in_sample - Y).mean(axis=0)
    residual = residual_variance(fit.error.min(axis=0), Y)
    return {
        "learner": "kernel_ridge",
        "rows": len(Y),
        "gamma": settings.gamma,
        "scale": settings.scale,
        "combine": settings.combine,
        "alphas": list(settings.alphas),
        "steps": list(fit.steps),
        "targets": {
            name: {
                "alpha": float(fit.penalty[t]),
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
    n, columns = len(X[0]), sum(x.shape[1] for x in X)
    needed = ridge_bytes(n, columns, rows.Y.shape[1], int(fold.max()) + 1, len(settings.alphas))
    limit = budget(memory_mb)
    if limit is not None and needed > limit:
        raise rows.refusal(
            f"{n:,} training rows: their kernel matrix and what goes with it take {needed:,} bytes",
            f"{limit:,} bytes, which is what this job may use",
            "give the job more memory (`resources: mem_mb`), or train on fewer items",
        )
