"""Search for the weight of disagreement and the penalty of cooperative learning, out of fold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latefusion.kernel_ridge.cooperative import CooperativeFit, fit_cooperative
from latefusion.kernel_ridge.cooperative_systems import ModalityKernels, TrainingSets
from latefusion.kernel_ridge.gram import Float64


class CooperativeSearch:
    """Fits of the same rows with several ρ and penalties, without some folds.

    Parameters
    ----------
    rows : sequence of (n, d_m) float64 arrays
        Of each modality, scaled.
    gammas : sequence of float
        Of each modality's kernel.
    target : (n, T) float64 array
    fold : (n,) int array
    n_jobs : int
        Threads; changes no bit of the result.
    """

    def __init__(
        self,
        rows: Sequence[Float64],
        gammas: Sequence[float],
        target: Float64,
        fold: NDArray[np.integer],
        n_jobs: int,
    ) -> None:
        self.target, self.fold, self.n_jobs = target, fold, n_jobs
        self.kernels = ModalityKernels.of(rows, gammas, n_jobs)

    def fitted(
        self, mask: NDArray[np.bool_], rho: Float64, penalty: Float64, start: Float64 | None = None
    ) -> CooperativeFit:
        """Return the fits with each ρ and its penalty on each set of rows, the columns of the mask."""
        sets = TrainingSets.of(self.kernels, mask, self.n_jobs)
        return self._fitted(sets, rho, penalty, start)

    def out_of_fold(self, rho: Float64, penalty: Float64) -> Float64:
        """Return what is said of each row without its fold by each ρ and penalty, (R, P, n, T)."""
        folds, which = np.unique(self.fold, return_inverse=True)
        sets = TrainingSets.of(self.kernels, which[:, None] != np.arange(len(folds)), self.n_jobs)
        said = np.empty((len(rho), len(penalty), *self.target.shape))
        start = None
        for place in np.argsort(penalty)[::-1].tolist():
            fits = self._fitted(sets, rho, np.full(len(rho), penalty[place]), start)
            start = fits.beta
            held_out = fits.fitted[np.arange(len(which)), :, which]
            said[:, place] = np.swapaxes(held_out, 0, 1)
        return said

    def _fitted(
        self, sets: TrainingSets, rho: Float64, penalty: Float64, start: Float64 | None
    ) -> CooperativeFit:
        return fit_cooperative(self.kernels, self.target, sets, rho, penalty, self.n_jobs, start=start)
