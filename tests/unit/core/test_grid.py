import pytest

from latefusion.core.grid import as_list, grid_points, is_grid


@pytest.mark.parametrize(
    ("settings", "grid"),
    [((1, "auto"), False), (([1], "auto"), True), ((1, ["auto", 0.5]), True), ((), False)],
)
def test_a_list_is_a_grid_also_of_one_value(settings, grid):
    assert is_grid(*settings) is grid


def test_a_word_is_one_value():
    assert as_list("auto") == ["auto"]
    assert as_list([1, 2]) == [1, 2]


def test_points_are_all_combinations_the_last_setting_slowest():
    assert grid_points([1, 10], ["auto", 0.5]) == [(1, "auto"), (10, "auto"), (1, 0.5), (10, 0.5)]
    assert grid_points(1, "auto") == [(1, "auto")]
