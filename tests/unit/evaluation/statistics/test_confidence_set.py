"""Which models cannot be told from the best."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from latefusion.evaluation.statistics.confidence_set import bias_corrected_best, confidence_set


def draws(loss, n=400, b=2000, seed=0, noise=0.5):
    """Means over n items, and the same in bootstrap draws of the items."""
    rng = np.random.default_rng(seed)
    values = np.array(loss) + noise * rng.normal(size=(n, len(loss)))
    weights = rng.multinomial(n, np.full(n, 1 / n), size=b) / n
    return values.mean(axis=0), weights @ values, values, weights


def found_in(values):
    """The confidence set of items that are groups of their own."""
    return confidence_set(values, np.ones(len(values)), draws=1000, rng=np.random.default_rng(0))


def test_a_clearly_worse_model_leaves_and_equal_ones_stay():
    _, _, values, _ = draws([0.5, 0.5, 0.9, 0.5])
    found = found_in(values)
    assert found.inside.tolist() == [True, True, False, True]
    assert found.eliminated.tolist() == [0, 0, 1, 0]
    assert found.p.max() == 1


def test_models_leave_from_the_worst():
    _, _, values, _ = draws([0.5, 0.8, 1.2, 1.0])
    found = found_in(values)
    assert found.eliminated.tolist() == [0, 3, 1, 2]
    assert found.inside.tolist() == [True, False, False, False]


def test_p_values_never_fall_as_models_leave():
    loss, _, values, _ = draws([0.5, 0.56, 0.52, 0.58, 0.6], seed=3)
    found = found_in(values)
    order = np.argsort(-loss)
    assert (np.diff(found.p[order]) >= 0).all()


def test_two_models_leave_the_set_as_a_test_of_their_difference_would_have_it():
    _, _, values, _ = draws([0.50, 0.51], seed=1)
    expected = ttest_rel(values[:, 0], values[:, 1]).pvalue
    assert 0.02 < expected < 0.3
    assert found_in(values).p.min() == pytest.approx(expected, abs=0.02)


def test_models_that_say_the_same_never_part():
    _, _, values, _ = draws([0.5, 0.7])
    twice = found_in(np.c_[values, values[:, 0]])
    assert twice.inside.tolist() == [True, False, True]


def test_one_model_is_its_own_set():
    assert found_in(np.random.default_rng(0).normal(size=(50, 1))).p.tolist() == [1.0]


def test_items_of_a_group_count_as_one_piece_of_evidence():
    _, _, values, _ = draws([0.5, 0.56], n=100, seed=4)
    alone = found_in(values)
    # every item five times over, in one group: nothing is learned
    grouped = confidence_set(5 * values, np.full(100, 5.0), draws=1000, rng=np.random.default_rng(0))
    assert grouped.p.tolist() == alone.p.tolist()


def test_the_luck_of_the_pick_is_removed():
    # 25 equal models: the observed best looks better than it is
    bias, corrected = [], []
    for seed in range(25):
        loss, drawn, values, weights = draws([0.5] * 25, n=200, b=200, seed=seed)
        outside = weights == 0
        left_out = (outside @ values) / outside.sum(axis=1, keepdims=True)
        best, value, low, high = bias_corrected_best(loss, drawn, left_out)
        assert best == loss.argmin()
        assert low < value < high
        bias.append(loss[best] - 0.5)
        corrected.append(value - 0.5)
    assert np.mean(bias) < -0.04
    assert abs(np.mean(corrected)) < 0.012


def test_without_left_out_items_nothing_can_be_corrected():
    best, value, _, _ = bias_corrected_best(np.array([0.5, 0.4]), np.ones((3, 2)), np.full((3, 2), np.nan))
    assert best == 1
    assert np.isnan(value)


@pytest.mark.parametrize("groups", [2, 3, 5])
def test_groups_that_are_too_few_for_a_test_leave_out_no_model(groups):
    rng = np.random.default_rng(groups)
    sums = np.array([1.0, 5.0, 9.0]) + 0.01 * rng.normal(size=(groups, 3))
    found = confidence_set(sums, np.ones(groups), draws=500, rng=rng)
    assert found.inside.all()
    assert not found.eliminated.any()
