import warnings

import numpy as np
import pytest

from latefusion.svm.estimator import SVM
from latefusion.svm.kernels import InputScaling
from latefusion.svm.layout import NO_FOLD, Layout
from latefusion.svm.training_set import TrainingSet, _warn_capped, by_gamma


def data(y, K=3, combine="concatenate"):
    y = np.asarray(y)
    X = [np.random.default_rng(0).standard_normal((len(y), d)).astype(np.float32) for d in (2, 3)]
    layout = Layout.of(y, np.arange(len(y)) % 2, K, 2)
    scaling = InputScaling.fit(X, combine, "none")
    return TrainingSet(layout, np.arange(K), scaling)


def test_balanced_weights_are_inverse_shares_of_the_classes_that_there_are():
    # six rows, two classes: 6 / (2 · 4) and 6 / (2 · 2)
    assert data([0, 0, 0, 0, 2, 2]).class_weight("balanced").tolist() == [0.75, 1.0, 1.5]


def test_weights_by_class_default_to_one():
    assert data([0, 1, 2]).class_weight({2: 5.0}).tolist() == [1.0, 1.0, 5.0]
    for none in (None, "none"):
        assert data([0, 1, 2]).class_weight(none).tolist() == [1.0, 1.0, 1.0]


def test_models_are_grouped_by_their_kernel_and_ordered_by_cost():
    scaling = data([0, 1, 2]).scaling  # five columns: 'auto' is 0.2
    grid = [SVM(C=C, gamma=gamma) for C, gamma in ((3, 0.2), (1, "auto"), (2, 0.1), (2, "auto"))]
    groups = by_gamma(grid, scaling)
    assert [gammas for gammas, _ in groups] == [(0.1,), (0.2,)]
    assert [[grid[place].C for place in places] for _, places in groups] == [[2], [1, 2, 3]]


def test_parts_weigh_the_same_and_machines_leave_out_nothing_and_each_fold():
    given = data([0, 1, 2, 0], combine="kernel_mean")
    assert given.equal_weights == (0.5, 0.5)
    assert given.held_out_folds == (NO_FOLD, 0, 1)


def test_classifiers_stopped_by_the_limit_are_warned_of_as_scikit_learn_does():
    from sklearn.exceptions import ConvergenceWarning

    with pytest.warns(ConvergenceWarning, match="3 of 7 one-vs-one classifiers stopped at max_iter"):
        assert _warn_capped(3, 7) == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert _warn_capped(0, 7) == 0
