"""Sign-flip tests of differences that are no whole numbers, by draws of the signs of whole groups."""

from __future__ import annotations

from typing import Final

import numpy as np

from latefusion.evaluation.statistics.group_bootstrap import Array

FLIPS: Final = 250
"""Draws that are made at once; fixed, so that no number depends on anything else."""


def sign_flip_of_sums(sums: Array, *, draws: int, rng: np.random.Generator) -> Array:
    """Return the p-values of sign-flip tests on whole groups, for differences that are no whole numbers.

    Under the hypothesis that two models are equally good, the sum of a group's differences could as well
    have had the other sign; signs are drawn, the same for all columns (Fisher 1935; Canay, Romano and Shaikh
    2017 for groups).

    Parameters
    ----------
    sums : (G, P) array
        Sums of the differences over each group.
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    (P,) array
        1 where no group differs.
    """
    observed = np.abs(sums.sum(axis=0))
    reached = np.zeros(sums.shape[1])
    # a tolerance keeps rounding from deciding ties
    least = observed * (1 - 1e-12)
    for start in range(0, draws, FLIPS):
        size = min(FLIPS, draws - start)
        signs = 2.0 * rng.integers(2, size=(size, len(sums)), dtype=np.int8) - 1.0
        reached += (np.abs(signs @ sums) >= least).sum(axis=0)
    return np.asarray((1 + reached) / (1 + draws))
