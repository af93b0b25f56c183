"""Intervals of numbers cover, tests reject and rules weigh as promised: the simulation in small."""

import numpy as np
import pytest
from benchmarks.known_targets import POINTS, SMALL_WEIGHT
from benchmarks.simulate_targets import (
    PLANTED,
    R2,
    conditional_means,
    coverage,
    held_out_groups,
    normals,
    quadrants,
    rejections,
    skewed,
    truths,
    weights,
)
from scipy.stats import binom, pearsonr, spearmanr

from latefusion.evaluation.statistics.continuous_metrics import METRICS, from_sums, target_sums

CORRELATION = 0.28
DRAWS = 400
SETS = 300


def least(share, sets):
    """The count that a true share falls short of once in a thousand times."""
    return binom.ppf(0.001, sets, share) / sets


def most(share, sets):
    return binom.ppf(0.999, sets, share) / sets


def test_intervals_of_every_metric_cover_the_truth():
    for metric, share in coverage(160, CORRELATION, SETS, DRAWS, seed=1).items():
        assert least(0.92, SETS) <= share <= most(0.97, SETS), metric


def test_intervals_of_40_groups_still_cover():
    for metric, share in coverage(40, CORRELATION, SETS, DRAWS, seed=1).items():
        assert share >= least(0.88, SETS), metric


def test_equal_models_are_called_different_as_often_as_the_level_says():
    for test, share in rejections(160, CORRELATION, SETS, DRAWS, seed=1).items():
        assert least(0.03, SETS) <= share <= most(0.07, SETS), test


def test_intervals_hold_nine_in_ten_items_of_each_held_out_fold():
    found = held_out_groups(40, CORRELATION, 6, DRAWS, seed=1)
    error = found.pop("standard error")
    assert len(found) == 5
    for fold, share in found.items():
        assert share == pytest.approx(0.9, abs=0.01 + 3.3 * error), fold


def test_rules_recover_planted_weights_and_give_noise_next_to_none():
    found = weights(3_100, CORRELATION, 10, DRAWS, seed=1)
    for rule in ("bates_granger", "nnls_stacking"):
        own = [found[f"{rule}, modality {m + 1}"] for m in range(3)]
        assert own == pytest.approx(PLANTED, abs=0.02)
        assert own[-1] < SMALL_WEIGHT


def test_weights_that_sum_to_one_give_noise_what_is_too_much():
    # least (1 − w₁)² + (1 − w₂)² + w₃² with a sum of one
    assert weights(3_100, CORRELATION, 10, DRAWS, seed=1)["apart"] == pytest.approx(-1 / 3, abs=0.02)


def test_the_published_r2_give_the_quadrants_of_the_formula_within_a_point():
    found = quadrants(3_880, CORRELATION, 10, DRAWS, seed=1)
    assert found["formula"] == pytest.approx(0.432, abs=5e-4)
    assert 100 * found["accuracy"] == pytest.approx(100 * found["formula"], abs=POINTS)


def test_simulated_predictions_have_the_metrics_that_the_truth_says():
    rng = np.random.default_rng(2)
    sizes = np.full(100_000, 2)
    y = normals(sizes, CORRELATION, 1, rng)
    said = conditional_means(y, R2, normals(sizes, CORRELATION, 1, rng))[:, 0]
    sums = target_sums(y[:, 0], said, 0.0, np.zeros(len(y), np.int64), 1)
    found = dict(zip(METRICS, from_sums(sums, float(y.mean()))[0], strict=False))
    found |= {"spearman": spearmanr(y[:, 0], said).statistic}
    for metric, value in truths(R2).items():
        assert found[metric] == pytest.approx(value, abs=0.01), metric


@pytest.mark.parametrize("draw", [normals, skewed])
def test_simulated_numbers_go_together_within_groups(draw):
    y = draw(np.full(100_000, 2), CORRELATION, 1, np.random.default_rng(3))[:, 0]
    assert pearsonr(y[::2], y[1::2]).statistic == pytest.approx(CORRELATION, abs=0.02)
    assert (y.mean(), y.var()) == pytest.approx((0, 1), abs=0.03)
