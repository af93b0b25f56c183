"""Cells, columns and tables, free of mark-up."""

import math

import pytest

from latefusion.report.components import Column, Table, estimate, figure, interval, text
from latefusion.report.number_format import percent, percent_interval


def test_a_number_with_its_interval_keeps_all_digits_for_the_csv_file():
    cell = estimate({"value": 0.51234, "low": 0.4, "high": 0.6}, percent, percent_interval)
    assert (cell.text, cell.note) == ("51.2\u00a0%", "40.0 to 60.0\u00a0%")
    assert (cell.value, cell.low, cell.high) == (0.51234, 0.4, 0.6)


@pytest.mark.parametrize("row", [{}, {"value": 0.5}, {"value": 0.5, "low": None, "high": None}])
def test_a_number_without_interval_says_nothing_of_one(row):
    cell = estimate(row, percent, percent_interval)
    assert (cell.note, cell.low, cell.high) == ("", None, None)


def test_an_interval_alone_sorts_by_its_lower_end():
    cell = interval({"low": 0.4, "high": 0.6}, percent_interval)
    assert (cell.text, cell.value) == ("40.0 to 60.0\u00a0%", 0.4)


def test_what_is_not_finite_is_a_dash_without_value():
    assert figure(math.nan, percent).value is None
    assert text("").value is None


@pytest.mark.parametrize(
    ("column", "names"),
    [
        (Column("Accuracy", "accuracy"), ["accuracy"]),
        (Column("Accuracy", "accuracy", interval="beside"), ["accuracy", "accuracy_low", "accuracy_high"]),
        (Column("95 %", "accuracy", interval="alone"), ["accuracy_low", "accuracy_high"]),
        (Column("95 %", "", ends=("0 %", "1 %")), []),
    ],
)
def test_a_column_has_a_name_in_the_csv_file_for_each_number_that_it_holds(column, names):
    assert column.csv_names == names


def test_a_row_of_another_length_than_the_head_is_refused():
    with pytest.raises(ValueError, match="table t: a row of 2 cells under 1 columns"):
        Table("t", "", [Column("A", "a")], [[text("x"), text("y")]])
