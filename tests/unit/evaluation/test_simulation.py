"""Intervals cover and tests reject about as often as they promise: the small version of the simulation."""

import pytest
from benchmarks.simulate_statistics import coverage, left_out, rejections

SETS = 150
DRAWS = 300


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_intervals_cover_the_truth(correlation):
    found = coverage(300, correlation, SETS, DRAWS, seed=1)
    for metric, share in found.items():
        # 95 % of 150, give or take three standard errors
        assert share > 0.89, metric


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_a_true_null_is_seldom_rejected(correlation):
    for share in rejections(160, correlation, 2 * SETS, DRAWS, seed=1).values():
        assert share < 0.09


def test_the_confidence_set_seldom_loses_one_of_25_equal_rules():
    assert left_out(160, 0.3, 40, DRAWS, seed=1)["any_rule_left_out"] <= 0.15
