"""Differences over their own errors: each draw as if it were computed alone."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from latefusion.evaluation.statistics.group_bootstrap import group_weights
from latefusion.evaluation.statistics.studentised import studentise


def data(groups=40, models=3, seed=0):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 9, groups).astype(float)
    sums = sizes[:, None] * rng.exponential(size=(groups, models)) + rng.normal(size=(groups, models))
    return sums, sizes


def one_by_one(sums, sizes, a, b, weights):
    """A mean difference and its cluster-robust error, group by group as often as it is drawn."""
    rows = np.repeat(np.arange(len(sizes)), weights.astype(int))
    d, n = sums[rows, a] - sums[rows, b], sizes[rows]
    mean = d.sum() / n.sum()
    influence = (d - mean * n) / n.sum()
    return mean, np.sqrt((influence**2).sum() * len(rows) / (len(rows) - 1))


def test_each_draw_is_over_its_own_error():
    sums, sizes = data()
    first, second = np.array([0, 2, 1]), np.array([1, 1, 0])
    found = studentise(sums, sizes, first, second, draws=60, rng=np.random.default_rng(3))
    seed = np.random.default_rng(3).integers(2**63, size=1)[0]
    weights = group_weights(np.random.default_rng(seed), 60, len(sizes))
    for pair, (a, b) in enumerate(zip(first, second, strict=True)):
        mean, error = one_by_one(sums, sizes, a, b, np.ones(len(sizes)))
        assert found.t[pair] == pytest.approx(mean / error)
        for draw, drawn in enumerate(weights):
            own, own_error = one_by_one(sums, sizes, a, b, drawn)
            assert found.draws[draw, pair] == pytest.approx((own - mean) / own_error)
    assert found.t[2] == pytest.approx(-found.t[0])


def test_with_one_item_a_group_it_agrees_with_the_paired_t_test():
    rng = np.random.default_rng(1)
    values = rng.normal([0, 0, 0.15, 0.25], size=(200, 4))
    first, second = np.array([1, 2, 3]), np.zeros(3, int)
    found = studentise(values, np.ones(200), first, second, draws=20_000, rng=rng)
    expected = [ttest_rel(values[:, m], values[:, 0]).pvalue for m in (1, 2, 3)]
    assert found.p() == pytest.approx(expected, abs=0.01)


def test_no_difference_is_never_found_and_a_constant_one_always():
    sums, sizes = data()
    same = np.c_[sums[:, 0], sums[:, 0], sums[:, 0] + 0.1 * sizes]
    found = studentise(
        same, sizes, np.array([0, 2]), np.array([1, 0]), draws=99, rng=np.random.default_rng(0)
    )
    assert found.t.tolist() == [0, np.inf]
    assert found.p().tolist() == [1, 0.01]


def test_a_draw_without_the_groups_that_differ_shows_no_difference():
    # only the first of 20 groups differs: a third of the draws lack it
    sums = np.zeros((20, 2))
    sums[0, 0] = 1
    found = studentise(
        sums, np.full(20, 3.0), np.array([0]), np.array([1]), draws=500, rng=np.random.default_rng(0)
    )
    assert np.isfinite(found.draws).all()
    assert np.abs(found.draws).max() < 20
    assert 0.25 < (found.draws == 0).mean() < 0.45


def test_one_group_tells_nothing():
    found = studentise(
        np.ones((1, 2)), np.ones(1), np.array([0]), np.array([1]), draws=50, rng=np.random.default_rng(0)
    )
    assert found.p().tolist() == [1]


def test_no_number_depends_on_the_number_of_threads():
    sums, sizes = data()
    one, four = (
        studentise(
            sums, sizes, np.array([0]), np.array([1]), draws=400, rng=np.random.default_rng(5), n_jobs=jobs
        )
        for jobs in (1, 4)
    )
    assert (one.draws == four.draws).all()


@pytest.mark.parametrize("groups", [2, 3, 5, 8])
def test_few_groups_that_all_agree_are_no_surer_than_chance_allows(groups):
    sums = np.c_[np.linspace(1.0, 1.1, groups), np.zeros(groups)]
    found = studentise(
        sums, np.ones(groups), np.array([0]), np.array([1]), draws=999, rng=np.random.default_rng(0)
    )
    assert found.p()[0] >= 2.0 ** (1 - groups)
