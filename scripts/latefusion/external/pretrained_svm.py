"""SVMs that were trained elsewhere: opened only with the right hash, and used by our own arithmetic."""

# ruff: noqa: ANN401 - what a user's pickle holds is typed by what is found in it

from __future__ import annotations

import hashlib
import io
import logging
import pickle
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem, shorten
from latefusion.core.parallel import blocks, one_blas_thread, run
from latefusion.svm.estimator import SVM, Float64, Matrices, as_parts
from latefusion.svm.pairwise_coupling import class_pairs, couple, vote
from latefusion.svm.platt_scaling import apply_sigmoids, guard

logger = logging.getLogger(__name__)

ROWS = 256
COLUMNS = 2048
UNREADABLE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


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
        A, B = _stored_sigmoids(svc)
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

    def decision_function(self, X: Matrices) -> Float64:
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


def load_pretrained(
    path: Path | str,
    sha256: str,
    *,
    labels: Sequence[int | str],
    counts: Sequence[int],
    columns: Sequence[int],
    key: str = "pretrained",
) -> tuple[SVM | PretrainedSVC, dict[str, Any]]:
    """Open a saved SVM after its hash was checked.

    Parameters
    ----------
    path : path
        Written by joblib or pickle: an `SVC(probability=True)`, a pipeline that ends in one, or an `SVM`.
    sha256 : str
        Hash that the configuration expects of the file. Unpickling runs the file's code, so nothing of
        it is read that the configuration does not vouch for.
    labels : sequence
        The data set's labels, in the order of their class index.
    counts : sequence of int
        Training rows of each class, for the guard on sigmoids.
    columns : sequence of int
        Width of each modality of the view.
    key : str
        Dotted key of the configuration, for messages.

    Returns
    -------
    model : SVM or PretrainedSVC
        For `latefusion.svm.training.predict`.
    facts : dict
        What the model's JSON file says, with the warnings that opening it gave.

    Raises
    ------
    InputError
        If the hash is another one, the file holds no SVM with sigmoids, or its classes or columns are not
        those of the data.
    """
    content = _checked(Path(path), sha256, key)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            import joblib

            found = joblib.load(io.BytesIO(content))
        except UNREADABLE as error:
            raise _refuse(
                path,
                key,
                f"a file that cannot be opened ({type(error).__name__}: {shorten(error)})",
                "install the package and version that wrote it, or train the view instead",
            ) from error
    said = sorted({str(warning.message) for warning in caught})
    for message in said:
        logger.warning("%s: %s", path, message)
    model: SVM | PretrainedSVC
    if isinstance(found, SVM):
        model = _own(found, path, key, len(labels), columns)
        facts: dict[str, Any] = {"n_inverted_sigmoids": model.n_inverted_, "columns": sum(columns)}
    else:
        model = _scikit_learn(found, path, key, labels, np.asarray(counts), sum(columns))
        facts = model.facts
    return model, {**facts, "kind": type(found).__name__, "pretrained": True, "warnings": said}


def _checked(path: Path, sha256: str, key: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refuse(path, key, f"no file that can be read ({error.strerror})", "name the file") from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise InputError(
            [
                Problem(
                    file=str(path),
                    column=f"{key}.sha256",
                    found=f"a file with sha256 {actual}",
                    allowed=f"sha256 {sha256}, as configured, since unpickling runs the file's code",
                    fix="if this is the file that you trust, put its hash into the configuration",
                )
            ]
        )
    return content


def _refuse(path: Path | str, key: str, found: str, fix: str) -> InputError:
    allowed = "an SVC fitted with probability=True, a pipeline that ends in one, or an SVM of this project"
    return InputError([Problem(file=str(path), column=f"{key}.file", found=found, allowed=allowed, fix=fix)])


def _own(model: SVM, path: Path | str, key: str, n_classes: int, columns: Sequence[int]) -> SVM:
    if not hasattr(model, "sigmoids_"):
        raise _refuse(path, key, "an SVM that is not fitted", "fit it before saving")
    width = [len(shift) for shift in model.space_.shift]
    if width != list(columns):
        raise _refuse(path, key, f"an SVM for columns {width}, the view has {list(columns)}", "name another")
    if len(model.classes_) != n_classes:
        found = f"an SVM for {len(model.classes_)} classes, the data have {n_classes}"
        raise _refuse(path, key, found, "name one that was trained on the same classes")
    return model


def _scikit_learn(
    found: Any,
    path: Path | str,
    key: str,
    labels: Sequence[int | str],
    counts: NDArray[np.integer],
    width: int,
) -> PretrainedSVC:
    before = [step for _, step in found.steps[:-1]] if hasattr(found, "steps") else []
    svc = found.steps[-1][1] if hasattr(found, "steps") else found
    what = f"an object of type {type(svc).__module__}.{type(svc).__qualname__}"
    if type(svc).__name__ not in ("SVC", "NuSVC") or "_dual_coef_" not in vars(svc):
        raise _refuse(path, key, what, "save a fitted SVC")
    if callable(svc.kernel) or svc.kernel == "precomputed":
        raise _refuse(path, key, f"{what} with a kernel of its own", "use rbf, linear, poly or sigmoid")
    if len(_stored_sigmoids(svc)[0]) == 0:
        raise _refuse(
            path, key, f"{what} without sigmoids", "fit it with probability=True, or train the view"
        )
    first = vars(before[0] if before else svc)
    expected = int(first.get("n_features_in_", width))
    if expected != width:
        raise _refuse(path, key, f"{what} for {expected} columns; the view has {width}", "name another")
    position = {_name(label): index for index, label in enumerate(labels)}
    unknown = [label for label in svc.classes_.tolist() if _name(label) not in position]
    if unknown:
        raise _refuse(
            path,
            key,
            f"{what} for the classes {shorten(svc.classes_.tolist())}; the data have {shorten(list(labels))}",
            "name one that was trained on labels of this data set",
        )
    place = np.array([position[_name(label)] for label in svc.classes_.tolist()])
    return PretrainedSVC(svc, before, place, counts)


def _name(label: object) -> str:
    """Return a label as text; 2 and 2.0 are the same."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _stored_sigmoids(svc: Any) -> tuple[Float64, Float64]:
    """Return A and B of each pair, from wherever this version of scikit-learn kept them."""
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
