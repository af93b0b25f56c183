"""Runs of the workflow for tests: a small data set, its configuration, ways to start and to examine runs."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from base64 import urlsafe_b64decode
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from forks import Forks
from generate import write_dataset
from settings import ROOT

STUDY = ROOT / "examples/study"
LAUNCH = ROOT / "workflow" / "launch.py"
CODE = ("Snakefile", "config.yaml", "workflow", "scripts", "profiles", "envs")
_FORKS = Forks()
EXEMPT = ("report.html", "logs", "benchmarks")  # they carry the times of a run

SMALL = {
    "data": {
        "train": "data/train.csv",
        "test": "data/test.csv",
        "label": "label",
        "class_name": "emotion",
        "group": "artist_name",
        "describe": ["artist_name", "valence", "arousal"],
    },
    "modalities": [
        {"name": "text", "column": "text_embedding"},
        {"name": "audio", "column": "audio_embedding"},
    ],
    "views": [{"name": "early", "modalities": ["audio", "text"]}],
    "protocols": ["replica", "honest", "cross"],
    "folds": 3,
    "cross": {"folds": 2, "repeats": 1},
    "rules": [
        {"name": "mean"},
        {"name": "accuracy_weighted"},
        {"name": "logistic_regression"},
        {"name": "mlp", "epochs": 2},
    ],
    "evaluation": {"by": [], "draws": 200},
    "seed": 0,
}

# the same for tests that run it often: one protocol, and rules that need no heavy library
FEW = {
    **SMALL,
    "protocols": ["honest"],
    "rules": [{"name": "mean"}, {"name": "accuracy_weighted"}, {"name": "class_weighted_max"}],
}

# the same with two numbers to predict beside the classes, and axes that they are cut at
BESIDE = {
    **FEW,
    "data": {**FEW["data"], "target": ["valence", "arousal"]},
    "rules": [*FEW["rules"], {"name": "ridge_stacking"}],
    "quadrants": {"cut": [0, 0]},
}


def write_run(folder, *, configuration=None, **dataset):
    """Write a small data set and its configuration into a working folder."""
    write_dataset(
        folder / "data", **{"n_train": 60, "n_test": 24, "dims": {"text": 4, "audio": 3}, **dataset}
    )
    write_config(folder, SMALL if configuration is None else configuration)
    return folder


def write_study(folder, names, seeds):
    """Copy the folder of the study beside some data sets and name them."""
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("results", ".snakemake"), dirs_exist_ok=True)
    datasets = {}
    for number, name in enumerate(names):
        write_run(folder / name, seed=number)
        paths = {split: f"{name}/data/{split}.csv" for split in ("train", "test")}
        write_config(folder / name, {**FEW, "data": {**FEW["data"], **paths}})
        datasets[name] = f"{name}/config.yaml"
    settings = {
        "workflow": str(ROOT),
        "results": "results",
        "datasets": datasets,
        "seeds": seeds,
        "change": {},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(settings))


def write_config(folder, configuration):
    """Write the configuration of a working folder."""
    text = yaml.safe_dump(configuration, sort_keys=False, allow_unicode=True)
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def clone(folder, *, compiled=True):
    """Copy the code into a folder, as a checkout has it in which a run has been made, or none at all."""
    half_written = ("*.pyc.*", "*.tmp.*")  # by processes that compile at this moment
    unwanted = shutil.ignore_patterns(*half_written if compiled else ["__pycache__"])
    for name in CODE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=unwanted)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


def copy_tracked(folder):
    """Copy what git has or would have into a folder, as a fresh clone has it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def borrowing_environment(place):
    """Make an empty environment whose libraries are those of this one; return its folder of packages.

    Nothing that this environment adds to its path, such as a checkout, comes along.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    packages = next(place.glob("lib/python*/site-packages"))
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return packages


def snakemake(*options, cwd, snakefile=ROOT / "Snakefile", environment=None, check=True):
    """Run Snakemake to its end."""
    return _finished(["-m", "snakemake", "--snakefile", snakefile, *options], cwd, environment, check)


def launch(*arguments, cwd, environment=None, check=True, code=ROOT):
    """Run the launcher to its end; `start` does not wait for it."""
    return _finished([code / "workflow" / "launch.py", *arguments], cwd, environment, check)


def start(*arguments, cwd, environment=None, code=ROOT):
    """Start the launcher at the head of its own process group; what it says goes to the end of `output.txt`.

    It is a fork, as `launch` is, unless its start has to see another environment.
    """
    output = Path(cwd, "output.txt")
    if environment is None:
        return _FORKS.start([code / "workflow" / "launch.py", *arguments], cwd, output)
    with output.open("a") as file:
        return subprocess.Popen(
            [sys.executable, code / "workflow" / "launch.py", *map(str, arguments)],
            cwd=cwd,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def once(tmp_path_factory, name, make):
    """Return a folder that `make` fills once for all processes of a test session; others wait for it."""
    root = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def planned(folder, *, code=ROOT, targets=(), options=()):
    """Return the jobs that a run in a folder would start, as `rule` or `rule a/b` with its wildcards."""
    with dag(folder, code=code, targets=targets, options=options) as plan:
        names = {job_name(job) for job in plan.needrun_jobs()}
    return names - {"all", "ingest_all"}


@contextmanager
def dag(folder, *, code=ROOT, targets=(), options=()):
    """Plan a run in this process, with the settings of the default profile, and give Snakemake's graph."""
    from snakemake.api import SnakemakeApi
    from snakemake.cli import parse_args
    from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

    with _state_kept():
        os.chdir(folder)
        _, arguments = parse_args(["--snakefile", str(code / "Snakefile"), "--dry-run", *options])
        with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, dryrun=True)) as api:
            loaded = api.workflow(
                resource_settings=ResourceSettings(
                    cores=8,
                    overwrite_threads=arguments.set_threads,
                    overwrite_resources=arguments.set_resources,
                ),
                snakefile=code / "Snakefile",
                workdir=folder,
            )
            loaded.dag(
                DAGSettings(
                    targets=set(targets),
                    rerun_triggers=arguments.rerun_triggers,
                    max_checksum_file_size=arguments.max_checksum_file_size,
                    force_incomplete=arguments.rerun_incomplete,
                )
            )
            # A dry run forgets its jobs when it ends, so plan as it does and stop there.
            workflow = loaded._workflow
            workflow._prepare_dag(forceall=False, ignore_incomplete=False, lock_warn_only=True)
            workflow._build_dag()
            yield workflow.dag


