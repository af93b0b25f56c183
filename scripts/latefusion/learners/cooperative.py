"""Cooperative learning: between one fit of all modalities and one of each."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Self

import numpy as np

from latefusion.core.errors import InputError, Problem
from latefusion.core.grid import as_list
from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.kernel_ridge.gram import kernel_times
from latefusion.kernel_ridge.memory import cooperative_bytes
from latefusion.learning.calibration import Calibration, held_out_probabilities, require_three_folds
from latefusion.learning.classifier import BLOCK, Array, Classifier, Features, Labels, joined, said_by
from latefusion.learning.learner import Learner
from latefusion.regression.cooperative_search import CooperativeSearch
from latefusion.svm.inputs import Gamma
from latefusion.svm.kernels import InputScaling
from latefusion.svm.memory import MEGABYTE, budget


class CooperativeLearning(Learner):
    """Kernel ridge regression in each modality of a view, fitted together with a penalty on disagreement.

    ρ = 0 is early fusion: one additive fit, with the sum of the modalities' kernels. ρ = 1 is late fusion:
    the mean of separate fits. Targets are one-hot; of all ρ and penalties those with the least squared error
    out of fold are taken, and what the fit says is calibrated out of fold. On a single modality all ρ are the
    same, and this is kernel ridge regression.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    rho : float
        Weight of disagreement, from 0, early fusion, to 1, late fusion.
    penalty : float
        Weight of the functions' norms.
    gamma : float, 'auto' or 'scale'
        Width of each modality's kernel: auto is 1/columns, scale also divides by the variance.
    scale : {'standard', 'none'}
        Whether columns are standardised, on the training part.

    Notes
    -----
    :formula: least ½‖y − Σ f_m‖² + ρ/2 Σ_{m<l} ‖f_m − f_l‖² + λ Σ ‖f_m‖², f_m in an RBF kernel's space
    :source: Ding, Li, Narasimhan and Tibshirani 2022
    """

    searched = ("rho", "penalty")

    _calibration: Calibration

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        rho: float | Sequence[float] = (0.0, 0.1, 0.3, 0.5, 0.8, 1.0),
        penalty: float | Sequence[float] = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
        gamma: Gamma = "auto",
        scale: str = "standard",
    ) -> None:
        super().__init__(random_state=random_state, scale=scale)
        self.rho, self.penalty, self.gamma = rho, penalty, gamma

    def fit(
        self,
        X: Features | Sequence[Features],
        y: Labels,
        fold: Labels,
        *,
        n_classes: int | None = None,
    ) -> Self:
        """Fit the whole grid without each fold, choose, and fit all rows with what was chosen.

        Parameters and errors are those of `Learner.fit`; besides, a ValueError if a ρ is not within 0 and 1
        or a penalty not above 0, and an InputError if the kernels do not fit into memory or a penalty is too
        small.
        """
        parts = [X] if isinstance(X, np.ndarray) else list(X)
        y, fold = np.asarray(y, np.int32), np.asarray(fold, np.int32)
        if not len(parts[0]) == len(y) == len(fold):
            raise ValueError(f"{len(parts[0])} rows, {len(y)} labels, {len(fold)} folds")
        require_three_folds(fold)
        self.n_classes = int(y.max()) + 1 if n_classes is None else n_classes
        rho, penalty = _checked(as_list(self.rho), as_list(self.penalty))
        rho = rho[:1] if len(parts) == 1 else rho
        seen, coded = np.unique(y, return_inverse=True)
        self._require_memory(parts, len(seen), len(np.unique(fold)), len(rho))
        kernels = _ScaledKernels.fit(parts, self.gamma, self.scale)
        own, target = kernels.rows(parts), np.eye(len(seen))[coded]
        # the scores of the last class are what is left to one
        search = CooperativeSearch(own, kernels.gamma, target[:, :-1], fold, self.n_jobs)
        try:
            scores, error = _out_of_fold(search, rho, penalty, target)
            r, p = np.unravel_index(error.argmin(), error.shape)
            without_two = _without_two(search, rho[[r]], penalty[[p]])
            whole = search.fitted(np.ones((len(y), 1), bool), rho[[r]], penalty[[p]])
        except ArithmeticError as problem:
            raise _too_small(float(penalty.min()), len(y)) from problem
        self._path = _told(rho, penalty, error)
        self.settings_ = {"rho": float(rho[r]), "penalty": float(penalty[p])}
        machine = _Machine(kernels, own, whole.dual[:, :, 0, 0], whole.intercept[0])
        self._final = Classifier(machine, None, seen.astype(np.int32), self.n_classes, np.float64)
        decision = self._final.of_all_classes(scores[r, p])
        self._calibration = Calibration.fit(decision, y)
        self.out_of_fold_proba_ = held_out_probabilities(
            decision, {pair: self._final.of_all_classes(one) for pair, one in without_two.items()}, y, fold
        )
        self._choose([self.settings_], self.out_of_fold_proba_[None], y)
        self.in_sample_proba_ = self.predict_proba(parts)
        return self

    def predict_proba(self, X: Features | Sequence[Features]) -> Array:
        """Return class probabilities of rows, (n, K); each row by itself."""
        rows = joined(X)
        if not len(rows):
            return np.empty((0, self.n_classes))

        def decided(span: tuple[int, int]) -> Array:
            return said_by([self._final], rows[slice(*span)], decisions=True)[0]

        with one_blas_thread():
            found = run(decided, blocks(len(rows), BLOCK), self.n_jobs)
        return self._calibration.predict(np.concatenate(found))

    def learned(self) -> dict[str, Any]:
        """Return the mean squared error out of fold of each ρ and penalty."""
        return {"path": self._path}

    def _require_memory(self, parts: Sequence[Features], classes: int, folds: int, rho: int) -> None:
        n, columns = len(parts[0]), sum(part.shape[1] for part in parts)
        fits = folds * max(rho, (folds - 1) // 2)
        needed = cooperative_bytes(n, columns, len(parts), targets=max(classes - 1, 1), fits=fits)
        limit = budget(None)
        if limit is not None and needed > limit:
            problem = Problem(
                "the configuration and the machine",
                f"{n:,} training rows: their {len(parts)} kernels and what goes with them take "
                f"{needed // MEGABYTE:,} MB",
                f"{limit // MEGABYTE:,} MB, which are free",
                "train on fewer items, or let the view have `combine: concatenate` and an SVM with "
                "`approximation: {components: 1000}`",
            )
            raise InputError([problem])


class _ScaledKernels:
    """Scaling and kernel width of each modality, as the training rows have them."""

    def __init__(self, scaling: list[InputScaling], gamma: list[float]) -> None:
        self.scaling, self.gamma = scaling, gamma
        self.ends = np.cumsum([len(one.shift[0]) for one in scaling])[:-1]

    @classmethod
    def fit(cls, parts: Sequence[Features], gamma: Gamma, scale: str) -> "_ScaledKernels":
        scaling = [InputScaling.fit([part], "concatenate", scale) for part in parts]
        return cls(scaling, [one.in_units(one.gammas(gamma))[0] for one in scaling])

    def rows(self, parts: Sequence[Features]) -> list[Array]:
        """Return rows of each modality in the units of its kernel."""
        return [
            (part.astype(np.float64) - one.shift[0]) * one.scale[0]
            for part, one in zip(parts, self.scaling, strict=True)
        ]


class _Machine:
    """The functions of all modalities, which say of rows, side by side, how much speaks for each class."""

    def __init__(self, kernels: _ScaledKernels, rows: list[Array], dual: Array, intercept: Array) -> None:
        self.kernels, self.rows, self.dual, self.intercept = kernels, rows, dual, intercept

    def decision_function(self, X: Features) -> Array:
        parts = self.kernels.rows(np.split(X, self.kernels.ends, axis=1))
        total = np.tile(self.intercept, (len(X), 1))
        for part, rows, gamma, dual in zip(parts, self.rows, self.kernels.gamma, self.dual, strict=True):
            total += kernel_times(part, rows, gamma, dual, 1)
        return _with_last(total)


def _out_of_fold(search: CooperativeSearch, rho: Array, penalty: Array, target: Array) -> tuple[Array, Array]:
    """Return the scores of held-out rows, (R, P, n, k), and their mean squared error, (R, P)."""
    scores = _with_last(search.out_of_fold(rho, penalty))
    return scores, np.square(scores - target).sum(axis=3).mean(axis=2)


def _without_two(search: CooperativeSearch, rho: Array, penalty: Array) -> dict[tuple[int, int], Array]:
    """Return of each pair of folds the scores of all rows by the fit without both, (n, k)."""
    pairs = list(combinations(np.unique(search.fold).tolist(), 2))
    mask = np.stack([~np.isin(search.fold, pair) for pair in pairs], axis=1)
    scores = _with_last(search.fitted(mask, rho, penalty).fitted[:, 0])
    return {pair: scores[:, place] for place, pair in enumerate(pairs)}


def _with_last(scores: Array) -> Array:
    """Return scores of all classes but the last with what is left to one."""
    return np.concatenate([scores, 1.0 - scores.sum(axis=-1, keepdims=True)], axis=-1)


def _told(rho: Array, penalty: Array, error: Array) -> list[dict[str, float]]:
    return [
        {"rho": float(weight), "penalty": float(ridge), "squared_error": float(error[r, p])}
        for r, weight in enumerate(rho)
        for p, ridge in enumerate(penalty)
    ]


def _checked(rho: list[Any], penalty: list[Any]) -> tuple[Array, Array]:
    weights, ridges = np.asarray(rho, np.float64), np.asarray(penalty, np.float64)
    if not len(weights) or not ((weights >= 0) & (weights <= 1)).all():
        raise ValueError(f"rho must be numbers from 0 to 1, not {rho}")
    if not len(ridges) or not (np.isfinite(ridges) & (ridges > 0)).all():
        raise ValueError(f"penalty must be numbers above 0, not {penalty}")
    return weights, ridges


def _too_small(penalty: float, rows: int) -> InputError:
    problem = Problem(
        "the configuration",
        f"the penalty {penalty:g}, with which the equations of {rows:,} rows are not solved",
        "penalties that are not negligible beside the rounding of the kernel",
        "raise the least penalty of cooperative learning",
    )
    return InputError([problem])
