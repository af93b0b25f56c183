"""A support vector machine for several classes that tells probabilities, in and out of sample."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.svm.kernels import Gamma, Rows, Space, values
from latefusion.svm.one_vs_one import weigh
from latefusion.svm.pairwise_coupling import class_pairs, couple, vote
from latefusion.svm.platt_scaling import apply_sigmoids, fit_sigmoid, guard

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Matrices = ArrayLike | Sequence[Float32]

logger = logging.getLogger(__name__)

COMBINE = ("concatenate", "balanced", "kernel_mean", "kernel_aligned")
ROWS = 512
COLUMNS = 1024


class SVM:
    """RBF support vector machines, one for each pair of classes, with calibrated probabilities.

    The problem is libsvm's C-SVC. One set of folds gives everything: the machines on all rows, and for
    each fold machines without it, whose decision values train one sigmoid per pair; pairwise coupling
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
        `{"components": m}`: linear machines on a Nyström approximation of the kernel.
    max_iter : int, optional
        Most steps of one machine.
    n_jobs : int
        Threads. The result does not depend on it.
    memory_mb : float, optional
        What may be used; more is refused before it is asked for.
    random_state : numpy.random.Generator or int, optional
        For folds where none are given and for the components of an approximation.

    Attributes
    ----------
    classes_ : (K,) array
    in_sample_decision_, out_of_fold_decision_ : (n, K(K-1)/2) float64 arrays
        Positive for the first class of the pair, in the order of `coupling.class_pairs`, for two
        classes too.
    in_sample_proba_, out_of_fold_proba_ : (n, K) float64 arrays
        With guarded sigmoids. Those of a row out of fold were fitted without the row's fold; the decision
        values they were fitted on come from machines that saw the row: a second-order effect (0.001 to
        0.005 of log loss).
    sigmoids_, libsvm_sigmoids_ : (pairs, 2) float64 arrays
        A and B for each pair: guarded, and as libsvm fits them.
    n_inverted_ : int
        Sigmoids that sloped the wrong way and that the guard made flat.
    """

    classes_: NDArray[Any]
    present_: NDArray[np.bool_]
    space_: Space
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
        """Train all machines and calibrate them.

        Parameters
        ----------
        X : (n, d) array or list of (n, d_m) arrays
            One array for each modality.
        y : (n,) array
            Classes, of any kind; with `n_classes`, class indices.
        fold : (n,) int array, optional
            Which machines do not see the row; by default five stratified folds of our own.
        n_classes : int, optional
            Number of classes, where some may have no rows: their probability is 0.

        Raises
        ------
        ValueError
            If shapes do not match, values are not finite, or there is only one class.
        InputError
            If the Gram matrix does not fit into the memory that may be used.
        """
        from latefusion.svm.fitting import fit_all

        fit_all([self], X, y, fold=fold, n_classes=n_classes)
        return self

    def decision_function(self, X: Matrices) -> Float64:
        """Return one-vs-one decision values, (n, K(K-1)/2), positive for the first class of the pair."""
        parts = as_parts(X)
        with one_blas_thread():
            return self._decide(parts)

    def _decide(self, parts: list[Float32]) -> Float64:
        support = Rows(self.support_, self.support_squares_)
        if len(support) == 0:
            return np.tile(self.offsets_, (len(parts[0]), 1))
        double = self.double_
        coefficients = self.coefficients_
        n = len(parts[0])

        def one(span: tuple[int, int]) -> Float64:
            # Always blocks of the same shape: what is said of a row does not depend, not even in
            # its last bit, on which other rows come with it.
            rows = self.space_.rows([_padded(part[span[0] : span[1]]) for part in parts])
            total = np.zeros((ROWS, coefficients.shape[1]))
            for a, b in blocks(len(support), COLUMNS):
                kernel = values(rows, support[a:b], self.gammas_, self.weights_, double=double)
                total += weigh(kernel, coefficients[a:b])
            return total[: span[1] - span[0]] + self.offsets_

        pieces = run(one, blocks(n, ROWS), self.n_jobs)
        return np.concatenate(pieces) if pieces else np.empty((0, coefficients.shape[1]))

    def predict_proba(self, X: Matrices, guarded: bool = True) -> Float64:
        """Return class probabilities, (n, K); without the guard, as libsvm calibrates them."""
        return self.proba_of_decision(self.decision_function(X), guarded=guarded)

    def predict(self, X: Matrices) -> NDArray[Any]:
        """Return the class with most one-vs-one votes, the first one on a tie, as libsvm does."""
        return self.classes_[self.vote_of_decision(self.decision_function(X))]

    def proba_of_decision(self, decision: Float64, *, guarded: bool = True) -> Float64:
        """Return the class probabilities that belong to decision values, (n, K)."""
        sigmoids = self.sigmoids_ if guarded else self.libsvm_sigmoids_
        return couple(apply_sigmoids(decision, sigmoids), self.present_)

    def vote_of_decision(self, decision: Float64) -> NDArray[np.int32]:
        """Return the class index that wins most pairs, (n,)."""
        return vote(decision, self.present_)

    def calibrate(self, y: NDArray[np.integer], fold: NDArray[np.integer]) -> None:
        """Fit the sigmoids on the out-of-fold decision values, once for all and once without each fold."""
        decision = self.out_of_fold_decision_
        pairs = class_pairs(len(self.classes_))
        n_folds = int(fold.max()) + 1
        tasks = [(p, f) for f in range(-1, n_folds) for p in range(len(pairs))]

        def one(task: tuple[int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
            p, f = task
            used = ((y == pairs[p][0]) | (y == pairs[p][1])) & (fold != f)
            positive = y[used] == pairs[p][0]
            fitted = fit_sigmoid(decision[used, p], positive)
            return fitted, guard(fitted, int(positive.sum()), int((~positive).sum()))

        fitted = np.array(run(one, tasks, self.n_jobs)).reshape(n_folds + 1, len(pairs), 2, 2)
        libsvm, guarded = fitted[:, :, 0], fitted[:, :, 1]
        self.libsvm_sigmoids_, self.sigmoids_ = libsvm[0].copy(), guarded[0].copy()
        self.n_inverted_ = int((libsvm[0, :, 0] > 0).sum())
        self.n_inverted_out_of_fold_ = int((libsvm[1:, :, 0] > 0).sum())
        self.out_of_fold_proba_ = np.empty((len(y), len(self.classes_)))
        for f in range(n_folds):
            held = fold == f
            self.out_of_fold_proba_[held] = couple(
                apply_sigmoids(decision[held], guarded[1 + f]), self.present_
            )
        self.in_sample_proba_ = self.proba_of_decision(self.in_sample_decision_)

    def slim(self) -> None:
        """Drop what is known of the training rows and of the machine; what predicts new rows stays."""
        self.n_jobs, self.memory_mb = 1, None
        for name in ("decision", "proba"):
            for rows in ("in_sample", "out_of_fold"):
                delattr(self, f"{rows}_{name}_")


PARAMETERS = (
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


def _padded(part: Float32) -> Float32:
    """Return rows with zeros below them, `ROWS` in all."""
    if len(part) == ROWS:
        return part
    padded = np.zeros((ROWS, part.shape[1]), np.float32)
    padded[: len(part)] = part
    return padded


def as_parts(X: Matrices) -> list[Float32]:
    """Return the input as a list of (n, d_m) float32 arrays.

    Raises
    ------
    ValueError
        If an array is not two-dimensional, lengths differ or a value is not finite.
    """
    several = isinstance(X, (list, tuple)) and len(X) > 0 and all(np.ndim(x) == 2 for x in X)
    given: Sequence[Any] = X if several else [X]  # type: ignore[assignment]
    parts: list[Float32] = [np.asarray(x, np.float32) for x in given]
    for part in parts:
        if part.ndim != 2:
            raise ValueError(f"X must have two dimensions, rows and columns, not {part.ndim}")
        if len(part) != len(parts[0]):
            raise ValueError(f"modalities have {len(parts[0])} and {len(part)} rows")
        if not np.isfinite(part).all():
            raise ValueError("X holds NaN or infinite values")
    return parts
