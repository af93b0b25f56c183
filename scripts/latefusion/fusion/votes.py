"""What each modality alone would say, and how often it is right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latefusion.fusion.aggregation import (
    Array,
    Labels,
    Ties,
    decide,
    log_shares,
    mean_present,
    present,
    softmax,
)

MISSING = -1


def votes(P: Array, shares: Array, ties: Ties = "mean_probability") -> Labels:
    """Return the class that each modality prefers.

    Parameters
    ----------
    P : (n, M, K) array
        NaN where a modality is missing.
    shares : (K,) array
        Class shares in training, for ties.
    ties : {'mean_probability', 'lowest'}
        As in `latefusion.fusion.aggregation.decide`; the mean is that of all modalities.

    Returns
    -------
    (n, M) int32 array
        Class indices, -1 where the modality is missing.
    """
    known = present(P)
    voted = np.full(known.shape, MISSING, np.int32)
    overall = mean_present(P)[:, None]
    for m in range(P.shape[1]):
        rows = known[:, m]
        voted[rows, m] = decide(P[rows, m], overall[rows], shares, ties)
    return voted


def right_and_seen(voted: Labels, y: Labels) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each modality how many votes, (n, M), name the label, and how many there are, (M,) each."""
    right = (voted == y[:, None]).sum(axis=0)
    seen = (voted != MISSING).sum(axis=0)
    return right, seen


def accuracies(voted: Labels, y: Labels, smoothing: float = 0, classes: int = 1) -> Array:
    """Return the share of right votes of each modality, (M,).

    With `smoothing` it is (right + smoothing)/(seen + smoothing · classes); zero for a modality that
    was never seen.
    """
    right, seen = right_and_seen(voted, y)
    share: Array = (right + smoothing) / np.maximum(seen + smoothing * classes, 1)
    return share


def counts(voted: Labels, y: Labels, classes: int) -> NDArray[np.int64]:
    """Return N_m[c, s], the rows of class c that modality m calls s, (M, K, K)."""
    table = np.zeros((voted.shape[1], classes, classes), np.int64)
    for m, column in enumerate(voted.T):
        known = column != MISSING
        np.add.at(table[m], (y[known], column[known]), 1)
    return table


def log_likelihoods(voted: Labels, y: Labels, classes: int) -> Array:
    """Return log((N_m[c, s] + 1/K)/(N_c + 1)), how often modality m says s of class c (Xu et al. 1992).

    N_c counts the rows in which m is present.

    Returns
    -------
    (M, K, K) array
        Indexed by modality, class, vote.
    """
    table = counts(voted, y, classes)
    logs: Array = np.log((table + 1 / classes) / (table.sum(axis=2, keepdims=True) + 1))
    return logs


def posterior(voted: Labels, likelihoods: Array, shares: Array) -> Array:
    """Return p_c ∝ π_c Π_m P(s_m | c) over the modalities present, (n, K), from votes (n, M).

    Smoothing lets a class without training rows seem likely whatever is voted; π_c = 0 rules it out.
    """
    scores = np.tile(log_shares(shares), (len(voted), 1))
    for m, column in enumerate(voted.T):
        known = column != MISSING
        scores[known] += likelihoods[m][:, column[known]].T
    return softmax(scores)
