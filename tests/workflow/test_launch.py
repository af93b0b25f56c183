"""The launcher: one run at a time, stopped in good order, resumed and tidied; on a workflow of its own."""

import atexit
import contextlib
import fcntl
import functools
import importlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

import runs
from runs import FEW, LAUNCH, clone, kill_group, once, snakemake, write_run
from settings import ROOT

SNAKEFILE = """
configfile: "config.yaml"

rule all:
    input: f"{config['results']}/summary.txt"

rule work:
    output: f"{config['results']}/done/{{i}}.txt"
    params: seconds=lambda wildcards: config["seconds"]
    log: f"{config['results']}/logs/{{i}}.log"
    benchmark: f"{config['results']}/benchmarks/{{i}}.tsv"
    script: "work.py"

rule summarise:
    input: expand("{results}/done/{i}.txt", results=config["results"], i=range(config["jobs"]))
    output: f"{config['results']}/summary.txt"
    shell: "echo '1. mean  0.75' >{output}"
"""
# Writes as the package does: one job in each of its two ways.
SCRIPT = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(ROOT / "scripts")!r})
from latefusion.store.atomic import atomic, staged

def write(path):
    path.write_text("1. mean  0.75\\n")
    if snakemake.log:
        Path(snakemake.log[0]).touch()
    time.sleep(snakemake.params.seconds)

target = snakemake.output[0]
if snakemake.wildcards.get("i") == "0":
    with atomic(target) as file:
        write(Path(file.name))
else:
    with staged(target) as [part]:
        write(part)
