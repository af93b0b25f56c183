"""The command `compare`: finished predictions are judged and fused without a configuration of one's own."""

import csv

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from runs import launch

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    """Return a folder with what two models said of 60 items, half of them to learn from."""
    rng = np.random.default_rng(0)
    label = np.arange(60) % 3
    with (tmp_path / "said.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["system", "id", "y", "part", "p_0", "p_1", "p_2"])
        for model in ("a", "b"):
            p = rng.dirichlet(np.ones(3), 60) + np.eye(3)[label]
            for item, one in enumerate(p / 2):
                rows.writerow([model, f"i{item}", label[item], "dev" if item < 30 else "test", *one])
    return tmp_path


def test_a_line_on_the_terminal_is_enough_to_fuse_what_the_models_said(folder):
    wrong = launch("compare", "said.csv", "--item", "id", "--label", "why", cwd=folder, check=False)
    assert wrong.returncode == 1
    assert "why" in wrong.stdout + wrong.stderr
    options = ("--item", "id", "--model", "system", "--label", "y", "--role", "part")
    fused = [f"results/compare/fusion/honest/{rule}.parquet" for rule in ("mean", "linear_pool")]
    launch("compare", "said.csv", *options, "--", "--cores", 2, *fused, cwd=folder)
    written = yaml.safe_load((folder / "compare.yaml").read_text(encoding="utf-8"))
    assert written["predictions"] == {
        "file": "said.csv",
        "item": "id",
        "model": "system",
        "label": "y",
        "role": "part",
    }
    mean, pool = (pq.read_table(folder / file).to_pylist() for file in fused)
    said = csv.DictReader((folder / "said.csv").read_text(encoding="utf-8").splitlines())
    tested = [float(row["p_0"]) for row in said if row["part"] == "test"]
    assert [row["p_0"] for row in mean] == pytest.approx(np.reshape(tested, (2, 30)).mean(axis=0))
    assert [row["p_0"] for row in pool] != [row["p_0"] for row in mean]
    with (folder / "compare.yaml").open("a", encoding="utf-8") as file:
        file.write("seed: 1\n")
    refused = launch("compare", "said.csv", *options, cwd=folder, check=False)
    assert "a configuration that somebody wrote or edited" in refused.stderr
    assert "launch.py run --configfile compare.yaml` runs that one" in refused.stderr


def test_predicted_numbers_are_named_by_their_true_values(folder):
    lines = ["system,id,valence,arousal,f_valence,f_arousal"]
    lines += [f"{model},i{item},{item},{-item},{item / 2},{item % 7}" for model in "ab" for item in range(9)]
    (folder / "numbers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ("--item", "id", "--model", "system", "--target", "valence", "arousal", "--prefix", "f_")
    fused = "results/compare/fusion/honest/mean.parquet"
    launch("compare", "numbers.csv", *options, "--", "--cores", 2, fused, cwd=folder)
    written = yaml.safe_load((folder / "compare.yaml").read_text(encoding="utf-8"))
    assert written["predictions"]["target"] == ["valence", "arousal"]
    assert written["predictions"]["predicted"] == {"prefix": "f_"}
    assert pq.read_table(folder / fused)["predicted__valence"].to_pylist() == [item / 2 for item in range(9)]


def test_the_configuration_lies_in_the_folder_of_the_run_and_names_the_files_from_there(folder):
    planned = launch(
        *("compare", "said.csv", "--item", "id", "--model", "system", "--label", "y", "--prefix", "p_"),
        *("--output", "mine.yaml", "-d", "run", "--", "--dry-run"),
        cwd=folder,
    )
    written = yaml.safe_load((folder / "run/mine.yaml").read_text(encoding="utf-8"))
    assert written["results"] == "results/mine"
    assert written["predictions"]["file"] == "../said.csv"
    assert written["predictions"]["classes"] == {"prefix": "p_"}
    assert "fuse" in planned.stdout + planned.stderr
