"""What is built for others: a wheel with the workflow inside, which runs where there is no checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
import yaml

from runs import FEW, borrowing_environment, contents, copy_tracked, once, write_run
from settings import ROOT

pytestmark = pytest.mark.slow

HEAVY = {"snakemake", "numpy", "pandas", "pyarrow", "sklearn", "scipy", "torch", "numba", "yaml", "jinja2"}
COMMANDS = ("init", "run", "resume", "predict", "compare", "rules", "prune")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Return the folder of the wheel and the source distribution."""

    def build(folder):
        copy_tracked(folder / "source")
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", "."]
        done = subprocess.run(command, cwd=folder / "source", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    return once(tmp_path_factory, "built", build) / "dist"


@pytest.fixture(scope="session")
def environment(built, tmp_path_factory):
    """Return an environment with the wheel, and the libraries of this one."""

    def install(folder):
        borrowing_environment(folder / "env")
        (wheel,) = built.glob("*.whl")
        pip = [sys.executable, "-m", "pip", "--python", folder / "env/bin/python", "install"]
        done = subprocess.run([*pip, "--no-deps", "--no-index", wheel], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    return once(tmp_path_factory, "installed", install) / "env"


@pytest.fixture
def latefusion(environment, tmp_path):
    """Return a function that types the command in a folder outside the checkout."""

    def run(*arguments, cwd=tmp_path, check=True):
        done = subprocess.run(
            [environment / "bin/latefusion", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "COLUMNS": "100"},
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run


def of_workflow(built):
    """Return what the wheel holds of the workflow."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    place = "latefusion/_workflow/"
    return {name.removeprefix(place) for name in names if name.startswith(place)}, set(names)


def test_the_index_takes_what_was_built(built):
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *built.iterdir()], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert len(re.findall("PASSED", done.stdout)) == 2


def test_the_wheel_holds_the_package_once_and_all_of_the_workflow(built):
    workflow, names = of_workflow(built)
    tracked = [
        *(ROOT / name for name in ("Snakefile", "config.yaml", "examples/demo.yaml")),
        *(file for pattern in ("scripts/*.py", "envs/*", "profiles/*/*") for file in ROOT.glob(pattern)),
        *(file for room in ("report", "rules", "schemas") for file in ROOT.glob(f"workflow/{room}/*")),
        *(file for file in ROOT.glob("workflow/launcher/*.*") if file.suffix != ".pyc"),
    ]
    assert {str(file.relative_to(ROOT)) for file in tracked} <= workflow
    package = [*(ROOT / "scripts/latefusion").rglob("*.py"), ROOT / "scripts/latefusion/py.typed"]
    assert {str(file.relative_to(ROOT / "scripts")) for file in package} <= names
    assert "latefusion/report/templates/page.html" in names
    assert not [name for name in workflow if name.startswith("scripts/latefusion") or "tests" in name]
    assert not workflow & {"setup.py", "workflow/launch.py"}


def test_the_source_distribution_holds_all_that_the_wheel_is_built_from(built):
    """`build` made the wheel out of it; what else belongs to a release is here."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert {"pyproject.toml", "setup.py", "LICENSE", "CHANGELOG.md", "CITATION.cff", "README.md"} <= names


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_help_is_there_without_waiting_for_libraries(environment, tmp_path, command):
    code = (
        "import sys, latefusion.__main__ as command\n"
        f"sys.argv = ['latefusion', *{command!r}, '--help']\n"
        "try:\n    command.main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print('LOADED', *sys.modules)"
    )
    done = subprocess.run(
        [environment / "bin/python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    said, loaded = done.stdout.split("LOADED")
    assert said.startswith(f"usage: latefusion {' '.join(command)}")
    assert {name.partition(".")[0] for name in loaded.split()} & HEAVY == set()


def test_a_run_elsewhere_has_the_bytes_of_the_checkout_and_writes_nothing_into_the_package(
    environment, latefusion, few_contents, tmp_path
):
    site = next(environment.glob("lib/python*/site-packages"))
    before = {file: file.stat().st_mtime_ns for file in site.rglob("*")}
    folder = write_run(tmp_path / "mine", configuration=FEW)
    shown = latefusion("run", "--", "--cores", 2, cwd=folder).stdout
    assert "results/report.html  everything on one page" in shown
    assert contents(folder) == few_contents
    assert {file: file.stat().st_mtime_ns for file in site.rglob("*")} == before
    again = latefusion("run", "--", "--cores", 2, cwd=folder)
    assert "Nothing to be done" in again.stdout + again.stderr
    assert "there is nothing to resume" in latefusion("resume", cwd=folder).stdout
    (folder / "results/fusion/honest/older.json").write_text("{}")
    assert "older.json" in latefusion("prune", cwd=folder, check=False).stdout


def test_a_learner_of_one_s_own_is_trained_and_applied_as_its_page_says(latefusion, tmp_path):
    page = (ROOT / "docs/learners.md").read_text(encoding="utf-8")
    written = re.search(r"<!-- learner-template -->\n```python\n(.*?)```", page, re.DOTALL)[1]
    said = re.search(r"```yaml\n(learners_path: my_learners\n.*?)```", page, re.DOTALL)[1]
    folder = write_run(tmp_path / "mine", configuration={**FEW, "views": [], **yaml.safe_load(said)})
    (folder / "my_learners").mkdir()
    (folder / "my_learners/mine.py").write_text(written, encoding="utf-8")
    wanted = [
        f"results/given/{name}" for name in ("probabilities/text.mine/test.parquet", "models/text.json")
    ]
    latefusion("run", "--", "--cores", 2, *wanted, cwd=folder)
    candidates = json.loads((folder / wanted[1]).read_text())["candidates"]
    assert set(candidates) == {"text.svm", "text.mine"}
    (folder / "my_learners/mine.py").write_text(f"{written}# better\n", encoding="utf-8")
    planned = latefusion("run", "--", "--dry-run", *wanted, cwd=folder)
    jobs = re.findall(r"^(\w+) +\d+$", planned.stdout + planned.stderr, re.MULTILINE)
    assert {*jobs} == {"train_learner", "predict_learner", "choose_learner", "total"}


def test_the_demonstration_needs_no_file_and_no_further_package(latefusion, tmp_path):
    latefusion("run", "--demo", "--", "--cores", 1, "data/digit_halves/train.csv")
    assert (tmp_path / "data/digit_halves/test.csv").read_text().count("\n") == 360
    planned = latefusion("run", "--demo", "--", "--dry-run")
    assert "train_svm" in planned.stdout + planned.stderr
    last = json.loads((tmp_path / ".snakemake/launched.json").read_text())
    assert last["options"][-1] == "data/digit_halves/train.csv"


def test_a_folder_without_a_configuration_is_told_what_to_type(latefusion, tmp_path):
    done = latefusion("run", check=False)
    assert done.returncode == 1
    assert "found:   no config.yaml, and no --configfile" in done.stderr
    assert "`latefusion run --demo`" in done.stderr
    assert not (tmp_path / ".snakemake").exists()


def test_messages_name_the_command_that_is_there(latefusion, tmp_path):
    folder = write_run(tmp_path / "mine", configuration=FEW)
    shutil.rmtree(folder / "data")
    done = latefusion("run", cwd=folder, check=False)
    assert done.returncode == 1
    assert "`latefusion resume` makes what is missing" in done.stderr
    assert "launch.py" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_workflow_is_a_module_of_another_as_the_guide_shows(environment, tmp_path):
    guide = (ROOT / "docs/install.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- module -->\n```python\n(.*?)```", guide, re.DOTALL)[1]
    write_run(tmp_path, configuration=FEW)
    (tmp_path / "config.yaml").rename(tmp_path / "fusion.yaml")
    (tmp_path / "Snakefile").write_text(shown)
    command = [environment / "bin/python", "-m", "snakemake", "--cores", "1"]
    done = subprocess.run(
        [*command, "results/dataset.json"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "results/dataset.json").read_text())["classes"]
    plan = subprocess.run([*command, "--dry-run"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert re.search(r"^fusion_report +1$", plan.stdout + plan.stderr, re.MULTILINE)
