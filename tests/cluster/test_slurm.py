"""The workflow on a real SLURM: three virtual nodes, no accounting database, and all that can go wrong.

The nodes share the cores of one machine, and most of what SLURM costs is waiting. So the long runs start
together, with the first test, and each test waits for the one that it is about.
"""

import itertools
import subprocess
import sys

import pytest
import yaml

from cluster.background import Background
from cluster.throwaway import CPUS
from runs import (
    FEW,
    contents,
    kill_group,
    launch,
    log_lines,
    recorded,
    start,
    write_run,
    write_study,
)
from settings import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.slow]
# Less patience than the profile has: these jobs take seconds, and the files are on a local disk.
PROFILE = (
    *("--workflow-profile", ROOT / "profiles/slurm"),
    *("--slurm-init-seconds-before-status-checks", 3, "--latency-wait", 5),
)
FAULTS = ROOT / "tests/cluster/faults.smk"
# One that is fixed and one that learns. More would change nothing but the clock: each costs three seconds
# under each protocol, as each partition's SVMs do, since Snakemake starts again for it.
RULES = ("product", "logistic_regression")
CROSS = {"folds": 2}
SOME = "results/fusion/honest/mean.parquet"  # half of the jobs, in SLURM jobs of all groups but the last


@pytest.fixture(scope="module")
def background(cluster, tmp_path_factory):
    """Start the long runs, and take the node of one job away."""
    with Background(tmp_path_factory.mktemp("background"), cluster.environment) as runs:
        faults = runs.start("faults", "--snakefile", FAULTS, *PROFILE)
        runs.start("default", *PROFILE, prepare=write_default)
        runs.start("default here", "--cores", 1, prepare=write_default)
        runs.start("study", "--snakefile", "Snakefile", *PROFILE, prepare=copy_of_the_study)
        lost = cluster.wait_for_job("RUNNING", comment="rule_node", seconds=600)
        assert lost["node"] == "n3"
        cluster.until("the job at work", (faults / "started").exists, seconds=600)
        cluster.lose_node("n3")
        yield runs, lost


def write_default(folder):
    """The default configuration on few items, with two rules and fewer partitions: some 30 jobs."""
    configuration = yaml.safe_load((ROOT / "config.yaml").read_text())
    configuration["data"] |= FEW["data"]
    configuration["evaluation"]["by"] = []  # the songs' genre
    configuration["cross"] |= CROSS
    configuration["rules"] = [rule for rule in configuration["rules"] if rule["name"] in RULES]
    write_run(folder, configuration=configuration)


def copy_of_the_study(folder):
    """Two data sets under one seed, beside a copy of the recipe; a lab has more of both."""
    write_study(folder, ["eins", "zwei"], [3])


def run_names(folder):
    """Return the names of the jobs of each run in a folder, which are all alike in one run; oldest first."""
    return [line.split()[-1] for line in log_lines(folder, "SLURM run ID")]


def test_a_wrong_partition_is_a_clear_error_and_nothing_runs(cluster, background, tmp_path):
    write_run(tmp_path, configuration=FEW)
    resources = ("slurm_partition=nowhere", "mem_mb=500", "runtime=5")
    refused = launch(
        *("run", *PROFILE, "--default-resources", *resources),
        cwd=tmp_path,
        environment=cluster.environment,
        check=False,
    )
    assert refused.returncode == 1
    assert "invalid partition specified: nowhere" in refused.stderr
    assert not (tmp_path / "results/items").exists()


def test_killed_and_then_stopped_it_is_resumed_by_the_documented_steps(
    cluster, background, few_contents, tmp_path
):
    folder = write_run(tmp_path, configuration=FEW)
    resume = ("resume", SOME, *PROFILE)
    process = start("run", SOME, *PROFILE, cwd=folder, environment=cluster.environment)
    try:
        cluster.until("a run on SLURM", lambda: run_names(folder), seconds=600)
        cluster.wait_for_job("RUNNING", name=run_names(folder)[0], seconds=600)
    finally:
        kill_group(process)

    refused = launch(*resume, cwd=folder, environment=cluster.environment, check=False)
    assert refused.returncode == 1
    assert "of an earlier run still in SLURM's hands" in refused.stderr
    assert "--wait-for-jobs" in refused.stderr
    assert any((folder / ".snakemake/locks").glob("*.lock")), "the lock stays"

    process = start(*resume, "--wait-for-jobs", cwd=folder, environment=cluster.environment)
    try:
        cluster.until("the next run", lambda: len(run_names(folder)) == 2, seconds=600)
        cluster.wait_for_job("RUNNING", name=run_names(folder)[1], seconds=600)
        process.terminate()
        assert process.wait(timeout=600) == 143
    finally:
        kill_group(process)
    assert "Stopped." in (folder / "output.txt").read_text()
    left = [job for job in cluster.jobs("PENDING,RUNNING") if job["name"] in run_names(folder)]
    assert left == [], "it took its jobs with it"

    launch(*resume, cwd=folder, environment=cluster.environment)
    made = contents(folder)
    assert SOME.removeprefix("results/") in made
    assert made.items() <= few_contents.items()
    spans = [
        [cluster.times(job["id"]) for job in cluster.jobs() if job["name"] == name]
        for name in run_names(folder)
    ]
    assert len(spans) == 3
    for before, after in itertools.pairwise(spans):
        assert max(end for _, end in before) <= min(begin for begin, _ in after), "never side by side"


