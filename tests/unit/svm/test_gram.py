import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.svm.gram import Gram
from latefusion.svm.kernels import BLOCK, InputScaling

EXAMPLES = settings(max_examples=25, deadline=None, derandomize=True)


def matrix(n, d, seed=0, scale=1.0, shift=0.0):
    rng = np.random.default_rng(seed)
    return (scale * rng.standard_normal((n, d)) + shift).astype(np.float32)


def rbf(x, gamma, y=None):
    x = x.astype(np.float64)
    y = x if y is None else y.astype(np.float64)
    return np.exp(-gamma * np.square(x[:, None] - y[None]).sum(axis=2))


def gram(X, gamma="auto", combine="concatenate", place=None, n_jobs=1):
    """The Gram matrix of equally weighted parts, rows where `place` puts them."""
    scaling = InputScaling.fit(X, combine, "none")
    units = scaling.in_units(scaling.gammas(gamma))
    place = np.arange(len(X[0])) if place is None else place
    weights = (1.0 / scaling.n_parts,) * scaling.n_parts
    return 1 + Gram(scaling.rows(X), units, reuse=False, n_jobs=n_jobs).fill(units, weights, place)


@given(
    n=st.integers(1, 40),
    d=st.integers(1, 8),
    exponent=st.floats(-3, 3),
    shift=st.sampled_from([0.0, 1e3]),
    seed=st.integers(0, 99),
)
@EXAMPLES
def test_gram_is_the_rbf_kernel(n, d, exponent, shift, seed):
    X = matrix(n, d, seed, shift=shift)
    K = gram([X], 10.0**exponent)
    np.testing.assert_allclose(K, rbf(X, 10.0**exponent), atol=2e-5)
    np.testing.assert_array_equal(K, K.T)
    np.testing.assert_array_equal(np.diag(K), 1)


def test_gram_over_several_blocks_is_symmetric_and_right_at_their_borders():
    X = matrix(2 * BLOCK + 7, 3)
    K = gram([X], 0.3, n_jobs=2)
    np.testing.assert_array_equal(K, K.T)
    for i in (0, BLOCK - 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 6):
        np.testing.assert_allclose(K[i], rbf(X[i : i + 1], 0.3, X)[0], atol=1e-6)


def test_threads_change_no_byte():
    X = [matrix(BLOCK + 300, 20), matrix(BLOCK + 300, 5, seed=1)]
    for combine in ("concatenate", "kernel_mean"):
        one, two = (gram(X, combine=combine, n_jobs=n) for n in (1, 2))
        assert one.tobytes() == two.tobytes()


def test_rows_that_are_equal_have_kernel_one_however_narrow_it_is():
    X = matrix(50, 30, scale=1e3, shift=1e4)
    X[25:] = X[:25]
    K = gram([X], 1e3)
    np.testing.assert_allclose(K[:25, 25:], np.eye(25), atol=1e-4)


def test_distances_are_reused_without_a_trace():
    X = matrix(BLOCK + 50, 6)
    scaling = InputScaling.fit([X], "concatenate", "none")
    kept = Gram(scaling.rows([X]), (0.2,), reuse=True, n_jobs=2)
    place = np.random.default_rng(3).permutation(BLOCK + 50)
    kept.fill((0.2,), (1.0,), place)
    again = kept.fill((0.01,), (1.0,), place)
    anew = Gram(scaling.rows([X]), (0.2,), reuse=False, n_jobs=1).fill((0.01,), (1.0,), place)
    np.testing.assert_array_equal(again, anew)


def test_double_precision_is_used_only_where_single_would_spoil_the_kernel():
    X = matrix(50, 10)
    scaling = InputScaling.fit([X], "concatenate", "none")
    assert not Gram(scaling.rows([X]), (0.1,), reuse=False, n_jobs=1).double
    assert Gram(scaling.rows([X]), (1e3,), reuse=False, n_jobs=1).double


def test_rows_stand_where_they_are_put_with_the_values_that_they_have_anywhere():
    n = 2 * BLOCK + 60
    X, place = matrix(n, 30), np.random.default_rng(1).permutation(n)
    order = np.argsort(place)
    expected = gram([X])[np.ix_(order, order)]
    assert gram([X], place=place, n_jobs=2).tobytes() == expected.tobytes()
