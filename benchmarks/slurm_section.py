"""The section of RESULTS.md about SLURM: what was measured, and what follows for ten thousand runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from benchmarks.words import BUSY, prose, seconds, table

LARGE = 10_000
CORES = 200
# SLURM's defaults (slurm.conf): one array holds at most 1,000 tasks, the controller 10,000 jobs.
ARRAY = 1_000
# What profiles/slurm makes of a small run: two of `ingest`, data, svm, fusion, results.
GROUPS = 6
# A task should take longer than SLURM needs to start it.
TASK_SECONDS = 60


def section(result: Mapping[str, Any]) -> list[str]:
    """Show what a SLURM job costs and what a study costs."""
    study, empty = result["study"], result["empty"]
    return [
        "## SLURM",
        prose(
            """
            On a throw-away cluster of three virtual nodes that share this machine's cores, with
            `profiles/slurm`, first asked after 3 s. Twelve jobs that do nothing:
            """
        ),
        _jobs(result["jobs"]),
        prose(
            """
            The executor runs the jobs of a group one after another and starts Snakemake anew for
            each, so that a group spares the queue and the scheduler rather than the clock. Where a
            whole run takes minutes, one SLURM job for all of it costs least.
            """
        ),
        prose(
            f"""
            A study of small runs (60 + 24 items, one modality, one rule, `honest`;
            {study["jobs"]} jobs up to `summary.csv`), as one array with one run on each of
            {study["nodes"]} nodes at a time: {study["planned"]} were submitted, {study["begun"]}
            begun and {study["finished"]} finished{_cut(study)} in {seconds(study["wall"])} s (load
            before: {study["load_before"]:.1f}). {seconds(study["processor"] / study["begun"])} processor
            seconds a run, against {seconds(study["alone"]["processor"])} of one run without SLURM and with
            nothing beside it. **Efficiency {_efficiency(result):.0%}**: the processor seconds that as many
            runs take by themselves, as a share of what {result["machine"]["cores"]} cores had to give in that
            time. {_disturbed(study)}
            """
        ),
        prose(
            f"""
            An array of {empty["tasks"]} tasks that do nothing took {seconds(empty["wall"])} s:
            {empty["tasks"] / empty["wall"]:.0f} tasks a second, nodes and controller on the same
            {result["machine"]["cores"]} cores, and {1000 * empty["controller"] / empty["tasks"]:.1f}
            ms of the controller's processor time a task.
            """
        ),
        *_large(result),
    ]


def _jobs(jobs: Mapping[str, Mapping[str, Any]]) -> str:
    """Show what twelve jobs cost in each way."""
    names = {
        "local": "without SLURM, two at a time",
        "alone": "each a SLURM job",
        "grouped": "all in one SLURM job (`groups`, `group-components`)",
        "inside": "Snakemake itself in one SLURM job of two cores (as `profiles/slurm-one` does)",
    }
    local = jobs["local"]["wall"]
    rows = [
        (
            names[name],
            str(run["slurm_jobs"]),
            seconds(run["wall"]),
            f"{run['load_before']:.1f}",
            seconds(run["inside"] / run["slurm_jobs"]) if run["slurm_jobs"] else "",
            seconds((run["wall"] - local) / 12) if run["slurm_jobs"] else "",
        )
        for name, run in jobs.items()
    ]
    head = ["12 jobs", "SLURM jobs", "seconds", "load before", "seconds in a SLURM job", "more a job, s"]
    return table(head, rows)


def _cut(study: Mapping[str, Any]) -> str:
    return ", the rest cancelled when the time was up," if study["begun"] < study["planned"] else ""


def _efficiency(result: Mapping[str, Any]) -> float:
    study = result["study"]
    ideal = study["finished"] * study["alone"]["processor"] / result["machine"]["cores"]
    return float(ideal / study["wall"])


def _disturbed(study: Mapping[str, Any]) -> str:
    if study["load_before"] <= BUSY:
        return ""
    return "**Others used the machine at the same time, so that it is far too low.**"


def _large(result: Mapping[str, Any]) -> list[str]:
    """Show what ten thousand such runs would take, on paper."""
    study, empty = result["study"], result["empty"]
    one = study["alone"]["wall"]
    minutes = LARGE * one / _efficiency(result) / CORES / 60
    together = math.ceil(TASK_SECONDS / one)
    tasks = math.ceil(LARGE / together)
    files, size = LARGE * study["files"], LARGE * study["bytes"] / 1e9
    share = empty["controller"] / empty["tasks"]
    asked = "one `squeue` for each Snakemake every 10 to 180 s"
    ways = [
        ("each of its jobs a SLURM job", LARGE * study["jobs"], LARGE * study["jobs"], asked),
        ("`profiles/slurm` for each run", LARGE * GROUPS, LARGE * GROUPS, asked),
        ("`examples/study`, a run one job", LARGE, LARGE, "one `squeue` every 10 to 180 s"),
        ("arrays, a run one task", math.ceil(LARGE / ARRAY), LARGE, "none"),
        (f"arrays, {together} runs one task", math.ceil(tasks / ARRAY), tasks, "none"),
    ]
    rows = [
        (way, f"{submissions:,}", f"{jobs:,}", seconds(jobs * share), questions)
        for way, submissions, jobs, questions in ways
    ]
    return [
        prose(
            f"""
            **Ten thousand such runs, on paper**, each on one of {CORES} cores: {minutes:.0f} minutes at the
            efficiency above; {files:,} files and {size:.1f} GB, `.snakemake/` included
            ({study["files"]} files a run). With real data the runs are longer, and nothing else changes.
            """
        ),
        table(
            ["way", "submissions", "SLURM jobs or tasks", "controller, processor s", "questions to it"], rows
        ),
        prose(
            f"""
            Settings: runs of {seconds(one)} s on {CORES} cores are {CORES / one:.0f} starts a second,
            so let a task make {together} of them, one after another: {CORES / one / together:.1f} starts
            a second. SLURM's own `MaxArraySize` is 1001 and `MaxJobCount` 10,000
            (`scontrol show config`): submit {math.ceil(tasks / ARRAY)} arrays of at most {ARRAY:,} tasks;
            `%{CORES}` limits how many run at once; one `--directory` for each run. Where inodes are short,
            keep `summary.csv` and `report.html` and remove the rest of a run when it has ended; `.snakemake/`
            is what makes a rerun find nothing to do.
            """
        ),
    ]
