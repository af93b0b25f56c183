"""Snakemake looks for jobs to start when one has ended, and for garbage in what is made since it began."""

import importlib
from types import SimpleNamespace

import pytest
from snakemake.settings.types import MaxJobsPerTimespan

from runs import snakemake
from settings import ROOT

SNAKEFILE = f"""
import gc

look = JobScheduler.job_selector

def counted(self, jobs):
    with open("looks.txt", "a") as file:
        file.write(".")
    return look(self, jobs)

JobScheduler.job_selector = counted

include: "{ROOT / "workflow" / "rules" / "environment.smk"}"

with open("frozen.txt", "w") as file:
    file.write(str(gc.get_freeze_count()))

rule all:
    input: [f"{{k}}.txt" for k in range(4)]

rule one:
    output: "{{k}}.txt"
    shell: "sleep 0.7; touch {{output}}"
"""


def test_a_local_run_looks_for_a_job_when_one_has_ended_and_for_garbage_in_its_own_alone(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE, encoding="utf-8")
    snakemake("--cores", 1, cwd=tmp_path, snakefile="Snakefile")
    assert len(list(tmp_path.glob("?.txt"))) == 4
    assert len((tmp_path / "looks.txt").read_text()) <= 5
    # what it has loaded by then are some 200,000 objects
    assert int((tmp_path / "frozen.txt").read_text()) > 10_000


@pytest.mark.parametrize(
    ("limit", "local", "lifted"),
    [("100/1s", True, True), ("50/1s", True, False), ("100/1m", True, False), ("100/1s", False, False)],
)
def test_a_limit_of_the_users_own_stays_and_that_of_a_cluster(limit, local, lifted, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    settings = SimpleNamespace(max_jobs_per_timespan=MaxJobsPerTimespan.parse_choice(limit))
    scheduler = SimpleNamespace(job_rate_limiter="a limit")
    workflow = SimpleNamespace(local_exec=local, scheduling_settings=settings, scheduler=scheduler)
    importlib.import_module("launcher.pace").lift_limit(workflow)
    assert (scheduler.job_rate_limiter is None) == lifted
