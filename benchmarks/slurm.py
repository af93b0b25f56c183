"""What SLURM costs: jobs by themselves and bundled, and a study of many small runs as one array.

It starts the throw-away cluster of `tests/cluster`, so it needs root and Debian's packages. The three nodes
are virtual: they share the cores of this machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import ROOT, child, save

sys.path.insert(0, str(ROOT / "tests"))

from cluster.throwaway import NODES, Cluster, why_not
from runs import FEW, write_run

TRIVIAL = """
rule all:
    input: expand("done/{i}", i=range(12))

rule trivial:
    output: "done/{i}"
    resources: mem_mb=500, runtime=5
    shell: "echo > {output}"
"""
JOBS = 12
RUNS = 200
# The rule and the modality that cost least: what remains is Snakemake, SLURM and the start of processes.
TINY = {**FEW, "modalities": FEW["modalities"][:1], "views": [], "rules": [{"name": "mean"}]}
TARGET = "results/summary.csv"
ENOUGH = 3600.0
# Tasks that do nothing at all, by which the controller's own share is known.
EMPTY = 300
UNFINISHED = "PENDING,RUNNING,COMPLETING"


def run(work: Path, *, runs: int = RUNS, seconds: float = ENOUGH) -> dict[str, Any]:
    """Measure both, or say why that is not possible here; `seconds` is for the study."""
    reason = why_not()
    if reason:
        print(f"slurm: skipped, since there can be no cluster here: {reason}")
        return {}
    folder = work / "slurm"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with Cluster() as cluster:
            # the study first: what comes before it would count as load of others
            studied = study(cluster, folder / "study", runs, seconds)
            measured = {
                "jobs": {
                    "local": trivial(folder / "local", {}),
                    "alone": trivial(folder / "alone", cluster.environment, together=1, cluster=cluster),
                    "grouped": trivial(
                        folder / "grouped", cluster.environment, together=JOBS, cluster=cluster
                    ),
                    "inside": inside(folder / "inside", cluster),
                },
                "empty": empty(cluster),
                "study": studied,
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    save("slurm", measured)
    return measured


def trivial(
    folder: Path, environment: Mapping[str, str], *, together: int = 0, cluster: Cluster | None = None
) -> dict[str, Any]:
    """Run twelve jobs that do nothing: here, or so many of them in one SLURM job."""
    folder.mkdir(parents=True)
    (folder / "Snakefile").write_text(TRIVIAL, encoding="utf-8")
    options: list[str | Path] = ["--cores", "2"]
    if cluster is not None:
        options = [
            *("--workflow-profile", ROOT / "profiles/slurm", "--latency-wait", "5"),
            *("--slurm-init-seconds-before-status-checks", "3"),
            *("--groups", "trivial=small", "--group-components", f"small={together}"),
        ]
    before = {job["id"] for job in cluster.jobs()} if cluster else set()
    cost = child(
        [sys.executable, "-m", "snakemake", "--quiet", "all", *options], cwd=folder, environment=environment
    )
    ours = [job["id"] for job in cluster.jobs() if job["id"] not in before] if cluster else []
    spent = [cluster.seconds(number) for number in ours] if cluster else []
    kept = {key: cost[key] for key in ("wall", "processor", "load_before")}
    return {**kept, "slurm_jobs": len(ours), "inside": sum(spent)}


def inside(folder: Path, cluster: Cluster) -> dict[str, Any]:
    """Run the same twelve jobs by a Snakemake that is one SLURM job itself."""
    folder.mkdir(parents=True)
    (folder / "Snakefile").write_text(TRIVIAL, encoding="utf-8")
    load, began = os.getloadavg()[0], time.time()
    number = cluster.call(
        *("sbatch", "--parsable", "--cpus-per-task=2", "--mem=3000", f"--chdir={folder}"),
        *("--output=/dev/null", f"--wrap={sys.executable} -m snakemake --cores 2 --quiet all"),
    ).strip()
    cluster.until("the run", lambda: not cluster.jobs(UNFINISHED), seconds=300)
    wall = time.time() - began
    return {"wall": wall, "load_before": load, "slurm_jobs": 1, "inside": cluster.seconds(number)}


def empty(cluster: Cluster) -> dict[str, Any]:
    """Run an array whose tasks do nothing, as fast as the nodes take them."""
    before, began = controller(cluster), time.time()
    cluster.call(
        *("sbatch", "--partition=all", f"--array=0-{EMPTY - 1}", "--mem=500"),
        *("--output=/dev/null", "--wrap=true"),
    )
    cluster.until("the tasks", lambda: not cluster.jobs(UNFINISHED), seconds=1800)
    return {"tasks": EMPTY, "wall": time.time() - began, "controller": controller(cluster) - before}


def controller(cluster: Cluster) -> float:
    """Return the processor seconds that the controller has spent."""
    spent = psutil.Process(cluster.daemons["slurmctld"].pid).cpu_times()
    return float(spent.user + spent.system)


def study(cluster: Cluster, folder: Path, runs: int, seconds: float) -> dict[str, Any]:
    """Run a study as one array, one whole local run on each node at a time.

    Runs that have not begun after `seconds` are cancelled, and `begun` says how many there were.
    """
    alone = write_run(folder / "alone", configuration=TINY)
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "1"]
    child([*snakemake, "--directory", alone, TARGET, "--quiet", "all"])  # compiles, where that is to be done
    shutil.rmtree(alone)
    write_run(alone, configuration=TINY)
    baseline = child([*snakemake, "--directory", alone, TARGET, "--quiet", "all"])
    for number in range(runs):
        write_run(folder / str(number), configuration={**TINY, "seed": number})
    launcher = Path(__file__).with_name("launch.py")
    place = f"{folder}/$SLURM_ARRAY_TASK_ID"
    words = [
        *(sys.executable, "-I", "-S", launcher, f"{place}/accounts.json"),
        *(*snakemake, "--directory", place, TARGET, "--quiet", "all"),
    ]
    load, began = os.getloadavg()[0], time.time()
    number = cluster.call(
        *("sbatch", "--parsable", "--partition=all", f"--array=0-{runs - 1}%{len(NODES)}", "--exclusive"),
        *("--mem=3000", "--time=60", "--output=/dev/null", f"--wrap={' '.join(map(str, words))}"),
    ).strip()
    while cluster.jobs(UNFINISHED):
        if time.time() - began > seconds:
            with contextlib.suppress(AssertionError):  # there may be none left
                cluster.call("scancel", "--state=PENDING", number)
        time.sleep(2)
    wall = time.time() - began
    accounts = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*/accounts.json")]
    made = [path for path in (folder / "alone").rglob("*") if path.is_file()]
    return {
        "planned": runs,
        "begun": len(accounts),
        "finished": sum((folder / str(one) / TARGET).is_file() for one in range(runs)),
        "nodes": len(NODES),
        "wall": wall,
        "load_before": load,
        "processor": sum(account["processor"] for account in accounts),
        "alone": {key: baseline[key] for key in ("wall", "processor")},
        "files": len(made),
        "bytes": sum(path.stat().st_size for path in made),
        "jobs": len(list((folder / "alone" / "results/benchmarks").rglob("*.tsv"))),
    }
