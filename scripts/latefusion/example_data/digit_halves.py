"""The data of `latefusion run --demo`: upper and lower half of digits that scikit-learn brings.

The 1,797 images of 8 × 8 pixels are the test part of UCI's "Optical Recognition of Handwritten Digits"
(E. Alpaydin and C. Kaynak, CC BY 4.0), which scikit-learn brings as `load_digits`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from latefusion.example_data.building import as_strings, package_file, stratified_test, write_frame

logger = logging.getLogger(__name__)

PACKAGE: Final = "sklearn"
FILE: Final = "datasets/data/digits.csv.gz"
SHA256: Final = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
TEST_SHARE: Final = 0.2
PIXELS: Final = 64
HALVES: Final = {"upper": slice(0, PIXELS // 2), "lower": slice(PIXELS // 2, PIXELS)}
"""Pixels are numbered row by row."""


def find_source() -> Path:
    """Return the path of the images.

    Raises
    ------
    InputError
        If scikit-learn is not installed, or its file is not the one that the builder was written for.
    """
    return package_file(PACKAGE, FILE, SHA256, fix="pip install scikit-learn")


def build_digit_halves(source: Path, train: Path, test: Path, *, rng: np.random.Generator) -> None:
    """Cut each image into two halves, split 80/20 by class, and write the two CSV files.

    Parameters
    ----------
    source : Path
        Compressed CSV without a header: 64 pixels from 0 to 16, row by row, and the class.
    train, test : Path
        The files to write: 1,438 and 359 digits.
    rng : numpy.random.Generator
        Draws the split.
    """
    images = pd.read_csv(source, header=None).to_numpy(np.int64)
    label = images[:, PIXELS]
    halves = {f"{name}_half": as_strings(images[:, pixels]) for name, pixels in HALVES.items()}
    table = pd.DataFrame({"digit": np.arange(len(label)), **halves, "label": label})
    is_test = stratified_test(label, TEST_SHARE, rng)
    for path, rows in ((train, ~is_test), (test, is_test)):
        write_frame(table[rows], path)
        logger.info("wrote %s: %d digits", path, int(rows.sum()))
