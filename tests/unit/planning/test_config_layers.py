"""Configurations over one another: what they come to, and which of them a mistake is in."""

import json

import pytest
import yaml

from latefusion.core.errors import InputError, Problem
from latefusion.planning.config_layers import Layer, layer_of, located, merged, read_layers


def load(path):
    return yaml.safe_load(path.read_text())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**files):
        for name, content in files.items():
            path = tmp_path / f"{name}.yaml"
            path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return tmp_path

    return write


def test_a_file_that_names_no_other_stands_alone(folder):
    here = folder(mine={"folds": 3}, config={"seed": 7})
    assert merged(read_layers([here / "mine.yaml"], load)) == {"folds": 3}


def test_what_a_file_extends_lies_below_it_seen_from_its_own_folder(folder):
    here = folder(base={"folds": 3, "data": {"train": "a", "test": "b"}, "rules": [1, 2]})
    (here / "sub").mkdir()
    (here / "sub/mine.yaml").write_text("extends: ../base.yaml\ndata: {test: c}\nrules: [3]\n")
    layers = read_layers([here / "sub/mine.yaml"], load)
    assert [layer.name for layer in layers] == ["base.yaml", "sub/mine.yaml"]
    assert merged(layers) == {"folds": 3, "data": {"train": "a", "test": "c"}, "rules": [3]}


def test_several_files_are_merged_in_the_order_of_the_command_line(folder):
    here = folder(one={"folds": 3, "seed": 1}, two={"seed": 2})
    assert merged(read_layers([here / "one.yaml", here / "two.yaml"], load)) == {"folds": 3, "seed": 2}
    assert merged(read_layers([here / "two.yaml", here / "one.yaml"], load)) == {"folds": 3, "seed": 1}


def test_what_two_files_extend_lies_below_both(folder):
    here = folder(
        base={"seed": 0, "folds": 9}, one={"extends": "base.yaml", "seed": 1}, two={"extends": "base.yaml"}
    )
    assert merged(read_layers([here / "one.yaml", here / "two.yaml"], load)) == {"seed": 1, "folds": 9}


def test_merging_is_snakemakes(folder):
    from snakemake.utils import update_config

    one = {"data": {"train": "a"}, "svm": {"C": 1}, "rules": [1], "seed": 3}
    two = {"data": {"test": "b"}, "svm": None, "rules": [], "cross": {"folds": 2}}
    expected = json.loads(json.dumps(one))
    update_config(expected, two)
    assert merged([Layer("one", one), Layer("two", two)]) == expected
    assert one["data"] == {"train": "a"}, "no layer is changed"


def test_a_file_that_is_not_there_is_named(folder):
    with pytest.raises(InputError, match=r"none\.yaml\n    found:   there is no such file"):
        read_layers([folder() / "none.yaml"], load)


def test_a_circle_is_refused(folder):
    here = folder(one={"extends": "two.yaml"}, two={"extends": "one.yaml"})
    with pytest.raises(InputError, match=r"one\.yaml -> two\.yaml -> one\.yaml"):
        read_layers([here / "one.yaml"], load)


def test_a_file_to_extend_that_is_not_there_is_named_with_the_nearest(folder):
    here = folder(mine={"extends": "bsae.yaml"}, base={})
    with pytest.raises(InputError, match=r"mine\.yaml, extends") as caught:
        read_layers([here / "mine.yaml"], load)
    assert "write 'base.yaml'" in str(caught.value)


def test_a_mistake_in_a_file_below_is_told_with_that_file(folder):
    here = folder(mine={"extends": "base.yaml"}, base="folds: 5\nfolds: 3\n")
    with pytest.raises(InputError, match=r"base\.yaml, line 2, folds"):
        read_layers([here / "mine.yaml"], load)


LAYERS = [
    Layer("base.yaml", {"data": {"train": "a"}, "rules": [{"name": "mean"}], "folds": 3}),
    Layer("mine.yaml", {"data": {"test": "b"}, "folds": 4}),
    Layer("the command line", {"seed": -1}, is_file=False),
]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("data.train", "base.yaml"),
        ("data.test", "mine.yaml"),
        ("data", "mine.yaml"),
        ("rules[0].name", "base.yaml"),
        ("folds", "mine.yaml"),
        ("seed", "the command line"),
        ("cross.folds", "mine.yaml"),
    ],
)
def test_a_mistake_is_in_the_layer_that_has_the_last_word_on_its_key(key, name):
    assert layer_of(key, LAYERS) == name


def test_mistakes_elsewhere_keep_their_file():
    problems = [
        Problem("mine.yaml", "x", "y", "z", column="data.train"),
        Problem("rules/own.py", "x", "y", "z"),
    ]
    assert [one.file for one in located(InputError(problems), LAYERS).problems] == [
        "base.yaml",
        "rules/own.py",
    ]
