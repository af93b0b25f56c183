"""One place for versions, one style for code."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from project import constraints

ROOT = Path(__file__).resolve().parents[2]


def pins(name):
    """Name and version of each requirement of a file under envs/, with those it includes."""
    found = {}
    for line in (ROOT / "envs" / name).read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r "):
            found |= pins(line.removeprefix("-r ").strip())
        elif line:
            package, version = line.split("==")
            found[package.lower()] = version
    return found


def test_every_version_that_the_requirements_bring_is_written_down():
    assert constraints.CONSTRAINTS.read_text(encoding="utf-8") == constraints.constraints()


def test_conda_installs_what_pip_does():
    assert constraints.CONDA.read_text(encoding="utf-8") == constraints.conda()
    *_, last = yaml.safe_load(constraints.CONDA.read_text(encoding="utf-8"))["dependencies"]
    assert dict(pin.split("==") for pin in last["pip"]).items() >= pins("requirements.txt").items()


def test_no_constraint_names_what_only_one_build_of_torch_brings():
    written = dict(re.findall(r"^([\w-]+)==(\S+)$", constraints.CONSTRAINTS.read_text(), re.MULTILINE))
    assert "torch" in written
    assert "filelock" in written  # which every build of torch brings
    assert [name for name in written if re.match("nvidia|cuda|triton", name)] == []
    assert [number for number in written.values() if "+" in number] == []


def test_every_installation_keeps_to_the_constraints():
    recipe = (ROOT / "Makefile").read_text()
    installs = [line for line in recipe.splitlines() if "pip install" in line and "--no-deps" not in line]
    assert len(installs) >= 2
    assert [line for line in installs if "-c envs/constraints.txt" not in line] == []


def test_the_wheel_needs_what_a_run_needs_in_ranges_around_what_was_tested():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {one.name.lower(): one.specifier for one in map(Requirement, project["dependencies"])}
    tested = pins("requirements.txt")
    assert wanted.keys() == tested.keys()
    assert [name for name, version in tested.items() if version not in wanted[name]] == []
    assert [name for name, allowed in wanted.items() if "==" in str(allowed)] == []


def test_every_requirement_is_pinned_and_torch_exactly():
    for name in ("package.txt", "requirements.txt", "development.txt", "example-data.txt"):
        assert all(re.fullmatch(r"[\w.]+", version) for version in pins(name).values())
    assert pins("package.txt")["torch"] == "2.13.0"


def test_the_environment_is_the_pinned_one():
    from importlib.metadata import version

    installed = {name: version(name).split("+")[0] for name in pins("development.txt")}
    assert installed == pins("development.txt")


def test_every_version_of_the_project_is_the_same():
    import latefusion

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]
    assert latefusion.__version__ == project == citation
    assert f"## {project}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_catalogue_of_workflows_finds_what_it_asks_for():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))["usage"]
    assert usage["software-stack-deployment"] == {"conda": True, "report": True}
    assert (ROOT / "workflow/Snakefile").is_file()
    assert (ROOT / "config/config.yaml").read_bytes() == (ROOT / "config.yaml").read_bytes()
    guide = (ROOT / "config/README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)", guide)
    assert "../docs/data.md" in links
    assert [link for link in links if not (ROOT / "config" / link).exists()] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "scripts", "tests", "benchmarks", "workflow", "setup.py"],
        ["ruff", "format", "--check", "scripts", "tests", "benchmarks", "workflow", "setup.py"],
        ["snakefmt", "--check", "Snakefile", "workflow/Snakefile", "workflow/rules"],
        ["mypy"],
        ["snakemake", "--lint"],
        ["bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", "scripts", "workflow"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_checks_of_style_are_clean(command):
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
