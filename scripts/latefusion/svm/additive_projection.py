"""Additive projection of an SVM on several modalities: what is left of it without their interactions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latefusion.core.parallel import blocks, one_blas_thread
from latefusion.svm.estimator import SVM
from latefusion.svm.inputs import Features, Float64
from latefusion.svm.kernels import KernelRows

ROWS = 128


def additive_projection(model: SVM, X: Sequence[Features]) -> Float64:
    """Return decision values of the additive function that is nearest to a model.

    The empirical multimodally-additive projection over all pairings of the modalities of some items (Hessel
    and Lee, EMNLP 2020); with M modalities

        f̂(x_i) = Σ_m (E_j f(x_i^m, x_j^{-m}) − E) + E,   E = E_ij f(x_i^m, x_j^{-m}),

    each modality being paired with the others of every item. A function that is a sum of one function a
    modality is its own projection. Kernels of modalities side by side are products of one factor a modality,
    so that the means over all pairings follow from means of the factors, without the pairings.

    Parameters
    ----------
    model : SVM
    X : sequence of (n, d_m) float32 or float64 arrays
        One for each modality, every item with all of them.

    Returns
    -------
    (n, K(K-1)/2) array
        As of `SVM.pairwise_decision`; the same values where the kernel is an average of one a modality,
        which is additive by itself.
    """
    if model.scaling_.n_parts > 1 or len(X) < 2 or len(model.support_[0]) == 0:
        return model.pairwise_decision(X)
    with one_blas_thread():
        return _projected(model, X)


def _projected(model: SVM, X: Sequence[Features]) -> Float64:
    rows, (support,) = model.scaling_.rows(X), model.support_
    ends = np.cumsum([x.shape[1] for x in X]).tolist()
    columns = [slice(end - x.shape[1], end) for end, x in zip(ends, X, strict=True)]
    (gamma,) = model.scaling_.in_units(model.gammas_)
    right = [support[:, place].astype(np.float64) for place in columns]
    n, M, S = len(rows), len(X), len(support)
    spans = blocks(n, ROWS)
    own, others = np.zeros((M, S)), np.zeros((M, S))
    for span in spans:
        exponent = _exponents(rows, span, columns, right, gamma)
        own += np.expm1(exponent).sum(axis=1)
        others += np.expm1(exponent.sum(axis=0) - exponent).sum(axis=1)
    own, others = own / n, others / n
    coefficients = model.coefficients_.astype(np.float64)
    paired = np.einsum("ms,sp->mp", own * (1 + others) + others, coefficients) + model.offsets_
    projected = np.empty((n, coefficients.shape[1]))
    for span in spans:
        kernel = np.expm1(_exponents(rows, span, columns, right, gamma))
        means = (kernel * (1 + others)[:, None] + others[:, None]) @ coefficients + model.offsets_
        projected[slice(*span)] = (means - paired[:, None]).sum(axis=0) + paired.mean(axis=0)
    return projected


def _exponents(
    rows: KernelRows,
    span: tuple[int, int],
    columns: Sequence[slice],
    right: Sequence[Float64],
    gamma: float,
) -> Float64:
    """Return −γ times the squared distances to the support vectors, modality by modality, (M, rows, S)."""
    left = rows.parts[0][slice(*span)].astype(np.float64)
    found = np.empty((len(columns), len(left), len(right[0])))
    for place, (own, support) in enumerate(zip(columns, right, strict=True)):
        part = left[:, own]
        squares = np.square(part).sum(axis=1)[:, None] + np.square(support).sum(axis=1)
        found[place] = -gamma * np.maximum(squares - 2 * (part @ support.T), 0)
    return found