"""
OPTIONS = ("--cores", "2")
NAMED = ("--snakefile", "Snakefile", *OPTIONS)  # for which the launcher starts a Python, and makes no fork

BOTH_WAYS = pytest.mark.parametrize(
    "busy", [OPTIONS, NAMED], ids=["a fork", "a Python of its own"], indirect=True
)


@functools.cache
def checkout():
    """Return a checkout that has this workflow in place of ours."""
    code = Path(tempfile.mkdtemp(prefix="checkout-"))
    atexit.register(shutil.rmtree, code)
    clone(code)
    shutil.rmtree(code / "profiles/default")
    write_workflow(code)
    return code


def launch(*arguments, **how):
    return runs.launch(*arguments, code=checkout(), **how)


@pytest.fixture
def folder(tmp_path):
    return write_workflow(tmp_path)


def write_workflow(folder):
    (folder / "Snakefile").write_text(SNAKEFILE)
    (folder / "work.py").write_text(SCRIPT)
    configure(folder)
    return folder


def configure(folder, jobs=2, seconds=0.0, results="results"):
    (folder / "config.yaml").write_text(json.dumps({"jobs": jobs, "seconds": seconds, "results": results}))


def until(holds, seconds=120):
    last = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < last, "it did not happen in time"
        time.sleep(0.05)


def launcher(module, monkeypatch):
    """Return a module of the launcher, which lies beside the package."""
    monkeypatch.syspath_prepend(ROOT / "workflow")
    return importlib.import_module(f"launcher.{module}")


def parts(folder):
    return list((folder / "results" / "done").glob(".*.part"))


def running(folder, *options, jobs=2):
    """Start a run whose jobs never end and return once they are at work."""
    configure(folder, seconds=600)
    process = runs.start("run", *options, cwd=folder, code=checkout())
    try:
        until(lambda: len(parts(folder)) == jobs)
    except BaseException:
        kill_group(process)
        raise
    return process


@pytest.fixture
def busy(folder, request):
    process = running(folder, *getattr(request, "param", OPTIONS))
    yield process
    with contextlib.suppress(ProcessLookupError):  # jobs may be left where the launcher has gone
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def processes_in(folder):
    return subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True).stdout.split()


def test_a_run_ends_with_the_ranking_and_where_the_files_are(folder):
    (folder / "results").mkdir()
    (folder / "results" / "report.html").touch()
    first = launch("run", *OPTIONS, cwd=folder).stdout
    assert first.rstrip().endswith(
        "1. mean  0.75\n\n  results/report.html  everything on one page: open it in a browser"
    )
    assert "1. mean  0.75" in launch("run", *OPTIONS, cwd=folder).stdout, "also where nothing was to be done"


def test_a_dry_run_and_a_run_of_some_targets_print_no_ranking(folder):
    launch("run", *OPTIONS, cwd=folder)
    assert "mean" not in launch("run", *OPTIONS, "--dry-run", cwd=folder).stdout
    assert "mean" not in launch("run", *OPTIONS, "results/done/0.txt", cwd=folder).stdout


def test_a_second_run_in_the_folder_refuses_and_names_the_first(folder, busy):
    second = launch("run", *OPTIONS, cwd=folder, check=False)
    assert second.returncode == 1
    assert re.search(
        rf"is in use by process {busy.pid} on \S+, since 20\d\d-.* \(launch.py run", second.stderr
    )
    assert busy.poll() is None
    assert list((folder / ".snakemake/locks").glob("*.lock")), "nobody removed the lock of the first"


def test_a_folder_of_its_own_makes_a_second_run_possible(folder, tmp_path_factory, busy):
    other = tmp_path_factory.mktemp("other")
    configure(other)
    launch("run", *OPTIONS, "--directory", other, cwd=folder)
    assert (other / "results" / "summary.txt").exists()
    assert busy.poll() is None


def test_resume_goes_on_with_the_configuration_and_the_targets_of_the_run_that_was_killed(folder):
    """Plain `resume` would otherwise start the run of `config.yaml`, beside what was killed."""
    (folder / "mine.yaml").write_text(json.dumps({"seconds": 600, "results": "mine"}))
    options = ("mine/done/1.txt", *OPTIONS, "--configfile", "mine.yaml")
    process = runs.start("run", *options, cwd=folder, code=checkout())
    until(lambda: list((folder / "mine" / "done").glob(".*.part")))
    kill_group(process)
    (folder / "mine.yaml").write_text(json.dumps({"seconds": 0, "results": "mine"}))
    said = launch("resume", cwd=folder).stdout
    assert "Going on with: launch.py run mine/done/1.txt" in said
    assert (folder / "mine/done/1.txt").exists()
    assert not (folder / "mine/done/0.txt").exists()
    assert not (folder / "results").exists()


def test_resume_never_starts_another_run_than_the_one_that_was_left(folder, busy):
    kill_group(busy)
    configure(folder)
    (folder / "mine.yaml").write_text(json.dumps({"results": "mine"}))
    refused = launch("resume", *OPTIONS, "--configfile", "mine.yaml", cwd=folder, check=False)
    assert refused.returncode == 1
    assert "these options name another run than the one to go on with, `launch.py run" in refused.stderr
    assert parts(folder), "nothing was touched"
    assert "mean" in launch("resume", *OPTIONS, cwd=folder).stdout, "the same options name the same run"


def test_resume_of_a_folder_with_nothing_to_resume_says_so_and_starts_nothing(folder):
    refused = launch("resume", *OPTIONS, cwd=folder, check=False)
    assert refused.returncode == 1
    assert "no run was started in" in refused.stderr
    assert not (folder / "results").exists()
    launch("run", *OPTIONS, cwd=folder)
    (folder / "results/summary.txt").unlink()
    assert "there is nothing to resume" in launch("resume", cwd=folder).stdout
    assert not (folder / "results/summary.txt").exists()


def test_resume_from_another_folder_finds_the_paths_of_the_run(folder, tmp_path_factory):
    there = tmp_path_factory.mktemp("there")
    (folder / "mine.yaml").write_text(json.dumps({"jobs": 1, "seconds": "no number", "results": "results"}))
    options = ("--snakefile", "Snakefile", "--cores", "1", "--configfile", "mine.yaml")
    failed = launch("run", "--directory", there, *options, cwd=folder, check=False)
    assert failed.returncode == 1
    assert f"launch.py resume --directory {there}` makes what is missing" in failed.stderr
    (folder / "mine.yaml").write_text(json.dumps({"jobs": 1, "seconds": 0, "results": "results"}))
    launch("resume", "--directory", there, cwd=tmp_path_factory.mktemp("elsewhere"))
    assert (there / "results/summary.txt").exists()


@pytest.mark.parametrize(
    ("busy", "number"), [(OPTIONS, signal.SIGINT), (NAMED, signal.SIGTERM)], indirect=["busy"]
)
def test_a_signal_stops_all_jobs_within_seconds_and_says_how_to_go_on(folder, busy, number):
    os.kill(busy.pid, number)
    assert busy.wait(300) == 128 + number  # the jobs would take ten minutes
    said = (folder / "output.txt").read_text()
    assert re.search(r"Stopped. No file is half-written; `python \S+/launch.py resume` goes on", said)
    assert not processes_in(folder)
    assert not list((folder / "results").rglob("*.txt"))
    assert not parts(folder), "what the jobs had begun is removed"
    configure(folder)
    assert "mean" in launch("resume", cwd=folder).stdout


@BOTH_WAYS
def test_ctrl_c_on_a_terminal_reaches_all_processes_at_once(folder, busy):
    os.killpg(busy.pid, signal.SIGINT)
    assert busy.wait(300) == 130
    assert "Stopped." in (folder / "output.txt").read_text()
    assert not processes_in(folder)


def test_after_a_kill_plain_snakemake_refuses_and_resume_goes_on(folder, busy):
    kill_group(busy)
    configure(folder)
    plain = snakemake("--cores", "2", cwd=folder, snakefile="Snakefile", check=False)
    assert plain.returncode == 1
    assert "--unlock" in plain.stderr
    resumed = launch("resume", cwd=folder).stdout
    assert re.search(rf"An earlier run was killed here: process {busy.pid} on ", resumed)
    assert "mean" in resumed
    assert not parts(folder)


def test_what_a_kill_left_is_removed_before_the_lock_that_tells_of_it(folder, busy, monkeypatch):
    """Killed again in between, the next run would find no lock, and nothing to look for."""
    kill_group(busy)
    clearing = launcher("clearing", monkeypatch)
    left = []

    class Unlock:
        def __init__(self, options):
            assert "--unlock" in options

        def run(self):
            left.append(parts(folder))
            return 0

    assert len(parts(folder)) == 2
    monkeypatch.setattr(clearing, "Child", Unlock)
    options = ["--snakefile", str(folder / "Snakefile")]
    clearing.clear(options, folder, None, jobs_left="refuse", confirmed=True)
    assert left == [[]]


def test_plain_snakemake_says_what_to_type_in_a_locked_folder(tmp_path):
    write_run(tmp_path, configuration=FEW)
    assert "make resume" not in snakemake("--dry-run", cwd=tmp_path).stderr
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(exist_ok=True)
    (locks / "0.output.lock").write_text("results/summary.txt\n")
    refused = snakemake("--cores", 1, cwd=tmp_path, check=False)
    assert refused.returncode == 1
    assert "is locked: another run is at work, or was killed. `make resume`" in refused.stderr
    (locks / "0.output.lock").write_text("elsewhere/summary.txt\n")
    beside = snakemake("--cores", 1, "ingest_all", cwd=tmp_path)
    assert "It writes other results than results, so this one goes on." in beside.stderr
    assert "make resume" not in beside.stderr
    assert (tmp_path / "results/items/train.parquet").exists()


@BOTH_WAYS
def test_snakemake_keeps_the_lock_when_only_the_launcher_was_killed(folder, busy):
    os.kill(busy.pid, signal.SIGKILL)
    busy.wait()
    second = launch("resume", cwd=folder, check=False)
    assert second.returncode == 1
    assert "is in use by process" in second.stderr
    os.killpg(busy.pid, signal.SIGKILL)
    until(lambda: not processes_in(folder))
    configure(folder)
    assert "mean" in launch("resume", cwd=folder).stdout


def test_a_lock_that_processes_on_their_way_out_still_hold_is_waited_for(folder):
    with subprocess.Popen(["true"]) as launcher:
        launcher.wait()
    holder = {"pid": launcher.pid, "host": socket.gethostname(), "start": "a moment ago", "command": "run"}
    held = """
