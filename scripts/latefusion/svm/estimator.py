"""Support vector machine for several classes with calibrated probabilities, in and out of sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.svm.decision_values import weigh
from latefusion.svm.fitted_state import FittedState
from latefusion.svm.inputs import Features, Float32, Float64, Gamma, Int32, Matrices, as_parts
from latefusion.svm.kernels import InputScaling, KernelRows, values
from latefusion.svm.pairwise_coupling import couple, vote
from latefusion.svm.platt_scaling import apply_sigmoids

ROWS: Final = 512
COLUMNS: Final = 1024


PARAMETERS: Final = (
    "C",
    "gamma",
    "scale",
    "combine",
    "class_weight",
    "approximation",
    "max_iter",
    "n_jobs",
    "memory_mb",
    "random_state",
)


class SVM:
    """RBF support vector machine of one-vs-one classifiers, with calibrated probabilities.

    The problem is libsvm's C-SVC. One set of folds gives everything: the classifiers on all rows, and for
    each fold classifiers without it, whose decision values train one sigmoid per pair; pairwise coupling
    makes probabilities of them.

    Parameters
    ----------
    C : float
        Cost of an error.
    gamma : float, 'auto' or 'scale'
        Width of the kernel: 'auto' is 1/columns, 'scale' divides by the variance of the data too.
        With `balanced`, 'auto' is 1 in the space where each modality counts equally; with
        `kernel_mean` and `kernel_aligned` each modality has its own.
    scale : {'none', 'standard'}
        Standardise columns on the rows that `fit` is given, all folds together.
    combine : {'concatenate', 'balanced', 'kernel_mean', 'kernel_aligned'}
        How several modalities become one kernel.
    class_weight : {'balanced', 'none'}, mapping or None
        Factor on `C` for each class; a mapping has classes for keys.
    approximation : mapping, optional
        `{"components": m}`: linear classifiers on a Nyström approximation of the kernel.
    max_iter : int, optional
        Most steps of one classifier.
    n_jobs : int
        Threads. The result does not depend on it.
    memory_mb : float, optional
        What may be used; more is refused before it is asked for.
    random_state : numpy.random.Generator or int, optional
        For folds where none are given, and for the components of an approximation. Without it they are
        drawn anew by each call: decision values move by up to 1e-3 (libsvm's tolerance, since the solver
        starts from the solution without a fold), out-of-fold values and sigmoids by as much as folds do.

    Attributes
    ----------
    classes_ : (K,) array
    in_sample_decision_, out_of_fold_decision_ : (n, K(K-1)/2) float64 arrays
        Positive for the first class of the pair, in the order of `coupling.class_pairs`, for two
        classes too.
    in_sample_proba_, out_of_fold_proba_ : (n, K) float64 arrays
        With guarded sigmoids. Those of a row out of fold were fitted without the row's fold; the decision
        values they were fitted on come from classifiers that saw the row: a second-order effect (0.001 to
        0.005 of log loss).
    sigmoids_, libsvm_sigmoids_ : (pairs, 2) float64 arrays
        A and B for each pair: guarded, and as libsvm fits them.
    n_inverted_ : int
        Sigmoids that sloped the wrong way and that the guard made flat.
    """

    classes_: NDArray[Any]
    present_: NDArray[np.bool_]
    scaling_: InputScaling
    gammas_: tuple[float, ...]
    weights_: tuple[float, ...]
    double_: bool
    support_: tuple[Float32, ...]
    support_squares_: tuple[Float64, ...]
    coefficients_: NDArray[np.floating]
    n_support_: NDArray[np.int64]
    n_iter_: NDArray[np.int64]
    n_capped_: int
    replica_: SVM
    offsets_: Float64
    in_sample_decision_: Float64
    out_of_fold_decision_: Float64

    def __init__(
        self,
        *,
        C: float = 1.0,
        gamma: Gamma = "auto",
        scale: str = "none",
        combine: str = "concatenate",
        class_weight: str | Mapping[Any, float] | None = None,
        approximation: Mapping[str, int] | None = None,
        max_iter: int | None = None,
        n_jobs: int = 1,
        memory_mb: float | None = None,
        random_state: np.random.Generator | int | None = None,
    ) -> None:
        self.C = C
        self.gamma = gamma
        self.scale = scale
        self.combine = combine
        self.class_weight = class_weight
        self.approximation = approximation
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.memory_mb = memory_mb
        self.random_state = random_state

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's signature
        """Return the parameters by name, as scikit-learn does."""
        return {name: getattr(self, name) for name in PARAMETERS}

    def set_params(self, **parameters: object) -> SVM:
        """Set parameters by name, as scikit-learn does."""
        for name, value in parameters.items():
            if name not in PARAMETERS:
                raise ValueError(f"SVM has no parameter {name!r}; it has {', '.join(PARAMETERS)}")
            setattr(self, name, value)
        return self

    def fit(
        self,
        X: Matrices,
        y: ArrayLike,
        *,
        fold: ArrayLike | None = None,
        n_classes: int | None = None,
    ) -> SVM:
        """Train all one-vs-one classifiers and calibrate them.

        Parameters
        ----------
        X : (n, d) array or list of (n, d_m) arrays
            One array for each modality.
        y : (n,) array
            Classes, of any kind; with `n_classes`, class indices.
        fold : (n,) int array, optional
            Which classifiers do not see the row; by default five stratified folds of our own.
        n_classes : int, optional
            Number of classes, where some may have no rows: their probability is 0.

        Raises
        ------
        ValueError
            If a parameter has a value that it cannot have, shapes do not match, values are not finite, or
            there is only one class.
        InputError
            If the Gram matrix does not fit into the memory that may be used.
        """
        from latefusion.svm.fitting import fit_all

        (state,) = fit_all([self], X, y, fold=fold, n_classes=n_classes)
        self.adopt(state)
        return self

    def adopt(self, state: FittedState) -> None:
        """Store what fitting gave."""
        expansion, calibration = state.expansion, state.calibration
        self.classes_, self.present_ = state.classes, state.present
        self.scaling_, self.gammas_, self.weights_ = state.scaling, state.gammas, expansion.weights
        self.double_ = expansion.double
        self.support_, self.support_squares_ = expansion.support.parts, expansion.support.squares
        self.coefficients_, self.offsets_ = expansion.coefficients, expansion.offsets
        self.n_support_, self.n_iter_, self.n_capped_ = state.n_support, state.n_iter, state.n_capped
        self.in_sample_decision_ = state.in_sample_decision
        self.out_of_fold_decision_ = state.out_of_fold_decision
        self.sigmoids_, self.libsvm_sigmoids_ = calibration.sigmoids, calibration.libsvm_sigmoids
        self.n_inverted_ = calibration.n_inverted
        self.n_inverted_out_of_fold_ = calibration.n_inverted_out_of_fold
        self.out_of_fold_proba_ = calibration.out_of_fold_proba
        self.in_sample_proba_ = self.proba_of_decision(state.in_sample_decision)

    def decision_function(self, X: Matrices) -> Float64:
        """Return decision values with the signs of scikit-learn.

        Returns
        -------
        (n,) or (n, K(K-1)/2) array
            With two classes one value a row, positive for the second class; with more, those of
            `pairwise_decision`, as of `SVC(decision_function_shape="ovo")`.
        """
        decision = self.pairwise_decision(X)
        return -decision[:, 0] if len(self.classes_) == 2 else decision

    def pairwise_decision(self, X: Matrices) -> Float64:
        """Return one-vs-one decision values, (n, K(K-1)/2), positive for the first class of the pair."""
        parts = as_parts(X)
        with one_blas_thread():
            return self._decide(parts)

    def _decide(self, parts: list[Features]) -> Float64:
        support = KernelRows(self.support_, self.support_squares_)
        if len(support) == 0:
            return np.tile(self.offsets_, (len(parts[0]), 1))
        gammas, double = self.scaling_.in_units(self.gammas_), self.double_
        coefficients = self.coefficients_
        n = len(parts[0])

        def one(span: tuple[int, int]) -> Float64:
            # Always blocks of the same shape: which other rows come with a row makes the least
            # difference to what is said of it (with some kernels of BLAS none, see tests/README.md).
            rows = self.scaling_.rows([_padded(part[span[0] : span[1]]) for part in parts])
            total = np.zeros((ROWS, coefficients.shape[1]))
            for a, b in blocks(len(support), COLUMNS):
                kernel = values(rows, support[a:b], gammas, self.weights_, double=double)
                total += weigh(kernel, coefficients[a:b])
            return total[: span[1] - span[0]] + self.offsets_

        pieces = run(one, blocks(n, ROWS), self.n_jobs)
        return np.concatenate(pieces) if pieces else np.empty((0, coefficients.shape[1]))

    def predict_proba(self, X: Matrices, guarded: bool = True) -> Float64:
        """Return class probabilities, (n, K); without the guard, as libsvm calibrates them."""
        return self.proba_of_decision(self.pairwise_decision(X), guarded=guarded)

    def predict(self, X: Matrices) -> NDArray[Any]:
        """Return the class with most one-vs-one votes, the first one on a tie, as libsvm does."""
        return self.classes_[self.vote_of_decision(self.pairwise_decision(X))]

    def proba_of_decision(self, decision: Float64, *, guarded: bool = True) -> Float64:
        """Return the class probabilities that belong to decision values, (n, K)."""
        sigmoids = self.sigmoids_ if guarded else self.libsvm_sigmoids_
        return couple(apply_sigmoids(decision, sigmoids), self.present_)

    def vote_of_decision(self, decision: Float64) -> Int32:
        """Return the class index that wins most pairs, (n,)."""
        return vote(decision, self.present_)

    def drop_training_state(self) -> None:
        """Drop what is known of the training rows and of this computer; what predicts new rows stays."""
        self.n_jobs, self.memory_mb = 1, None
        for name in ("decision", "proba"):
            for rows in ("in_sample", "out_of_fold"):
                delattr(self, f"{rows}_{name}_")


def _padded(part: Features) -> Features:
    """Return rows with zeros below them, `ROWS` in all."""
    if len(part) == ROWS:
        return part
    padded = np.zeros((ROWS, part.shape[1]), part.dtype)
    padded[: len(part)] = part
    return padded
