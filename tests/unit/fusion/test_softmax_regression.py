"""Multinomial logistic regression to machine precision."""

import numpy as np
import pytest

from latefusion.fusion.folds import split_folds
from latefusion.fusion.softmax_regression import best_strength, fit_path
from worlds import world


@pytest.mark.parametrize("C", [1e-4, 0.1, 100.0])
@pytest.mark.parametrize(("K", "M", "n"), [(2, 1, 30), (4, 2, 200), (7, 3, 300)])
def test_the_gradient_vanishes(K, M, n, C):
    P, y, *_ = world(n, M, K, seed=1)
    X = np.log(P.reshape(n, -1))
    (model,) = fit_path(X, y, K, [C], exact=True)
    p = model.predict(X)
    error = p - np.eye(K)[y]
    assert np.abs(X.T @ error + model.weights / C).max() < 1e-9
    assert np.abs(error.sum(axis=0)).max() < 1e-9
    assert model.weights.sum(axis=1) == pytest.approx(np.zeros(M * K), abs=1e-9)


def test_separable_rows_have_finite_weights():
    X, y = np.array([[-1.0], [-2.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    (model,) = fit_path(X, y, 2, [1e6], exact=True)
    assert np.isfinite(model.weights).all()
    assert model.predict(X)[np.arange(4), y].min() > 0.999


def test_columns_that_say_nothing_are_survived():
    X, y = np.ones((20, 3)), np.arange(20) % 4
    (model,) = fit_path(X, y, 4, [1.0], exact=True)
    assert model.predict(X) == pytest.approx(np.full((20, 4), 0.25), abs=1e-12)


def test_of_equal_losses_the_strongest_penalty_is_chosen():
    X, y = np.zeros((20, 2)), np.arange(20) % 2
    fold = split_folds(y)
    chosen, losses = best_strength(X, y, 2, (0.1, 1.0, 10.0), fold)
    assert chosen == 0.1
    assert losses == pytest.approx([np.log(2)] * 3)


def test_folds_are_dealt_out_within_each_class():
    y = np.array([0, 1, 0, 0, 1, 0, 0, 0, 2])
    assert split_folds(y).tolist() == [0, 0, 1, 2, 1, 3, 4, 0, 0]


def test_a_class_outside_a_fold_s_training_part_costs_the_floor():
    X, y = np.zeros((6, 1)), np.array([0, 0, 0, 1, 1, 2])
    fold = np.array([0, 1, 2, 0, 1, 2])
    _, (loss,) = best_strength(X, y, 3, (1.0,), fold)
    assert loss > np.log(1e6) / 6
