"""What holds of every learner of numbers: what enters a prediction; the same input gives the same bytes."""

import io

import joblib
import numpy as np
import pytest

from latefusion.learning.regression_learner import regression_learner_class
from learning_worlds import REGRESSION_LEARNERS, numbers, small_options


@pytest.fixture(scope="module", params=REGRESSION_LEARNERS)
def name(request):
    return request.param


def fitted(name, X, Y, fold, *, n_jobs=1, **options):
    model = regression_learner_class(name)(random_state=0, **{**small_options(name), **options})
    model.n_jobs = n_jobs
    return model.fit(X, Y, fold)


def held(name, X, Y, fold):
    """The learner with the point held fixed that it chooses of the first target on these rows."""
    chosen = {key: [value] for key, value in fitted(name, X, Y, fold).settings_[0].items()}
    return {"grid": chosen} if name == "sklearn" else chosen


def test_targets_within_a_fold_change_no_prediction_out_of_it(name):
    X, Y, fold = numbers()
    point = held(name, X, Y, fold)
    before = fitted(name, X, Y, fold, **point).out_of_fold_
    for k in range(4):
        inside = np.flatnonzero(fold == k)
        other = Y.copy()
        other[inside] = 3 * np.roll(Y[inside], 1, axis=0)
        after = fitted(name, X, other, fold, **point).out_of_fold_
        np.testing.assert_array_equal(before[inside], after[inside])
        assert not np.array_equal(before, after)


def test_predictions_are_of_rows_by_themselves(name):
    X, Y, fold = numbers()
    new = numbers(seed=1, n=700)[0]
    model = fitted(name, X, Y, fold)
    rows = np.arange(0, 700, 7)
    if name == "kernel_ridge":
        np.testing.assert_allclose(model.predict(new)[rows], model.predict(new[rows]), rtol=1e-12)
    else:
        np.testing.assert_array_equal(model.predict(new)[rows], model.predict(new[rows]))


def test_two_threads_change_no_bit_of_the_model_or_what_it_says(name):
    X, Y, fold = numbers()
    one, two = (fitted(name, X, Y, fold, n_jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(one.out_of_fold_, two.out_of_fold_)
    np.testing.assert_array_equal(one.in_sample_, two.in_sample_)
    assert one.grid_ == two.grid_
    two.n_jobs = 1
    assert dumped(one) == dumped(two)


def dumped(model):
    model.drop_training_state()
    file = io.BytesIO()
    joblib.dump(model, file)
    return file.getvalue()


def test_a_saved_learner_says_the_same(name):
    X, Y, fold = numbers()
    model = fitted(name, X, Y, fold)
    before = model.predict(X)
    np.testing.assert_allclose(before, model.in_sample_, rtol=1e-9)
    np.testing.assert_array_equal(joblib.load(io.BytesIO(dumped(model))).predict(X), before)


def test_the_grid_is_told_whole_and_the_best_point_of_each_target_taken(name):
    X, Y, fold = numbers()
    model = fitted(name, X, Y, fold)
    measured = np.square(model.out_of_fold_ - Y).mean(axis=0)
    for t in range(Y.shape[1]):
        (chosen,) = (point for point in model.grid_ if point["chosen"][t])
        assert chosen["mse"][t] == min(point["mse"][t] for point in model.grid_)
        assert chosen["settings"] == model.settings_[t]
        np.testing.assert_allclose(chosen["mse"][t], measured[t], rtol=1e-9)


def test_a_target_in_units_a_million_times_smaller_is_predicted_as_in_its_own(name):
    X, Y, fold = numbers()
    unit = np.array([2.0**20, 1.0])
    plain, scaled = (fitted(name, X, values, fold) for values in (Y, Y * unit))
    assert scaled.settings_ == plain.settings_
    spread = Y.std(axis=0)
    for own, other in ((plain.out_of_fold_, scaled.out_of_fold_), (plain.in_sample_, scaled.in_sample_)):
        np.testing.assert_allclose(other / unit / spread, own / spread, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["ridge", "knn", "kernel_ridge", "mlp"])
def test_a_target_that_counts_from_elsewhere_is_predicted_as_far_from_there(name):
    X, Y, fold = numbers()
    plain, moved = (fitted(name, X, values, fold) for values in (Y, Y + np.array([-4e3, 5.0])))
    np.testing.assert_allclose(
        moved.out_of_fold_ - np.array([-4e3, 5.0]), plain.out_of_fold_, rtol=0, atol=1e-3
    )


def test_a_target_that_does_not_vary_outside_a_fold_is_predicted_as_what_it_is_there(name):
    X, Y, fold = numbers()
    flat = Y.copy()
    flat[fold != 1, 0] = 3.0
    said = fitted(name, X, flat, fold).out_of_fold_
    np.testing.assert_allclose(said[fold == 1, 0], 3.0, rtol=0, atol=1e-9)


def test_each_target_is_predicted_as_it_is_alone_but_by_the_network_that_learns_them_together(name):
    X, Y, fold = numbers()
    alone = fitted(name, X, Y[:, :1], fold).out_of_fold_
    assert alone.shape == (len(Y), 1)
    together = fitted(name, X, Y, fold).out_of_fold_[:, :1]
    if name != "sklearn":  # whose trees turn on the last digit of a mean over one column or two
        assert np.allclose(alone, together, rtol=1e-9) == (name != "mlp")


def test_modalities_are_columns_side_by_side(name):
    X, Y, fold = numbers()
    apart = fitted(name, [X[:, :4], X[:, 4:]], Y, fold)
    np.testing.assert_allclose(apart.in_sample_, fitted(name, X, Y, fold).in_sample_, rtol=1e-9)
