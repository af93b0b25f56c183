"""Write the version of everything that the requirements bring: the constraints and the conda environment.

After a change of envs/*.txt, in an environment that `make test` made: `python tests/project/constraints.py`.
Conda brings Python alone and pip the wheels that it installs everywhere, so that both give the same bytes.
What a build of torch for graphics cards brings besides stays out: a build for processors lacks it, and both
must install. So does pip, which belongs to the environment.
"""

from __future__ import annotations

import re
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement

ENVS = Path(__file__).resolve().parents[2] / "envs"
CONSTRAINTS = ENVS / "constraints.txt"
CONDA = ENVS / "latefusion.yaml"
LEFT_OUT = re.compile(r"nvidia-|cuda-|triton|pip$")
HEAD = """\
# Every version that envs/development.txt brings, directly or not, for `pip install -c envs/constraints.txt`.
# Written by tests/project/constraints.py; a test compares.
"""
CONDA_HEAD = """\
# For `snakemake --sdm conda`: the versions of requirements.txt and all that they bring.
# Written by tests/project/constraints.py; a test compares.
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python =3.11
  - pip
  - pip:
"""


def named(file: Path) -> set[str]:
    """Return the requirements of a file under envs/, with those it includes."""
    found: set[str] = set()
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found |= named(file.parent / text.removeprefix("-r ").strip())
        elif text:
            found.add(text)
    return found


def installed(requirements: set[str]) -> dict[str, str]:
    """Return the installed version of each requirement and of each that it brings here, by canonical name.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If one is not installed.
    """
    found: dict[str, str] = {}
    waiting = [Requirement(text) for text in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        key = (name, frozenset(one.extras))
        if key in seen or LEFT_OUT.match(name):
            continue
        seen.add(key)
        found[name] = version(name).split("+")[0]
        for text in requires(name) or ():
            brought = Requirement(text)
            extras = [{"extra": extra} for extra in ("", *one.extras)]
            if brought.marker is None or any(brought.marker.evaluate(extra) for extra in extras):
                waiting.append(brought)
    return found


def constraints() -> str:
    """Return what envs/constraints.txt should hold."""
    versions = installed(named(ENVS / "development.txt"))
    return HEAD + "".join(f"{name}=={versions[name]}\n" for name in sorted(versions))


def conda() -> str:
    """Return what envs/latefusion.yaml should hold."""
    versions = installed(named(ENVS / "requirements.txt"))
    return CONDA_HEAD + "".join(f"      - {name}=={versions[name]}\n" for name in sorted(versions))


if __name__ == "__main__":
    CONSTRAINTS.write_text(constraints(), encoding="utf-8")
    CONDA.write_text(conda(), encoding="utf-8")
