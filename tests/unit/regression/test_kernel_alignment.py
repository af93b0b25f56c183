"""Weights of kernels by their agreement with numbers, against the matrices themselves."""

import numpy as np
import pytest

from latefusion.regression.kernel_alignment import aligned_weights


def unbiased(K, L):
    """The unbiased estimate of HSIC, term by term from the matrices (Song et al. 2012)."""
    n, one = len(K), np.ones(len(K))
    K, L = K - np.diag(np.diag(K)), L - np.diag(np.diag(L))
    apart = np.trace(K @ L) + K.sum() * L.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ K @ L @ one)
    return apart / (n * (n - 3))


def world(n=570, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, d)) for d in (4, 6, 3)]
    Y = np.stack([X[0][:, 0] + X[1][:, 1], X[0][:, 1]], axis=1) + rng.standard_normal((n, 2))
    return X, Y * [1e4, 1.0] + [3.0, -7.0], rng.integers(3, size=n)


def test_weights_are_those_of_the_matrices_of_the_rows_that_are_learned_from():
    X, Y, fold = world()
    gammas = (0.2, 0.1, 0.3)
    found = aligned_weights(X, gammas, Y, fold, 3, 2)
    assert len(found) == 4
    for fit, weights in enumerate(found):
        seen = fold != fit - 1
        Z = (Y[seen] - Y[seen].mean(axis=0)) / Y[seen].std(axis=0)
        raw = []
        for x, gamma in zip(X, gammas, strict=True):
            K = np.exp(-gamma * np.square(x[seen][:, None] - x[seen]).sum(axis=2))
            raw.append(max(0.0, unbiased(K, Z @ Z.T) / np.sqrt(unbiased(K, K))))
        assert weights == pytest.approx(tuple(np.array(raw) / sum(raw)), rel=1e-8)
    assert found[0][0] > found[0][1] > 10 * found[0][2]


def test_targets_of_a_fold_change_no_bit_of_the_weights_without_it():
    X, Y, fold = world()
    other = Y.copy()
    other[fold == 1] = other[fold == 1][::-1]
    before, after = (aligned_weights(X, (0.2, 0.1, 0.3), one, fold, 3, 1) for one in (Y, other))
    assert before[2] == after[2]
    assert before[0] != after[0]


def test_kernels_count_alike_where_there_are_too_few_rows_to_tell_or_a_fold_has_none():
    X, Y, _ = world(5)
    assert aligned_weights(X, (0.2, 0.1, 0.3), Y[:5], np.zeros(5, int), 2, 1)[1] == (1 / 3,) * 3
