"""Measures of detection against values by hand, another way to them, and what chance does to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latefusion.evaluation.statistics.detection import (
    Curve,
    OperatingPoint,
    actual_detection_cost,
    average_precision,
    detection_cost,
    equal_error_rate,
    hull_equal_error_rate,
    least_log_likelihood_ratio_cost,
    log_likelihood_ratio_cost,
    log_likelihood_ratios,
    measure,
)

# two targets of four are above all others, one is below all; of five others one is high
SCORE = np.array([3.0, 2.0, 0.5, -2.0, 1.0, 0.0, -0.5, -1.0, -1.5])
TARGET = np.arange(9) < 4


def test_the_equal_error_rate_by_hand():
    # P_miss is 1/4 for thresholds in (−2, 0.5], P_fa goes 1, …, 2/5, 1/5 there: at (0, 0.5] it is 1/5,
    # at (−0.5, 0] 2/5. They cross where P_miss = 1/4.
    assert equal_error_rate(SCORE, TARGET)[0] == pytest.approx(0.25)
    # on the hull from (P_fa, P_miss) = (1/5, 1/4) to (1, 0): P_miss = 1/4 − 5/16 (P_fa − 1/5), and the one
    # before it starts in (0, 1/2): 1/2 − 5/4 P_fa; the second is met at 1/2 / (9/4) = 2/9 > 1/5, so the first
    assert hull_equal_error_rate(SCORE, TARGET)[0] == pytest.approx((1 / 4 + 1 / 16) / (1 + 5 / 16))


def test_the_costs_by_hand():
    even = OperatingPoint()
    # at a threshold of 0.5: (1/4 + 1/5) / 2 over 1/2
    assert detection_cost(SCORE, TARGET, even)[0] == pytest.approx(0.45)
    # at 0 (one target missed, two others taken): 1/4 + 2/5
    assert actual_detection_cost(SCORE, TARGET, even)[0] == pytest.approx(0.65)
    rare = OperatingPoint(prior=0.01, cost_miss=10, cost_false_alarm=1)
    # 0.1 P_miss + 0.99 P_fa over 0.1: at 2.0 half of the targets are missed and no alarm is false
    assert detection_cost(SCORE, TARGET, rare)[0] == pytest.approx(0.5)
    assert rare.threshold == pytest.approx(np.log(9.9))


def test_cllr_by_hand():
    llr, target = np.array([np.log(3), 0.0, -np.log(7), 0.0]), np.array([True, True, False, False])
    bits = (np.log2(4 / 3) + 1) / 2, (np.log2(8 / 7) + 1) / 2
    assert log_likelihood_ratio_cost(llr, target)[0] == pytest.approx(sum(bits) / 2)
    nothing = log_likelihood_ratio_cost(np.zeros(4), target)[0]
    assert nothing == pytest.approx(1)
    # blocks of the hull: {1, 0, 0.5} … all of which a threshold tells apart but for the pair in the middle
    assert least_log_likelihood_ratio_cost(llr, target)[0] == pytest.approx(0.5)


def test_log_likelihood_ratios_hold_no_prior():
    p = np.array([0.2, 0.5, 0.9])
    np.testing.assert_allclose(log_likelihood_ratios(p, 0.2), [0, np.log(4), np.log(36)], atol=1e-12)
    assert np.isfinite(log_likelihood_ratios(np.array([0.0, 1.0]), 0.5)).all()


scores = st.lists(st.integers(-6, 6), min_size=4, max_size=40)


@st.composite
def trials(draw):
    values = np.array(draw(scores), float) / 2
    target = np.array(draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))), bool)
    target[0], target[1] = True, False
    return values, target


def by_thresholds(score, target):
    """Return P_miss and P_fa at every threshold, one by one."""
    at = [-np.inf, *np.unique(score), np.inf]
    miss = np.array([np.mean(score[target] < t) for t in at])
    return miss, np.array([np.mean(score[~target] >= t) for t in at])


@given(trials())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_measures_equal_those_of_another_way(found):
    from sklearn.isotonic import IsotonicRegression
    from sklearn.metrics import average_precision_score

    score, target = found
    miss, alarm = by_thresholds(score, target)
    point = OperatingPoint(0.2, 2.0, 1.0)
    cost = (0.4 * miss + 0.8 * alarm).min() / 0.4
    assert detection_cost(score, target, point)[0] == pytest.approx(cost)
    # the hull's equal error rate is the largest Bayes error over priors
    prior = np.linspace(0, 1, 2001)[:, None]
    worst = (prior * miss + (1 - prior) * alarm).min(axis=1).max()
    assert hull_equal_error_rate(score, target)[0] == pytest.approx(worst, abs=5e-4)
    assert average_precision(score, target)[0] == pytest.approx(average_precision_score(target, score))
    weight = np.where(target, 1 / target.sum(), 1 / (~target).sum())
    pav = IsotonicRegression(y_min=0, y_max=1).fit(score, target, sample_weight=weight).predict(score)
    with np.errstate(divide="ignore"):
        ratio = np.log(pav) - np.log1p(-pav)
    least = log_likelihood_ratio_cost(ratio, target)[0]
    assert least_log_likelihood_ratio_cost(score, target)[0] == pytest.approx(least, abs=1e-9)


@given(trials())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_what_must_hold_between_measures(found):
    score, target = found
    rate, hull = equal_error_rate(score, target)[0], hull_equal_error_rate(score, target)[0]
    assert -1e-12 <= hull <= min(rate, 0.5) + 1e-12
    least = least_log_likelihood_ratio_cost(score, target)[0]
    assert -1e-12 <= least <= min(1.0, log_likelihood_ratio_cost(score, target)[0]) + 1e-9
    even = OperatingPoint()
    assert detection_cost(score, target, even)[0] <= actual_detection_cost(score, target, even)[0] + 1e-12
    # only the order of scores counts for what takes the best threshold
    other = np.exp(score) * 3 + 1
    np.testing.assert_allclose(equal_error_rate(other, target)[0], rate)
    np.testing.assert_allclose(least_log_likelihood_ratio_cost(other, target)[0], least)


def test_influences_are_derivatives_by_an_items_weight():
    rng = np.random.default_rng(0)
    target = np.arange(60) < 25
    score = np.round(rng.normal(size=60) + 1.2 * target, 1)
    point = OperatingPoint(0.3, 1.0, 1.0)
    measures = {
        "cost": lambda s, t: detection_cost(s, t, point)[0],
        "hull": lambda s, t: hull_equal_error_rate(s, t)[0],
        "cllr": lambda s, t: log_likelihood_ratio_cost(s, t)[0],
        "least": lambda s, t: least_log_likelihood_ratio_cost(s, t)[0],
        "precision": lambda s, t: average_precision(s, t)[0],
    }
    influences = {
        "cost": detection_cost(score, target, point)[1],
        "hull": hull_equal_error_rate(score, target)[1],
        "cllr": log_likelihood_ratio_cost(score, target)[1],
        "least": least_log_likelihood_ratio_cost(score, target)[1],
        "precision": average_precision(score, target)[1],
    }
    copies = 400  # an item more of 400 copies of each is a small weight
    for name, value in measures.items():
        s, t = np.repeat(score, copies), np.repeat(target, copies)
        before = value(s, t)
        for i in range(0, 60, 7):
            after = value(np.r_[s, score[i]], np.r_[t, target[i]])
            assert (after - before) * copies == pytest.approx(influences[name][i], abs=2e-3), (name, i)


def test_intervals_of_influences_cover():
    rng = np.random.default_rng(1)
    point = OperatingPoint(0.5, 1, 1)
    from statistics import NormalDist

    truth = {"eer": NormalDist().cdf(-1.0), "min_dcf": 2 * NormalDist().cdf(-1.0)}
    within = dict.fromkeys(truth, 0)
    for _ in range(200):
        target = np.arange(800) < 400
        llr = rng.normal(size=800) * 2 + np.where(target, 2.0, -2.0)
        found = measure(1 / (1 + np.exp(-llr)), 0.5, target, point)
        for name, value in truth.items():
            estimate, influence = found[name]
            within[name] += abs(estimate - value) <= 1.96 * np.sqrt((influence**2).sum())
    assert within["eer"] >= 180
    assert within["min_dcf"] >= 170  # its least over thresholds is optimistic


def test_curves_keep_items_of_one_score_together():
    curve = Curve.of(np.array([1.0, 1.0, 0.0]), np.array([True, False, False]))
    assert curve.rejected.tolist() == [0, 1, 3]
    np.testing.assert_allclose(curve.alarm, [1, 0.5, 0])
