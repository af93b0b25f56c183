"""`init` writes a configuration once, says what it took each file for, and refuses in words."""

import shlex

import numpy as np
import pytest
import yaml

from layouts import LAYOUTS
from runs import launch


def test_it_writes_a_configuration_that_names_files_from_the_working_folder(tmp_path):
    (tmp_path / "work").mkdir()
    files = [f"data/{name}" for name in LAYOUTS["nkululeko"](tmp_path / "data")]
    done = launch("init", *files, "--directory", "work", "--output", "mine.yaml", cwd=tmp_path)
    written = yaml.safe_load((tmp_path / "work/mine.yaml").read_text(encoding="utf-8"))
    assert written["data"]["train"] == "../data/emodb_train.csv"
    assert [modality["file"] for modality in written["modalities"]] == [
        "../data/features.csv",
        "../data/wav2vec2.csv",
    ]
    assert "label: emotion (called so, 3 classes: anger, happiness, neutral)" in done.stdout
    command = shlex.split(done.stdout.splitlines()[-1].partition("then type: ")[2])
    assert command[2:] == ["run", "--directory", "work", "--configfile", "work/mine.yaml"]
    planned = launch(*command[2:], "--dry-run", cwd=tmp_path)
    assert "This was a dry-run" in planned.stdout + planned.stderr


def test_a_configuration_that_is_there_stays(tmp_path):
    files = LAYOUTS["Hugging Face"](tmp_path)
    (tmp_path / "config.yaml").write_text("mine")
    done = launch("init", *files, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "never overwritten; name another: --output config_2.yaml" in done.stderr
    assert (tmp_path / "config.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["nowhere.csv"], "no such file"),
        (["clap.npy"], "no column of classes"),
        (["clap.npy", "--cores", "2"], "--cores"),
        ([], "FILE"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_and_nothing_written(tmp_path, files, said):
    np.save(tmp_path / "clap.npy", np.eye(3, dtype=np.float32))
    done = launch("init", *files, cwd=tmp_path, check=False)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "config.yaml").exists()
