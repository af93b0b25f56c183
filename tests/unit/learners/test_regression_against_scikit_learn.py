"""Predictions of numbers are scikit-learn's own on the same rows and folds."""

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, PredefinedSplit, cross_val_predict
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVR

from latefusion.learning.regression_learner import regression_learner_class
from learning_worlds import REGRESSION_LEARNERS, numbers

SEED = int(np.random.default_rng(0).integers(2**31))
"""What a learner with `random_state=0` gives each of its regressors."""


class Passes(MLPRegressor):
    """The network after five passes, as a loop over `partial_fit` leaves it."""

    def fit(self, X, y):
        for _ in range(5):
            self.partial_fit(X, y)
        return self


def standardised(estimator):
    """The estimator with targets of mean 0 and standard deviation 1 among the rows of each fit."""
    return TransformedTargetRegressor(estimator, transformer=StandardScaler())


DOUBLE = FunctionTransformer(np.asarray, kw_args={"dtype": np.float64})
SAME = {
    "ridge": ({"alpha": 3.0}, make_pipeline(DOUBLE, StandardScaler(), Ridge(alpha=3.0))),
    "svr": (
        {"C": 0.7, "epsilon": 0.2, "gamma": 0.1, "tol": 1e-9},
        standardised(
            MultiOutputRegressor(
                make_pipeline(DOUBLE, StandardScaler(), SVR(C=0.7, epsilon=0.2, gamma=0.1, tol=1e-9))
            )
        ),
    ),
    "knn": ({"neighbours": 7}, KNeighborsRegressor(7, metric="cosine")),
    "mlp": (
        {"hidden": [8], "epochs": 5, "batch": 30},
        standardised(
            make_pipeline(
                StandardScaler(),
                Passes(hidden_layer_sizes=(8,), alpha=0.001, batch_size=30, random_state=SEED),
            )
        ),
    ),
    "gradient_boosting": (
        {"max_iter": 5},
        MultiOutputRegressor(
            HistGradientBoostingRegressor(max_iter=5, max_leaf_nodes=8, early_stopping=False)
        ),
    ),
    "sklearn": (
        {"options": {"n_estimators": 10}},
        standardised(MultiOutputRegressor(make_pipeline(DOUBLE, ExtraTreesRegressor(10, random_state=SEED)))),
    ),
}
UNITS = np.array([20.0, 0.5])


def test_every_learner_but_the_engine_has_a_counterpart():
    assert {*SAME} == {*REGRESSION_LEARNERS} - {"kernel_ridge"}


@pytest.mark.parametrize("name", sorted(SAME))
def test_predictions_are_those_of_scikit_learn(name):
    X, Y, fold = numbers()
    new = numbers(seed=1, n=90)[0]
    options, theirs = SAME[name]
    ours = regression_learner_class(name)(random_state=0, **options).fit(X, Y, fold)
    tolerance = 1e-4 if name == "mlp" else 1e-6  # single precision, in which theirs scales as well
    expected = cross_val_predict(theirs, X, Y, cv=PredefinedSplit(fold))
    np.testing.assert_allclose(ours.out_of_fold_ / UNITS, expected / UNITS, rtol=0, atol=tolerance)
    theirs.fit(X, Y)
    np.testing.assert_allclose(ours.in_sample_ / UNITS, theirs.predict(X) / UNITS, rtol=0, atol=tolerance)
    np.testing.assert_allclose(ours.predict(new) / UNITS, theirs.predict(new) / UNITS, rtol=0, atol=tolerance)


def test_more_columns_than_rows_give_the_ridge_of_scikit_learn():
    X, Y, fold = numbers(n=40, d=90)
    ours = regression_learner_class("ridge")(alpha=[0.5, 50.0]).fit(X, Y, fold)
    for t, settings in enumerate(ours.settings_):
        theirs = make_pipeline(DOUBLE, StandardScaler(), Ridge(alpha=settings["alpha"])).fit(X, Y[:, t])
        np.testing.assert_allclose(ours.predict(X)[:, t], theirs.predict(X), rtol=0, atol=1e-6)


def test_the_penalty_of_each_target_is_the_one_that_a_grid_search_finds():
    X, Y, fold = numbers(n=60)
    grid = [0.1, 10.0, 1000.0]
    ours = regression_learner_class("ridge")(alpha=grid).fit(X, Y, fold)
    for t, settings in enumerate(ours.settings_):
        search = GridSearchCV(
            make_pipeline(DOUBLE, StandardScaler(), Ridge()),
            {"ridge__alpha": grid},
            scoring="neg_mean_squared_error",
            cv=PredefinedSplit(fold),
        ).fit(X, Y[:, t])
        assert settings["alpha"] == search.best_params_["ridge__alpha"]
