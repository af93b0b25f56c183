"""The whole workflow, cold, on the notebook's files, against the notebook's procedure."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.checkout import Checkout, checkout
from benchmarks.files import lyrics_arrays, notebook_files
from benchmarks.measure import ROOT, child, load, python_path, save, task
from benchmarks.words import Result, best, busy, peak, prose, seconds, table, times

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
    times: int = 1


RUNS = {
    "replica and honest": Run(["replica", "honest"], times=3),
    "the same, forest and network with five seeds": Run(["replica", "honest"], rules=FIVE_SEEDS, times=2),
    "with cross and report": Run(["replica", "honest", "cross"], "all", times=2),
}
# The notebook's procedure as it was measured when this project was planned, on another machine of this kind.
EARLIER = 1450.0
CORES = 2
TINY = 200


def run(work: Path, names: Sequence[str] = tuple(RUNS), against: str | None = None) -> dict[str, Any]:
    """Measure each run from an empty folder, then with nothing to do, then the same jobs on hardly any data.

    What is measured is saved after each run.

    Parameters
    ----------
    work : Path
        Where simulated files and runs go.
    names : sequence of str
        Of `RUNS`.
    against : str, optional
        A commit that takes turns with this checkout: same environment, same data.
    """
    files, tiny = notebook_files(work), notebook_files(work, TINY)
    task("own_view", arrays=lyrics_arrays(work, 500), threads=2)  # compiled code is in its cache now,
    snakemake(work / "run-tiny", tiny, RUNS[names[0]])  # also that of the rules
    measured: dict[str, Any] = {"runs": {}}
    with checkout(against) if against else nullcontext() as other:
        if other:
            measured["against"] = {"commit": other.commit, "runs": {}}
            snakemake(work / "run-against", tiny, RUNS[names[0]], root=other.root)  # so is the other's
        for name in names:
            asked = RUNS[name]
            runs = measured["runs"].setdefault(name, [])
            for _ in range(asked.times):
                runs.append(_whole(work / "run", files, asked))
                save("workflow", measured)
                if other:
                    theirs = measured["against"]["runs"].setdefault(name, [])
                    theirs.append(_whole(work / "run-against", files, asked, other))
                    save("workflow", measured)
            runs[-1]["again"] = snakemake(work / "run", files, asked, fresh=False)
            runs[-1]["tiny"] = snakemake(work / "run-tiny", tiny, asked)
            save("workflow", measured)
    return measured


def _whole(folder: Path, files: Path, asked: Run, other: Checkout | None = None) -> dict[str, Any]:
    """Run the workflow from an empty folder, and note what it found beside what it cost."""
    cost = snakemake(folder, files, asked, root=other.root if other else ROOT)
    return {**cost, "summary": summary(folder / "results" / "summary.csv")}


def snakemake(
    folder: Path, files: Path, asked: Run, *, fresh: bool = True, root: Path = ROOT
) -> dict[str, Any]:
    """Run the workflow in a folder of its own; seconds and memory of the whole and of each job."""
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    config = yaml.safe_load((root / "examples" / "laa.yaml").read_text(encoding="utf-8"))
    config["data"] |= {split: str(files / f"LaA_{split}.csv") for split in ("train", "test")}
    config |= {"results": "results", "protocols": asked.protocols, "rules": list(asked.rules)}
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [Path(sys.executable).with_name("snakemake"), "--snakefile", root / "Snakefile"]
    command += ["--directory", folder, "--configfile", folder / "config.yaml"]
    command += ["--workflow-profile", root / "profiles" / "default", "--cores", str(CORES), asked.target]
    cost = child([str(part) for part in command], cwd=root, environment=python_path(root))
    del cost["stdout"], cost["stderr"]
    return {**cost, "jobs": _jobs(folder / "results" / "benchmarks")}


def _jobs(folder: Path) -> dict[str, dict[str, float]]:
    """Seconds and largest memory (MB of 10^6 bytes) of each job, from Snakemake's benchmark files."""
    jobs = {}
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(encoding="utf-8") as file:
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
    with path.open(encoding="utf-8") as file:
        return {
            f"{row['protocol']} {row['model']}": float(row["accuracy"])
            for row in csv.DictReader(file)
            if row["subset"] == "all"
        }


