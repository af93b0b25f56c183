"""What SLURM costs: a job by itself and in a group, and a study of many small runs as one array.

`python -m benchmarks.slurm_overhead` starts the throw-away cluster of `tests/cluster`, so it needs root and
Debian's packages. The nodes are virtual: they share the cores of this machine, which is the ideal that a
study is compared with.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from cluster.throwaway import Cluster, why_not  # noqa: E402 - found through the line above
from runs import FEW, write_run  # noqa: E402

RESULT = Path(__file__).parent / "results" / "slurm_overhead.json"
TRIVIAL = """
rule all:
    input: expand("done/{i}", i=range(12))

rule trivial:
    output: "done/{i}"
    resources: mem_mb=500, runtime=5
    shell: "echo > {output}"
"""
LARGE = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200, help="small runs of the study (default: 200)")
    given = parser.parse_args()
    reason = why_not()
    if reason:
        sys.exit(f"no cluster here: {reason}")
    with Cluster() as cluster, tempfile.TemporaryDirectory() as work:
        measured = {
            "jobs_by_themselves": trivial(cluster, Path(work, "single"), together=1),
            "jobs_in_a_group": trivial(cluster, Path(work, "grouped"), together=12),
            "study": study(cluster, Path(work, "study"), given.runs),
        }
    measured["ten_thousand_runs"] = on_paper(measured)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(measured, indent=1) + "\n")
    print(json.dumps(measured, indent=1))


def trivial(cluster: Cluster, folder: Path, *, together: int) -> dict[str, float]:
    """Run twelve jobs that do nothing, so many of them in one SLURM job."""
    folder.mkdir()
    (folder / "Snakefile").write_text(TRIVIAL)
    began = time.perf_counter()
    snakemake(
        *("--workflow-profile", ROOT / "profiles/slurm", "--groups", "trivial=small"),
        *("--group-components", f"small={together}", "--slurm-init-seconds-before-status-checks", "3"),
        folder=folder,
        environment=cluster.environment,
    )
    wall = time.perf_counter() - began
    ours = [job for job in cluster.jobs() if "small" in job["comment"]]
    jobs = [cluster.seconds(job["id"]) for job in ours][-12 // together :]
    return {"slurm_jobs": len(jobs), "wall": wall, "seconds_in_a_slurm_job": sum(jobs) / len(jobs)}


def study(cluster: Cluster, folder: Path, runs: int) -> dict[str, float]:
    """Run a study as one array: each task is a whole local run in a folder of its own."""
    for run in range(runs):
        write_run(folder / str(run), configuration={**FEW, "seed": run})
    alone = write_run(folder / "alone", configuration=FEW)
    used = os.times()
    snakemake("--cores", "1", folder=alone, environment=cluster.environment)
    after = os.times()
    processor = after.children_user + after.children_system - used.children_user - used.children_system
    command = f"{sys.executable} -m snakemake --snakefile {ROOT}/Snakefile --cores 1"
    cores = os.cpu_count() or 1
    began = time.perf_counter()
    cluster.call(
        *(
            "sbatch",
            "--wait",
            f"--array=0-{runs - 1}%{cores}",
            "--mem=3000",
            "--time=60",
            "--output=/dev/null",
        ),
        f"--wrap={command} --directory {folder}/$SLURM_ARRAY_TASK_ID --quiet all",
        timeout=86_400,
    )
    wall = time.perf_counter() - began
    finished = sum((folder / str(run) / "results/summary.csv").is_file() for run in range(runs))
    files = sum(len(names) for _, _, names in os.walk(folder / "0"))
    return {
        "runs": runs,
        "finished": finished,
        "wall": wall,
        "processor_seconds_of_one_run": processor,
        "efficiency": processor * runs / cores / wall,
        "files_of_one_run": files,
    }


def on_paper(measured: dict[str, dict[str, float]]) -> dict[str, float | str]:
    """Scale the study to ten thousand runs on two hundred cores."""
    one = measured["study"]
    cores = 200
    return {
        "submissions": 1,
        "files": LARGE * one["files_of_one_run"],
        "hours_on_200_cores": LARGE * one["processor_seconds_of_one_run"] / one["efficiency"] / cores / 3600,
        "questions_to_the_controller": 0,
        "settings": "MaxArraySize > 10000 (else several arrays), --array=0-9999%200, one folder a run",
    }


def snakemake(*options: str | Path, folder: Path, environment: dict[str, str]) -> None:
    snakefile = folder / "Snakefile" if (folder / "Snakefile").exists() else ROOT / "Snakefile"
    command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile, *options]
    subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, check=True, capture_output=True
    )


if __name__ == "__main__":
    main()
