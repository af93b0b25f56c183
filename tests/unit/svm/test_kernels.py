import numpy as np
import pytest
from hypothesis import settings

from latefusion.svm.gram import Gram
from latefusion.svm.kernels import InputScaling, values
from latefusion.svm.kernels import rbf_less_one as less_one_in_place

RNG = np.random.default_rng(5)
EXAMPLES = settings(max_examples=25, deadline=None, derandomize=True)


def matrix(n, d, seed=0, scale=1.0, shift=0.0):
    rng = np.random.default_rng(seed)
    return (scale * rng.standard_normal((n, d)) + shift).astype(np.float32)


def rbf(x, gamma, y=None):
    x = x.astype(np.float64)
    y = x if y is None else y.astype(np.float64)
    return np.exp(-gamma * np.square(x[:, None] - y[None]).sum(axis=2))


def gram(X, gamma="auto", combine="concatenate", scale="none", weights=None):
    scaling = InputScaling.fit(X, combine, scale)
    gammas = scaling.gammas(gamma)
    weights = weights or (1.0 / scaling.n_parts,) * scaling.n_parts
    units = scaling.in_units(gammas)
    return 1 + Gram(scaling.rows(X), units, reuse=False, n_jobs=1).fill(units, weights, np.arange(len(X[0])))


def test_kernel_values_less_one_keep_their_digits_near_zero_and_far_out():
    distance = np.concatenate([np.logspace(-37, 2.5, 100_000), [0.0, 1e4, 1e30]]).astype(np.float32)
    tile = -distance[None] / 2
    less_one_in_place(tile, 1.0)
    np.testing.assert_allclose(tile[0], np.expm1(-distance.astype(np.float64)), rtol=4e-7, atol=0)


def test_a_distance_that_rounding_left_below_zero_is_none():
    tile = np.array([[1e-7]], np.float32)
    less_one_in_place(tile, 50.0)
    assert tile[0, 0] == 0


def test_no_distance_is_none_however_narrow_the_kernel():
    tile = np.array([[0.0, -1e-30]], np.float32)
    less_one_in_place(tile, 1e300)
    assert tile.tolist() == [[0.0, -1.0]]


@pytest.mark.parametrize("scale", ["none", "standard"])
@pytest.mark.parametrize("gamma", ["auto", "scale"])
def test_gamma_is_that_of_scikit_learn(gamma, scale):
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    X = matrix(60, 7, scale=3.0, shift=2.0)
    seen = StandardScaler().fit_transform(X) if scale == "standard" else X.astype(np.float64)
    reference = SVC(gamma=gamma).fit(seen, np.arange(60) % 2)
    assert InputScaling.fit([X], "concatenate", scale).gammas(gamma)[0] == pytest.approx(
        reference._gamma, rel=1e-5
    )


def test_standardised_columns_have_mean_zero_and_spread_one_and_constant_ones_vanish():
    X = matrix(200, 4, scale=5.0, shift=100.0)
    X[:, 2] = 0.1
    rows = InputScaling.fit([X], "concatenate", "standard").rows([X]).parts[0]
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(rows.std(axis=0), [1, 1, 0, 1], atol=1e-5)


def test_standardisation_is_learned_from_the_rows_of_the_fit_alone():
    X, T = matrix(100, 3), matrix(40, 3, seed=9, shift=5.0)
    rows = InputScaling.fit([X], "concatenate", "standard").rows([T]).parts[0]
    np.testing.assert_allclose(rows, (T - X.mean(axis=0)) / X.std(axis=0), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("combine", ["concatenate", "balanced", "kernel_mean"])
def test_rows_are_the_same_with_any_number_of_threads_and_among_others(combine):
    A, B = matrix(1300, 4), matrix(1300, 9, seed=1)
    scaling = InputScaling.fit([A, B], combine, "standard")
    order = np.random.default_rng(2).permutation(1300)[:1100]
    plain, few = scaling.rows([A, B])[order], scaling.rows([A[order], B[order]], n_jobs=2)
    for kind in ("parts", "squares"):
        for expected, found in zip(getattr(plain, kind), getattr(few, kind), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_concatenation_is_the_kernel_of_all_columns():
    A, B = matrix(30, 4), matrix(30, 9, seed=1)
    np.testing.assert_allclose(gram([A, B]), rbf(np.hstack([A, B]), 1 / 13), atol=1e-6)


def test_balanced_is_the_product_of_the_modalities_own_kernels():
    A, B = matrix(30, 4), matrix(30, 9, seed=1)
    np.testing.assert_allclose(gram([A, B], combine="balanced"), rbf(A, 1 / 4) * rbf(B, 1 / 9), atol=1e-6)


def test_kernel_mean_is_the_mean_of_the_modalities_own_kernels():
    A, B = matrix(30, 4), matrix(30, 9, seed=1)
    expected = (rbf(A, 1 / 4) + rbf(B, 1 / 9)) / 2
    np.testing.assert_allclose(gram([A, B], combine="kernel_mean"), expected, atol=1e-6)


def test_weighted_kernels_are_the_weighted_sum():
    A, B = matrix(30, 4), matrix(30, 9, seed=1)
    K = gram([A, B], gamma=0.2, combine="kernel_aligned", weights=(0.25, 0.75))
    np.testing.assert_allclose(K, 0.25 * rbf(A, 0.2) + 0.75 * rbf(B, 0.2), atol=1e-6)


def test_scale_of_balanced_is_auto_over_the_mean_variance():
    A, B = matrix(400, 4, scale=2.0), matrix(400, 9, seed=1, scale=1.0)
    scaling = InputScaling.fit([A, B], "balanced", "none")
    assert scaling.gammas("auto") == (1.0,)
    expected = 1.0 / np.mean([A.astype(float).var(), B.astype(float).var()])
    assert scaling.gammas("scale")[0] == pytest.approx(expected, rel=1e-5)


def test_new_rows_meet_the_training_rows_in_the_same_space():
    A, T = matrix(40, 6, shift=3.0), matrix(15, 6, seed=2, shift=3.0)
    scaling = InputScaling.fit([A], "concatenate", "none")
    gammas = scaling.gammas("auto")
    found = values(scaling.rows([T]), scaling.rows([A]), gammas, (1.0,), double=False)
    np.testing.assert_allclose(1 + found, rbf(T, 1 / 6, A), atol=1e-6)
