"""The error that is shown to the user."""

import pytest

from latefusion.core.errors import InputError, Problem, nearest, shorten


def problem(**changes):
    return Problem(
        **{"file": "songs.csv", "found": "'x'", "allowed": "a number", "fix": "write one", **changes}
    )


def test_a_problem_says_where_what_and_how_to_mend_it():
    assert str(problem(row=7, column="label")) == (
        "songs.csv, line 7, label\n    found:   'x'\n    allowed: a number\n    fix:     write one"
    )


def test_a_file_without_lines_has_rows():
    assert str(problem(row=7, unit="row")).startswith("songs.csv, row 7\n")


def test_ten_problems_are_shown_and_the_rest_is_counted():
    error = InputError([problem(row=row) for row in range(1, 13)], total=40)
    assert "line 10" in str(error)
    assert "line 11" not in str(error)
    assert str(error).endswith("… and 30 more problems of this kind or another")
    assert str(InputError([problem()] * 11)).endswith("… and 1 more problem of this kind or another")


def test_an_error_without_a_problem_is_a_mistake():
    with pytest.raises(ValueError, match="at least one"):
        InputError([])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "'plain'"),
        ("Beyoncé\n", r"'Beyoncé\n'"),
        ("\x1b[31mred", r"'\x1b[31mred'"),
        ("\u202egnihtyna", r"'\u202egnihtyna'"),
        ("a" * 100, "'" + "a" * 60 + "…'"),
        ("\x1b" * 100, "'" + r"\x1b" * 30 + "…'"),
        (3, "3"),
        (None, "None"),
    ],
)
def test_values_are_short_and_cannot_garble_a_terminal(value, shown):
    assert shorten(value) == shown


def test_the_nearest_name_ignores_case_first():
    assert nearest("LABEL", ["labels", "label"]) == "label"
    assert nearest("lable", ["artist", "label"]) == "label"
    assert nearest("zzz", ["artist", "label"]) is None
