import numpy as np
import pytest

from latefusion.svm.coordinate_descent import descend


def blobs(n=300, K=3, d=4, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    centres = np.random.default_rng(50).standard_normal((K, d))
    return (rng.standard_normal((n, d)) + 0.8 * centres[y]).astype(np.float32), y


@pytest.mark.parametrize("C", [0.05, 1.0, 20.0])
@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.3, 2.0)])
def test_linear_machine_is_that_of_libsvm(C, weights):
    from sklearn.svm import SVC

    X, y = blobs(150, K=2)
    X[:, 0] += 5.0  # a bias that is not penalised has to reach far
    y = np.where(y == 0, 1.0, -1.0)
    cost = C * np.where(y > 0, *weights)
    beta, w = np.zeros(150), np.zeros(4)
    squares = np.square(X.astype(np.float64)).sum(axis=1)
    offset, _, gap = descend(X, squares, np.arange(150), y, cost, beta, w, 0.0, 1.0, 1e-3, 100_000, 0)
    assert gap < 1e-3
    np.testing.assert_allclose(w, X.T.astype(np.float64) @ beta, atol=1e-6)
    assert abs(beta.sum()) < 1e-2
    reference = SVC(C=1.0, kernel="linear", tol=1e-6).fit(X.astype(np.float64), y, sample_weight=cost)

    def primal(w, b):
        return 0.5 * w @ w + (cost * np.maximum(0, 1 - y * (X @ w + b))).sum()

    best = primal(reference.coef_[0], reference.intercept_[0])
    assert primal(w, offset) == pytest.approx(best, rel=1e-3)
