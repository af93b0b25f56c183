"""Calibration: against planted slopes, another optimiser, and labels drawn from the probabilities."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import binom

from latefusion.evaluation.statistics.calibration import (
    calibration_errors,
    calibration_slope,
    equal_mass_bins,
    reliability,
)


def drawn(n, seed, sharpness=1.0):
    """Probabilities, and labels drawn from them once their logarithms are divided by `sharpness`."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(4), n)
    true = p ** (1 / sharpness)
    true /= true.sum(axis=1, keepdims=True)
    label = (rng.random(n)[:, None] > np.cumsum(true, axis=1)).sum(axis=1).astype(np.int32)
    return p, np.minimum(label, 3)


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.5])
def test_a_planted_slope_is_found(sharpness):
    p, label = drawn(8000, 1, sharpness)
    found = calibration_slope(p[None], label, np.arange(8000))
    assert found.low < 1 / sharpness < found.high
    assert found.value == pytest.approx(1 / sharpness, rel=0.06)


def test_the_slope_is_that_of_another_optimiser():
    p, label = drawn(400, 2, 1.7)

    def loss(theta):
        scores = np.r_[0, theta[:3]] + theta[3] * np.log(p)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return -scores[np.arange(400), label].mean()

    expected = minimize(loss, [0, 0, 0, 1.0], tol=1e-12).x[3]
    found = calibration_slope(p[None], label, np.arange(400))
    assert found.value == pytest.approx(expected, abs=1e-4)


def test_the_slope_interval_widens_with_groups():
    p, label = drawn(300, 3)
    twice, labels = np.concatenate([p, p]), np.concatenate([label, label])
    alone = calibration_slope(p[None], label, np.arange(300))
    grouped = calibration_slope(twice[None], labels, np.tile(np.arange(300), 2))
    assert (grouped.low, grouped.value, grouped.high) == pytest.approx(
        (alone.low, alone.value, alone.high), abs=1e-6
    )


def test_a_constant_model_has_no_slope():
    found = calibration_slope(np.full((1, 50, 4), 0.25), np.arange(50, dtype=np.int32) % 4, np.arange(50))
    assert np.isnan(found.value)


def test_a_perfectly_calibrated_model_has_the_error_that_chance_makes():
    p, label = drawn(400, 4)
    top, each = calibration_errors(p[None], label, draws=1000, rng=np.random.default_rng(0))
    for one in (top, each):
        assert 0.02 < one.expected < 0.09
        assert 0.01 < one.p < 0.99


def test_the_error_under_perfect_calibration_is_the_one_computed_by_hand():
    # all confidences are equal, so there is one bin: E|X/n − 0.7| of a binomial X
    n = 40
    p = np.tile([0.7, 0.3], (n, 1))
    top, each = calibration_errors(p[None], np.zeros(n, np.int32), draws=40_000, rng=np.random.default_rng(0))
    k = np.arange(n + 1)
    deviation = np.abs(k / n - 0.7)
    expected = (binom.pmf(k, n, 0.7) * deviation).sum()
    assert (top.expected, each.expected) == pytest.approx((expected, expected), rel=0.02)
    assert top.value == pytest.approx(0.3)
    assert top.p == pytest.approx(binom.pmf(k, n, 0.7)[deviation > 0.3 - 1e-9].sum(), abs=1e-4)


def test_class_wise_errors_are_averaged_over_classes():
    # by hand: 0.5 against 0.5, 0.3 against 0.5, 0.2 against 0
    p = np.tile([0.5, 0.3, 0.2], (10, 1))
    label = np.array([0, 1] * 5, np.int32)
    _, each = calibration_errors(p[None], label, draws=10, rng=np.random.default_rng(0))
    assert each.value == pytest.approx((0.0 + 0.2 + 0.2) / 3)


def test_an_overconfident_model_has_a_larger_error_than_chance_makes():
    p, label = drawn(400, 5, 3.0)
    top, each = calibration_errors(p[None], label, draws=400, rng=np.random.default_rng(0))
    assert top.value > 2 * top.expected
    assert (top.p, each.p) == (0, 0)


def test_the_error_is_the_one_computed_by_hand():
    p = np.array([[0.9, 0.1]] * 10 + [[0.6, 0.4]] * 10)
    label = np.r_[np.zeros(8), np.ones(2), np.zeros(6), np.ones(4)].astype(np.int32)
    top, each = calibration_errors(p[None], label, draws=10, rng=np.random.default_rng(0))
    assert top.value == pytest.approx(0.5 * 0.1)
    assert each.value == pytest.approx(0.5 * 0.1)


def test_bins_have_equal_mass_and_keep_equal_values_together():
    values = np.r_[np.full(55, 0.3), np.linspace(0.4, 0.9, 45)]
    bins = equal_mass_bins(values, 10)
    rows = bins.rows()
    assert sum(len(one) for one in rows) == 100
    assert len(rows[0]) == 55
    assert all(len(one) <= 11 for one in rows[1:])
    assert [len(one) for one in equal_mass_bins(np.arange(100.0), 10).rows()] == [10] * 10
    assert len(equal_mass_bins(np.ones(30), 10).rows()) == 1


def test_a_reliability_diagram_covers_what_came_true():
    p, label = drawn(5000, 6)
    hit = p.argmax(axis=1) == label
    bins = reliability(p.max(axis=1), hit, np.arange(5000))
    assert len(bins) == 10
    assert sum(one.n for one in bins) == 5000
    assert sum(one.low <= one.confidence <= one.high for one in bins) >= 8
    assert all(one.low <= one.observed <= one.high for one in bins)