import fcntl, sys, time
file = open(".run.lock", "a+")
fcntl.flock(file, fcntl.LOCK_EX)
file.write(sys.argv[1])
file.flush()
print("held", flush=True)
time.sleep(1)
"""
    command = [sys.executable, "-c", held, json.dumps(holder)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as dying:
        assert dying.stdout.readline() == "held\n"
        assert "mean" in launch("run", *OPTIONS, cwd=folder).stdout


def test_a_live_snakemake_that_nobody_launched_is_found_and_left_alone(folder):
    configure(folder, seconds=600)
    with subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2"],
        cwd=folder,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as plain:
        try:
            until(lambda: parts(folder))
            refused = launch("resume", *OPTIONS, cwd=folder, check=False)
            assert refused.returncode == 1
            assert f"is in use by process {plain.pid} (" in refused.stderr
            assert list((folder / ".snakemake/locks").glob("*.lock"))
        finally:
            kill_group(plain)


@pytest.mark.parametrize("allocation", ["", "5"])
def test_jobs_that_outlive_snakemake_are_waited_for(folder, monkeypatch, allocation):
    """In an interactive allocation of SLURM as well, where every process carries its number."""
    monkeypatch.setenv("SLURM_JOB_ID", allocation)
    busy = running(folder, *OPTIONS)
    jobs = subprocess.run(
        ["pgrep", "-f", f"{folder}/.snakemake/scripts"], capture_output=True, text=True
    ).stdout
    for pid in [
        busy.pid,
        *map(
            int, subprocess.run(["pgrep", "-P", str(busy.pid)], capture_output=True, text=True).stdout.split()
        ),
    ]:
        os.kill(pid, signal.SIGKILL)
    busy.wait()
    refused = launch("resume", *OPTIONS, cwd=folder, check=False)
    assert refused.returncode == 1
    assert any(f"process {pid} (" in refused.stderr for pid in jobs.split())
    assert "end it with `kill " in refused.stderr
    kill_group(busy)


def left_elsewhere(folder, busy, **changed):
    """Kill a run, and let its record say that it was on another machine."""
    kill_group(busy)
    lock = folder / ".run.lock"
    with lock.open() as file:  # its Snakemake, which holds it too, dies a moment after it
        fcntl.flock(file, fcntl.LOCK_EX)
    lock.write_text(json.dumps({**json.loads(lock.read_text()), "host": "login2", **changed}))


def test_a_lock_left_on_another_machine_is_not_removed(folder, busy):
    left_elsewhere(folder, busy)
    for command in ("resume", "prune", "resume"):
        refused = launch(command, *OPTIONS, cwd=folder, check=False)
        assert refused.returncode == 1
        assert "Go on from login2 or, if that machine is gone, remove" in refused.stderr


def test_a_task_of_slurm_that_ended_on_another_node_is_known_to_be_gone(
    folder, busy, monkeypatch, tmp_path_factory
):
    left_elsewhere(folder, busy, job="70")
    configure(folder)
    tools = tmp_path_factory.mktemp("tools")
    (tools / "squeue").write_text("#!/bin/sh\necho 69; echo 70\n")
    (tools / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    assert "Go on from login2" in launch("resume", *OPTIONS, cwd=folder, check=False).stderr
    (tools / "squeue").write_text("#!/bin/sh\necho 69\n")
    assert "mean" in launch("resume", *OPTIONS, cwd=folder).stdout


def test_a_task_of_slurm_that_is_started_again_goes_on(folder, busy, monkeypatch):
    left_elsewhere(folder, busy, job="70")
    configure(folder)
    monkeypatch.setenv("SLURM_JOB_ID", "70")
    assert "mean" in launch("run", *OPTIONS, cwd=folder).stdout


def test_a_lock_of_which_no_record_tells_is_removed_only_when_somebody_says_so(folder):
    locks = folder / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("results/summary.txt\n")
    refused = launch("run", *OPTIONS, cwd=folder, check=False)
    assert refused.returncode == 1
    assert "no record tells which run left it" in refused.stderr
    assert "mean" in launch("resume", *OPTIONS, cwd=folder).stdout


def test_a_dry_run_after_a_kill_removes_nothing(folder, busy):
    kill_group(busy)
    before = parts(folder)
    assert len(before) == 2
    refused = launch("run", *OPTIONS, "-np", cwd=folder, check=False)
    assert "An earlier run" not in refused.stdout
    assert parts(folder) == before


def test_a_folder_that_cannot_be_written_is_named(folder):
    refused = launch("run", *OPTIONS, "--directory", "/proc/self", cwd=folder, check=False)
    assert refused.returncode == 1
    assert "results cannot be written here" in refused.stderr


class TestJobsLeftOnSlurm:
    """A stand-in for SLURM that has two jobs: one of an earlier run in the folder, one of somebody else's."""

    @pytest.fixture(autouse=True)
    def tools(self, folder, tmp_path_factory, monkeypatch):
        tools = tmp_path_factory.mktemp("tools")
        (tools / "queue").write_text("71|latefusion_abc|RUNNING\n72|other|RUNNING\n")
        (tools / "squeue").write_text(f"#!/bin/sh\nexec cat {tools}/queue\n")
        (tools / "scancel").write_text(
            f"#!/bin/sh\necho $* >>{tools}/cancelled\nsed -i /^$1/d {tools}/queue\n"
        )
        for name in ("squeue", "scancel"):
            (tools / name).chmod(0o755)
        for name in ("log", "locks", "incomplete"):
            (folder / ".snakemake" / name).mkdir(parents=True)
        (folder / ".snakemake/log/a.snakemake.log").write_text("host: x\nSLURM run ID: latefusion_abc\n")
        (folder / ".snakemake/incomplete/cmVz").write_text('{"external_jobid": "71"}')
        (folder / ".snakemake/locks/0.output.lock").write_text("results/summary.txt\n")
        monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
        return tools

    @pytest.fixture
    def slurm(self, monkeypatch):
        return launcher("slurm", monkeypatch)

    def test_the_lock_stays_while_they_run(self, folder):
        refused = launch("resume", *OPTIONS, cwd=folder, check=False)
        assert refused.returncode == 1
        assert "1 job of an earlier run still in SLURM's hands: 71 (running)" in refused.stderr
        assert "--wait-for-jobs" in refused.stderr
        assert (folder / ".snakemake/locks/0.output.lock").exists()

    def test_they_can_be_cancelled(self, folder, tools):
        said = launch("resume", "--cancel-jobs", *OPTIONS, cwd=folder).stdout
        assert "mean" in said
        assert (tools / "cancelled").read_text() == "71\n", "nobody else's job"

    def test_a_stop_leaves_none_behind(self, folder, tools, slurm):
        tidy = importlib.import_module("launcher.clearing").tidy
        part = folder / "results/.abcd_123.part"
        part.parent.mkdir()
        part.touch()
        (tools / "scancel").rename(tools / "later")
        (tools / "squeue").rename(tools / "silent")
        (tools / "squeue").write_text("#!/bin/sh\nexit 1\n")
        (tools / "squeue").chmod(0o755)
        tidy(["--snakefile", str(folder / "Snakefile")], folder)
        assert part.exists(), "a job that may be alive writes it"
        (tools / "later").rename(tools / "scancel")
        (tools / "silent").rename(tools / "squeue")
        tidy(["--snakefile", str(folder / "Snakefile")], folder)
        assert (tools / "cancelled").read_text() == "71\n"
        assert not part.exists()

    def test_they_can_be_waited_for(self, folder, tools, slurm):
        threading.Timer(0.5, lambda: (tools / "queue").write_text("")).start()
        slurm.wait(folder, interval=0.1)
        assert (tools / "queue").read_text() == ""

    def test_a_machine_without_slurm_does_not_guess(self, folder, slurm, monkeypatch):
        monkeypatch.setenv("PATH", "/nonexistent")
        with pytest.raises(Exception, match="left the SLURM jobs 71, and this machine has no squeue"):
            slurm.jobs_left(folder)

    def test_a_silent_controller_is_not_taken_for_an_empty_queue(self, folder, slurm, tools):
        (tools / "squeue").write_text("#!/bin/sh\necho cannot connect >&2\nexit 1\n")
        with pytest.raises(Exception, match="does not say what became of them: cannot connect"):
            slurm.jobs_left(folder)

    def test_where_nothing_ever_went_to_slurm_it_is_not_asked(self, tmp_path, slurm, tools):
        (tools / "squeue").write_text("#!/bin/sh\nexit 1\n")
        assert slurm.jobs_left(tmp_path / "elsewhere") == []


