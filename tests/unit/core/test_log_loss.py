"""The one clipped log loss."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from latefusion.core.log_loss import CLIP, log_losses, true_probability

P = np.array([[0.7, 0.2, 0.1], [0.0, 0.25, 0.75], [0.5, 0.5, 0.0]])


def test_each_row_loses_the_negative_logarithm_of_what_it_gives_its_label():
    assert true_probability(P, np.array([0, 1, 1])).tolist() == [0.7, 0.25, 0.5]
    assert log_losses(P, np.array([0, 1, 1])) == pytest.approx(-np.log([0.7, 0.25, 0.5]), rel=1e-15)


def test_certainty_of_a_wrong_class_costs_the_clip_and_no_more():
    assert log_losses(P, np.array([2, 0, 2])).tolist() == pytest.approx(
        [-np.log(0.1), -np.log(CLIP), -np.log(CLIP)], rel=1e-15
    )


def test_its_mean_is_that_of_scikit_learn():
    p = np.random.default_rng(0).dirichlet(np.ones(4), 200)
    label = np.random.default_rng(1).integers(0, 4, 200)
    assert log_losses(p, label).mean() == pytest.approx(log_loss(label, p), rel=1e-12)


def test_several_tables_of_the_same_rows_are_scored_at_once():
    stacked = np.stack([P, P[::-1]])
    label = np.array([0, 1, 1])
    assert np.array_equal(log_losses(stacked, label), [log_losses(p, label) for p in stacked])
