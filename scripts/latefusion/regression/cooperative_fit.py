"""Cooperative learning of continuous targets: a function in each modality, fitted together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from latefusion.core.grid import as_list
from latefusion.kernel_ridge.cooperative import PENALTY, RHO
from latefusion.kernel_ridge.gram import Float64
from latefusion.regression.cooperative_search import CooperativeSearch
from latefusion.regression.regressor import KernelRidge, ScaledRows
from latefusion.regression.ridge_fit import RidgeFit
from latefusion.svm.inputs import Features, Gamma
from latefusion.svm.kernels import InputScaling


@dataclass(frozen=True)
class CooperativeSettings:
    """Settings of a view that is learned cooperatively, as the configuration has them.

    Attributes
    ----------
    rho, penalty : tuple of float
        To choose from.
    gamma : float or {'auto', 'scale'}
    scale : {'standard', 'none'}
    """

    rho: tuple[float, ...] = RHO
    penalty: tuple[float, ...] = PENALTY
    gamma: Gamma = "auto"
    scale: str = "standard"

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Return the settings of a view's key `cooperative`; what it leaves out is as for classes."""
        own = dict(options)
        for key in {"rho", "penalty"} & own.keys():
            own[key] = tuple(map(float, as_list(own[key])))
        return cls(**own)

    def facts(self) -> dict[str, Any]:
        """Return the settings, for the model's JSON file."""
        return {
            "gamma": self.gamma,
            "scale": self.scale,
            "points": [[rho, penalty] for rho in self.rho for penalty in self.penalty],
        }


def fit_cooperative_ridge(
    X: Sequence[Features],
    Y: Float64,
    fold: NDArray[np.integer],
    settings: CooperativeSettings,
    *,
    n_jobs: int = 1,
) -> RidgeFit:
    """Fit the whole grid without each fold, choose for each target, and fit all rows with what was chosen.

    Parameters
    ----------
    X : sequence of (n, d_m) arrays
        One for each modality; rows that have all of them.
    Y : (n, T) float64 array
    fold : (n,) int array
        0 to F − 1, each with a row, F ≥ 2.
    settings : CooperativeSettings
    n_jobs : int
        Threads; changes no bit of the result.

    Raises
    ------
    ArithmeticError
        If a penalty is too small for the equations to be solved.
    """
    scaling = InputScaling.fit(list(X), "kernel_mean", settings.scale)
    gammas = scaling.in_units(scaling.gammas(settings.gamma))
    rows = ScaledRows(scaling, X)[:]
    rho, penalty = np.array(settings.rho), np.array(settings.penalty)
    search = CooperativeSearch(rows, gammas, Y, fold, n_jobs)
    said = search.out_of_fold(rho, penalty).reshape(len(rho) * len(penalty), *Y.shape)
    error = np.square(said - Y).mean(axis=1)
    best, target = error.argmin(axis=0), np.arange(Y.shape[1])
    chosen, place = np.unique(best, return_inverse=True)
    r, p = np.divmod(chosen, len(penalty))
    whole = search.fitted(np.ones((len(Y), 1), bool), rho[r], penalty[p])
    return RidgeFit(
        model=KernelRidge(
            scaling,
            tuple(rows),
            gammas,
            (1.0 / len(rows),) * len(rows),
            np.ascontiguousarray(whole.dual[:, :, place, 0, target]),
            whole.intercept[0],
        ),
        settings={"rho": rho[best // len(penalty)], "penalty": penalty[best % len(penalty)]},
        error=error,
        in_sample=whole.fitted[:, place, 0, target],
        out_of_fold=said[best, :, target].T,
        steps=(),
        spanned_by=np.arange(len(Y)),
    )