class TestPrune:
    @pytest.fixture
    def results(self, folder, tmp_path_factory):
        def run(made):
            configure(write_workflow(made), jobs=3)
            launch("run", *OPTIONS, cwd=made)

        shutil.copytree(once(tmp_path_factory, "three_jobs", run), folder, dirs_exist_ok=True)
        (folder / "results/README.md").write_text("kept")
        (folder / "results/notes.txt").write_text("mine")
        return folder / "results"

    def test_nothing_is_left_over_after_a_run(self, folder, results):
        said = launch("prune", "--snakefile", "Snakefile", cwd=folder).stdout
        assert "Nothing to remove" in said
        assert "notes.txt" in said

    def test_what_left_the_configuration_is_listed_and_removed_when_confirmed(self, folder, results):
        configure(folder, jobs=1)
        before = sorted(path for path in folder.rglob("*") if ".snakemake" not in path.parts)
        asked = launch("prune", "--snakefile", "Snakefile", cwd=folder, check=False)
        assert asked.returncode == 1
        assert "Nothing removed." in asked.stdout
        assert sorted(path for path in folder.rglob("*") if ".snakemake" not in path.parts) == before
        launch("prune", "--yes", "--snakefile", "Snakefile", cwd=folder)
        gone = set(before) - set(folder.rglob("*"))
        names = {
            f"{place}/{i}{ending}"
            for i in (1, 2)
            for place, ending in (("done", ".txt"), ("logs", ".log"), ("benchmarks", ".tsv"))
        }
        assert {str(path.relative_to(results)) for path in gone} == names
        assert (results / "notes.txt").read_text() == "mine"
        assert (results / "README.md").exists()

    def test_nothing_is_removed_where_the_run_cannot_be_planned(self, folder, results):
        (folder / "Snakefile").write_text("rule all:\n    input: 'missing'\n")
        refused = launch("prune", "--yes", "--snakefile", "Snakefile", cwd=folder, check=False)
        assert refused.returncode == 1
        assert "cannot be planned, so nothing is removed" in refused.stderr
        assert (results / "done/2.txt").exists()

    def test_a_run_at_work_is_not_disturbed(self, folder, busy):
        refused = launch("prune", "--yes", "--snakefile", "Snakefile", cwd=folder, check=False)
        assert refused.returncode == 1
        assert "is in use by process" in refused.stderr


