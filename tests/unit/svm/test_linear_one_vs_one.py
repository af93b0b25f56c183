import numpy as np
import pytest

from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.linear_one_vs_one import LinearProblem


def problem(C=1.0, max_iter=None, n=120, K=3, seed=0):
    rng = np.random.default_rng(seed)
    y, fold = rng.integers(0, K, n), rng.integers(0, 3, n)
    layout = Layout.of(y, fold, K, 3)
    Z = (rng.standard_normal((n, 5)) + 0.8 * rng.standard_normal((K, 5))[y]).astype(np.float32)
    return Z, LinearProblem(layout, C, np.ones(K), max_iter)


def test_every_machine_is_libsvms_on_its_rows():
    from sklearn.svm import SVC

    came, given = problem()
    Z = came[given.layout.order]
    for solution in given.solve(came, [NO_FOLD, 0, 1, 2], 2):
        for p, (i, j) in enumerate(given.layout.pairs):
            seen = np.isin(given.layout.y, (i, j)) & given.layout.seen(solution.held_out_fold)
            y = np.where(given.layout.y[seen] == i, 1, -1)
            svc = SVC(kernel="linear").fit(Z[seen].astype(np.float64), y)

            def primal(w, b, seen=seen, y=y):
                return 0.5 * w @ w + np.maximum(0, 1 - y * (Z[seen] @ w + b)).sum()

            best = primal(svc.coef_[0], svc.intercept_[0])
            assert primal(solution.normals[:, p], solution.offsets[p]) == pytest.approx(best, rel=1e-3)


def test_passes_are_limited_and_counted():
    Z, given = problem(C=100.0, max_iter=2)
    (whole,) = given.solve(Z, [NO_FOLD], 1)
    assert whole.capped == 3
    assert whole.steps.tolist() == [2, 2, 2]


def test_threads_change_no_byte():
    Z, given = problem()
    one, two = (given.solve(Z, [NO_FOLD, 0, 1, 2], n) for n in (1, 2))
    for a, b in zip(one, two, strict=True):
        assert a.normals.tobytes() == b.normals.tobytes()
        assert a.offsets.tobytes() == b.offsets.tobytes()


@pytest.mark.parametrize(("labels", "sign"), [((0, 2), 1), ((1, 2), -1)])
def test_a_pair_with_an_empty_side_votes_for_the_class_that_is_there(labels, sign):
    y = np.repeat(labels, 5)
    given = LinearProblem(Layout.of(y, np.arange(10) % 2, 3, 2), 1.0, np.ones(3), None)
    (whole,) = given.solve(np.random.default_rng(0).random((10, 2), np.float32), [NO_FOLD], 1)
    assert whole.offsets[0] == sign
    np.testing.assert_array_equal(whole.normals[:, 0], 0)
