"""Labels and class names; the messages are in `refusals/labels.py`."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.ingest.findings import Column, Findings, Where
from latefusion.ingest.labels import read_class_names, read_labels


def labels(*values):
    findings = Findings()
    where = Where(["t.csv"], np.arange(2, 2 + len(values)), "line")
    return read_labels(Column(pa.array(values, pa.string()), "y", where, findings)), findings


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["0", "1", "10"], [0, 1, 10]),
        (["0.0", " 1 ", "2e0", "-3"], [0, 1, 2, -3]),
        (["007", "+8"], [7, 8]),
        ([str(2**63 - 1), "0"], [2**63 - 1, 0]),
    ],
)
def test_whole_numbers_in_any_spelling_are_integers(values, expected):
    found, findings = labels(*values)
    assert found.type == pa.int64()
    assert found.to_pylist() == expected
    assert findings.total == 0


@pytest.mark.parametrize(
    "values", [["sad", "happy"], ["1", "b"], ["1_0", "2_0"], ["٣", "٤"], [str(2**63), "x"], ["yes", "1", "2"]]
)
def test_everything_else_is_text(values):
    found, findings = labels(*values)
    assert found.type == pa.string()
    assert found.to_pylist() == values
    assert findings.total == 0


def test_text_among_mostly_numbers_is_a_mistake():
    assert labels(*["1", "2"] * 9, "x")[1].total == 1
    assert labels(*["1", "2"] * 4, "x")[1].total == 0


@pytest.mark.parametrize("blank", ["", " ", "nan", "NaN"])
def test_a_missing_label_is_a_problem_among_numbers_and_among_text(blank):
    for others in (["1", "2"] * 9, ["sad", "happy"] * 9):
        findings = labels(*others, blank)[1]
        assert [problem.row for problem in findings.problems] == [20]


def test_problems_beyond_ten_are_counted():
    findings = labels(*["1.5"] * 25, *["2"] * 25)[1]
    assert len(findings.problems) == 10
    assert findings.total == 25


def names(pairs):
    findings = Findings()
    where = Where(["t.csv"], np.arange(len(pairs)), "line")
    y = pa.array([label for label, _ in pairs])
    read_class_names(Column(pa.array([name for _, name in pairs]), "name", where, findings), y)
    return [problem.row for problem in findings.problems]


def test_the_rarer_of_two_names_is_the_wrong_one():
    assert names([(0, "a"), (0, "b"), (0, "b"), (1, "c")]) == [0]


def test_the_rarer_of_two_labels_is_the_wrong_one():
    assert names([(0, "a"), (1, "a"), (1, "a"), (2, "c")]) == [0]


def test_names_may_be_swapped_as_long_as_they_are_one_to_one():
    assert names([(0, "b"), (1, "a"), (0, "b")]) == []
