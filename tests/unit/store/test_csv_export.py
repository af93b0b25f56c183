"""CSV files for spreadsheets."""

import csv

import pytest

from latefusion.store.csv_export import safe, write_csv


@pytest.mark.parametrize("text", ["=1+1", "+49", "-cmd|x", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Sad", "", "1=1", "'quoted"])
def test_other_text_stays(text):
    assert safe(text) == text


def test_numbers_keep_their_sign_and_their_digits_and_none_is_empty(tmp_path):
    write_csv({"name": ["=x", 'say "a", b'], "value": [-0.1, None], "@n": [1, 2]}, tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["name", "value", "'@n"],
            ["'=x", "-0.1", "1"],
            ['say "a", b', "", "2"],
        ]


def test_columns_of_different_length_are_refused_and_leave_nothing(tmp_path):
    with pytest.raises(ValueError, match="argument 2 is longer"):
        write_csv({"a": [1], "b": [1, 2], "c": [1]}, tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []
