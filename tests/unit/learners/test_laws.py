"""What holds of every learner: what enters a probability, and that the same input gives the same bytes."""

import io

import joblib
import numpy as np
import pytest

from latefusion.learning.learner import learner_class
from learning_worlds import LEARNERS, small_options, world

K = 3


# the engine of the SVM has tests of its own, which allow for the tolerance of its solver
@pytest.fixture(scope="module", params=[name for name in LEARNERS if name != "svm"])
def name(request):
    return request.param


def fitted(name, X, y, fold, *, n_jobs=1, **options):
    model = learner_class(name)(random_state=0, **{**small_options(name), **options})
    model.n_jobs = n_jobs
    return model.fit(X, y, fold, n_classes=K)


def single(name, X, y, fold):
    """The learner with the point held fixed that it chooses on these rows."""
    chosen = fitted(name, X, y, fold).settings_
    held = {key: [value] for key, value in chosen.items()}
    return {"grid": held} if name == "sklearn" else held


def test_labels_within_a_fold_change_no_probability_out_of_it(name):
    X, y, fold = world()
    held = single(name, X, y, fold)
    before = fitted(name, X, y, fold, **held).out_of_fold_proba_
    for k in range(4):
        inside = np.flatnonzero(fold == k)
        other = y.copy()
        other[inside] = np.roll(y[inside], 1)
        assert not np.array_equal(other, y)
        after = fitted(name, X, other, fold, **held).out_of_fold_proba_
        assert np.array_equal(before[inside], after[inside])
        assert not np.array_equal(before, after)


def test_probabilities_are_of_rows_by_themselves_and_sum_to_one(name):
    X, y, fold = world()
    new = world(seed=1, n=700)[0]
    model = fitted(name, X, y, fold)
    p, rows = model.predict_proba(new), np.arange(0, 700, 7)
    assert np.allclose(p.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert np.array_equal(p[rows], model.predict_proba(new[rows]))


def test_two_threads_change_no_bit_of_the_model_or_what_it_says(name):
    X, y, fold = world()
    one, two = (fitted(name, X, y, fold, n_jobs=jobs) for jobs in (1, 2))
    assert np.array_equal(one.out_of_fold_proba_, two.out_of_fold_proba_)
    assert np.array_equal(one.in_sample_proba_, two.in_sample_proba_)
    assert one.grid_ == two.grid_
    two.n_jobs = 1
    assert dumped(one) == dumped(two)


def dumped(model):
    model.drop_training_state()
    file = io.BytesIO()
    joblib.dump(model, file)
    return file.getvalue()


def test_a_saved_learner_says_the_same(name):
    X, y, fold = world()
    model = fitted(name, X, y, fold)
    before = model.predict_proba(X)
    assert np.array_equal(before, model.in_sample_proba_)
    assert np.array_equal(joblib.load(io.BytesIO(dumped(model))).predict_proba(X), before)


def test_a_class_without_rows_gets_no_probability(name):
    X, y, fold = world()
    model = fitted(name, X, np.where(y == 1, 0, y), fold)
    assert np.all(model.out_of_fold_proba_[:, 1] == 0)
    assert np.all(model.predict_proba(X)[:, 1] == 0)


def test_a_class_of_one_fold_is_unknown_to_those_that_did_not_see_it(name):
    X, y, fold = world()
    y = np.where(fold == 2, y, np.minimum(y, 1))
    p = fitted(name, X, y, fold).out_of_fold_proba_
    assert np.all(p[fold == 2][:, 2] == 0)
    assert np.all(p[fold != 2][:, 2] > 0) or name in ("knn",)


def test_the_grid_is_told_whole_and_its_best_point_taken(name):
    X, y, fold = world()
    model = fitted(name, X, y, fold)
    losses = [point["log_loss"] for point in model.grid_]
    chosen = [point for point in model.grid_ if point["chosen"]]
    assert [point["log_loss"] for point in chosen] == [min(losses)]
    assert chosen[0]["settings"] == model.settings_
    measured = -np.log(np.maximum(model.out_of_fold_proba_[np.arange(len(y)), y], 1e-15)).mean()
    assert min(losses) == pytest.approx(measured, rel=1e-12)


def test_modalities_are_columns_side_by_side(name):
    if name == "cooperative":
        pytest.skip("has a kernel of its own for each modality: tests/unit/learners/test_cooperative.py")
    X, y, fold = world()
    apart = fitted(name, [X[:, :4], X[:, 4:]], y, fold)
    assert np.array_equal(apart.in_sample_proba_, fitted(name, X, y, fold).in_sample_proba_)
