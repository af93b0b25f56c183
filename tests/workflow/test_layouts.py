"""Public data sets, as they are laid out, go from `init` to the report with no script in between."""

import csv
import json

import pytest
import yaml

from layouts import LAYOUTS
from runs import launch

# what keeps a run small; everything else stands as `init` wrote it
SMALL = {"rules": [{"name": "mean"}], "views": [], "folds": 2, "evaluation": {"draws": 200}}
WITHOUT_SPLIT = {"Music4All-Onion", "DEAM", "ESC-50"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_runs_from_init_to_the_report(tmp_path, name):
    launch("init", *LAYOUTS[name](tmp_path), cwd=tmp_path)
    written = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(written)
    protocol = "cross" if name in WITHOUT_SPLIT else "honest"
    small = {**SMALL, **({} if name in WITHOUT_SPLIT else {"protocols": [protocol]})}
    if protocol == "cross" and "cross" not in config:
        small["cross"] = {"folds": 2}
    (tmp_path / "config.yaml").write_text(written + yaml.safe_dump(small), encoding="utf-8")
    launch("run", "--cores", 2, cwd=tmp_path)
    results = tmp_path / "results"
    assert (results / "report.html").stat().st_size > 100_000
    dataset = json.loads((results / "dataset.json").read_text(encoding="utf-8"))
    labels = 60 if name == "ESC-50" else 48
    assert sum(dataset["n"].values()) == labels
    with (results / "summary.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == protocol and row["subset"] == "all"]
    accuracy = {row["model"]: float(row["accuracy"]) for row in rows}
    assert accuracy["mean"] > accuracy["majority"] + 0.2
    assert set(accuracy) >= {modality["name"] for modality in config["modalities"]}
