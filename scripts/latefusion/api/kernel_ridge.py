"""Kernel ridge regression whose penalty is chosen out of fold: `latefusion.KernelRidgeCV`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.model_selection import GroupKFold, KFold
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_consistent_length, check_is_fitted, validate_data

from latefusion.kernel_ridge.gram import Float64
from latefusion.kernel_ridge.memory import ridge_bytes
from latefusion.regression.ridge_fit import fit_ridge
from latefusion.svm.memory import MEGABYTE, budget

ALPHAS: Final = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


class KernelRidgeCV(RegressorMixin, MultiOutputMixin, BaseEstimator):
    """RBF kernel ridge regression, each target with the penalty that is best out of fold.

    All penalties, folds and targets share one kernel matrix in double precision (8 n² bytes), on which their
    equations are solved together by preconditioned conjugate gradients. Saunders, Gammerman & Vovk (1998);
    the same predictions as `sklearn.kernel_ridge.KernelRidge` on targets less the mean of the training rows.

    Parameters
    ----------
    alphas : sequence of float
        The penalties to choose from.
    gamma : float or {'auto', 'scale'}
        1 / columns, 1 / (columns · variance), or a number above 0.
    scale : {'none', 'standard'}
        Whether columns are standardised first.
    cv : int
        Folds, where `fit` is given none.
    n_jobs : int
        Threads. The result does not depend on it.
    random_state : int, numpy.random.RandomState, optional
        For the folds that `fit` draws.

    Attributes
    ----------
    alpha_ : float, or (T,) array
        The penalty with the least squared error out of fold, the largest of equals.
    cv_mse_ : (n_alphas,) or (n_alphas, T) array
        Mean squared error out of fold.
    out_of_fold_prediction_, in_sample_prediction_ : (n,) or (n, T) array
        With the chosen penalty. Choosing it saw all folds: a second-order effect.
    n_steps_ : (n_alphas,) array
        Steps of conjugate gradients.
    """

    def __init__(
        self,
        *,
        alphas: Sequence[float] = ALPHAS,
        gamma: float | str = "auto",
        scale: str = "none",
        cv: int = 5,
        n_jobs: int = 1,
        random_state: np.random.RandomState | int | None = None,
    ) -> None:
        self.alphas = alphas
        self.gamma = gamma
        self.scale = scale
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, groups: ArrayLike | None = None, fold: ArrayLike | None = None
    ) -> KernelRidgeCV:
        """Solve for every penalty, on all rows and without each fold, and choose.

        Parameters
        ----------
        X : (n, d) array
        y : (n,) or (n, T) array
        groups : (n,) array, optional
            Rows of one group are in one fold.
        fold : (n,) array, optional
            Folds of your own, in place of those that are drawn.

        Raises
        ------
        ValueError
            If a parameter has a value that it cannot have, shapes do not match, values are not finite, or
            there are fewer rows or groups than folds.
        MemoryError
            If the kernel matrix does not fit.
        ArithmeticError
            If a penalty is too small for the equations to be solved.
        """
        alphas = self._checked()
        rows: Float64
        rows, targets = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        Y: Float64 = np.asarray(targets, dtype=np.float64).reshape(len(rows), -1)
        folds = self._folds(rows, groups, fold)
        n, d = rows.shape
        _require_memory(ridge_bytes(n, d, Y.shape[1], int(folds.max()) + 1, len(alphas)), n)
        gamma: Any = self.gamma
        fit = fit_ridge([rows], Y, folds, alphas.tolist(), gamma=gamma, scale=self.scale, n_jobs=self.n_jobs)
        self._model = fit.model
        self.n_steps_ = np.array(fit.steps)
        self._is_vector = np.ndim(targets) == 1
        penalty = fit.settings["alpha"]
        self.alpha_ = float(penalty[0]) if self._is_vector else penalty
        self.cv_mse_ = fit.error[:, 0] if self._is_vector else fit.error
        self.out_of_fold_prediction_ = self._shaped(fit.out_of_fold)
        self.in_sample_prediction_ = self._shaped(fit.in_sample)
        return self

    def predict(self, X: ArrayLike) -> Float64:
        """Return the predictions of rows, (n,) or (n, T)."""
        check_is_fitted(self)
        rows: Float64 = validate_data(self, X, reset=False, dtype=np.float64)
        return self._shaped(self._model.predict([rows], self.n_jobs))

    def _shaped(self, values: Float64) -> Float64:
        return values[:, 0] if self._is_vector else values

    def _checked(self) -> Float64:
        """Return the penalties, having refused parameters that cannot be."""
        alphas = np.atleast_1d(np.asarray(self.alphas, dtype=np.float64))
        if alphas.ndim != 1 or not len(alphas) or not (np.isfinite(alphas) & (alphas > 0)).all():
            raise ValueError(f"alphas must be numbers above 0, not {self.alphas!r}")
        gamma: Any = self.gamma
        word = isinstance(gamma, str) and gamma in ("auto", "scale")
        if not word and not (_is_number(gamma, Real) and math.isfinite(gamma) and gamma > 0):
            raise ValueError(f"gamma must be 'auto', 'scale' or a number above 0, not {self.gamma!r}")
        if self.scale not in ("none", "standard"):
            raise ValueError(f"scale must be 'none' or 'standard', not {self.scale!r}")
        for name, value, least in (("cv", self.cv, 2), ("n_jobs", self.n_jobs, 1)):
            if not (_is_number(value, Integral) and value >= least):
                raise ValueError(f"{name} must be a whole number of {least} or more, not {value!r}")
        return alphas

    def _folds(self, X: Float64, groups: ArrayLike | None, fold: ArrayLike | None) -> NDArray[np.int64]:
        if fold is not None:
            given = check_array(fold, ensure_2d=False, dtype=None)
            check_consistent_length(X, given)
            names, index = np.unique(given, return_inverse=True)
            if len(names) < 2:
                raise ValueError(f"fold must tell at least 2 folds apart, not {len(names)}")
            return index.astype(np.int64)
        state = check_random_state(self.random_state).randint(2**31 - 1)
        if groups is None:
            splits = KFold(min(self.cv, len(X)), shuffle=True, random_state=state).split(X)
        else:
            check_consistent_length(X, groups)
            splits = GroupKFold(self.cv, shuffle=True, random_state=state).split(X, groups=groups)
        index = np.empty(len(X), np.int64)
        for number, (_, held_out) in enumerate(splits):
            index[held_out] = number
        return index


def _is_number(value: Any, kind: type) -> bool:  # noqa: ANN401 - whatever was given
    return isinstance(value, kind) and not isinstance(value, bool | np.bool_)


def _require_memory(needed: int, rows: int) -> None:
    limit = budget(None)
    if limit is not None and needed > limit:
        raise MemoryError(
            f"the kernel of {rows:,} rows and what goes with it take {needed // MEGABYTE:,} MB, of which "
            f"{limit // MEGABYTE:,} are free; fix: fit fewer rows, or put "
            "sklearn.kernel_approximation.Nystroem and sklearn.linear_model.RidgeCV in a pipeline"
        )


__all__ = ["KernelRidgeCV"]
