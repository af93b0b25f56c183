"""Ridge regression on an approximated kernel, against kernel ridge regression and scikit-learn's features."""

import tracemalloc

import numpy as np
import pytest
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge

from latefusion.kernel_ridge.nystroem_path import evenly_spaced, fit_nystroem_path
from latefusion.kernel_ridge.path import fit_path

PENALTIES = (0.1, 1.0, 30.0)
N = 600


class InMemory(list):
    """Rows of each part, as the path asks for them."""

    def __len__(self):
        return N

    def __getitem__(self, index):
        return [part[index] for part in self.__iter__()]


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(0)
    X = [rng.standard_normal((N, 5)), rng.standard_normal((N, 3))]
    Y = np.stack([np.sin(2 * X[0][:, 0]), X[0][:, 1] * X[1][:, 2]], axis=1) + 0.5 * rng.standard_normal(
        (N, 2)
    )
    return X, Y + 3.0, rng.integers(5, size=N)


def approximated(X, Y, fold, components, weights, n_jobs=1):
    chosen = evenly_spaced(N, components)
    parts = [x[chosen] for x in X]
    return fit_nystroem_path(InMemory(X), parts, Y, fold, PENALTIES, (0.2, 0.3)[: len(X)], weights, n_jobs)


def test_all_rows_as_components_are_kernel_ridge_regression_itself_whatever_the_weights_of_each_fold(problem):
    X, Y, fold = problem
    weights = [(0.5, 0.5), (0.5, 0.5), (0.2, 0.8), (0.5, 0.5), (1.0, 0.0), (0.5, 0.5)]
    exact = fit_path(X, Y, fold, PENALTIES, (0.2, 0.3), weights, 1)
    whole = approximated(X, Y, fold, N, weights)
    np.testing.assert_allclose(whole.in_sample, exact.in_sample, rtol=1e-6)
    np.testing.assert_allclose(whole.out_of_fold, exact.out_of_fold, rtol=1e-6)


def test_few_components_are_ridge_regression_in_scikit_learns_features_without_each_fold(problem):
    X, Y, fold = problem
    own = approximated(X[:1], Y, fold, 40, [(1.0,)] * 6)
    features = Nystroem(gamma=0.2, n_components=40).fit(X[0][evenly_spaced(N, 40)]).transform(X[0])
    for place, penalty in enumerate(PENALTIES):
        for k in range(5):
            seen = fold != k
            level = Y[seen].mean(axis=0)
            theirs = Ridge(alpha=penalty, fit_intercept=False).fit(features[seen], Y[seen] - level)
            np.testing.assert_allclose(
                own.out_of_fold[place, ~seen], theirs.predict(features[~seen]) + level, rtol=1e-6
            )


def test_targets_of_a_fold_change_no_bit_of_what_is_said_of_it_and_threads_none_at_all(problem):
    X, Y, fold = problem
    weights = [(0.5, 0.5)] * 6
    before, other = approximated(X, Y, fold, 50, weights), Y.copy()
    other[fold == 2] = np.random.default_rng(1).permutation(Y[fold == 2]) * 5.0
    after = approximated(X, other, fold, 50, weights)
    np.testing.assert_array_equal(after.out_of_fold[:, fold == 2], before.out_of_fold[:, fold == 2])
    assert not np.array_equal(after.in_sample, before.in_sample)
    threads = approximated(X, Y, fold, 50, weights, n_jobs=2)
    np.testing.assert_array_equal(threads.in_sample, before.in_sample)
    np.testing.assert_array_equal(threads.out_of_fold, before.out_of_fold)
    np.testing.assert_array_equal(threads.dual, before.dual)


def test_memory_grows_in_proportion_to_the_rows():
    rng = np.random.default_rng(2)
    peaks = []
    for n in (4_000, 16_000):
        X, fold = rng.standard_normal((n, 4)), np.arange(n) % 3
        tracemalloc.start()
        parts = [X[evenly_spaced(n, 30)]]
        fit_nystroem_path(OneMatrix(X), parts, X[:, :1], fold, (1.0,), (0.2,), [(1.0,)] * 4, 1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 4.2 * peaks[0]
    assert peaks[1] < 8 * 16_000**2 / 100


class OneMatrix:
    """Rows of one part."""

    def __init__(self, X):
        self.X = X

    def __len__(self):
        return len(self.X)

    def __getitem__(self, index):
        return [self.X[index]]
