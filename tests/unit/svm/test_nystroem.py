import numpy as np

from latefusion.svm.kernels import InputScaling, values
from latefusion.svm.nystroem import NystroemMap


def blobs(n=300, K=3, d=4, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    centres = np.random.default_rng(50).standard_normal((K, d))
    return (rng.standard_normal((n, d)) + 0.8 * centres[y]).astype(np.float32), y


def mapped(X, chosen, gamma=0.25):
    rows = InputScaling.fit([X], "concatenate", "none").rows([X])
    K = 1 + values(rows, rows, (gamma,), (1.0,), double=False)
    span = NystroemMap.fit(rows, chosen, (gamma,), (1.0,))
    # features are around zero; around what, less one, is the centre
    return span.features(rows, 1) + span.projection.sum(axis=0) + span.centre, K


def test_all_rows_as_components_give_the_kernel_itself():
    X, _ = blobs(120)
    Z, K = mapped(X, np.arange(120))
    np.testing.assert_allclose(Z @ Z.T, K, atol=2e-3)


def test_more_components_approximate_better():
    X, _ = blobs(200)
    errors = [
        np.abs(np.subtract(*(lambda Z, K: (Z @ Z.T, K))(*mapped(X, np.arange(m))))).mean()
        for m in (5, 20, 80)
    ]
    assert errors[0] > 2 * errors[1] > 4 * errors[2]


def test_equal_components_are_no_trouble():
    X, _ = blobs(60)
    X[30:] = X[:30]
    Z, K = mapped(X, np.arange(60))
    assert np.isfinite(Z).all()
    np.testing.assert_allclose(Z @ Z.T, K, atol=2e-3)
