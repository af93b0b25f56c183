"""What the page says of made-up results, written down in full: true sentences, in proportion."""

import re

import pytest

from report_scenes import ANSWERS, SCENES, told

FAULTS = {
    "a plural of one": r"(?<![\d.])\b1 (?:items|groups|models|rules|checks|errors|warnings|notes)\b",
    "a hole where a value should be": r"\bNone\b|\bnan\b",
    "a doubled full stop": r"\.\.",
}


def written(name):
    return (ANSWERS / f"{name}.txt").read_text(encoding="utf-8")


def answer(name):
    """What the page says of a scene, without the sentences of the checks, which are the evaluation's."""
    return written(name).partition("\nChecks.")[0].partition("\n")[2]


@pytest.mark.parametrize("name", SCENES)
def test_the_page_says_of_a_scene_what_is_written_down(name, tmp_path):
    assert told(name, tmp_path) == written(name), "see the head of tests/report_scenes.py"


def test_each_scene_is_written_down_and_nothing_else():
    assert {path.stem for path in ANSWERS.glob("*.txt")} == {*SCENES}
    assert len(SCENES) >= 24


@pytest.mark.parametrize("fault", FAULTS)
def test_no_sentence_has_a_fault_of_wording(fault):
    found = {name: re.findall(FAULTS[fault], written(name).partition("\n")[2]) for name in SCENES}
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("name", ["no-groups", "no-groups-cross-alone"])
def test_where_no_column_names_groups_the_answer_speaks_of_none(name):
    assert "group" not in answer(name)


@pytest.mark.parametrize("name", ["cross-alone", "no-groups-cross-alone"])
def test_where_only_cross_was_run_the_answer_speaks_of_no_split_of_the_files(name):
    assert "given split" not in answer(name)
    assert "split" not in written(name).partition("found nothing")[2]
