"""Every public parameter of an SVM, with the values that it may have."""

import numpy as np
import pytest

from latefusion.svm.estimator import PARAMETERS, SVM
from latefusion.svm.parameters import check_parameters

WRONG = {
    "C": [0, -1, np.nan, np.inf, "1", None, True],
    "gamma": [0, -0.5, "Auto", "silk", None, np.nan, False],
    "scale": ["foo", "Standard", None, True],
    "combine": ["both", "concat", None],
    "class_weight": ["even", {0: -1.0}, {0: "much"}, 3],
    "approximation": [{}, {"components": 1}, {"components": 2.5}, {"components": 5, "more": 1}, 100],
    "max_iter": [0, -1, 2.5, "many", True],
    "n_jobs": [0, -1, 1.5, None],
    "memory_mb": [0, -5, "1GB"],
    "random_state": [-1, 0.5, "seed", np.random.RandomState],
}
RIGHT = {
    "C": [1, 1e-3, np.float32(2), np.int64(3)],
    "gamma": ["auto", "scale", 1, 0.5, np.float64(0.1)],
    "scale": ["none", "standard"],
    "combine": ["concatenate", "balanced", "kernel_mean", "kernel_aligned"],
    "class_weight": [None, "none", "balanced", {0: 2.0, "a": 1}],
    "approximation": [None, {"components": 2}, {"components": np.int32(100)}],
    "max_iter": [None, 1, np.int64(10)],
    "n_jobs": [1, 2, np.int64(2)],
    "memory_mb": [None, 500, 0.5],
    "random_state": [None, 0, np.int64(7), np.random.default_rng(0)],
}


def test_every_parameter_is_tried():
    assert set(WRONG) == set(RIGHT) == set(PARAMETERS)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_value_that_a_parameter_cannot_have_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=rf"^{name} must be .*, not ") as error:
        SVM(**{name: value}).fit(np.eye(4), [0, 1, 0, 1])
    assert repr(value) in str(error.value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in RIGHT for value in RIGHT[name]])
def test_every_value_that_is_said_to_be_allowed_is(name, value):
    check_parameters(SVM(**{name: value}))


def test_the_word_that_was_probably_meant_is_named():
    with pytest.raises(ValueError, match=r"'none', 'standard', not 'Standard'; did you mean 'standard'\?"):
        check_parameters(SVM(scale="Standard"))
