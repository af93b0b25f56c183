"""The study of examples/study: several data sets and seeds, one table and one plot."""

import csv

import pytest
import yaml

from runs import FEW, contents, planned, snakemake, write_config, write_run
from settings import ROOT

STUDY = ROOT / "examples/study"


def write_study(folder, names, seeds):
    datasets = {}
    for number, name in enumerate(names):
        write_run(folder / name, seed=number)
        paths = {split: str(folder / name / "data" / f"{split}.csv") for split in ("train", "test")}
        write_config(folder / name, {**FEW, "data": {**FEW["data"], **paths}})
        datasets[name] = str(folder / name / "config.yaml")
    settings = {"results": "results", "datasets": datasets, "seeds": seeds, "change": {}}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))


def test_every_data_set_runs_under_every_seed(tmp_path):
    write_study(tmp_path, ["eins", "zwei"], [0, 1])
    jobs = planned(tmp_path, code=STUDY)
    assert {job for job in jobs if "ingest" in job} == {
        f"{name}_{seed}_ingest {split}"
        for name in ("eins", "zwei")
        for seed in (0, 1)
        for split in ("train", "test")
    }
    assert "gather" in jobs


def test_its_configuration_names_the_bundled_data_sets():
    config = yaml.safe_load((STUDY / "config.yaml").read_text())
    for file in config["datasets"].values():
        assert (ROOT / file).is_file()
    assert len((STUDY / "Snakefile").read_text().splitlines()) < 80


@pytest.mark.slow
def test_a_run_of_the_study_equals_a_run_of_its_own(few_contents, tmp_path):
    write_study(tmp_path, ["eins"], [0])
    snakemake("--cores", 2, cwd=tmp_path, snakefile=STUDY / "Snakefile")
    made = contents(tmp_path, "results/eins/0")
    for name in ("summary.csv", "fusion/honest/mean.parquet", "given/models/text.joblib"):
        assert made[name] == few_contents[name], name
    with (tmp_path / "results/study.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["dataset"], row["seed"]) for row in rows} == {("eins", "0")}
    assert "<svg" in (tmp_path / "results/study.svg").read_text()
