import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.svm.platt_scaling import apply_sigmoids, fit_sigmoid, guard

EXAMPLES = settings(max_examples=40, deadline=None, derandomize=True)


def scores(n, n_positive, slope, seed, noise=1.0):
    rng = np.random.default_rng(seed)
    positive = np.arange(n) < n_positive
    return slope * np.where(positive, 1.0, -1.0) + noise * rng.standard_normal(n), positive


@given(
    n_positive=st.integers(1, 99),
    slope=st.floats(-1, 2),
    noise=st.floats(0.05, 3),
    seed=st.integers(0, 999),
)
@EXAMPLES
def test_sigmoid_is_the_optimum_that_another_optimiser_finds(n_positive, slope, noise, seed):
    from scipy.optimize import minimize

    decision, positive = scores(100, n_positive, slope, seed, noise)
    n_negative = 100 - n_positive
    target = np.where(positive, (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2))

    def loss(ab):
        x = ab[0] * decision + ab[1]
        return (target * x + np.logaddexp(0, -x)).sum()

    A, B = fit_sigmoid(decision, positive)
    start = [0.0, np.log((n_negative + 1) / (n_positive + 1))]
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-8}).fun
    assert loss([A, B]) <= best + 1e-6


def test_sigmoid_is_that_of_scikit_learn_on_two_classes():
    from sklearn.calibration import _sigmoid_calibration

    decision, positive = scores(400, 150, 0.7, seed=1)
    A, B = fit_sigmoid(decision, positive)
    a, b = _sigmoid_calibration(decision, positive.astype(float))
    np.testing.assert_allclose([A, B], [a, b], atol=1e-3)


def test_decision_values_that_say_nothing_give_the_smoothed_share():
    # with one value for all rows the optimum is the mean of the targets: (3·4/5 + 1/3)/4
    A, B = fit_sigmoid(np.zeros(4), np.array([True, True, True, False]))
    assert A == 0
    assert 1 / (1 + np.exp(B)) == pytest.approx((3 * 4 / 5 + 1 / 3) / 4, abs=1e-5)


def test_one_class_alone_gives_its_smoothed_share_and_no_slope():
    A, B = fit_sigmoid(np.array([0.5, 2.0, -1.0]), np.zeros(3, bool))
    assert A == 0
    assert 1 / (1 + np.exp(B)) == pytest.approx(1 / 5)


def test_huge_decision_values_do_not_overflow():
    decision, positive = scores(60, 30, 1e6, seed=2, noise=3e6)
    A, B = fit_sigmoid(decision, positive)
    p = apply_sigmoids(decision[:, None], np.array([[A, B]]))
    assert np.isfinite(p).all()
    assert ((p >= 0) & (p <= 1)).all()


def test_separable_values_keep_finite_slopes():
    decision = np.r_[np.full(20, 1.0), np.full(20, -1.0)]
    A, B = fit_sigmoid(decision, decision > 0)
    p = apply_sigmoids(np.array([[1.0], [-1.0]]), np.array([[A, B]]))[:, 0]
    np.testing.assert_allclose(p, [21 / 22, 1 / 22], atol=1e-4)


def test_a_sigmoid_of_the_right_slope_passes_the_guard_unchanged():
    assert guard((-1.5, 0.25), 10, 30) == (-1.5, 0.25)
    assert guard((0.0, 0.25), 10, 30) == (0.0, 0.25)


def test_a_sigmoid_of_the_wrong_slope_becomes_the_log_odds_of_the_pair():
    decision, positive = scores(200, 50, -1.0, seed=3)
    inverted = fit_sigmoid(decision, positive)
    assert inverted[0] > 0
    A, B = guard(inverted, 50, 150)
    p = apply_sigmoids(np.array([[-9.0], [0.0], [9.0]]), np.array([[A, B]]))
    np.testing.assert_allclose(p, 0.25)


def test_probabilities_are_those_of_each_pairs_own_sigmoid():
    decision = np.array([[0.0, 1.0], [2.0, -3.0]])
    sigmoids = np.array([[-1.0, 0.0], [-2.0, 0.5]])
    expected = [[1 / 2, 1 / (1 + np.exp(-1.5))], [1 / (1 + np.exp(-2)), 1 / (1 + np.exp(6.5))]]
    np.testing.assert_allclose(apply_sigmoids(decision, sigmoids), expected)
