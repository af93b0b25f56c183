"""What fusion rules share: shares, logarithms, sums over the modalities present, and ties."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latefusion.core.row_reductions import row_maxima, row_sums

Array = NDArray[np.float64]
Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]
Ties = Literal["mean_probability", "lowest"]

FLOOR = 1e-6
"""Least probability that a logarithm is taken of."""

SAME = 1e-12
"""Two scores closer than this, relative to the larger, are a tie: rounding must not decide."""


def present(P: Array) -> Mask:
    """Return which modalities each item has.

    Parameters
    ----------
    P : (n, M, K) array
        Rows that sum to one, NaN where a modality is missing.

    Returns
    -------
    (n, M) bool array
    """
    known: Mask = ~np.isnan(P[:, :, 0])
    return known


def class_shares(y: Labels, classes: int) -> Array:
    """Return π, the share of each of the `classes` classes among the labels, (K,); uniform without labels."""
    if len(y) == 0:
        return np.full(classes, 1 / classes)
    return np.bincount(y, minlength=classes) / len(y)


def normalise(scores: Array) -> Array:
    """Divide rows of scores >= 0, (n, K), by their sums; a row of zeros says nothing and becomes 1/K."""
    total = row_sums(scores)
    empty = total == 0
    return np.where(empty, 1 / scores.shape[1], scores / np.where(empty, 1, total))


def floored_log(P: Array) -> Array:
    """Return log max(P, 1e-6), NaN where P is."""
    logs: Array = np.log(np.maximum(P, FLOOR))
    return logs


def log_shares(shares: Array) -> Array:
    """Return log π, (K,): −∞ for a class without training rows, which Bayes' rule then never gives."""
    logs: Array = np.log(shares, out=np.full(len(shares), -np.inf), where=shares > 0)
    return logs


def softmax(scores: Array) -> Array:
    """Return exp(scores) with rows normalised, for scores (n, K), of which each row has a finite one."""
    powers = np.exp(scores - row_maxima(scores))
    normalised: Array = powers / row_sums(powers)
    return normalised


def weighted_sum(P: Array, weights: Array) -> Array:
    """Return Σ_m w_m p_mc over the modalities that an item has.

    Summed modality by modality, without BLAS, so that no row depends on which others are asked for.

    Parameters
    ----------
    P : (n, M, K) array
        NaN where a modality is missing.
    weights : (M,) or (n, M) array

    Returns
    -------
    (n, K) array
    """
    total = np.zeros((len(P), P.shape[2]))
    weights = np.broadcast_to(weights, P.shape[:2])
    for m in range(P.shape[1]):
        total += weights[:, m, None] * np.nan_to_num(P[:, m], nan=0.0)
    return total


def weighted_mean(P: Array, weights: Array) -> Array:
    """Return the mean of the modalities present, weights renormalised over them.

    Where no modality present has any weight, they count equally.

    Parameters
    ----------
    P : (n, M, K) array
        NaN where a modality is missing.
    weights : (M,) or (n, M) array
        Weights >= 0.

    Returns
    -------
    (n, K) array
        Rows without any modality are uniform.
    """
    known = present(P)
    weights = np.where(known, weights, 0.0)
    weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, known)
    return normalise(weighted_sum(P, weights))


def mean_present(P: Array) -> Array:
    """Return the mean over the modalities present, (n, K); zero where there is none."""
    known = present(P)
    return weighted_sum(P, known / np.maximum(known.sum(axis=1, keepdims=True), 1))


def decide(p: Array, P: Array, shares: Array, ties: Ties = "mean_probability") -> Labels:
    """Return the class of the largest score.

    A tie goes to the class with the larger mean probability, then the larger share in training, then
    the lower index; or, with `ties='lowest'`, straight to the lowest index, as argmax has it. Scores
    that differ by less than 1e-12 of the larger are a tie, except with `ties='lowest'`.

    Parameters
    ----------
    p : (n, K) array
        Scores >= 0.
    P : (n, M, K) array
        Probabilities of the modalities, NaN where missing; what decides a tie.
    shares : (K,) array
        Class shares in training.

    Returns
    -------
    (n,) int32 array
    """
    chosen = p.argmax(axis=1).astype(np.int32)
    if ties == "lowest":
        return chosen
    rows = np.flatnonzero(tied(p))
    if len(rows):
        best = _largest(p[rows], np.ones_like(p[rows], bool))
        best = _largest(mean_present(P[rows]), best)
        best = _largest(np.broadcast_to(shares, best.shape), best)
        chosen[rows] = best.argmax(axis=1)
    return chosen


def tied(p: Array) -> Mask:
    """Return the rows of scores, (n, K), in which several classes share the largest; (n,) bool."""
    several: Mask = _largest(p, np.ones_like(p, bool)).sum(axis=1) > 1
    return several


def _largest(scores: Array, among: Mask) -> Mask:
    """Return which of the classes `among` have the largest score, (n, K)."""
    scores = np.where(among, scores, -1.0)
    top = row_maxima(scores)
    found: Mask = among & (scores >= top - SAME * np.abs(top))
    return found
