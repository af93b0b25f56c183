"""Intervals that resample groups: against formulas, and whatever the number of threads."""

import numpy as np
import pytest
from scipy.stats import t as student_t
from statsmodels.stats.proportion import proportion_confint

from latefusion.evaluation.statistics.group_bootstrap import (
    group_sums,
    group_weights,
    grouped_means,
    resample,
    student,
)


def data(groups, seed=0, correlated=0.0):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 8, groups)
    group = np.repeat(np.arange(groups), sizes)
    chance = np.clip(0.5 + correlated * rng.normal(size=groups), 0, 1)[group]
    return (rng.random(len(group)) < chance).astype(float), group


def mean(sums):
    return sums[:, 1:] / sums[:, :1]


def means_of(values, group, draws=2000, n_jobs=1):
    sums = group_sums(np.c_[np.ones(len(values)), values], group, group.max() + 1)
    return resample(sums, mean, draws=draws, rng=np.random.default_rng(5), n_jobs=n_jobs)


def test_each_draw_has_as_many_groups_as_there_are():
    weights = group_weights(np.random.default_rng(0), 50, 13)
    assert weights.shape == (50, 13)
    assert (weights.sum(axis=1) == 13).all()
    assert weights.mean() == pytest.approx(1)


def test_an_interval_has_the_width_of_the_linearised_one():
    values, group = data(400, correlated=0.2)
    found = means_of(values, group)
    low, high = found.intervals()
    linear = grouped_means(values[:, None], group)
    assert found.estimate[0] == values.mean()
    assert (high - low)[0] / 2 == pytest.approx(1.96 * linear.se[0], rel=0.06)
    assert linear.design_effect[0] > 1.3


def test_few_groups_get_students_quantile():
    values, group = data(12)
    found = means_of(values, group)
    low, high = found.intervals()
    linear = grouped_means(values[:, None], group)
    assert found.method == "t"
    assert ((high - low) / 2)[0] == pytest.approx(student_t.ppf(0.975, 11) * linear.se[0], rel=1e-4)
    assert student(12) == pytest.approx(student_t.ppf(0.975, 11))


def test_no_number_depends_on_the_number_of_threads():
    values, group = data(90)
    one, four = means_of(values, group, 1000, 1), means_of(values, group, 1000, 4)
    assert (one.draws == four.draws).all()


def test_a_contrast_is_paired():
    values, group = data(200)
    better = values.copy()
    better[::10] = 1
    both = np.stack([better, values], axis=1)
    found = means_of(both, group)
    difference, low, high = found.contrast(0, 1)
    assert difference == pytest.approx((better - values).mean())
    assert 0 < low < difference < high
    assert high - low < 0.5 * (found.intervals()[1] - found.intervals()[0])[0]


def test_with_one_item_a_group_the_design_effect_is_one():
    values, _ = data(100)
    found = grouped_means(values[:, None], np.arange(len(values)))
    assert found.design_effect[0] == pytest.approx(1)
    assert found.se[0] == pytest.approx(values.std(ddof=1) / np.sqrt(len(values)))


def test_with_one_item_a_group_the_interval_of_a_share_is_wilsons():
    right = np.repeat([[1.0], [0.0]], [2500, 3500], axis=0)
    low, high = grouped_means(right, np.arange(6000)).share_intervals()
    assert (low[0], high[0]) == pytest.approx(proportion_confint(2500, 6000, method="wilson"), abs=1e-6)


def test_items_that_come_in_equal_copies_count_once():
    rng = np.random.default_rng(2)
    right = (rng.random(300) < 0.4).astype(float)
    alone = grouped_means(right[:, None], np.arange(300))
    copies = grouped_means(np.tile(right, 3)[:, None], np.tile(np.arange(300), 3))
    assert copies.se == pytest.approx(alone.se)
    assert copies.design_effect[0] == pytest.approx(3, rel=0.01)


def test_the_interval_of_a_share_has_a_width_where_all_are_right():
    found = grouped_means(np.ones((20, 1)), np.arange(20))
    low, high = found.share_intervals()
    assert 0.7 < low[0] < 0.9
    assert high[0] == 1