class TestMistakesBeforeAnythingStarts:
    """Each of these ends in a traceback of Snakemake, or in silence, where nobody looks first."""

    def refused(self, folder, *options):
        answer = launch("run", *options, "--snakefile", "Snakefile", cwd=folder, check=False)
        assert answer.returncode == 1
        assert "Traceback" not in answer.stderr
        assert not (folder / "results").exists()
        return answer.stderr

    @pytest.mark.parametrize("target", ["predict", "results/summary.txt", "Snakefile"])
    def test_a_target_behind_configfile_is_told_from_a_configuration(self, folder, target):
        (folder / "mine.yaml").write_text("jobs: 1\n")
        said = self.refused(folder, "--cores", 1, "--configfile", "mine.yaml", target)
        assert f"found:   {target}, taken for a configuration" in said
        assert f"fix:     put the target first: `run {target} --configfile mine.yaml`" in said

    def test_a_configuration_that_does_not_exist_is_named_with_the_nearest(self, folder):
        said = self.refused(folder, "--cores", 1, "--configfile", "confg.yaml")
        assert "found:   confg.yaml, which does not exist" in said
        assert "write config.yaml" in said

    @pytest.mark.parametrize("named", [True, False])
    def test_a_mistake_in_yaml_has_its_file_and_line(self, folder, named):
        file = "mine.yaml" if named else "config.yaml"
        (folder / file).write_text("jobs: 2\nseconds: 0\nresults: [a, b\nfolds: 5\n")
        options = ("--configfile", file) if named else ()
        said = self.refused(folder, "--cores", 1, *options)
        assert re.search(rf"{file}, line 4\n    found:   .* \(character 6\)", said)
        assert "while parsing a flow sequence in line 3" in said

    def test_a_key_given_twice_is_told_with_both_lines(self, folder):
        (folder / "mine.yaml").write_text("jobs: 2\nresults: a\njobs: 3\n")
        said = self.refused(folder, "--cores", 1, "--configfile", "mine.yaml")
        assert "mine.yaml, line 3, jobs\n    found:   a key that line 1 has already" in said

    def test_a_tab_is_named_with_its_line(self, folder):
        (folder / "mine.yaml").write_text("data:\n\ttrain: a.csv\n")
        said = self.refused(folder, "--cores", 1, "--configfile", "mine.yaml")
        assert "mine.yaml, line 2\n" in said
        assert "cannot start any token (character 1)" in said

    def test_a_configuration_in_another_encoding_is_refused(self, folder):
        (folder / "mine.yaml").write_bytes("results: Größe\n".encode("latin-1"))
        said = self.refused(folder, "--cores", 1, "--configfile", "mine.yaml")
        assert "mine.yaml, line 1\n    found:   text that is not UTF-8" in said

    def test_a_configuration_without_keys_is_refused(self, folder):
        (folder / "mine.yaml").write_text("- jobs\n")
        assert "no keys, but a list" in self.refused(folder, "--cores", 1, "--configfile", "mine.yaml")

    def test_a_profile_that_does_not_exist_is_not_passed_over(self, folder):
        said = self.refused(folder, "--workflow-profile", "profiles/slrum")
        assert "found:   profiles/slrum, which does not exist" in said
        assert "write slurm" in said

    def test_an_option_that_snakemake_does_not_know_is_named(self, folder):
        assert "unrecognized arguments: --corse" in self.refused(folder, "--corse", 1)


