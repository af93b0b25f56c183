"""Sigmoids of every pair, on all rows and without each fold."""

import numpy as np

from latefusion.svm.calibration import calibrate
from latefusion.svm.pairwise_coupling import class_pairs, couple
from latefusion.svm.platt_scaling import apply_sigmoids, fit_sigmoid

PRESENT = np.array([True, True, False, True])


def decided(n=240, seed=0):
    rng = np.random.default_rng(seed)
    y, fold = np.array([0, 1, 3])[rng.integers(0, 3, n)], rng.integers(0, 4, n)
    decision = rng.standard_normal((n, 6))
    for p, (i, j) in enumerate(class_pairs(4)):
        decision[:, p] += (y == i).astype(float) - (y == j)
    return decision, y, fold


def test_the_sigmoid_of_a_pair_is_fitted_on_the_rows_of_both_classes():
    decision, y, fold = decided()
    found = calibrate(decision, y, fold, PRESENT, 1)
    for p, (i, j) in enumerate(class_pairs(4)):
        used = np.isin(y, (i, j))
        np.testing.assert_array_equal(found.libsvm_sigmoids[p], fit_sigmoid(decision[used, p], y[used] == i))
    np.testing.assert_array_equal(found.sigmoids, found.libsvm_sigmoids)
    assert found.n_inverted == found.n_inverted_out_of_fold == 0


def test_a_rows_own_fold_has_no_say_in_its_probabilities():
    decision, y, fold = decided()
    other = y.copy()
    other[fold == 2] = np.random.default_rng(1).permutation(y[fold == 2])
    before, after = (calibrate(decision, labels, fold, PRESENT, 1) for labels in (y, other))
    held = fold == 2
    np.testing.assert_array_equal(after.out_of_fold_proba[held], before.out_of_fold_proba[held])
    assert np.abs(after.out_of_fold_proba[~held] - before.out_of_fold_proba[~held]).max() > 1e-3
    alone = calibrate(decision[~held], y[~held], np.zeros((~held).sum(), int), PRESENT, 1)
    expected = couple(apply_sigmoids(decision[held], alone.sigmoids), PRESENT)
    np.testing.assert_array_equal(before.out_of_fold_proba[held], expected)


def test_sigmoids_that_slope_the_wrong_way_are_counted_on_all_rows_and_without_folds():
    decision, y, fold = decided()
    found = calibrate(-decision, y, fold, PRESENT, 1)
    assert found.n_inverted == 3
    assert found.n_inverted_out_of_fold == 12
    assert (found.sigmoids[[0, 2, 4], 0] == 0).all()


def test_threads_change_no_bit():
    one, two = (calibrate(*decided(), PRESENT, n_jobs) for n_jobs in (1, 2))
    np.testing.assert_array_equal(one.out_of_fold_proba, two.out_of_fold_proba)
    np.testing.assert_array_equal(one.sigmoids, two.sigmoids)
