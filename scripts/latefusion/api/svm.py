"""The support vector machine as scikit-learn's estimators are: `latefusion.SVM`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from latefusion.api.labels import checked_labels
from latefusion.svm import estimator
from latefusion.svm.inputs import Float64, Matrices
from latefusion.svm.pairwise_coupling import class_pairs


class SVM(ClassifierMixin, BaseEstimator, estimator.SVM):
    """RBF support vector machine with calibrated probabilities, for scikit-learn's pipelines and searches.

    Parameters and attributes are those of `latefusion.svm.estimator.SVM`, which does the work. `X` is an
    array or a data frame; or a list of arrays, one for each modality, which scikit-learn's own tools do not
    cut into folds.

    Attributes
    ----------
    n_features_in_ : int
        Columns of all modalities together.
    feature_names_in_ : (n_features_in_,) array of str
        Where `X` is a data frame whose columns are all named by strings.
    """

    def fit(
        self, X: Matrices, y: ArrayLike, *, fold: ArrayLike | None = None, n_classes: int | None = None
    ) -> SVM:
        """Train all one-vs-one classifiers and calibrate them; as `latefusion.svm.estimator.SVM.fit`.

        Raises
        ------
        TypeError
            If `X` is sparse.
        ValueError
            If a parameter has a value that it cannot have, shapes do not match, values are not finite, `y`
            holds no classes, or only one.
        """
        parts = self._parts(X, reset=True)
        super().fit(parts, checked_labels(y), fold=fold, n_classes=n_classes)
        return self

    def pairwise_decision(self, X: Matrices) -> Float64:
        """Return one-vs-one decision values, (n, K(K-1)/2), positive for the first class of the pair."""
        check_is_fitted(self)
        decision: Float64 = super().pairwise_decision(self._parts(X, reset=False))
        return decision

    def predict(self, X: Matrices) -> NDArray[Any]:
        """Return the class with most one-vs-one votes, the first one on a tie, as libsvm does."""
        check_is_fitted(self)
        predicted: NDArray[Any] = super().predict(X)
        return predicted

    def decision_function(self, X: Matrices) -> Float64:
        """Return decision values as `sklearn.svm.SVC` does by default.

        Returns
        -------
        (n,) or (n, K) array
            With two classes positive for the second one; with more, the one-vs-one votes of each class and
            less than half a vote by how clearly its pairs were decided. Where votes are equal `predict` says
            the first class, as `SVC` does.
        """
        decision = self.pairwise_decision(X)
        if len(self.classes_) == 2:
            return -decision[:, 0]
        votes = np.zeros((len(decision), len(self.classes_)))
        margin = np.zeros_like(votes)
        for p, (i, j) in enumerate(class_pairs(len(self.classes_))):
            second = decision[:, p] < 0
            votes[~second, i] += 1
            votes[second, j] += 1
            margin[:, i] += decision[:, p]
            margin[:, j] -= decision[:, p]
        return votes + margin / (3 * (np.abs(margin) + 1))

    def _parts(self, X: Matrices, *, reset: bool) -> Any:  # noqa: ANN401 - an array, or a list of them
        """Return the input, checked as scikit-learn checks it where it is one array or frame."""
        if isinstance(X, (list, tuple)) and len(X) > 0 and all(np.ndim(x) == 2 for x in X):
            columns = sum(np.shape(x)[1] for x in X)
            if reset:
                self.n_features_in_ = columns
            elif columns != self.n_features_in_:
                raise ValueError(f"X has {columns} columns, SVM was fitted on {self.n_features_in_}")
            return [np.asarray(x) for x in X]
        least = 2 if reset else 1
        return validate_data(self, X, reset=reset, dtype=[np.float64, np.float32], ensure_min_samples=least)


__all__ = ["SVM"]