def test_make_passes_a_configuration_to_each_command():
    def planned(*arguments):
        shown = subprocess.run(
            ["make", "--dry-run", "--no-print-directory", *arguments],
            cwd=ROOT,
            env={**os.environ, "CONFIG": "of the environment"},
            capture_output=True,
            text=True,
            check=True,
        )
        return shown.stdout.splitlines()[-1].partition("launch.py ")[2].split()

    assert planned("run") == ["run", "--cores", "all"]
    assert planned("run", "CONFIG=mine.yaml", "CORES=3") == [
        *("run", "--configfile", "mine.yaml", "--cores", "3")
    ]
    assert planned("resume") == ["resume"], "with as many cores as the run that was killed"
    assert planned("resume", "CORES=1") == ["resume", "--cores", "1"]
    assert planned("prune", "CONFIG=mine.yaml") == ["prune", "--configfile", "mine.yaml"]


@pytest.mark.parametrize(
    ("command", "own"),
    [("run", "--demo"), ("resume", "--cancel-jobs"), ("predict", "--directory"), ("prune", "--yes")],
)
def test_each_command_describes_itself(command, own):
    said = subprocess.run([sys.executable, LAUNCH, command, "--help"], capture_output=True, text=True).stdout
    assert own in said
    assert f"launch.py {command} [options] [--] [targets and options of Snakemake]" in said
    listed = subprocess.run([sys.executable, LAUNCH, "--help"], capture_output=True, text=True).stdout
    assert re.search(rf"^    {command} ", listed, re.MULTILINE)


