"""The section of RESULTS.md about SLURM: what was measured, and what follows for ten thousand runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.words import BUSY, prose, seconds, table

LARGE = 10_000
CORES = 200
# SLURM's defaults (slurm.conf): one array holds at most 1,000 tasks, the controller 10,000 jobs.
ARRAY = 1_000
# What profiles/slurm makes of a small run: two of `ingest`, data, svm, fusion, results.
GROUPS = 6


def section(result: Mapping[str, Any]) -> list[str]:
    """Show what a SLURM job costs and what a study costs."""
    names = {
        "local": "without SLURM, two at a time",
        "alone": "each a SLURM job",
        "grouped": "all in one SLURM job (`groups`, `group-components`)",
    }
    local = result["jobs"]["local"]["wall"]
    jobs = [
        (
            names[name],
            str(run["slurm_jobs"]),
            seconds(run["wall"]),
            f"{run['load_before']:.1f}",
            seconds(run["inside"] / run["slurm_jobs"]) if run["slurm_jobs"] else "",
            seconds((run["wall"] - local) / 12) if run["slurm_jobs"] else "",
        )
        for name, run in result["jobs"].items()
    ]
    study = result["study"]
    load = max(study["load_before"], study["load_after"])
    busy = (
        "**Others used the machine at the same time, so that seconds on the clock are far too many**; what "
        "remains true are the numbers of jobs and files, and both efficiencies."
        if load > BUSY
        else ""
    )
    return [
        "## SLURM",
        prose(
            """
            On a throw-away cluster of three virtual nodes that share this machine's cores, with
            `profiles/slurm`, first asked after 3 s. Twelve jobs that do nothing:
            """
        ),
        table(
            ["12 jobs", "SLURM jobs", "seconds", "load before", "seconds in a SLURM job", "more a job, s"],
            jobs,
        ),
        prose(
            f"""
            A study of small runs (60 + 24 items, one modality, one rule, `honest`;
            {study["jobs"]} jobs up to `summary.csv`), as one array with one run on each of
            {study["nodes"]} nodes at a time: {study["planned"]} were submitted, {study["begun"]}
            begun and {study["finished"]} finished{_cut(study)} in {seconds(study["wall"])} s (load
            {study["load_before"]:.1f} before, {study["load_after"]:.1f} after).
            {seconds(study["processor"] / study["begun"])} processor seconds a run, against
            {seconds(study["alone"]["processor"])} of one run without SLURM and with nothing beside it
            of ours. **Efficiency**: the nodes were at work for {_busy(study):.0%} of the time; by
            processor seconds, against the run without SLURM, {_ideal(study):.0%}. {busy}
            """
        ),
        *_large(study),
    ]


def _cut(study: Mapping[str, Any]) -> str:
    return ", the rest cancelled when the time was up," if study["begun"] < study["planned"] else ""


def _busy(study: Mapping[str, Any]) -> float:
    """Share of the time of all nodes that runs took."""
    return float(study["inside"] / (study["nodes"] * study["wall"]))


def _ideal(study: Mapping[str, Any]) -> float:
    return float(study["alone"]["processor"] / (study["processor"] / study["begun"]))


def _large(study: Mapping[str, Any]) -> list[str]:
    """Show what ten thousand such runs would take, on paper."""
    jobs, groups = LARGE * study["jobs"], LARGE * GROUPS
    hours = LARGE * study["processor"] / study["begun"] / _busy(study) / CORES / 3600
    files, size = LARGE * study["files"], LARGE * study["bytes"] / 1e9
    rows = [
        ("each of its jobs a SLURM job", f"{jobs:,}", "one `squeue` for each Snakemake every 10 to 180 s"),
        ("`profiles/slurm` for each run", f"{groups:,}", "the same"),
        ("`examples/study`, a run one job", f"{LARGE:,}", "the same, of one Snakemake"),
        ("an array, a run one task", f"{LARGE // ARRAY}", "none"),
    ]
    return [
        prose(
            f"""
            **Ten thousand such runs, on paper**, each on one of {CORES} cores: {hours:.1f} hours
            from the figures above; {files:,} files and {size:.1f} GB, `.snakemake/` included
            ({study["files"]} files a run). With real data the runs are longer, and nothing else
            changes.
            """
        ),
        table(["way", "submissions", "questions to the controller"], rows),
        prose(
            f"""
            Settings: SLURM's own `MaxArraySize` is 1001 and `MaxJobCount` 10,000, so submit
            {LARGE // ARRAY} arrays of {ARRAY:,}, one after another, or ask for more
            (`scontrol show config`); `%{CORES}` limits how many run at once; one `--directory` for
            each run. Where inodes are short, keep `summary.csv` and `report.html` and remove the
            rest of a run when it has ended; `.snakemake/` is what makes a rerun find nothing to do.
            """
        ),
    ]
