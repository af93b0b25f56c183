"""Decision values of the training rows; with the solver they are tested in test_one_vs_one.py."""

import numpy as np
import pytest

from latefusion.svm.decision_values import COLUMNS, weigh


def test_weighing_adds_blocks_up_in_double_precision():
    # in single precision 1e8 would swallow the small values between it and its opposite
    coefficients = np.full((4 * COLUMNS, 1), 0.001, np.float32)
    coefficients[0], coefficients[-1] = 1e8, -1e8
    coefficients[1:COLUMNS] = coefficients[-COLUMNS:-1] = 0
    found = weigh(np.ones((1, len(coefficients)), np.float32), coefficients)[0, 0]
    assert found == pytest.approx(2 * COLUMNS * 0.001, rel=1e-5)
