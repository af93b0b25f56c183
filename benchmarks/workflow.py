"""The whole workflow, cold, on the notebook's files, against the notebook's procedure."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.files import lyrics_arrays, notebook_files
from benchmarks.measure import ROOT, child, save, task

FIVE_SEEDS = (
    {"name": "mean"},
    {"name": "accuracy_weighted"},
    {"name": "max_confidence"},
    {"name": "class_weighted_max"},
    {"name": "random_forest"},
    {"name": "logistic_regression"},
    {"name": "mlp", "epochs": 20},
)
STOCHASTIC = ("random_forest", "mlp")
# The notebook trains its forest and its network once; by default they are trained with five seeds.
TEN = tuple({**rule, "repeats": 1} if rule["name"] in STOCHASTIC else rule for rule in FIVE_SEEDS)
SUMMARY = "results/summary.csv"


class Run(NamedTuple):
    """What is asked of the workflow."""

    protocols: list[str]
    target: str = SUMMARY
    rules: tuple[dict[str, Any], ...] = TEN


RUNS = {
    "replica and honest": Run(["replica", "honest"]),
    "the same, forest and network with five seeds": Run(["replica", "honest"], rules=FIVE_SEEDS),
    "with cross": Run(["replica", "honest", "cross"]),
    "with cross and report": Run(["replica", "honest", "cross"], "all"),
}
CORES = 2
REPEATS = 2
TINY = 200


def run(work: Path, repeats: int = REPEATS, names: Sequence[str] = tuple(RUNS)) -> dict[str, Any]:
    """Measure each run from an empty folder, then with nothing to do, then the same jobs on hardly any data.

    What is measured is saved after each run.
    """
    files, tiny = notebook_files(work), notebook_files(work, TINY)
    task("own_view", arrays=lyrics_arrays(work, 500), threads=2)  # compiled code is in its cache now
    measured: dict[str, Any] = {"runs": {}}
    for name in names:
        asked = RUNS[name]
        folder = work / "run"
        runs = measured["runs"].setdefault(name, [])
        for _ in range(repeats):
            runs.append(snakemake(folder, files, asked))
            runs[-1]["summary"] = summary(folder / "results" / "summary.csv")
            save("workflow", measured)
        runs[-1]["again"] = snakemake(folder, files, asked, fresh=False)
        runs[-1]["tiny"] = snakemake(work / "run-tiny", tiny, asked)
        save("workflow", measured)
    return measured


def snakemake(folder: Path, files: Path, asked: Run, *, fresh: bool = True) -> dict[str, Any]:
    """Run the workflow in a folder of its own; seconds and memory of the whole and of each job."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    config = yaml.safe_load((ROOT / "examples" / "laa.yaml").read_text())
    config["data"] |= {split: str(files / f"LaA_{split}.csv") for split in ("train", "test")}
    config |= {"results": "results", "protocols": asked.protocols, "rules": list(asked.rules)}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    command = [Path(sys.executable).with_name("snakemake"), "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--configfile", folder / "config.yaml"]
    command += ["--workflow-profile", ROOT / "profiles" / "default", "--cores", str(CORES), asked.target]
    cost = child([str(part) for part in command])
    del cost["stdout"], cost["stderr"]
    return {**cost, "jobs": _jobs(folder / "results" / "benchmarks")}


def _jobs(folder: Path) -> dict[str, dict[str, float]]:
    """Seconds and largest memory (MB of 10^6 bytes) of each job, from Snakemake's benchmark files."""
    jobs = {}
    for path in sorted(folder.rglob("*.tsv")):
        with path.open() as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        memory = row["max_rss"]
        jobs[str(path.relative_to(folder).with_suffix(""))] = {
            "seconds": float(row["s"]),
            "processor": float(row["cpu_time"]) if row["cpu_time"] not in ("NA", "-") else 0.0,
            "peak_mb": float(memory) * 2**20 / 1e6 if memory not in ("NA", "-") else 0.0,
        }
    return jobs


def summary(path: Path) -> dict[str, float]:
    """Return the accuracy of each protocol and model, on all items."""
    with path.open() as file:
        return {
            f"{row['protocol']} {row['model']}": float(row["accuracy"])
            for row in csv.DictReader(file)
            if row["subset"] == "all"
        }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), indent=1))
