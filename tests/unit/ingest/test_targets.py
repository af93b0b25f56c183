"""Continuous targets as files write them."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.ingest.findings import Findings, Where
from latefusion.ingest.targets import read_target


def read(values):
    findings = Findings()
    where = Where(["songs.csv"], np.arange(2, 2 + len(values)), "line")
    return read_target(values, "valence", where, findings), findings.problems


def test_texts_and_numbers_give_the_same_doubles():
    written = ["0.1", " -2.5 ", "1e-3", "7", "+3"]
    from_text, problems = read(pa.array(written))
    from_numbers, more = read(pa.array([float(one) for one in written]))
    assert not problems
    assert not more
    assert from_text.equals(from_numbers)
    assert from_text.to_pylist() == [0.1, -2.5, 0.001, 7.0, 3.0]


@pytest.mark.parametrize("blank", ["", "  ", "nan", "NaN", "NA", "null"])
def test_a_cell_without_a_number_is_missing(blank):
    _, problems = read(pa.array(["1", blank]))
    assert [(one.row, one.column) for one in problems] == [(3, "valence")]
    assert "no number" in problems[0].found
    assert "data.new" in problems[0].fix


def test_null_and_nan_among_numbers_are_missing():
    _, problems = read(pa.array([1.0, None, float("nan")]))
    assert [one.row for one in problems] == [3, 4]


@pytest.mark.parametrize(
    ("written", "found", "fix"),
    [
        ("inf", "an infinite number", "drop the row"),
        ("-Infinity", "an infinite number", "drop the row"),
        ("happy", "'happy': no number", "data.label"),
        ("1,5", "'1,5': no number", "a point before the decimals"),
        ("1_000", "no number", "data.target"),
        ("٣", "no number", "data.target"),
        ("1e200", "beyond 1e+100", "another unit"),
    ],
)
def test_what_is_no_usable_number_is_told_once_with_its_fix(written, found, fix):
    _, problems = read(pa.array(["1", written, "2"]))
    assert len(problems) == 1
    assert found in problems[0].found
    assert fix in problems[0].fix