def test_a_whole_run_as_one_job_stops_in_good_order_and_goes_on_when_submitted_again(
    cluster, few_contents, tmp_path
):
    folder = write_run(tmp_path, configuration=FEW)
    (folder / "workflow").symlink_to(ROOT / "workflow")
    (folder / ".venv").symlink_to(sys.prefix)
    submit = (
        *("sbatch", "--parsable", f"--chdir={folder}"),
        *("--cpus-per-task=2", "--mem=3000", "--time=30", "--output=output.txt", "--open-mode=append"),
        *(ROOT / "profiles/slurm-one/job.sh", "all"),
    )
    first = cluster.call(*submit).strip()
    cluster.until("a first file that is done", lambda: recorded(folder), seconds=600)
    cluster.call("scancel", "--batch", "--signal=TERM", first)  # what SLURM sends before the time is up
    cluster.until("an orderly stop", lambda: first not in at_work(cluster), seconds=600)
    said = (folder / "output.txt").read_text()
    assert "Stopped. No file is half-written" in said
    done = recorded(folder)
    assert done
    assert not (folder / "results/summary.txt").exists()

    second = cluster.call(*submit).strip()
    cluster.until("the run", lambda: second not in at_work(cluster), seconds=600)
    assert contents(folder) == few_contents
    assert done.items() <= recorded(folder).items(), "what was done stayed done"
    assert "results/report.html  everything on one page" in (folder / "output.txt").read_text()
    ours = {job["id"]: job for job in cluster.jobs() if job["name"] == "latefusion"}
    assert set(ours) == {first, second}
    assert {job["cpus"] for job in ours.values()} == {"2"}, "the command line wins over the script"
    assert ours[second]["state"] == "COMPLETED"


def at_work(cluster):
    """Return the numbers of the jobs that have not come to their end."""
    return {job["id"] for job in cluster.jobs("PENDING,RUNNING,COMPLETING")}


def test_no_accounting_database_is_needed(cluster):
    """By default the executor would ask sacct, which exists and answers nothing, and wait for ever."""
    asked = subprocess.run(["sacct"], env=cluster.environment, capture_output=True, text=True)
    assert asked.returncode != 0
    profile = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())
    assert profile["slurm-status-command"] == "squeue"
    assert profile["cores"] <= CPUS, "a job that no node has room for would wait for ever"


def test_memory_time_and_a_lost_node_are_retried_with_more(cluster, background):
    runs, lost = background
    folder = runs.finished("faults")
    assert (folder / "results/memory.txt").read_text() == "800\n"
    assert (folder / "results/time.txt").read_text() == "2\n"
    assert (folder / "results/node.txt").read_text() == "again\n"
    name = run_names(folder)[0]
    jobs = [job for job in cluster.jobs() if job["name"] == name]
    states = {
        rule: [job["state"] for job in jobs if job["comment"] == f"rule_{rule}"]
        for rule in ("memory", "time", "node")
    }
    assert sorted(states["memory"]) == ["COMPLETED", "FAILED"]
    assert sorted(states["time"]) == ["COMPLETED", "TIMEOUT"]
    assert len(states["node"]) == 2
    ended = next(job["state"] for job in jobs if job["id"] == lost["id"])
    assert ended in ("NODE_FAIL", "FAILED"), "SLURM itself did not run it again"


def test_a_study_takes_one_job_a_run_and_one_that_gathers(cluster, background):
    runs, _ = background
    folder = runs.finished("study")
    table = (folder / "results/study.csv").read_text().splitlines()
    assert {tuple(line.split(",")[:2]) for line in table[1:]} == {("eins", "3"), ("zwei", "3")}
    assert "<svg" in (folder / "results/study.svg").read_text()
    name = run_names(folder)[0]
    assert [job["state"] for job in cluster.jobs() if job["name"] == name] == ["COMPLETED"] * 3


def test_the_default_configuration_takes_few_jobs_and_ends_with_the_bytes_of_a_local_one(cluster, background):
    runs, _ = background
    remote, local = runs.finished("default"), runs.finished("default here")
    assert contents(remote) == contents(local)
    assert "report.html" in (remote / "output.txt").read_text(), "the ranking and the files are shown"
    name = run_names(remote)[0]
    jobs = [job for job in cluster.jobs() if job["name"] == name]
    assert {job["state"] for job in jobs} == {"COMPLETED"}
    assert 3 <= len(jobs) <= 12
    assert max(int(job["cpus"]) for job in jobs) <= 2, "jobs that run one after another ask for no more"
