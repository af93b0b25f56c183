"""Name the unit tests that a change since main concerns, for `make check`; all of them where nothing tells.

A test is concerned if it, or anything of ours that it imports, has changed, or anything in its room.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latefusion.planning.code_digest import Code

ROOT = Path(__file__).resolve().parents[1]
UNIT = ROOT / "tests/unit"
PACKAGE = ROOT / "scripts/latefusion"
IMPORTED_FROM = (ROOT / "tests", ROOT / "scripts", ROOT / "workflow", ROOT)
# What no unit test reads.
APART = (*(ROOT / name for name in (".ci", "Makefile", "mkdocs.yml", "envs", "results")), *ROOT.glob("*.md"))


def changed() -> list[Path]:
    """Return the files that differ from where this branch left main, with those that git does not know yet.

    Raises
    ------
    subprocess.CalledProcessError
        If this is no checkout with a branch main.
    """
    fork = _git("merge-base", "main", "HEAD").strip()
    names = _git("diff", "--name-only", fork) + _git("ls-files", "--others", "--exclude-standard")
    return [ROOT / name for name in sorted({*names.splitlines()})]


def concerned(files: list[Path], tests: list[Path]) -> list[Path]:
    """Return those tests that a change of some files concerns."""
    files = [file for file in files if not any(file.is_relative_to(place) for place in APART)]
    code = [file for file in files if file.suffix == ".py"]
    rooms = {file.relative_to(PACKAGE).parts[0] for file in files if file.is_relative_to(PACKAGE)}
    if any(file.suffix != ".py" and not file.is_relative_to(PACKAGE) for file in files):
        return tests
    return [
        test
        for test in tests
        if test.relative_to(UNIT).parts[0] in rooms or not imported(test).isdisjoint(code)
    ]


@cache
def imported(test: Path) -> set[Path]:
    """Return a test and all files of ours that it imports."""
    found = {test}
    for root in IMPORTED_FROM:
        found |= {*_code(root).closure(*found)[0]}
    return found


@cache
def _code(root: Path) -> Code:
    """Return the code below a folder, which reads each of its files once."""
    from latefusion.planning.code_digest import Code

    return Code(root)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def main() -> None:
    """Print the tests, or their folder."""
    try:
        chosen = concerned(changed(), sorted(UNIT.rglob("test_*.py")))
    except (OSError, subprocess.CalledProcessError):
        chosen = []
    print("\n".join(str(path.relative_to(ROOT)) for path in chosen or [UNIT]))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "scripts"))
    main()
