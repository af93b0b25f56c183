"""The study of examples/study: several data sets and seeds, one table and one plot."""

import csv
import re
import runpy
import shutil
from types import SimpleNamespace

import pytest

from runs import STUDY, clone, contents, planned, snakemake, write_study
from settings import ROOT


def ingests(names, seeds):
    return {
        f"{name}_{seed}_ingest {split}" for name in names for seed in seeds for split in ("train", "test")
    }


def test_every_data_set_runs_under_every_seed(tmp_path):
    write_study(tmp_path, ["eins", "zwei"], [0, 1])
    jobs = planned(tmp_path, code=tmp_path)
    assert {job for job in jobs if "ingest" in job} == ingests(["eins", "zwei"], [0, 1])
    assert "gather" in jobs


def test_from_the_root_it_takes_its_own_configuration_and_not_that_of_the_workflow(tmp_path):
    code = clone(tmp_path)
    shutil.copytree(STUDY, code / "examples/study", ignore=shutil.ignore_patterns("results", ".snakemake"))
    shutil.copy(ROOT / "examples/digits.yaml", code / "examples")
    jobs = planned(code, code=code / "examples/study")
    assert {job for job in jobs if "ingest" in job} == ingests(["demo", "digits"], [0, 1, 2])
    assert {"bundled_build_demo", "bundled_build_digits"} <= jobs


def test_the_recipe_is_short():
    assert len((STUDY / "Snakefile").read_text().splitlines()) < 80


def write_summary(path, accuracy):
    """Write what is read of a run's summary: protocol -> model -> accuracy."""
    lines = ["protocol,model,subset,accuracy,accuracy_low,accuracy_high"]
    lines += [
        f"{protocol},{model},all,{value},0,1"
        for protocol, values in accuracy.items()
        for model, value in values.items()
    ]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_models_stand_in_the_order_of_their_own_panel(tmp_path):
    """The best on top, by its mean over the seeds, whatever is best in another panel."""
    runs = {
        ("eins", 0): {"honest": {"a": 0.9, "b": 0.5, "c": 0.4}, "cross": {"a": 0.1, "b": 0.2, "c": 0.3}},
        ("eins", 1): {"honest": {"a": 0.1, "b": 0.4, "c": 0.8}, "cross": {"a": 0.1, "b": 0.2, "c": 0.3}},
        ("zwei", 0): {"honest": {"a": 0.2, "b": 0.3, "d": 0.25}},
    }
    snakemake_of_the_job = SimpleNamespace(
        params=SimpleNamespace(runs=list(runs)),
        input=[write_summary(tmp_path / f"{name}{seed}.csv", of) for (name, seed), of in runs.items()],
        output=SimpleNamespace(table=str(tmp_path / "study.csv"), plot=str(tmp_path / "study.svg")),
    )
    runpy.run_path(str(STUDY / "gather.py"), init_globals={"snakemake": snakemake_of_the_job})
    axes = re.findall(
        r"Y-axis for a discrete scale with 3 values: ([^\"]+)", (tmp_path / "study.svg").read_text()
    )
    assert axes == ["c, a, b", "c, b, a", "b, d, a"]


@pytest.mark.slow
def test_a_run_of_the_study_equals_a_run_of_its_own(few_contents, tmp_path):
    write_study(tmp_path, ["eins"], [0])
    snakemake("--cores", 2, cwd=tmp_path, snakefile=tmp_path / "Snakefile")
    made = contents(tmp_path, "results/eins/0")
    for name in ("summary.csv", "fusion/honest/mean.parquet", "given/models/text.joblib"):
        assert made[name] == few_contents[name], name
    with (tmp_path / "results/study.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["dataset"], row["seed"]) for row in rows} == {("eins", "0")}
    assert "<svg" in (tmp_path / "results/study.svg").read_text()
