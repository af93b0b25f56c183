"""The workflow on a real SLURM: three virtual nodes, no accounting database, and all that can go wrong."""

import os
import shutil
import subprocess
import time

import pytest
import yaml

from cluster.throwaway import CPUS
from runs import FEW, contents, kill_group, launch, log_lines, start, write_config, write_run
from settings import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.slow]
PROFILE = ("--workflow-profile", ROOT / "profiles/slurm")
# Less patience than the profile has: these jobs take seconds, and the files are on a local disk.
HASTE = ("--slurm-init-seconds-before-status-checks", 3, "--latency-wait", 5)
FAULTS = ROOT / "tests/cluster/faults.smk"
LONG = pytest.mark.skipif(
    "LATEFUSION_LONG_CLUSTER_TESTS" not in os.environ,
    reason="takes many minutes on two cores; set LATEFUSION_LONG_CLUSTER_TESTS=1",
)


@pytest.fixture(scope="module")
def faults(cluster, tmp_path_factory):
    """Start the jobs that fail and take the node of one away; they go on beside the other tests."""
    folder = tmp_path_factory.mktemp("faults")
    with (folder / "output.txt").open("w") as output:
        process = start(
            *("run", "--snakefile", FAULTS, *PROFILE, *HASTE),
            cwd=folder,
            environment=cluster.environment,
            output=output,
        )
    job = cluster.wait_for_job("RUNNING", comment="rule_node")
    assert job["node"] == "n3"
    cluster.until("the job at work", (folder / "started").exists)
    cluster.lose_node("n3")
    yield folder, process, job
    if process.poll() is None:
        kill_group(process)


def test_a_wrong_partition_is_a_clear_error_at_once(cluster, faults, tmp_path):
    write_run(tmp_path, configuration=FEW)
    began = time.monotonic()
    refused = launch(
        *(
            "run",
            *PROFILE,
            *HASTE,
            "--default-resources",
            "slurm_partition=nowhere",
            "mem_mb=500",
            "runtime=5",
        ),
        cwd=tmp_path,
        environment=cluster.environment,
        check=False,
    )
    assert refused.returncode == 1
    assert "invalid partition specified: nowhere" in refused.stderr
    assert time.monotonic() - began < 60
    assert not (tmp_path / "results/items").exists()


@LONG
def test_killed_and_resumed_by_the_documented_steps(cluster, faults, tmp_path):
    local = write_run(tmp_path / "local", configuration=FEW)
    launch("run", "--cores", 2, cwd=local)
    folder = write_run(tmp_path / "cluster", configuration=FEW)
    with (folder / "output.txt").open("w") as output:
        process = start("run", *PROFILE, *HASTE, cwd=folder, environment=cluster.environment, output=output)
    cluster.wait_for_job("RUNNING", comment="rule_ingest", name="latefusion")
    first = log_lines(folder, "SLURM run ID")[0].split()[-1]
    kill_group(process)

    resume = ("resume", *PROFILE, *HASTE)
    refused = launch(*resume, cwd=folder, environment=cluster.environment, check=False)
    assert refused.returncode == 1
    assert "of an earlier run still in SLURM's hands" in refused.stderr
    assert "--wait-for-jobs" in refused.stderr
    assert any((folder / ".snakemake/locks").glob("*.lock")), "the lock stays"

    launch(*resume, "--wait-for-jobs", cwd=folder, environment=cluster.environment)
    assert contents(folder) == contents(local)
    names = {line.split()[-1] for line in log_lines(folder, "SLURM run ID")}
    runs = {first: [], "later": []}
    for job in cluster.jobs():
        if job["name"] in names:
            runs[first if job["name"] == first else "later"].append(cluster.times(job["id"]))
    assert max(end for _, end in runs[first]) <= min(begin for begin, _ in runs["later"]), (
        "never side by side"
    )


