"""Probabilities are scikit-learn's own on the same rows and folds; planted problems find their learner."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from latefusion.core.log_loss import log_losses
from latefusion.learning.learner import learner_class
from learning_worlds import world

SEED = int(np.random.default_rng(0).integers(2**31))
"""What a learner with `random_state=0` gives each of its classifiers."""


class Passes(MLPClassifier):
    """The network after five passes, as a loop over `partial_fit` leaves it."""

    def fit(self, X, y):
        for _ in range(5):
            self.partial_fit(X, y, classes=np.unique(y))
        return self


SAME = {
    "logistic_regression": (
        {"C": 0.1},
        make_pipeline(
            FunctionTransformer(np.asarray, kw_args={"dtype": np.float64}),
            StandardScaler(),
            FunctionTransformer(np.asarray, kw_args={"dtype": np.float32}),
            LogisticRegression(C=0.1),
        ),
    ),
    "linear_discriminant": ({}, LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
    "knn": ({"neighbours": 7, "smoothing": 0}, KNeighborsClassifier(7, metric="cosine")),
    "mlp": (
        {"hidden": [8], "epochs": 5, "batch": 30},
        make_pipeline(
            StandardScaler(),
            Passes((8,), alpha=0.001, batch_size=30, random_state=SEED),
        ),
    ),
    "gradient_boosting": (
        {"max_iter": 5},
        HistGradientBoostingClassifier(max_iter=5, max_leaf_nodes=8, early_stopping=False),
    ),
    "sklearn": (
        {"options": {"n_estimators": 10}},
        ExtraTreesClassifier(n_estimators=10, random_state=SEED),
    ),
}


@pytest.mark.parametrize("name", sorted(SAME))
def test_probabilities_are_those_of_scikit_learn(name):
    X, y, fold = world()
    new = world(seed=1, n=90)[0]
    options, theirs = SAME[name]
    ours = learner_class(name)(random_state=0, **options).fit(X, y, fold)
    tolerance = 1e-4 if name == "mlp" else 1e-6  # single precision, in which theirs scales as well
    X = X.astype(np.float64) if name == "sklearn" else X
    expected = cross_val_predict(theirs, X, y, cv=PredefinedSplit(fold), method="predict_proba")
    assert np.allclose(ours.out_of_fold_proba_, expected, rtol=0, atol=tolerance)
    theirs.fit(X, y)
    assert np.allclose(ours.in_sample_proba_, theirs.predict_proba(X), rtol=0, atol=tolerance)
    assert np.allclose(
        ours.predict_proba(new), theirs.predict_proba(new.astype(X.dtype)), rtol=0, atol=tolerance
    )


def test_smoothed_shares_count_the_classes_of_all_rows_as_one_neighbour():
    X, y, fold = world()
    plain, smoothed = (
        learner_class("knn")(neighbours=7, smoothing=s).fit(X, y, fold).in_sample_proba_ for s in (0, 1)
    )
    assert np.allclose(smoothed, (7 * plain + np.bincount(y) / len(y)) / 8, rtol=0, atol=1e-12)


def test_decision_values_are_calibrated_without_the_labels_of_the_own_fold():
    X, y, fold = world(n=300)
    options = {"estimator": "sklearn.svm.LinearSVC", "options": {"C": 0.01}}

    def fitted(labels):
        return learner_class("sklearn")(random_state=0, **options).fit(X, labels, fold)

    before = fitted(y)
    for k in range(4):
        inside = np.flatnonzero(fold == k)
        other = y.copy()
        other[inside] = np.roll(y[inside], 1)
        assert np.array_equal(before.out_of_fold_proba_[inside], fitted(other).out_of_fold_proba_[inside])
    theirs = CalibratedClassifierCV(LinearSVC(C=0.01, random_state=0), method="sigmoid", ensemble=False, cv=4)
    expected = cross_val_predict(theirs, X, y, cv=PredefinedSplit(fold), method="predict_proba")
    ours, other = (log_losses(p, y).mean() for p in (before.out_of_fold_proba_, expected))
    assert ours < other + 0.02


def test_two_folds_are_too_few_to_calibrate_decision_values():
    from latefusion.core.errors import InputError

    X, y, fold = world(folds=2)
    with pytest.raises(InputError, match="2 folds"):
        learner_class("sklearn")(estimator="sklearn.linear_model.RidgeClassifier").fit(X, y, fold)
