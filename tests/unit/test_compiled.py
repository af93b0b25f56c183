import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from latefusion import compiled

PACKAGE = Path(compiled.__file__).parent

CODE = """
import logging, sys
import numpy as np
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
from latefusion.compiled import rbf, say_if_compiling
say_if_compiling(rbf)
tile = np.ones((1, 3), np.float32)
rbf(tile, np.float32(2), np.float32(1))
assert abs(tile[0, 0] - np.exp(-2)) < 1e-6
print("hits", sum(rbf.stats.cache_hits.values()), "in", rbf.stats.cache_path)
"""


def test_products_become_squared_distances_that_are_never_negative():
    a, b = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 1.0]])
    tile = (a @ b.T).astype(np.float32)
    tile[0, 0] = 5.000001  # rounded up: the distance would come out negative
    compiled.squared_distances(
        tile, np.square(a).sum(axis=1).astype(np.float32), np.square(b).sum(axis=1).astype(np.float32)
    )
    np.testing.assert_array_equal(tile, [[0, 5, 5], [8, 9, 1]])


def test_a_second_kernel_is_added():
    total = np.full((1, 2), 0.25, np.float32)
    compiled.add_rbf(np.array([[0, 1]], np.float32), np.float32(3), np.float32(0.5), total)
    np.testing.assert_allclose(total, [[0.75, 0.25 + 0.5 * np.exp(-3)]], rtol=1e-6)


def test_a_tile_is_placed_with_its_mirror_image():
    K = np.full((40, 40), -1, np.float32)
    tile = np.arange(18 * 17, dtype=np.float32).reshape(18, 17)
    compiled.place(tile, K, 0, 20)
    np.testing.assert_array_equal(K[:18, 20:37], tile)
    np.testing.assert_array_equal(K[20:37, :18], tile.T)
    assert (K == -1).sum() == 40 * 40 - 2 * tile.size


def test_on_the_diagonal_the_upper_half_counts_and_the_middle_is_one():
    K = np.full((19, 19), -1, np.float32)
    tile = np.random.default_rng(0).random((19, 19)).astype(np.float32)
    compiled.place(tile, K, 0, 0)
    upper = np.triu(tile, 1)
    np.testing.assert_array_equal(K, upper + upper.T + np.eye(19, dtype=np.float32))


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


def test_compiled_code_is_kept_for_the_user_where_the_package_cannot_be_written(tmp_path):
    package = tmp_path / "site" / "latefusion"
    package.mkdir(parents=True)
    for name in ("__init__.py", "compiled.py"):
        shutil.copy(PACKAGE / name, package / name)
    # a file in the cache folder's place keeps even root from writing there
    (package / "__pycache__").write_text("")
    home = tmp_path / "home"
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    first = run(tmp_path / "site", tmp_path / "one", home)
    assert "compiling rbf, which takes some seconds, and kept in" in first
    assert "hits 0" in first
    assert str(home) in first
    second = run(tmp_path / "site", tmp_path / "two", home)
    assert "compiling" not in second
    assert "hits 1" in second


def test_where_nothing_can_be_written_it_compiles_each_time_and_says_so(tmp_path):
    package = tmp_path / "site" / "latefusion"
    package.mkdir(parents=True)
    for name in ("__init__.py", "compiled.py"):
        shutil.copy(PACKAGE / name, package / name)
    (package / "__pycache__").write_text("")
    (tmp_path / "home").write_text("a file where the home folder should be")
    found = run(tmp_path / "site", tmp_path, tmp_path / "home")
    assert "for this job alone" in found
    assert "in None" in found
