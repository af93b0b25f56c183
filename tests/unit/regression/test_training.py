"""A view's regressor: which rows it learns from, in which units, and what it refuses."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from latefusion.core.errors import InputError
from latefusion.regression.target_rows import TargetRows
from latefusion.regression.training import RidgeSettings, predict_ridge, train_ridge

SETTINGS = RidgeSettings((0.1, 1.0, 10.0), 0.2, "none", "concatenate")


def world(n=90, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.normal(size=(n, 3)), rng.normal(size=(n, 2))]
    Y = np.stack([np.sin(X[0][:, 0]) + X[1][:, 1], X[0][:, 1]], axis=1) + 0.3 * rng.normal(size=(n, 2))
    return X, Y, np.arange(n, dtype=np.int32) % 3


def trained(X, Y, fold, settings=SETTINGS, **options):
    return train_ridge(TargetRows(X, Y, fold, ("valence", "arousal")), settings, **options)


def test_out_of_fold_predictions_are_those_of_scikit_learn_on_the_other_folds():
    X, Y, fold = world()
    own, Z = trained(X, Y, fold), np.hstack(X)
    for t, name in enumerate(("valence", "arousal")):
        penalty = own.facts["targets"][name]["alpha"]
        for k in range(3):
            held_out, level = fold == k, Y[fold != k, t].mean()
            theirs = KernelRidge(alpha=penalty, kernel="rbf", gamma=0.2)
            theirs.fit(Z[~held_out], Y[~held_out, t] - level)
            np.testing.assert_allclose(
                own.out_of_fold[held_out, t], theirs.predict(Z[held_out]) + level, rtol=1e-6
            )
    losses = [own.facts["targets"][name]["out_of_fold_mse"] for name in ("valence", "arousal")]
    np.testing.assert_allclose(own.variance, np.min(losses, axis=1))
    np.testing.assert_allclose(own.variance, ((own.out_of_fold - Y) ** 2).mean(axis=0))


def test_targets_in_units_a_million_apart_are_predicted_as_in_their_own():
    X, Y, fold = world()
    unit, offset = np.array([1e6, 1.0]), np.array([-4e6, 5.0])
    plain, scaled = trained(X, Y, fold), trained(X, Y * unit + offset, fold)
    np.testing.assert_allclose((scaled.out_of_fold - offset) / unit, plain.out_of_fold, rtol=1e-6, atol=1e-8)
    assert [one["alpha"] for one in scaled.facts["targets"].values()] == [
        one["alpha"] for one in plain.facts["targets"].values()
    ]


def test_items_that_lack_a_modality_are_left_out_and_have_no_prediction():
    X, Y, fold = world()
    lacking = np.arange(len(Y)) % 7 == 0
    gaps = [X[0], np.where(lacking[:, None], np.nan, X[1])]
    own = trained(gaps, Y, fold)
    rest = trained([x[~lacking] for x in X], Y[~lacking], fold[~lacking])
    assert np.isnan(own.out_of_fold[lacking]).all()
    assert np.isnan(own.in_sample[lacking]).all()
    np.testing.assert_array_equal(own.out_of_fold[~lacking], rest.out_of_fold)
    said = predict_ridge(own.model, gaps)
    assert np.isnan(said[lacking]).all()
    np.testing.assert_allclose(said[~lacking], own.in_sample[~lacking], rtol=1e-7)


def test_nothing_is_predicted_where_every_item_lacks_the_modality():
    X, Y, fold = world()
    own = trained(X, Y, fold)
    assert np.isnan(predict_ridge(own.model, [x[:2] * np.nan for x in X])).all()


def test_balanced_modalities_count_alike_whatever_their_number_of_columns():
    X, Y, fold = world()
    settings = RidgeSettings((1.0,), "auto", "none", "balanced")
    wide = [np.repeat(X[0], 5, axis=1), X[1]]
    np.testing.assert_allclose(
        trained(wide, Y, fold, settings).out_of_fold, trained(X, Y, fold, settings).out_of_fold, rtol=1e-8
    )


def test_a_modality_whose_items_are_all_in_one_fold_is_refused():
    X, Y, fold = world(30)
    gaps = [np.where((fold > 0)[:, None], np.nan, X[0]), X[1]]
    with pytest.raises(InputError, match="10 training items, in fewer than two folds"):
        trained(gaps, Y, fold)


def test_a_kernel_matrix_that_does_not_fit_is_refused_before_it_is_made():
    X, Y, fold = world(30)
    with pytest.raises(InputError, match="30 training rows"):
        trained(X, Y, fold, memory_mb=1e-3)


def test_a_penalty_that_is_lost_in_rounding_is_refused():
    X, Y, fold = world(60)
    settings = RidgeSettings((1e-15,), 1e-3, "none", "concatenate")
    with pytest.raises(InputError, match="too small"):
        trained(X, Y, fold, settings)


def test_an_item_of_one_fold_shares_no_bit_of_its_target_with_what_is_said_of_its_fold():
    X, Y, fold = world()
    other = Y.copy()
    other[fold == 1] = other[fold == 1][::-1] * 3.0
    settings = RidgeSettings((1.0,), 0.2, "none", "concatenate")
    before, after = trained(X, Y, fold, settings), trained(X, other, fold, settings)
    np.testing.assert_array_equal(before.out_of_fold[fold == 1], after.out_of_fold[fold == 1])
