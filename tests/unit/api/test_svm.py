"""The estimator as scikit-learn and those who use it see it."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks

import latefusion
from latefusion import SVM
from latefusion.svm import estimator as engine
from settings import ROOT


def blobs(K=3, n=150, d=5, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % K
    return rng.standard_normal((n, d)) + 1.5 * rng.standard_normal((K, d))[y], np.array(list("abcdef"))[y]


# no check is expected to fail
@parametrize_with_checks([SVM(random_state=0)])
def test_scikit_learns_checks_pass(estimator, check):
    check(estimator)


def test_importing_the_package_imports_nothing_heavy_until_the_estimator_is_asked_for():
    code = (
        "import sys, latefusion; before = {'sklearn', 'torch', 'numpy', 'pandas'} & set(sys.modules);"
        "latefusion.SVM; print(sorted(before), 'sklearn' in sys.modules, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["[]", "True", "False"]


def test_an_unknown_name_is_no_attribute():
    assert "SVM" in dir(latefusion)
    with pytest.raises(AttributeError, match="module 'latefusion' has no attribute 'Svm'"):
        latefusion.Svm  # noqa: B018


def test_it_says_what_the_engine_says():
    X, y = blobs()
    ours = SVM(C=2.0, random_state=0).fit(X, y)
    plain = engine.SVM(C=2.0, random_state=0).fit(X, y)
    np.testing.assert_array_equal(ours.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(ours.predict(X), plain.predict(X))
    np.testing.assert_array_equal(ours.out_of_fold_proba_, plain.out_of_fold_proba_)


@pytest.mark.parametrize("K", [2, 3, 5])
def test_decision_values_have_the_shape_and_meaning_of_those_of_scikit_learn(K):
    X, y = blobs(K)
    ours, theirs = SVM(gamma=0.2, random_state=0).fit(X, y), SVC(gamma=0.2, tol=1e-5).fit(X, y)
    found, expected = ours.decision_function(X), theirs.decision_function(X)
    assert found.shape == expected.shape
    # a vote may tip where a pair is decided by less than the solvers' tolerance
    sure = (np.abs(ours.pairwise_decision(X)) > 5e-3).all(axis=1)
    assert sure.mean() > 0.9
    np.testing.assert_allclose(found[sure], expected[sure], atol=6e-3)


def test_a_pipeline_is_cross_validated_searched_cloned_and_pickled():
    X, y = blobs()
    pipeline = make_pipeline(StandardScaler(), SVM(random_state=0))
    p = cross_val_predict(pipeline, X, y, cv=3, method="predict_proba")
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert (np.unique(y)[p.argmax(axis=1)] == y).mean() > 0.8
    search = GridSearchCV(pipeline, {"svm__C": [1e-3, 1.0]}, scoring="neg_log_loss", cv=3).fit(X, y)
    assert search.best_params_ == {"svm__C": 1.0}
    again = clone(search.best_estimator_).fit(X, y)
    kept = pickle.loads(pickle.dumps(again))
    for other in (again, kept):
        np.testing.assert_array_equal(other.predict_proba(X), search.predict_proba(X))


def test_names_of_columns_are_kept_and_other_ones_refused():
    X, y = blobs()
    frame = pd.DataFrame(X, columns=list("vwxyz"))
    model = SVM(random_state=0).fit(frame, pd.Series(y))
    assert model.feature_names_in_.tolist() == list("vwxyz")
    assert model.n_features_in_ == 5
    np.testing.assert_array_equal(model.predict_proba(frame), SVM(random_state=0).fit(X, y).predict_proba(X))
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[list("zyxwv")])


def test_sparse_input_is_refused_in_words():
    from scipy.sparse import csr_array

    X, y = blobs()
    with pytest.raises(TypeError, match=r"Sparse data was passed.*dense data is required"):
        SVM().fit(csr_array(X), y)


def test_several_modalities_are_counted_together():
    X, y = blobs()
    model = SVM(combine="kernel_mean", random_state=0).fit([X[:, :2], X[:, 2:]], y)
    assert model.n_features_in_ == 5
    assert (model.predict([X[:, :2], X[:, 2:]]) == y).mean() > 0.8
    with pytest.raises(ValueError, match="X has 4 columns, SVM was fitted on 5"):
        model.predict([X[:, :2], X[:, 2:4]])
