"""What the start of jobs costs a whole run: as forks of one process, and each started by itself."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import ROOT, child, save
from benchmarks.words import Result, busy, prose, seconds, table

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "workflow"))

from launcher.forked_jobs import SWITCH

from generate import write_dataset
from runs import SMALL, contents, write_config

LAUNCH = (sys.executable, ROOT / "workflow" / "launch.py", "run")
RULES = (
    "mean product geometric_mean max_confidence median majority_vote accuracy_weighted class_weighted_max "
    "entropy_weighted log_linear_pool logistic_regression naive_bayes"
)


class Way(NamedTuple):
    """How the jobs of a run are run."""

    cores: int
    forks: bool


WAYS = {
    "forked, two cores": Way(2, forks=True),
    "each started, two cores": Way(2, forks=False),
    "forked, one core": Way(1, forks=True),
}


def bundled(folder: Path) -> None:
    """Write the configuration of the front page: the bundled songs, every rule, three protocols."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "config.yaml", folder)


def lyrics(folder: Path) -> None:
    """Write 1,731 made-up songs of 384 + 24 columns, and twelve rules under three protocols."""
    write_dataset(folder / "data", n_train=1385, n_test=346, dims={"text": 384, "audio": 24})
    rules = [{"name": name} for name in RULES.split()]
    write_config(folder, {**SMALL, "folds": 5, "cross": {"folds": 5, "repeats": 1}, "rules": rules})


LYRICS, BUNDLED = "1,731 songs, twelve rules", "the bundled songs, every rule"
SETS = {LYRICS: lyrics, BUNDLED: bundled}
# what takes longest is run on two cores alone
RUNS = [(what, name) for what in SETS for name, way in WAYS.items() if what == LYRICS or way.cores == 2]


def run(work: Path) -> dict[str, Any]:
    """Measure each way on each set of songs, from nothing but the files to the page; save after each."""
    measured: dict[str, Any] = {"sets": {}}
    first: dict[str, dict[str, str]] = {}
    for what, name in RUNS:
        folder, way = work / "jobs", WAYS[name]
        shutil.rmtree(folder, ignore_errors=True)
        SETS[what](folder)
        cost = child(
            (*LAUNCH, "--cores", str(way.cores)),
            cwd=folder,
            environment={SWITCH: "yes" if way.forks else "no"},
        )
        digests = contents(folder)
        measured["sets"].setdefault(what, {})[name] = {
            **{key: cost[key] for key in ("wall", "processor", "load_before")},
            "jobs": len(list((folder / "results" / "benchmarks").rglob("*.tsv"))),
            "files": len(digests),
            "same": digests == first.setdefault(what, digests),
        }
        save("jobs", measured)
    return measured


def section(result: Result) -> list[str]:
    """Compare the ways."""
    rows = [
        (
            what,
            name,
            str(cost["jobs"]),
            seconds(cost["wall"]),
            seconds(cost["processor"]),
            f"{'the same' if cost['same'] else '**other**'} {cost['files']} files",
        )
        for what, runs in result["sets"].items()
        for name, cost in runs.items()
    ]
    return [
        "## Jobs",
        prose(
            f"""
            `launch.py run` from the data to the page, compiled code cached: each job a fork of one process
            that has its libraries, or a Python of its own (`{SWITCH}=no`). Results are compared with those
            of the first line of each set, byte by byte, page, logs and times left out. Load before:
            {busy([cost for runs in result["sets"].values() for cost in runs.values()])}.
            """
        ),
        table(["songs", "jobs are", "jobs", "seconds", "processor s", "bytes"], rows),
    ]
