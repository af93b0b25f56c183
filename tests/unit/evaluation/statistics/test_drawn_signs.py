"""Sign flips of squared errors: what all signs give, and how often equal models are called different."""

from itertools import product

import numpy as np
import pytest

from latefusion.evaluation.statistics.drawn_signs import sign_flip_of_sums


def songs_of_artists(rng, groups):
    """Squared errors, skewed, of two equally good models on songs of artists that they miss alike."""
    group = np.repeat(np.arange(groups), rng.integers(1, 8, groups))
    own = 0.6 * rng.standard_normal((groups, 2))[group] + 0.8 * rng.standard_normal((len(group), 2))
    level = rng.standard_normal(groups)[group]
    return (level[:, None] + own) ** 2, group


def test_drawn_signs_agree_with_all_signs():
    rng = np.random.default_rng(3)
    sums = rng.standard_normal((11, 3)) + np.array([0.0, 0.3, 0.8])
    every = np.array(list(product((-1.0, 1.0), repeat=11))) @ sums
    exact = (np.abs(every) >= np.abs(sums.sum(axis=0)) * (1 - 1e-12)).mean(axis=0)
    assert sign_flip_of_sums(sums, draws=40_000, rng=rng) == pytest.approx(exact, abs=0.01)


def test_groups_that_do_not_differ_have_a_p_value_of_one():
    p = sign_flip_of_sums(np.zeros((10, 2)), draws=100, rng=np.random.default_rng(0))
    assert p.tolist() == [1.0, 1.0]


def test_flipping_signs_by_groups_rejects_equal_models_as_often_as_it_says():
    """Squared errors of equally good models of songs whose artists they miss alike: 3 to 7 % at 5 %."""
    rng = np.random.default_rng(4)
    rejected = 0
    for _ in range(600):
        loss, group = songs_of_artists(rng, 160)
        sums = np.bincount(group, loss[:, 0] - loss[:, 1])[:, None]
        rejected += sign_flip_of_sums(sums, draws=400, rng=rng)[0] <= 0.05
    assert 0.03 <= rejected / 600 <= 0.07


def test_a_better_model_is_found():
    rng = np.random.default_rng(5)
    loss, group = songs_of_artists(rng, 400)
    sums = np.bincount(group, 0.7 * loss[:, 0] - loss[:, 1])[:, None]
    assert sign_flip_of_sums(sums, draws=2_000, rng=rng)[0] < 0.01
