"""The text of a configuration: what it comes to, and each mistake with its line."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from latefusion.core.errors import InputError
from latefusion.planning.config_file import parse, read_config_file
from settings import ROOT

NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def problems(text, name="mine.yaml"):
    with pytest.raises(InputError) as caught:
        parse(text, name)
    return caught.value.problems


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_a_configuration_comes_to_what_was_written_in_every_form(content):
    assert parse(yaml.safe_dump(content), "mine.yaml") == content
    assert parse(json.dumps(content), "mine.json") == content
    assert parse(json.dumps(content, ensure_ascii=False, indent="\t"), "mine.json") == content


@given(st.lists(NAMES, min_size=1, max_size=5, unique=True), st.data())
def test_a_key_given_twice_is_told_with_both_lines_in_every_form(keys, data):
    again = data.draw(st.sampled_from(keys))
    lines = [f"{json.dumps(key)}: {number}" for number, key in enumerate([*keys, again])]
    for text in ("\n".join(lines), "{" + ",\n".join(lines) + "}", "{" + ",\n\t".join(lines) + "}"):
        (problem,) = problems(text)
        assert (problem.row, problem.column) == (len(lines), again)
        assert problem.found == f"a key that line {keys.index(again) + 1} has already"


@pytest.mark.parametrize(
    ("text", "row", "column", "found"),
    [
        ("folds: 5\nseed: 1\nfolds: 3\n", 3, "folds", "line 1"),
        ("data:\n  train: a\n  test: b\n  train: c\n", 4, "data.train", "line 2"),
        ("rules:\n  - {name: mean}\n  - {name: mlp, name: lda}\n", 3, "rules[1].name", "this line"),
        ("data: {train: a}\nseed: 1\n'data': {test: b}\n", 3, "data", "line 1"),
        ('{"folds": 5,\n\t"folds": 5}', 2, "folds", "line 1"),
    ],
)
def test_a_key_given_twice_is_refused_wherever_it_is(text, row, column, found):
    (problem,) = problems(text)
    assert (problem.file, problem.row, problem.column) == ("mine.yaml", row, column)
    assert problem.found == f"a key that {found} has already"


def test_every_key_given_twice_is_told():
    first, second, third = problems("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")
    assert [(one.row, one.column) for one in (first, second, third)] == [(2, "a"), (3, "b.c"), (4, "a")]


def test_keys_alike_in_different_places_and_merged_ones_are_no_repetition():
    text = (
        "one: &one {name: a, C: 1}\n"
        "two: &two {name: b}\n"
        "three: {<<: *one, C: 2}\n"
        "four:\n  <<: *one\n  <<: *two\n"
        "five: [*one, *one]\n"
    )
    written = parse(text, "mine.yaml")
    assert written["three"] == {"name": "a", "C": 2}
    assert written["five"] == [{"name": "a", "C": 1}] * 2


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        (
            "folds: 5\nseed: [1\nrules: 3\n",
            3,
            "(character 6), while parsing a flow sequence in line 2",
        ),
        ("folds: 5\n\tseed: 1\n", 2, "cannot start any token (character 1)"),
        ("folds: 5\nname: a: b\n", 2, "mapping values are not allowed here (character 8)"),
        ("folds: 5\nname: 'a\n", 3, "unexpected end of stream"),
        ("folds: 5\nname: *a\n", 2, "undefined alias"),
        ("folds: 5\nname: !here a\n", 2, "could not determine a constructor"),
        ("folds: 5\nname: a\x01\n", 2, "unacceptable character #x0001"),
        ("folds: 5\n---\nfolds: 6\n", 2, "another document"),
        ("folds: 2024-13-45\n", None, "month must be in 1..12"),
        ("- folds\n", None, "no keys, but a list"),
        ("folds\n", None, "no keys, but only 'folds'"),
        ("5", None, "no keys, but only 5"),
        ("", None, "nothing"),
        ("# folds: 5\n", None, "nothing"),
        ("null", None, "nothing"),
    ],
)
def test_what_is_no_mapping_in_yaml_is_told_with_its_line(text, row, words):
    (problem,) = problems(text)
    assert (problem.file, problem.row) == ("mine.yaml", row)
    assert words in problem.found
    assert "keys with values" in problem.allowed


def test_a_file_that_is_no_utf8_is_told_with_its_line(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"folds: 5\ndata: {label: Gef\xfchl}\n")
    with pytest.raises(InputError, match=r"mine\.yaml, line 2\n    found:   text that is not UTF-8"):
        read_config_file(file, "mine.yaml")


def test_a_mark_of_the_byte_order_is_no_part_of_a_key(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("\ufefffolds: 5\n", encoding="utf-8")
    assert read_config_file(file, "mine.yaml") == {"folds": 5}


TRACKED = [
    *(ROOT / "workflow/schemas").glob("*.yaml"),
    *(ROOT / "examples").glob("*.yaml"),
    *(ROOT / "profiles").glob("*/profile.yaml"),
    *(ROOT / "envs").glob("*.yaml"),
    ROOT / "config.yaml",
]


@pytest.mark.parametrize("file", TRACKED, ids=lambda file: file.name)
def test_no_file_of_the_workflow_gives_a_key_twice(file):
    assert read_config_file(file, file.name)
