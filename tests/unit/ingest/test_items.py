"""Identifiers and descriptions; the messages are in `refusals/labels.py`."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.ingest.findings import Column, Findings, Where
from latefusion.ingest.items import read_description, read_identifiers


def items(*values, taken=()):
    findings = Findings()
    where = Where(["t.csv"], np.arange(2, 2 + len(values)), "line")
    found = read_identifiers(Column(pa.array(values, pa.string()), "id", where, findings), frozenset(taken))
    return found.to_pylist(), [problem.row for problem in findings.problems]


def test_identifiers_that_differ_in_blanks_are_the_same():
    assert items("a", "b", " a ")[1] == [4]


def test_those_of_the_training_file_are_told_apart_and_no_other():
    assert items("a", " b ", "c", taken=["b", "z"]) == (["a", "b (test)", "c"], [])


def test_a_name_that_another_item_will_be_told_apart_by_is_refused():
    assert items("a (test)", "b", taken=["a", "z"])[1] == [2]
    assert items("a (test)", "b", taken=["z"]) == (["a (test)", "b"], [])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", " 2.5", "", None], [1.0, 2.5, None, None]),
        (["1", "x"], ["1", "x"]),
        (["", " "], [None, None]),
        (["inf", "1"], [None, 1.0]),
        (["1,5", "2"], ["1,5", "2"]),
    ],
)
def test_a_description_is_a_number_where_all_are(values, expected):
    assert read_description(pa.chunked_array([pa.array(values, pa.string())])).to_pylist() == expected
