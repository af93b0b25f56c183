"""Checks of columns that the user brings; the messages are in `refusals/external.py`."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.external.probability_checks import (
    SUM_TOLERANCE,
    Expected,
    check_probabilities,
    read_folds,
    read_numbers,
)
from latefusion.ingest.findings import Findings, Where


@pytest.fixture
def where():
    return Where(["mine.csv"], np.arange(2, 100), "line")


def test_numbers_are_read_and_blanks_are_missing(where):
    findings = Findings()
    numbers = read_numbers(pa.array([" 0.5", "", None, "1e-3"]), "p_x", where, findings)
    np.testing.assert_array_equal(numbers, [0.5, np.nan, np.nan, 0.001])
    assert findings.total == 0


def test_every_number_that_is_none_is_counted(where):
    findings = Findings()
    read_numbers(pa.array(["x", "inf", "nan", "0.5"] * 5), "p_x", where, findings)
    assert findings.total == 15
    assert [problem.row for problem in findings.problems[:4]] == [2, 3, 4, 6]


@pytest.mark.parametrize(("off", "total"), [(0.9 * SUM_TOLERANCE, 0), (1.1 * SUM_TOLERANCE, 1)])
def test_sums_may_be_off_by_rounding(where, off, total):
    findings = Findings()
    check_probabilities(np.array([[0.25, 0.75 - off], [0.0, 1.0]]), "p_…", where, findings)
    assert findings.total == total


def test_folds_may_be_written_as_decimals(where):
    expected = Expected(
        np.array(["a", "b"], object), np.zeros(2, np.int32), np.array(["g", "h"], object), frozenset()
    )
    fold = read_folds(pa.array(["1.0", "0"]), "fold", np.arange(2), expected, where, Findings(), grouped=True)
    assert fold.tolist() == [1, 0]


@pytest.mark.parametrize(("groups", "refused"), [("gh", 0), ("gg", 0), ("ggh", 1)])
def test_one_group_in_two_folds_is_refused_unless_it_is_the_only_one(where, groups, refused):
    n = len(groups)
    expected = Expected(
        np.arange(n).astype(object), np.zeros(n, np.int32), np.array([*groups], object), frozenset()
    )
    fold, findings = pa.array(["0", "1", "1"][:n]), Findings()
    read_folds(fold, "fold", np.arange(n), expected, where, findings, grouped=True)
    assert findings.total == refused
