"""The rows of a view with their targets, which a regressor is trained on, and what cannot be learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.errors import InputError, Problem
from latefusion.core.wording import listed, plural, verb
from latefusion.svm.inputs import Features, present_rows, select_rows

Float64 = NDArray[np.float64]

LEAST_VARIANCE: Final = 1e-12
"""Of residuals, as a share of the target's: nothing is known so well that others count for nothing."""


@dataclass(frozen=True)
class TargetRows:
    """The rows of a view to train on.

    Attributes
    ----------
    X : list of (n, d_m) float32 or float64 arrays
        One for each modality; a row of NaN where an item lacks it.
    Y : (n, T) float64 array
    fold : (n,) int32 array
    targets : tuple of str
    source : str
        View, partition and files, for messages.
    modalities : tuple of str
        Names of the modalities, for messages.
    """

    X: Sequence[Features]
    Y: Float64
    fold: NDArray[np.int32]
    targets: tuple[str, ...]
    source: str = "a training part"
    modalities: tuple[str, ...] = ()

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows have all modalities, (n,)."""
        return present_rows(self.X)

    def learned_from(self) -> tuple[list[Features], Float64, NDArray[np.intp]]:
        """Return matrices, targets and folds, numbered from 0, of the rows that have all modalities.

        Raises
        ------
        InputError
            If they are in fewer than two folds.
        """
        known = self.known
        fold = np.unique(self.fold[known], return_inverse=True)[1].ravel()
        if not known.any() or fold.max() < 1:
            raise self._too_few(int(known.sum()))
        return select_rows(self.X, known), self.Y[known], fold

    def require_finite(self, *predictions: Float64) -> None:
        """Refuse predictions of items that have every modality where one is no number.

        Raises
        ------
        InputError
        """
        if not all(np.isfinite(one).all() for one in predictions):
            raise self.refusal(
                "predictions that are NaN or infinite, of items that have every modality",
                "finite predictions",
                "look for extreme values in these columns and standardise them: `scale: standard`, under "
                "kernel_ridge or with the learner",
            )

    def refusal(self, found: str, allowed: str, fix: str) -> InputError:
        """Return the error that says what is wrong with the rows."""
        return InputError([Problem(file=self.source, found=found, allowed=allowed, fix=fix)])

    def _too_few(self, count: int) -> InputError:
        names = self.modalities
        having = f" that {verb(count, 'has', 'have')} {listed(names)}" if names else ""
        return self.refusal(
            f"{plural(count, 'training item')}{having}, in fewer than two folds",
            "items in two folds or more, of which each is predicted without its own",
            "leave the modality out, or give more items that have it",
        )


def residual_variance(error: Float64, Y: Float64) -> Float64:
    """Return the mean squared error out of fold of each target, (T,), above 0 where all is predicted.

    Parameters
    ----------
    error : (T,) array
    Y : (n, T) array
        The targets that were predicted.
    """
    return np.maximum(error, LEAST_VARIANCE * Y.var(axis=0))
