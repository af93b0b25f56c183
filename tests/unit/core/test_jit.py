import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba import njit

from latefusion.core import jit
from project.import_law import imports, modules, room_of

PACKAGE = Path(jit.__file__).parents[1]

CODE = """
import logging, sys
import numpy as np
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
from latefusion.core.jit import say_if_compiling
from latefusion.svm.smo import weighted_sums
say_if_compiling(weighted_sums)
K, out = np.eye(2, dtype=np.float32), np.zeros(2)
weighted_sums(K, np.arange(2, dtype=np.uint64), np.array([[0, 2, 0]], np.uint64), np.array([1.0, -2.0]), out)
assert out.tolist() == [1.0, -2.0]
print("hits", sum(weighted_sums.stats.cache_hits.values()), "in", weighted_sums.stats.cache_path)
"""


def test_extrema_are_those_of_python():
    @njit
    def both(a, b):
        return jit.fmax(a, b), jit.fmin(a, b)

    assert both(1.5, -2.0) == (1.5, -2.0)
    assert both(-3.0, -2.0) == (-2.0, -3.0)


def run(package_parent, cwd, home):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    environment |= {
        "PYTHONPATH": str(package_parent),
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    return subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, cwd=cwd, env=environment
    ).stdout


def copy_of_package(site):
    """Copy what the compiled functions need; return the folder whose cache numba would use."""
    package = site / "latefusion" / "svm"
    package.mkdir(parents=True)
    shutil.copy(PACKAGE / "__init__.py", package.parent / "__init__.py")
    for name in ("__init__.py", "block_access.py", "memory.py", "smo.py"):
        shutil.copy(PACKAGE / "svm" / name, package / name)
    shutil.copytree(PACKAGE / "core", package.parent / "core", ignore=shutil.ignore_patterns("__pycache__"))
    return package


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory):
    """Return a folder with a copy of the package whose functions have been compiled and kept beside it."""
    folder = tmp_path_factory.mktemp("compiled")
    copy_of_package(folder / "site")
    run(folder / "site", folder, folder / "home")
    return folder / "site"


@pytest.fixture
def compiled_copy(compiled_once, tmp_path):
    """Return the room of a copy of it, with the times of its files, which numba looks at."""
    shutil.copytree(compiled_once, tmp_path / "site")
    assert list((tmp_path / "site/latefusion/svm/__pycache__").glob("*weighted_sums*.nbc"))
    return tmp_path / "site/latefusion/svm"


def test_compiled_code_is_kept_for_the_user_where_the_package_cannot_be_written(tmp_path):
    package = copy_of_package(tmp_path / "site")
    # a file in the cache folder's place keeps even root from writing there
    (package / "__pycache__").write_text("")
    home = tmp_path / "home"
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    first = run(tmp_path / "site", tmp_path / "one", home)
    assert "compiling weighted_sums, which takes some seconds, and kept in" in first
    assert "hits 0" in first
    assert str(home) in first
    second = run(tmp_path / "site", tmp_path / "two", home)
    assert "compiling" not in second
    assert "hits 1" in second


def test_where_nothing_can_be_written_it_compiles_each_time_and_says_so(tmp_path):
    package = copy_of_package(tmp_path / "site")
    (package / "__pycache__").write_text("")
    (tmp_path / "home").write_text("a file where the home folder should be")
    found = run(tmp_path / "site", tmp_path, tmp_path / "home")
    assert "for this job alone" in found
    assert "in None" in found


def test_of_an_installed_package_compiled_code_is_kept_for_the_user_alone(tmp_path):
    package = copy_of_package(tmp_path / "site")
    (package.parent / "_workflow").mkdir()
    before = sorted(package.rglob("*.nb?"))
    assert str(tmp_path / "home/cache") in run(tmp_path / "site", tmp_path, tmp_path / "home")
    assert sorted(package.rglob("*.nb?")) == before == []


@pytest.mark.parametrize("changed", ["svm/other.py", "core/jit.py"])
def test_a_change_of_any_file_with_compiled_functions_compiles_all_of_its_room_anew(
    compiled_copy, tmp_path, changed
):
    """They call one another across files, and numba looks at the file of the one that is called first."""
    assert "hits 1" in run(tmp_path / "site", tmp_path, tmp_path / "home")
    with (compiled_copy.parent / changed).open("a") as file:
        file.write("# from latefusion.core.jit import compiled\n")
    assert "hits 0" in run(tmp_path / "site", tmp_path, tmp_path / "home")


def test_compiled_functions_call_those_of_their_own_room_alone():
    """Else a change of what they call would go unnoticed: kept code is known by the files of one room."""
    compiled = {
        module: file
        for module, file in modules(PACKAGE.parent).items()
        if "from latefusion.core.jit import" in file.read_text() and module != "latefusion.core.jit"
    }
    assert {room_of(module) for module in compiled} >= {"svm"}
    assert [
        (one.importer, one.imported)
        for one in imports(PACKAGE.parent)
        if {one.importer, one.imported} <= compiled.keys() and room_of(one.importer) != room_of(one.imported)
    ] == []


@pytest.mark.parametrize(("kind", "left"), [("nbi", 0), ("nbc", 1000)])
def test_damaged_compiled_code_is_made_anew(compiled_copy, tmp_path, kind, left):
    damaged = list((compiled_copy / "__pycache__").glob(f"*weighted_sums*.{kind}"))
    assert damaged
    for path in damaged:
        path.write_bytes(path.read_bytes()[:left])
    found = run(tmp_path / "site", tmp_path, tmp_path / "home")
    assert "is damaged" in found
    assert "hits 0" in found
    again = run(tmp_path / "site", tmp_path, tmp_path / "home")
    assert "is damaged" not in again
    assert "hits 1" in again


def test_without_a_compiler_it_says_which_variable_to_unset():
    code = "import latefusion.svm.smo"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(PACKAGE.parent)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert found.returncode == 1
    assert "fix:     unset NUMBA_DISABLE_JIT" in found.stderr
