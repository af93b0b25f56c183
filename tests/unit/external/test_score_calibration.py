"""Calibration of scores, and what it must not look at."""

import numpy as np

from latefusion.external.score_calibration import calibrated, fit_calibration
from latefusion.fusion.aggregation import softmax


def simulated(n, K, scale, offsets, seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2, (n, K))
    p = softmax(scale * scores + offsets)
    y = np.array([rng.choice(K, p=row) for row in p], np.int32)
    return scores, y


def test_the_planted_scale_and_offsets_are_found():
    offsets = np.array([0.5, 0.0, -0.5])
    scores, y = simulated(40_000, 3, 0.7, offsets, 0)
    found = fit_calibration(scores, y)
    assert abs(found.scale - 0.7) < 0.03
    np.testing.assert_allclose(found.offsets, offsets, atol=0.05)


def test_two_classes_are_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    scores, y = simulated(500, 2, 1.3, np.array([0.0, 0.4]), 1)
    scores = np.column_stack([np.zeros(len(y)), scores[:, 1] - scores[:, 0]])
    found = fit_calibration(scores, y).predict(scores)[:, 1]
    theirs = LogisticRegression(C=1e8, tol=1e-10).fit(scores[:, 1:], y).predict_proba(scores[:, 1:])[:, 1]
    np.testing.assert_allclose(found, theirs, atol=2e-3)


def test_no_label_of_a_row_or_of_a_row_that_judges_moves_its_own_probability():
    scores, y = simulated(90, 3, 1.0, np.zeros(3), 2)
    learn, fold = np.arange(90) < 60, np.where(np.arange(90) < 60, np.arange(90) % 4, -1)
    before = calibrated(scores, y, learn, fold)
    other = y.copy()
    other[~learn] = (y[~learn] + 1) % 3
    np.testing.assert_array_equal(calibrated(scores, other, learn, fold), before)
    other = y.copy()
    other[fold == 2] = (y[fold == 2] + 1) % 3
    after = calibrated(scores, other, learn, fold)
    np.testing.assert_array_equal(after[fold == 2], before[fold == 2])
    assert not np.array_equal(after[~learn], before[~learn])


def test_without_rows_to_learn_from_scores_are_logits():
    scores = np.array([[0.0, 2.0], [0.0, -1.0], [np.nan, np.nan]])
    none = np.zeros(3, bool)
    p = calibrated(scores, np.zeros(3, np.int32), none, np.full(3, -1))
    np.testing.assert_allclose(p[:2, 1], 1 / (1 + np.exp([-2.0, 1.0])))
    assert np.isnan(p[2]).all()
