"""Intervals cover and tests reject about as often as they promise: the small version of the simulation."""

import numpy as np
import pytest
from benchmarks.simulate_statistics import (
    AGREEMENT,
    CONFUSION,
    cells,
    coverage,
    group_sizes,
    joint,
    left_out,
    losses,
    rejections,
)
from scipy.stats import binom

SETS = 400
DRAWS = 400


def least(share, sets):
    """The count that a true share falls short of once in a thousand times."""
    return binom.ppf(0.001, sets, share) / sets


def most(share, sets):
    return binom.ppf(0.999, sets, share) / sets


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_intervals_cover_the_truth(correlation):
    for metric, share in coverage(300, correlation, SETS, DRAWS, seed=1).items():
        assert least(0.93, SETS) <= share <= most(0.97, SETS), metric


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_intervals_of_50_groups_still_cover(correlation):
    for metric, share in coverage(50, correlation, SETS, DRAWS, seed=1).items():
        assert share >= least(0.90, SETS), metric


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_a_true_null_is_rejected_as_often_as_the_level_says(correlation):
    for test, share in rejections(160, correlation, 2 * SETS, DRAWS, seed=1).items():
        assert least(0.03, 2 * SETS) <= share <= most(0.07, 2 * SETS), test


def test_the_confidence_set_seldom_loses_one_of_25_equal_rules():
    assert left_out(160, 0.3, 100, DRAWS, seed=1)["any_rule_left_out"] <= most(0.06, 100)


def test_groups_have_the_sizes_of_artists():
    sizes = group_sizes(20_000, np.random.default_rng(0))
    assert sizes.min() == 1
    # 13,588 songs of about 3,800 artists, most of whom have one or two
    assert sizes.mean() == pytest.approx(3.5, abs=0.1)
    assert 0.5 < (sizes <= 2).mean() < 0.7


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_simulated_outcomes_have_the_shares_and_the_correlation_that_are_asked_for(correlation):
    rng = np.random.default_rng(1)
    sizes = np.full(4000, 5)
    counts = cells(sizes, AGREEMENT, correlation, 2, rng)
    assert counts.sum(axis=2) == pytest.approx(5)
    assert counts.mean(axis=(0, 1)) / 5 == pytest.approx(AGREEMENT, abs=0.01)
    # the variance of a sum of 5 is 5 p (1 − p) (1 + 4 ICC)
    effect = counts[..., 0].var() / (5 * AGREEMENT[0] * (1 - AGREEMENT[0]))
    assert effect == pytest.approx(1 + 4 * correlation, rel=0.06)
    skewed = losses(sizes, correlation, 2, rng)
    assert skewed.mean() == pytest.approx(0, abs=0.1)
    assert skewed.var() / 5 == pytest.approx(1 + 4 * correlation, rel=0.1)


def test_two_models_that_are_alike_are_equally_good():
    shares = joint()
    assert shares == pytest.approx(shares.swapaxes(1, 2))
    assert shares.sum(axis=2) == pytest.approx(CONFUSION)
