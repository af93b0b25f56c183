"""Every command of README.md and docs/ runs in a fresh clone, as written, on small data."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from documents import PAGES, README
from generate import write_dataset
from latefusion.planning.rule_catalogue import default_names, read_rules
from runs import FEW, STUDY, copy_tracked, once, planned
from settings import ROOT

pytestmark = pytest.mark.slow

# What a command cannot do in a test, and what stands for it: words added to it, or another command.
INSTEAD = {
    "make test": "make test --dry-run",
    "python3 -m venv .venv": "python3 -m venv --without-pip elsewhere",
    # test_wheel.py installs what was built
    "pip install latefusion": "true",
    "latefusion compare predictions.parquet": "true",  # test_compare.py
    "snakemake --cores 2 --configfile referee.yaml": "true",  # test_predictions.py
    "latefusion run --demo": "{} -- --dry-run",
    # test_places.py runs what it deploys
    "snakedeploy deploy-workflow": "mkdir fusion && echo 'rule all:' >fusion/Snakefile",
    ".venv/bin/pip install -r": "{} --dry-run --quiet",
    ".venv/bin/pip install --no-deps": "{} --dry-run --quiet",
    "snakemake --cores 8 --configfile examples/": "{} --dry-run",
    "snakemake --cores 8 --snakefile examples/study": "{} --dry-run",
    "snakemake --snakefile examples/study": "{} --dry-run",
    "snakemake --cores 8 --workflow-profile ../latefusion": "{} --dry-run",
    ".venv/bin/python workflow/launch.py run --workflow-profile profiles/slurm": "{} --dry-run",
    # the copy's configuration says where the checkout is, as the guide asks for
    "cd ../my_study": "{} && sed -i 's#: \\.\\./\\.\\.#: ../latefusion#' config.yaml",
}
# What SLURM's submission does with a command or a script, done here; an array is one task.
SBATCH = """#!/bin/sh
export SLURM_ARRAY_TASK_ID=0 SLURM_CPUS_PER_TASK=2 SLURM_MEM_PER_NODE=4000
while [ "${1#-}" != "$1" ]; do
  if [ "$1" = --wrap ]; then exec sh -c "$2"; fi
  shift
done
exec bash "$@"
"""
# The command of an installed package, which runs the same launcher.
LATEFUSION = '#!/bin/sh\nexec python workflow/launch.py "$@"\n'
MODULE = "module() { :; }\nexport -f module\n"


def blocks():
    """Yield the commands of each console block: a page, and lines with continued ones joined."""
    for page in (*PAGES, STUDY / "README.md"):
        for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            joined = re.sub(r"\\\n\s*", "", block)
            commands = [line.strip().removeprefix("$ ") for line in joined.splitlines() if line.strip()]
            yield pytest.param(commands, id=f"{page.relative_to(ROOT)}: {commands[0][:50]}")


def in_a_test(command):
    """Return what stands for a command."""
    for begin, other in INSTEAD.items():
        if command.startswith(begin):
            return other.replace("{}", command)
    return command


def own_configuration():
    """Return the configuration that README.md shows."""
    return re.search(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]


def write_own_data(folder):
    """Write tables with the columns of README.md's configuration."""
    write_dataset(folder / "own", n_train=60, n_test=24, dims={"text": 4, "audio": 3})
    for split in ("train", "test"):
        text = (folder / "own" / f"{split}.csv").read_text(encoding="utf-8")
        head, rest = text.split("\n", 1)
        head = head.replace("artist_name", "singer").replace("label", "mood")
        (folder / f"my_{split}.csv").write_text(f"{head}\n{rest}", encoding="utf-8")


def write_clone(folder):
    """Copy what is tracked, with an environment, and with small data in place of the bundled songs."""
    copy_tracked(folder)
    for compiled in (ROOT / "scripts").rglob("*.nb[ci]"):  # once a machine; a unit test begins without
        copy = folder / compiled.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy2(compiled, copy)
    (folder / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name not in (".run", ".development"):
            (folder / ".venv" / path.name).symlink_to(path)
    for stamp in (".run", ".development"):
        (folder / ".venv" / stamp).touch()
    small = {key: FEW[key] for key in ("protocols", "folds", "rules", "evaluation")}
    for name in ("data/demo", "database"):
        write_dataset(folder / name, n_train=60, n_test=24, dims={"text": 4, "audio": 3})
    for split in ("train", "test"):
        (folder / f"database/{split}.csv").rename(folder / f"database/LaA_{split}.csv")
    config = {**FEW, "data": {**FEW["data"], "train": "data/demo/train.csv", "test": "data/demo/test.csv"}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    write_own_data(folder)
    shutil.copy(folder / "my_test.csv", folder / "my_new.csv")
    mine = yaml.safe_load(own_configuration()) | small
    mine["data"]["new"] = "my_new.csv"
    (folder / "mine.yaml").write_text(yaml.safe_dump(mine))
    (folder / "runs/0").mkdir(parents=True)
    paths = {split: f"../../data/demo/{split}.csv" for split in ("train", "test")}
    array = {**config, "data": {**config["data"], **paths}}
    (folder / "runs/0/config.yaml").write_text(yaml.safe_dump(array))
    study = folder / "examples/study/config.yaml"  # each run of it is planned
    study.write_text(re.sub(r"^seeds: .*", "seeds: [0]", study.read_text(), flags=re.MULTILINE))
    (folder / "stand-in").mkdir()
    (folder / "stand-in/sbatch").write_text(SBATCH)
    (folder / "stand-in/latefusion").write_text(LATEFUSION)
    for program in (folder / "stand-in").iterdir():
        program.chmod(0o755)


def run(commands, folder):
    script = MODULE + "\n".join(map(in_a_test, commands))
    path = f"{folder}/stand-in:{folder}/.venv/bin:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """Return a fresh clone in which README.md's two runs have been made."""

    def make(folder):
        write_clone(folder / "latefusion")
        for command in ("make run", "make run CONFIG=mine.yaml"):
            done = run([command], folder / "latefusion")
            assert done.returncode == 0, done.stdout + done.stderr
            assert "report.html" in done.stdout

    return once(tmp_path_factory, "commands", make) / "latefusion"


@pytest.mark.parametrize("commands", list(blocks()))
def test_it_runs_as_written(commands, checkout):
    done = run(commands, checkout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_of_the_front_page_is_all_that_a_run_needs(tmp_path):
    """Every rule that needs no column to be named, under every protocol, and one SVM on all embeddings."""
    write_own_data(tmp_path)
    (tmp_path / "config.yaml").write_text(own_configuration())
    jobs = planned(tmp_path)
    rules = default_names(read_rules(ROOT / "scripts/latefusion/rules"))
    assert {job for job in jobs if job.startswith("fuse ")} == {
        f"fuse {protocol}/{rule}" for protocol in ("replica", "honest", "cross") for rule in rules
    }
    assert "train_svm given/early" in jobs


def test_no_target_stands_behind_an_option_that_takes_several_values():
    for (commands,) in (block.values for block in blocks()):
        for command in commands:
            assert not re.search(r"--configfiles? \S+ (?!-)\w+$", command), command
