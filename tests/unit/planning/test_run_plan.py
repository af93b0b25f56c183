"""From the files of a configuration to a plan, with messages that name the file of a mistake."""

import pytest
import yaml

from latefusion.core.errors import InputError
from latefusion.planning.config_layers import Layer
from latefusion.planning.run_plan import plan_run
from settings import FOLDERS

MINE = """\
data:
  train: train.csv
  test: test.csv
modalities:
  - {name: audio, column: audio_embedding}
  - {name: text, column: text_embedding}
"""


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for split in ("train", "test"):
        (tmp_path / f"{split}.csv").write_text("")


def layer(text, name="mine.yaml"):
    return Layer(name, yaml.safe_load(text))


def test_ten_lines_are_a_configuration():
    run = plan_run([layer(MINE)], **FOLDERS)
    assert len(MINE.splitlines()) <= 10
    assert run.name == "mine.yaml"
    assert list(run.plan.views) == ["audio", "text", "early"]
    # the one that needs columns to be named is no part of the default
    assert set(run.plan.protocol_rules["honest"]) == set(run.rules) - {"quality_weighted"}
    assert run.plan.left_out == []
    assert run.config["data"]["describe"] == run.config["evaluation"]["by"] == []


def test_a_mistake_below_an_overlay_is_in_the_file_below():
    base = MINE.replace("test.csv", "tset.csv")
    with pytest.raises(InputError, match=r"base\.yaml, data\.test") as caught:
        plan_run([layer(base, "base.yaml"), layer("seed: 1")], **FOLDERS)
    assert "write 'test.csv'" in str(caught.value)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ("seed: -1", "mine.yaml, seed"),
        ("rules: [{name: maen}]", "mine.yaml, rules[0].name"),
        ("fold: 1", "mine.yaml, fold"),
    ],
)
def test_a_mistake_of_an_overlay_is_in_its_file(over, words):
    with pytest.raises(InputError) as caught:
        plan_run([layer(MINE, "base.yaml"), layer(over)], **FOLDERS)
    assert words in str(caught.value)


def test_the_data_that_the_workflow_builds_may_be_missing():
    text = MINE.replace("train.csv", "data/demo/train.csv").replace("test.csv", "data/demo/test.csv")
    assert plan_run([layer(text)], **FOLDERS).config["data"]["train"] == "data/demo/train.csv"
