"""Calibration of one-vs-one decision values: sigmoids, and out-of-fold probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import run
from latefusion.svm.inputs import Float64
from latefusion.svm.layout import NO_FOLD
from latefusion.svm.pairwise_coupling import class_pairs, couple
from latefusion.svm.platt_scaling import apply_sigmoids, fit_sigmoid, guard


@dataclass(frozen=True)
class Calibration:
    """Sigmoids of every pair, and the out-of-fold probabilities that they give.

    Attributes
    ----------
    sigmoids, libsvm_sigmoids : (pairs, 2) float64 arrays
        A and B for each pair, on all rows: guarded, and as libsvm fits them.
    n_inverted, n_inverted_out_of_fold : int
        Sigmoids that sloped the wrong way: of those on all rows, and of those that held a fold out.
    out_of_fold_proba : (n, K) float64 array
        Of sigmoids that were fitted without the row's fold, guarded.
    """

    sigmoids: Float64
    libsvm_sigmoids: Float64
    n_inverted: int
    n_inverted_out_of_fold: int
    out_of_fold_proba: Float64


def calibrate(
    decision: Float64,
    y: NDArray[np.integer],
    fold: NDArray[np.integer],
    present: NDArray[np.bool_],
    n_jobs: int,
) -> Calibration:
    """Fit the sigmoids on out-of-fold decision values, once on all rows and once without each fold.

    Parameters
    ----------
    decision : (n, pairs) float64 array
        Out of fold.
    y, fold : (n,) int arrays
    present : (K,) bool array
        Classes that have rows.
    n_jobs : int
        Threads; changes no bit of the result.
    """
    pairs = class_pairs(len(present))
    n_folds = int(fold.max()) + 1
    tasks = [(p, f) for f in (NO_FOLD, *range(n_folds)) for p in range(len(pairs))]

    def one(task: tuple[int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
        p, f = task
        used = ((y == pairs[p][0]) | (y == pairs[p][1])) & (fold != f)
        positive = y[used] == pairs[p][0]
        fitted = fit_sigmoid(decision[used, p], positive)
        return fitted, guard(fitted, int(positive.sum()), int((~positive).sum()))

    fitted = np.array(run(one, tasks, n_jobs)).reshape(n_folds + 1, len(pairs), 2, 2)
    libsvm, guarded = fitted[:, :, 0], fitted[:, :, 1]
    out_of_fold = np.empty((len(y), len(present)))
    for f in range(n_folds):
        held = fold == f
        out_of_fold[held] = couple(apply_sigmoids(decision[held], guarded[1 + f]), present)
    return Calibration(
        sigmoids=guarded[0].copy(),
        libsvm_sigmoids=libsvm[0].copy(),
        n_inverted=int((libsvm[0, :, 0] > 0).sum()),
        n_inverted_out_of_fold=int((libsvm[1:, :, 0] > 0).sum()),
        out_of_fold_proba=out_of_fold,
    )
