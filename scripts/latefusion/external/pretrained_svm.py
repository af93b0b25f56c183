"""SVMs that were trained elsewhere, by our own arithmetic on what their files hold."""

# ruff: noqa: ANN401 - what a user's pickle holds is typed by what is found in it

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.svm.inputs import Float64, Matrices, as_parts
from latefusion.svm.pairwise_coupling import class_pairs, couple, vote
from latefusion.svm.platt_scaling import apply_sigmoids, guard

ROWS = 256
COLUMNS = 2048


class PretrainedSVC:
    """A scikit-learn `SVC(probability=True)`, by its support vectors and stored sigmoids alone.

    No method of scikit-learn is called, so it does not matter whether the installed version still has
    `probability` or predicts as the one that trained did. Decision values are libsvm's to rounding;
    probabilities agree with its `predict_proba` to 1e-6. The interface is that of `SVM`.

    Parameters
    ----------
    svc : sklearn.svm.SVC
        Fitted, with stored sigmoids.
    before : list
        Steps of a pipeline that transform the rows first.
    place : (k,) int array
        For each class of the model, its index among those of the data set.
    counts : (K,) int array
        Training rows of each class of the data set.

    Attributes
    ----------
    sigmoids_, libsvm_sigmoids_ : (pairs, 2) float64 arrays
        Guarded, and as stored.
    n_inverted_ : int
        Stored sigmoids that slope the wrong way.
    """

    def __init__(
        self, svc: Any, before: Sequence[Any], place: NDArray[np.intp], counts: NDArray[np.integer]
    ) -> None:
        state = vars(svc)
        self.n_jobs = 1
        self.place, self.n_classes, self.before = place, len(counts), tuple(before)
        self.kernel_, self.gamma_ = svc.kernel, float(state.get("_gamma", 0.0))
        self.degree_, self.coef0_ = svc.degree, svc.coef0
        self.vectors_ = _dense(svc.support_vectors_)
        self.coefficients_ = _pairwise_coefficients(_dense(state["_dual_coef_"]), _support_counts(svc))
        self.offsets_ = np.asarray(state["_intercept_"], np.float64)
        A, B = stored_sigmoids(svc)
        self.libsvm_sigmoids_ = np.stack([A, B], axis=1)
        pairs = class_pairs(len(place))
        self.sigmoids_ = np.array(
            [
                guard(tuple(sigmoid), max(int(counts[place[i]]), 1), max(int(counts[place[j]]), 1))
                for sigmoid, (i, j) in zip(self.libsvm_sigmoids_.tolist(), pairs, strict=True)
            ]
        )
        self.n_inverted_ = int((A > 0).sum())
        self.present_ = np.ones(len(place), bool)

    def set_params(self, *, n_jobs: int) -> PretrainedSVC:
        """Set the number of threads."""
        self.n_jobs = n_jobs
        return self

    def pairwise_decision(self, X: Matrices) -> Float64:
        """Return libsvm's one-vs-one decision values, (n, k(k-1)/2), positive for the first class."""
        rows: Any = np.hstack(as_parts(X)).astype(np.float64)
        for step in self.before:
            rows = step.transform(rows)
        table = _dense(rows)

        def one(span: tuple[int, int]) -> Float64:
            total = np.tile(self.offsets_, (span[1] - span[0], 1))
            for a, b in blocks(len(self.vectors_), COLUMNS):
                total += self._kernel(table[slice(*span)], self.vectors_[a:b]) @ self.coefficients_[a:b]
            return total

        with one_blas_thread():
            pieces = run(one, blocks(len(table), ROWS), self.n_jobs)
        return np.concatenate(pieces) if pieces else np.empty((0, len(self.offsets_)))

    def _kernel(self, a: Float64, b: Float64) -> Float64:
        products = a @ b.T
        if self.kernel_ == "rbf":
            distance = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2.0 * products
            return np.exp(-self.gamma_ * np.maximum(distance, 0.0))
        if self.kernel_ == "poly":
            return (self.gamma_ * products + self.coef0_) ** self.degree_
        if self.kernel_ == "sigmoid":
            return np.tanh(self.gamma_ * products + self.coef0_)
        return products

    def proba_of_decision(self, decision: Float64, *, guarded: bool = True) -> Float64:
        """Return class probabilities, (n, K) in the order of the data set's classes."""
        sigmoids = self.sigmoids_ if guarded else self.libsvm_sigmoids_
        out = np.zeros((len(decision), self.n_classes))
        out[:, self.place] = couple(apply_sigmoids(decision, sigmoids), self.present_)
        return out

    def vote_of_decision(self, decision: Float64) -> NDArray[np.int32]:
        """Return the class index that wins most pairs, (n,)."""
        return self.place[vote(decision, self.present_)].astype(np.int32)

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of the model."""
        return {
            "kernel": self.kernel_,
            "gamma": self.gamma_,
            "n_support": len(self.vectors_),
            "n_inverted_sigmoids": self.n_inverted_,
            "columns": int(self.vectors_.shape[1]),
        }


def stored_sigmoids(svc: Any) -> tuple[Float64, Float64]:
    """A and B of each pair's sigmoid, from wherever this version of scikit-learn kept them."""
    state = vars(svc)
    empty = np.empty(0)
    A, B = (state.get(f"_{name}", state.get(f"{name}_", empty)) for name in ("probA", "probB"))
    return np.asarray(A, np.float64), np.asarray(B, np.float64)


def _support_counts(svc: Any) -> NDArray[np.int64]:
    state = vars(svc)
    return np.asarray(state.get("_n_support", state.get("n_support_", ())), np.int64)


def _pairwise_coefficients(dual: Float64, counts: NDArray[np.int64]) -> Float64:
    """Unfold libsvm's (k - 1, support vectors) coefficients to (support vectors, pairs)."""
    end = np.cumsum(counts)
    own = [slice(int(e - c), int(e)) for e, c in zip(end, counts, strict=True)]
    pairs = class_pairs(len(counts))
    wide = np.zeros((dual.shape[1], len(pairs)))
    for p, (i, j) in enumerate(pairs):
        wide[own[i], p] = dual[j - 1, own[i]]
        wide[own[j], p] = dual[i, own[j]]
    return wide


def _dense(table: Any) -> Float64:
    return np.asarray(table.toarray() if hasattr(table, "toarray") else table, np.float64)
