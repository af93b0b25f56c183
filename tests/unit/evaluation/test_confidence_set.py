"""Which models cannot be told from the best."""

import numpy as np
import pytest

from latefusion.evaluation.confidence_set import bias_corrected_best, confidence_set


def draws(loss, n=400, b=2000, seed=0, noise=0.5):
    """Means over n items, and the same in bootstrap draws of the items."""
    rng = np.random.default_rng(seed)
    values = np.array(loss) + noise * rng.normal(size=(n, len(loss)))
    weights = rng.multinomial(n, np.full(n, 1 / n), size=b) / n
    return values.mean(axis=0), weights @ values, values, weights


def test_a_clearly_worse_model_leaves_and_equal_ones_stay():
    loss, drawn, _, _ = draws([0.5, 0.5, 0.9, 0.5])
    found = confidence_set(loss, drawn)
    assert found.inside.tolist() == [True, True, False, True]
    assert found.eliminated.tolist() == [0, 0, 1, 0]
    assert found.p.max() == 1


def test_models_leave_from_the_worst():
    loss, drawn, _, _ = draws([0.5, 0.8, 1.2, 1.0])
    found = confidence_set(loss, drawn)
    assert found.eliminated.tolist() == [0, 3, 1, 2]
    assert found.inside.tolist() == [True, False, False, False]


def test_p_values_never_fall_as_models_leave():
    loss, drawn, _, _ = draws([0.5, 0.56, 0.52, 0.58, 0.6], seed=3)
    found = confidence_set(loss, drawn)
    order = np.argsort(-loss)
    assert (np.diff(found.p[order]) >= 0).all()


def test_two_models_leave_the_set_as_a_test_of_their_difference_would_have_it():
    loss, drawn, _, _ = draws([0.50, 0.555], seed=1)
    difference = drawn[:, 1] - drawn[:, 0]
    expected = (np.abs(difference - (loss[1] - loss[0])) >= abs(loss[1] - loss[0])).mean()
    found = confidence_set(loss, drawn)
    assert found.p.min() == pytest.approx(expected, abs=0.002)


def test_models_that_say_the_same_never_part():
    loss, drawn, _, _ = draws([0.5, 0.7])
    twice = confidence_set(np.r_[loss, loss[0]], np.c_[drawn, drawn[:, 0]])
    assert twice.inside.tolist() == [True, False, True]


def test_one_model_is_its_own_set():
    assert confidence_set(np.array([0.4]), np.random.default_rng(0).normal(size=(50, 1))).p.tolist() == [1.0]


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