def test_interrupted_it_takes_its_jobs_with_it(cluster, faults, tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    process = start("run", *PROFILE, *HASTE, cwd=folder, environment=cluster.environment)
    cluster.wait_for_job("RUNNING", comment="rule_ingest", name="latefusion")
    name = log_lines(folder, "SLURM run ID")[0].split()[-1]
    process.terminate()
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 143, said
    assert "Stopped." in said
    assert [job for job in cluster.jobs("PENDING,RUNNING") if job["name"] == name] == []


@LONG
def test_the_bundled_run_takes_few_jobs_and_ends_with_the_bytes_of_a_local_one(cluster, faults, tmp_path):
    local, remote = tmp_path / "local", tmp_path / "remote"
    local.mkdir()
    launch("run", "--cores", 2, cwd=local)
    shutil.copytree(local / "data", remote / "data")
    before = {job["id"] for job in cluster.jobs()}
    done = launch("run", *PROFILE, "--latency-wait", 5, cwd=remote, environment=cluster.environment)
    assert contents(remote) == contents(local)
    assert "report.html" in done.stdout, "the ranking and the files are shown"
    name = log_lines(remote, "SLURM run ID")[0].split()[-1]
    jobs = [job for job in cluster.jobs() if job["id"] not in before and job["name"] == name]
    assert {job["state"] for job in jobs} == {"COMPLETED"}
    assert 3 <= len(jobs) <= 12


@LONG
def test_a_study_of_two_data_sets_and_seeds(cluster, faults, tmp_path):
    """Each run of the study is one SLURM job, and one more gathers their summaries."""
    for name, seed in (("eins", 1), ("zwei", 2)):
        write_run(tmp_path / name, seed=seed)
        paths = {split: str(tmp_path / name / "data" / f"{split}.csv") for split in ("train", "test")}
        write_config(tmp_path / name, {**FEW, "data": {**FEW["data"], **paths}})
    study = tmp_path / "study"
    study.mkdir()
    datasets = {name: str(tmp_path / name / "config.yaml") for name in ("eins", "zwei")}
    settings = {"results": "results", "datasets": datasets, "seeds": [0, 1], "change": {}}
    (study / "config.yaml").write_text(yaml.safe_dump(settings))
    snakefile = ROOT / "examples/study/Snakefile"
    launch("run", "--snakefile", snakefile, *PROFILE, *HASTE, cwd=study, environment=cluster.environment)
    table = (study / "results/study.csv").read_text().splitlines()
    assert {tuple(line.split(",")[:2]) for line in table[1:]} == {
        (name, seed) for name in ("eins", "zwei") for seed in ("0", "1")
    }
    assert (study / "results/study.svg").stat().st_size > 1000
    name = log_lines(study, "SLURM run ID")[0].split()[-1]
    assert len([job for job in cluster.jobs() if job["name"] == name]) == 5


def test_no_accounting_database_is_needed(cluster, faults):
    """By default the executor would ask sacct, which exists and answers nothing, and wait for ever."""
    asked = subprocess.run(["sacct"], env=cluster.environment, capture_output=True, text=True)
    assert asked.returncode != 0
    assert (
        yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())["slurm-status-command"] == "squeue"
    )


def test_a_job_may_not_ask_for_more_than_a_node_has():
    """The profile's limits fit the virtual nodes, as they must fit a site's."""
    profile = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())
    assert profile["cores"] <= CPUS


def test_memory_time_and_a_lost_node_are_retried_with_more(cluster, faults):
    folder, process, lost = faults
    assert process.wait(timeout=300) == 0, (folder / "output.txt").read_text()[-3000:]
    assert (folder / "results/memory.txt").read_text() == "800\n"
    assert (folder / "results/time.txt").read_text() == "2\n"
    assert (folder / "results/node.txt").read_text() == "again\n"
    jobs = cluster.jobs()
    states = {
        rule: [job["state"] for job in jobs if job["comment"] == f"rule_{rule}"]
        for rule in ("memory", "time", "node")
    }
    assert sorted(states["memory"]) == ["COMPLETED", "FAILED"]
    assert sorted(states["time"]) == ["COMPLETED", "TIMEOUT"]
    assert len(states["node"]) == 2
    ended = next(job["state"] for job in jobs if job["id"] == lost["id"])
    assert ended in ("NODE_FAIL", "FAILED"), "SLURM itself did not run it again"