def job_name(job):
    """Return the name of a job: its rule and its wildcards."""
    wildcards = "/".join(str(value) for _, value in job.wildcards.items())
    return f"{job.rule.name} {wildcards}" if wildcards else job.rule.name


def contents(folder, results="results"):
    """Return the digest of every result file that must be the same each time."""
    root = folder / results
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in EXEMPT
    }


def recorded(folder):
    """Return what Snakemake recorded of each output of a finished job: file -> (start, end).

    A job counts as finished when none of its outputs is marked as incomplete any more.
    """
    state = folder / ".snakemake"
    unfinished = {_file(path, state / "incomplete") for path in _files(state / "incomplete")}
    found = {}
    for path in records(folder):
        try:
            found[_file(path, state / "metadata")] = json.loads(path.read_text())
        except ValueError:  # killed while it was being written
            continue
    half = [record["log"] for name, record in found.items() if name in unfinished]
    return {
        name: (record["starttime"], record["endtime"])
        for name, record in found.items()
        if name not in unfinished and record["log"] not in half
    }


def records(folder):
    """Return the files in which Snakemake says how each output was made."""
    return _files(folder / ".snakemake/metadata")


def seconds_of(folder):
    """Return how long the first run in a folder took, in seconds."""
    log = min((folder / ".snakemake/log").glob("*.snakemake.log"))
    return log.stat().st_mtime - (folder / "config.yaml").stat().st_mtime


def log_lines(folder, pattern):
    """Return the lines of all of Snakemake's logs in a folder that match a pattern."""
    logs = sorted((folder / ".snakemake/log").glob("*.snakemake.log"))
    return [line for log in logs for line in log.read_text().splitlines() if re.search(pattern, line)]


def kill_group(process):
    """End a process group at once, as a power cut does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _finished(arguments, cwd, environment, check):
    """Run Python to its end: in a fork, unless its start has to see another environment."""
    if environment is None:
        answer = _FORKS.run(arguments, cwd)
    else:
        command = [sys.executable, *map(str, arguments)]
        answer = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=3600
        )
    assert not check or answer.returncode == 0, f"{answer.stdout}\n{answer.stderr}"
    return answer


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def _file(path, root):
    """Return the name that Snakemake encodes as the path of a record."""
    coded = "".join(part.removeprefix("@") for part in path.relative_to(root).parts)
    return urlsafe_b64decode(coded).decode()


@contextmanager
def _state_kept():
    """Undo what a run leaves behind in this process: folder, arguments, paths, environment, handlers."""
    folder, arguments, path, environment = Path.cwd(), list(sys.argv), list(sys.path), dict(os.environ)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        os.chdir(folder)
        sys.argv[:] = arguments
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        for number, handler in handlers.items():
            signal.signal(number, handler)
