"""Labels and class names of one file; the messages are in `refusals/labels.py`."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.ingest.findings import Column, Findings, Where
from latefusion.ingest.labels import read_labels


def labels(*values):
    findings = Findings()
    where = Where(["t.csv"], np.arange(2, 2 + len(values)), "line")
    return read_labels(Column(pa.array(values, pa.string()), "y", where, findings)), findings


@pytest.mark.parametrize(
    ("values", "expected"),
    [(["0", "1", "10"], [0, 1, 10]), ([" 1 ", "-3"], [1, -3]), ([str(2**63 - 1), "0"], [2**63 - 1, 0])],
)
def test_plain_integers_are_integers(values, expected):
    found, findings = labels(*values)
    assert found.type == pa.int64()
    assert found.to_pylist() == expected
    assert findings.total == 0


@pytest.mark.parametrize(
    "values",
    [
        ["sad", " happy"],
        ["1", "b"],
        ["1_0", "2_0"],
        ["٣", "٤"],
        [str(2**63), "1"],
        ["1", "2", "1.5"],
        ["0.0", "1.0"],
        ["1e1", "10"],
        ["007", "7"],
        ["+8", "8"],
        ["none", "1"],
        [*["1", "2"] * 9, "x"],
    ],
)
def test_everything_else_stays_as_it_is_written(values):
    found, findings = labels(*values)
    assert found.type == pa.string()
    assert found.to_pylist() == values
    assert findings.total == 0


@pytest.mark.parametrize("blank", ["", " ", "nan", "NaN", None])
def test_a_missing_label_is_a_problem_among_numbers_and_among_text(blank):
    for others in (["1", "2"] * 9, ["sad", "happy"] * 9):
        findings = labels(*others, blank)[1]
        assert [problem.row for problem in findings.problems] == [20]


def test_problems_beyond_ten_are_counted():
    findings = labels(*[""] * 25, *["2"] * 25)[1]
    assert len(findings.problems) == 10
    assert findings.total == 25
