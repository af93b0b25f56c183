"""The regressor as scikit-learn and those who use it see it."""

import importlib

import numpy as np
import pandas as pd
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.utils.estimator_checks import parametrize_with_checks

from latefusion import KernelRidgeCV


def waves(n=200, d=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    return X, np.sin(2 * X[:, 0]) + X[:, 1] + 0.3 * rng.standard_normal(n)


# no check is expected to fail
@parametrize_with_checks([KernelRidgeCV(random_state=0)])
def test_scikit_learns_checks_pass(estimator, check):
    check(estimator)


def test_the_penalty_with_the_least_error_out_of_fold_is_chosen_for_each_target():
    X, y = waves()
    noise = np.random.default_rng(1).standard_normal(len(X))
    model = KernelRidgeCV(alphas=(0.1, 1.0, 100.0), random_state=0).fit(X, np.stack([y, noise], axis=1))
    assert model.alpha_.tolist() == [0.1, 100.0]
    assert model.cv_mse_.shape == (3, 2)
    np.testing.assert_array_equal(model.cv_mse_.argmin(axis=0), [0, 2])
    error = np.square(model.out_of_fold_prediction_ - np.stack([y, noise], axis=1)).mean(axis=0)
    np.testing.assert_allclose(error, model.cv_mse_.min(axis=0))


@pytest.mark.parametrize("scale", ["none", "standard"])
def test_new_rows_are_told_what_scikit_learn_tells_them(scale):
    X, y = waves()
    X = X * [1.0, 100.0, 1e-3, 1e6] if scale == "standard" else X
    ours = KernelRidgeCV(alphas=(0.5,), scale=scale, random_state=0).fit(X[:150], y[:150])
    Z = (X - X[:150].mean(axis=0)) / X[:150].std(axis=0) if scale == "standard" else X
    theirs = KernelRidge(alpha=0.5, kernel="rbf", gamma=1 / 4).fit(Z[:150], y[:150] - y[:150].mean())
    np.testing.assert_allclose(ours.predict(X[150:]), theirs.predict(Z[150:]) + y[:150].mean(), rtol=1e-6)


def test_rows_of_a_group_are_never_predicted_by_a_machine_that_saw_the_group():
    X, y = waves()
    group = np.repeat(np.arange(20), 10)
    whole = KernelRidgeCV(alphas=[1.0], random_state=0).fit(X, y, groups=group)
    other = y.copy()
    other[group == 3] += 50.0
    moved = KernelRidgeCV(alphas=[1.0], random_state=0).fit(X, other, groups=group)
    np.testing.assert_array_equal(
        moved.out_of_fold_prediction_[group == 3], whole.out_of_fold_prediction_[group == 3]
    )


def test_folds_of_ones_own_are_used_and_pandas_is_taken():
    X, y = waves()
    frame = pd.DataFrame(X, columns=list("abcd"))
    fold = np.array(["x", "y"])[np.arange(len(X)) % 2]
    model = KernelRidgeCV(alphas=[1.0]).fit(frame, pd.Series(y), fold=fold)
    half = fold == "x"
    theirs = KernelRidge(alpha=1.0, kernel="rbf", gamma=1 / 4).fit(X[~half], y[~half] - y[~half].mean())
    expected = theirs.predict(X[half]) + y[~half].mean()
    np.testing.assert_allclose(model.out_of_fold_prediction_[half], expected, rtol=1e-6)
    assert model.feature_names_in_.tolist() == list("abcd")


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"alphas": (0.0, 1.0)}, "alphas must be numbers above 0"),
        ({"alphas": ()}, "alphas must be numbers above 0"),
        ({"gamma": "sacle"}, "gamma must be 'auto', 'scale' or a number above 0, not 'sacle'"),
        ({"gamma": True}, "gamma must be"),
        ({"scale": "standrad"}, "scale must be 'none' or 'standard'"),
        ({"cv": 1}, "cv must be a whole number of 2 or more, not 1"),
        ({"n_jobs": 0}, "n_jobs must be a whole number of 1 or more"),
    ],
)
def test_a_wrong_parameter_is_told_what_is_allowed(parameters, told):
    with pytest.raises(ValueError, match=told):
        KernelRidgeCV(**parameters).fit(*waves())


def test_one_fold_alone_is_refused():
    X, y = waves()
    with pytest.raises(ValueError, match="at least 2 folds"):
        KernelRidgeCV().fit(X, y, fold=np.zeros(len(X)))


def test_rows_whose_kernel_does_not_fit_are_refused_before_it_is_asked_for(monkeypatch):
    module = importlib.import_module("latefusion.api.kernel_ridge")
    monkeypatch.setattr(module, "budget", lambda _: 10_000)
    with pytest.raises(MemoryError, match=r"the kernel of 200 rows .*Nystroem"):
        KernelRidgeCV().fit(*waves())
