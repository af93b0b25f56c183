"""Costs are those of the child process, and the pages of results are what its numbers give."""

import sys

import pytest

from benchmarks import __main__, measure, page, words


@pytest.mark.parametrize("path", page.TITLES, ids=lambda path: path.name)
def test_a_page_is_what_the_numbers_give(path):
    assert path.read_text(encoding="utf-8") == page.render(path)


def test_every_benchmark_has_its_place_on_the_page():
    assert set(__main__.BENCHMARKS) - {"one_view_slow"} == set(page.SECTIONS)
    assert set(page.ELSEWHERE) < set(page.SECTIONS)


def test_memory_is_the_childs_own_not_that_of_the_process_that_started_it():
    ballast = bytearray(300_000_000)
    small = measure.child([sys.executable, "-I", "-S", "-c", "pass"])
    large = measure.child(
        [sys.executable, "-I", "-S", "-c", "x = bytearray(200_000_000); x[::4096] = x[::4096]"]
    )
    assert len(ballast) == 300_000_000
    assert small["peak_mb"] < 60
    assert 200 < large["peak_mb"] < 290


def test_a_child_that_fails_says_why():
    with pytest.raises(RuntimeError, match="this is why"):
        measure.child([sys.executable, "-c", "raise SystemExit('this is why')"])


def test_processor_seconds_count_work_and_not_waiting():
    waiting = measure.child([sys.executable, "-I", "-S", "-c", "import time; time.sleep(0.5)"])
    assert waiting["wall"] > 0.5
    assert waiting["processor"] < 0.4


@pytest.mark.parametrize(("value", "shown"), [(0.256, "0.26"), (12.34, "12.3"), (1450.2, "1,450")])
def test_seconds_have_as_many_digits_as_mean_something(value, shown):
    assert words.seconds(value) == shown


def test_a_ratio_below_one_is_shown_as_such():
    assert [words.times(ratio) for ratio in (0.5, 3.14, 140.2)] == ["0.50", "3.1", "140"]
