"""One temperature."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from latefusion.fusion.temperature_scaling import at_temperature, fit_temperature


def loss(scores, y, temperature):
    return -np.log(at_temperature(scores, temperature)[np.arange(len(y)), y]).mean()


@pytest.mark.parametrize("seed", range(5))
def test_no_other_temperature_is_better(seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=300)
    scores = rng.random((300, 3)) + 0.3 * np.eye(3)[y]
    found = fit_temperature(scores, y)
    best = minimize_scalar(lambda t: loss(scores, y, np.exp(t)), bounds=(-7, 7), method="bounded")
    assert loss(scores, y, found) <= best.fun + 1e-12
    assert np.log(found) == pytest.approx(best.x, abs=1e-3)


def test_by_hand():
    """Right in 3 of 4 with a score of 1 against 0: the logistic of 1/T should be 3/4."""
    scores = np.array([[1.0, 0.0]] * 4)
    assert fit_temperature(scores, np.array([0, 0, 0, 1])) == pytest.approx(1 / np.log(3))


def test_scores_that_mislead_are_made_to_say_nothing():
    scores = np.array([[1.0, 0.0]] * 4)
    temperature = fit_temperature(scores, np.array([1, 1, 1, 0]))
    assert temperature == pytest.approx(1000)
    assert at_temperature(scores, temperature) == pytest.approx(np.full((4, 2), 0.5), abs=1e-3)


def test_scores_that_are_always_right_are_sharpened_to_the_bound():
    scores = np.array([[1.0, 0.0]] * 4)
    assert fit_temperature(scores, np.zeros(4, int)) < 0.05


def test_scores_that_say_nothing_are_left_alone():
    assert at_temperature(
        np.full((3, 2), 0.5), fit_temperature(np.full((3, 2), 0.5), np.array([0, 1, 0]))
    ) == (pytest.approx(np.full((3, 2), 0.5)))
