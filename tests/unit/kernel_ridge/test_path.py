"""Kernel ridge regression against scikit-learn's, on the same rows and folds."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from latefusion.kernel_ridge import preconditioner
from latefusion.kernel_ridge.path import fit_path

PENALTIES = (0.1, 1.0, 30.0)


def path_of(X, Y, fold, penalties, gamma, n_jobs):
    return fit_path([X], Y, fold, penalties, (gamma,), [(1.0,)] * (2 + fold.max()), n_jobs)


@pytest.fixture(scope="module", params=["whole", "of low rank"])
def problem(request):
    """Rows, two targets and folds; with a preconditioner that is exact, and one that is not."""
    rng = np.random.default_rng(0)
    n = 400
    X = rng.standard_normal((n, 6))
    Y = np.stack([np.sin(2 * X[:, 0]), X[:, 1] * X[:, 2]], axis=1) + 0.5 * rng.standard_normal((n, 2)) + 3.0
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "of low rank":
            patch.setattr(preconditioner, "WHOLE_UP_TO", 10)
            patch.setattr(preconditioner, "RANK", 60)
        fold = rng.integers(5, size=n)
        yield X, Y, fold, path_of(X, Y, fold, PENALTIES, 0.2, 1)


def expected(X, Y, A, penalty):
    level = Y.mean(axis=0)
    return KernelRidge(alpha=penalty, kernel="rbf", gamma=0.2).fit(X, Y - level).predict(A) + level


def test_predictions_are_those_of_scikit_learn_in_sample_and_out_of_fold(problem):
    X, Y, fold, path = problem
    for place, penalty in enumerate(PENALTIES):
        np.testing.assert_allclose(path.in_sample[place], expected(X, Y, X, penalty), rtol=1e-6)
        for k in range(5):
            held_out = fold == k
            theirs = expected(X[~held_out], Y[~held_out], X[held_out], penalty)
            np.testing.assert_allclose(path.out_of_fold[place][held_out], theirs, rtol=1e-6)


def test_targets_of_a_fold_change_no_bit_of_what_is_said_of_it_out_of_fold(problem):
    X, Y, fold, _ = problem
    before = path_of(X, Y, fold, PENALTIES, 0.2, 1)
    other = Y.copy()
    held_out = fold == 2
    other[held_out] = np.random.default_rng(1).permutation(Y[held_out]) * 5.0
    after = path_of(X, other, fold, PENALTIES, 0.2, 1)
    np.testing.assert_array_equal(after.out_of_fold[:, held_out], before.out_of_fold[:, held_out])
    assert not np.array_equal(after.in_sample, before.in_sample)


def test_threads_and_the_order_of_the_penalties_change_no_bit(problem):
    X, Y, fold, _ = problem
    one = path_of(X, Y, fold, PENALTIES, 0.2, 1)
    two = path_of(X, Y, fold, PENALTIES[::-1], 0.2, 2)
    np.testing.assert_array_equal(two.out_of_fold[::-1], one.out_of_fold)
    np.testing.assert_array_equal(two.dual[::-1], one.dual)
    assert two.steps[::-1] == one.steps


def test_equal_rows_and_targets_that_are_all_alike_are_no_trouble():
    X = np.repeat(np.random.default_rng(0).standard_normal((20, 3)), 10, axis=0)
    Y = np.stack([np.full(200, 7.0), np.arange(200.0)], axis=1)
    path = path_of(X, Y, np.arange(200) % 4, (0.01,), 0.5, 1)
    np.testing.assert_allclose(path.out_of_fold[0][:, 0], 7.0)
    np.testing.assert_allclose(path.in_sample[0], _dense(X, Y), rtol=1e-6)


def _dense(X, Y):
    level = Y.mean(axis=0)
    return KernelRidge(alpha=0.01, kernel="rbf", gamma=0.5).fit(X, Y - level).predict(X) + level


def test_a_penalty_that_vanishes_beside_the_rounding_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(preconditioner, "WHOLE_UP_TO", 10)
    monkeypatch.setattr(preconditioner, "RANK", 5)
    monkeypatch.setattr("latefusion.kernel_ridge.conjugate_gradients.MOST_STEPS", 50)
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((200, 3)), rng.standard_normal((200, 1))
    with pytest.raises(ArithmeticError, match=r"penalty 1e-14 is too small .* raise the smallest"):
        path_of(X, Y, np.arange(200) % 2, (1e-14,), 0.5, 1)


@pytest.mark.parametrize("low_rank", [False, True])
def test_every_prediction_of_every_penalty_is_that_of_scikit_learn_to_five_digits_also_near_zero(
    monkeypatch, low_rank
):
    if low_rank:
        monkeypatch.setattr(preconditioner, "WHOLE_UP_TO", 10)
        monkeypatch.setattr(preconditioner, "RANK", 60)
    rng = np.random.default_rng(3)
    X, fold = rng.standard_normal((700, 8)), rng.integers(5, size=700)
    Y = np.stack([np.sin(X[:, 0]), X[:, 1] * X[:, 2]], axis=1) + rng.standard_normal((700, 2))
    penalties = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
    path = path_of(X, Y, fold, penalties, 0.2, 1)
    for place, penalty in enumerate(penalties):
        spread = path.in_sample[place].std()
        in_sample, out_of_fold = expected(X, Y, X, penalty), np.empty_like(Y)
        for k in range(5):
            held_out = fold == k
            out_of_fold[held_out] = expected(X[~held_out], Y[~held_out], X[held_out], penalty)
        for own, theirs in ((path.in_sample[place], in_sample), (path.out_of_fold[place], out_of_fold)):
            assert np.abs(theirs).min() < 1e-2 * spread
            np.testing.assert_allclose(own, theirs, rtol=1e-5, atol=1e-9 * spread)


def test_what_rounding_keeps_from_the_tolerance_is_solved_as_far_as_it_lets(monkeypatch):
    monkeypatch.setattr(preconditioner, "WHOLE_UP_TO", 10)
    monkeypatch.setattr(preconditioner, "RANK", 40)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 3))
    Y, fold = X[:, :1] + rng.standard_normal((300, 1)), np.arange(300) % 3
    path = path_of(X, Y, fold, (1e-4,), 0.1, 1)
    level = Y.mean(axis=0)
    theirs = KernelRidge(alpha=1e-4, kernel="rbf", gamma=0.1).fit(X, Y - level).predict(X) + level
    np.testing.assert_allclose(path.in_sample[0], theirs, atol=1e-7)