class TestOptions:
    """What is ours and what goes to Snakemake."""

    @pytest.mark.parametrize(
        ("typed", "options"),
        [
            ("run --cores 2 a.txt", ["--cores", "2", "a.txt"]),
            ("run -- --cores 2 --yes", ["--cores", "2", "--yes"]),
            ("run --cores 2 -- --forceall", ["--cores", "2", "--forceall"]),
            ("run --configfile mine.yaml -- a.txt", ["--configfile", "mine.yaml", "--", "a.txt"]),
            ("run -- a.txt", ["a.txt"]),
        ],
    )
    def test_all_that_is_not_ours_goes_to_snakemake(self, typed, options, monkeypatch):
        main = launcher("main", monkeypatch)
        assert main._parsed(typed.split())[1] == options

    def test_the_folder_stands_before_what_may_end_with_targets(self, tmp_path, monkeypatch):
        main, given = launcher("main", monkeypatch), []
        monkeypatch.setattr("launcher.run.run", lambda options, folder, **_: given.append(options) or 0)
        main.main(["run", "-d", str(tmp_path), "--configfile", "a.yaml", "--", "a.txt"])
        main.main(["predict", "--cores", "2"])
        main.main(["run", "--demo"])
        assert given == [
            ["--directory", str(tmp_path), "--configfile", "a.yaml", "--", "a.txt"],
            ["predict", "--cores", "2"],
            [f"--configfile={ROOT / 'examples/demo.yaml'}"],
        ]

    @pytest.mark.parametrize(
        ("words", "fix"),
        [
            (["run", "--demo"], "leave out --demo to run your configuration"),
            (["compare", "a.csv"], "name the file that it shall write with --output"),
        ],
    )
    def test_what_brings_a_configuration_takes_no_other(self, words, fix, capsys, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        main = launcher("main", monkeypatch)
        assert main.main([*words, "--configfile", "mine.yaml"]) == 1
        assert f"fix:     {fix}" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []


def test_without_a_number_of_cores_all_are_used(folder):
    assert "mean" in launch("run", "--snakefile", "Snakefile", cwd=folder).stdout
    assert json.loads((folder / ".snakemake/launched.json").read_text())["options"][:2] == ["--cores", "all"]


class TestRules:
    """The catalogue on the terminal."""

    def test_lists_each_with_formula_and_options(self, tmp_path):
        said = launch("rules", cwd=tmp_path).stdout
        assert "\npower_mean\n    p_c ∝ ((1/M_i) Σ_m p_mc^p)^(1/p)\n    options: p: 2.0\n" in said
        assert "\nmlp (learns, for classes and targets)\n" in said
        assert "\nbates_granger (learns, for targets)\n" in said
        files = (ROOT / "scripts/latefusion/rules").glob("[!_]*.py")
        assert re.findall(r"^\w+", said, re.MULTILINE) == sorted(file.stem for file in files)

    def test_tells_all_of_one(self, tmp_path):
        said = launch("rules", "power_mean", cwd=tmp_path).stdout
        assert "source: Hardy, Littlewood and Pólya 1934" in said
        assert "option p: 2.0. The exponent" in said

    def test_writes_one_to_begin_with_and_lists_it_then(self, tmp_path):
        said = launch("rules", "mine", "--new", cwd=tmp_path).stdout
        assert "rules_path: rules" in said
        (tmp_path / "config.yaml").write_text("rules_path: rules\n")
        assert "class Mine(Rule)" in (tmp_path / "rules/mine.py").read_text(encoding="utf-8")
        assert "file: rules/mine.py" in launch("rules", "mine", cwd=tmp_path).stdout

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            (["maen"], "write mean"),
            (["mean", "--new"], "name it my_mean for instance"),
            (["selected", "--new"], "name it my_selected for instance"),
            (["../mine", "--new"], "small letters, digits and _"),
            (["--new"], "--new needs a name"),
            (["--cores", "1"], "unrecognized arguments: --cores"),
        ],
    )
    def test_refuses_what_is_none(self, tmp_path, monkeypatch, capsys, typed, said):
        monkeypatch.chdir(tmp_path)
        assert launcher("main", monkeypatch).main(["rules", *typed]) == 1
        assert said in capsys.readouterr().err
        assert not list(tmp_path.iterdir())


def test_make_calls_the_launcher():
    assert (ROOT / "Makefile").read_text().count("workflow/launch.py") == 3
