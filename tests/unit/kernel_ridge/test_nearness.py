"""Distances from the rows that were seen, against all kernel values."""

import numpy as np
import pytest

from latefusion.kernel_ridge.nearness import distances
from latefusion.regression.regressor import ScaledRows
from latefusion.svm.kernels import InputScaling


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    X = [rng.standard_normal((700, 3)), rng.standard_normal((700, 2))]
    scaling = InputScaling.fit(X, "kernel_mean", "none")
    return ScaledRows(scaling, X)


def kernel(A, X, gammas, weights):
    return sum(
        weight * np.exp(-gamma * np.square(a[:, None] - x).sum(axis=2))
        for a, x, gamma, weight in zip(A, X, gammas, weights, strict=True)
    )


def test_they_are_those_of_the_ten_nearest_rows_of_other_folds(rows):
    parts, fold = rows[:], np.random.default_rng(1).integers(3, size=700)
    gammas, weights = (0.3, 0.5), (0.4, 0.6)
    found = distances(rows, parts, gammas, weights, 2, fold=fold, fold_of_seen=fold)
    K = np.where(fold[:, None] == fold, -1.0, kernel(parts, parts, gammas, weights))
    np.testing.assert_allclose(found, 1 - np.sort(K, axis=1)[:, -10:].mean(axis=1), atol=1e-12)


def test_a_row_among_equal_ones_is_near_and_one_far_out_is_far(rows):
    seen = [np.zeros((12, 3)), np.zeros((12, 2))]
    found = distances(rows, seen, (1.0, 1.0), (0.5, 0.5), 1)
    far = np.argmax(sum(np.square(part).sum(axis=1) for part in rows[:]))
    assert found[far] > 0.9
    assert distances(
        ScaledRows(rows.scaling, [x.mean(axis=0, keepdims=True) for x in rows.X]),
        seen,
        (1.0, 1.0),
        (0.5, 0.5),
        1,
    ) == pytest.approx(0.0, abs=1e-12)
