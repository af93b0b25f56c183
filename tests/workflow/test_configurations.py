"""Which configuration a run has: the one that is named, alone, or that of the working folder."""

import pytest
import yaml

from runs import SMALL, snakemake, write_run
from settings import DEFAULT, ROOT

MINE = """\
data: {train: data/train.csv, test: data/test.csv}
modalities:
  - {name: words, column: text_embedding}
  - {name: sound, column: audio_embedding}
"""


@pytest.fixture
def folder(tmp_path):
    """A working folder whose own config.yaml names what a file of one's own does not have."""
    write_run(tmp_path, configuration={**SMALL, "evaluation": {"by": ["valence"], "draws": 200}})
    (tmp_path / "mine.yaml").write_text(MINE)
    return tmp_path


def planned_files(folder, *options, check=True):
    """Return what a dry run would make, and what it says."""
    answer = snakemake("--dry-run", "--cores", 1, *options, cwd=folder, check=check)
    return answer.stdout + answer.stderr


def test_a_file_on_the_command_line_stands_alone(folder):
    said = planned_files(folder, "--configfile", "mine.yaml")
    for name in (entry["name"] for entry in DEFAULT["rules"]):
        assert f"results/fusion/honest/{name}.parquet" in said, name
    assert "results/given/models/early.joblib" in said
    assert "/models/text." not in said
    assert "mlp_2" not in said


def test_keys_of_the_command_line_lie_over_the_folders_own_file(folder):
    said = planned_files(folder, "--config", "results=elsewhere")
    assert "elsewhere/given/models/text.joblib" in said
    assert "mlp_log" not in said


def test_a_file_lies_over_the_one_that_it_extends(folder):
    (folder / "over.yaml").write_text(
        "extends: config.yaml\nresults: over\nrules: [{name: twice, rule: mean}]\n"
    )
    said = planned_files(folder, "--configfile", "over.yaml")
    assert "over/fusion/honest/twice.parquet" in said
    assert "over/given/models/text.joblib" in said
    assert "fusion/honest/mean.parquet" not in said


@pytest.mark.parametrize(
    ("files", "options", "words"),
    [
        ({"mine.yaml": f"{MINE}seed: -1\n"}, ["--configfile", "mine.yaml"], "mine.yaml, seed"),
        ({"over.yaml": "seed: -1\n"}, ["--configfile", "mine.yaml", "over.yaml", "--"], "over.yaml, seed"),
        (
            {"base.yaml": "seed: -1\n", "mine.yaml": f"extends: base.yaml\n{MINE}"},
            ["--configfile", "mine.yaml"],
            "base.yaml, seed",
        ),
        ({}, ["--configfile", "mine.yaml", "--config", "seed=-1"], "the command line, seed"),
        ({"config.yaml": "seed: 1\ndata: train: a\n"}, [], "config.yaml, line 2"),
    ],
)
def test_a_message_names_the_file_that_the_mistake_is_in(folder, files, options, words):
    for name, text in files.items():
        (folder / name).write_text(text)
    said = planned_files(folder, *options, check=False)
    assert said.count(words) == 1
    assert "Traceback" not in said


def test_an_importer_gives_a_configuration_that_stands_alone(folder):
    (folder / "Snakefile").write_text(
        f"""
module latefusion:
    snakefile: "{ROOT}/Snakefile"
    config: {yaml.safe_load(MINE)!r}

use rule * from latefusion as fusion_*

rule everything:
    default_target: True
    input: rules.fusion_all.input
"""
    )
    answer = snakemake("--dry-run", "--cores", 1, cwd=folder, snakefile="Snakefile")
    assert "results/fusion/cross/nearest_output_profiles.parquet" in answer.stdout + answer.stderr