def section(result: Result) -> list[str]:
    """Compare the whole workflow."""
    procedure = load("notebook")
    slow = sum(stage["processor"] for stage in procedure["stages"].values()) if procedure else EARLIER
    whose = (
        f"{slow:,.0f} processor seconds of the notebook's procedure, above"
        if procedure
        else f"the {slow:,.0f} s that the notebook's procedure took on another machine of this kind, before "
        "this project began; **it has not been measured on this one**"
    )
    rows = [_row(name, runs, slow) for name, runs in result["runs"].items()]
    head = [
        "protocols",
        "jobs",
        "runs",
        "seconds",
        "processor s, all cores",
        "largest job, MB",
        "ratio",
        "by processor s",
        "the same jobs on 200 songs, s",
        "nothing to be done, s",
    ]
    every = [run for runs in result["runs"].values() for run in runs]
    return [
        "## The whole workflow",
        prose(
            f"""
            From the two CSV files to `summary.csv`, with the notebook's ten models, an empty
            results folder, compiled code cached, `--cores 2`; "and report" goes on to every other
            file. The best of the runs (load before {busy(every)}). The notebook's procedure gives
            ten accuracies; each protocol here gives the same ten models with baselines, intervals
            and tests. The ratio is to {whose}. Snakemake and the start of processes are what remains
            when there are hardly any songs, the last column but one.
            """
        ),
        table(head, rows),
        *_against(result, slow),
        prose(
            f"""
            Where the seconds of the last line go (sums over jobs, two of which may run side by
            side){_system(every[-1])}:
            """
        ),
        table(["stage", "jobs", "seconds", "processor s", "longest", "peak MB"], _stages(result)),
    ]


def _system(run: Result) -> str:
    """Say which part of the processor's seconds the system took, if it was noted."""
    if "system" not in run:
        return ""
    return f"; of all processor seconds {run['system'] / run['processor']:.0%} are the system's"


def _row(name: str, runs: Sequence[Result], slow: float) -> tuple[str, ...]:
    """Return a row of the table: what some runs took, beside the notebook's procedure."""
    wall, processor, last = best(runs, "wall"), best(runs, "processor"), runs[-1]
    tiny, again = last.get("tiny"), last.get("again")
    return (
        name,
        str(len(last["jobs"])),
        str(len(runs)),
        seconds(wall),
        seconds(processor),
        peak(runs),
        times(slow / wall),
        times(slow / processor),
        f"{seconds(tiny['wall'])} ({tiny['wall'] / wall:.0%})" if tiny else "",
        seconds(again["wall"]) if again else "",
    )


def _against(result: Result, slow: float) -> list[str]:
    """Show what another commit took that had its turns between ours, beside the notebook's procedure."""
    against = result.get("against")
    if not against or not against["runs"]:
        return []
    rows = []
    for name, theirs in against["runs"].items():
        ours = result["runs"][name]
        row = [name, str(len(theirs))]
        for key in ("wall", "processor"):
            here, there = best(ours, key), best(theirs, key)
            row += [
                seconds(there),
                seconds(here),
                times(slow / there),
                times(slow / here),
                times(there / here),
            ]
        rows.append(row)
    commit = against["commit"][:7]
    head = ["protocols", "runs of each"]
    for unit, kind in (("s", ""), ("processor s", ", processor")):
        head += [f"{commit}, {unit}", f"here, {unit}"]
        head += [
            f"{ratio}{kind}" for ratio in (f"notebook / {commit}", "notebook / here", f"{commit} / here")
        ]
    text = f"""
        Commit {commit} beside this one, by turns in the same run, with the same environment and data (load
        before {busy([run for runs in against["runs"].values() for run in runs])}); *notebook* is the
        notebook's procedure, its processor seconds each time.
        """
    return [prose(text), table(head, rows)]


def _stages(result: Result) -> list[tuple[str, ...]]:
    """Return what each rule's jobs of the last run took together."""
    last_name = list(result["runs"])[-1]
    stages: dict[str, list[Result]] = {}
    for job, cost in result["runs"][last_name][-1]["jobs"].items():
        stages.setdefault(job.split("/")[0], []).append(cost)
    return [
        (
            name,
            str(len(jobs)),
            *(seconds(sum(job[key] for job in jobs)) for key in ("seconds", "processor")),
            seconds(max(job["seconds"] for job in jobs)),
            peak(jobs),
        )
        for name, jobs in stages.items()
    ]


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), indent=1))
