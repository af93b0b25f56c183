"""From decisions between two classes to one answer among all: votes, and coupled probabilities."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from latefusion.core.parallel import blocks

Float64 = NDArray[np.float64]

LEAST = 1e-7
# Few enough for K² numbers a row to stay small, whatever the number of classes.
ROWS = 2048


def class_pairs(n_classes: int) -> list[tuple[int, int]]:
    """Return the pairs (i, j), i < j, in the order of decision values: (0, 1), (0, 2), …, (1, 2), …"""
    return list(combinations(range(n_classes), 2))


def vote(decision: Float64, present: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the class with most votes, the lowest index on a tie, as libsvm does.

    Parameters
    ----------
    decision : (n, pairs) array
        Positive for the first class of the pair; zero votes for the second one.
    present : (K,) bool array
        Classes that the classifiers know; the others get no vote.
    """
    votes = np.zeros((len(decision), len(present)), np.int32)
    for column, (i, j) in zip(decision.T, class_pairs(len(present)), strict=True):
        if present[i] and present[j]:
            first = column > 0
            votes[:, i] += first
            votes[:, j] += ~first
    votes[:, ~present] = -1
    return votes.argmax(axis=1).astype(np.int32)


def couple(pairwise: Float64, present: NDArray[np.bool_]) -> Float64:
    """Couple pairwise probabilities into one for each class (Wu, Lin & Weng 2004, second method).

    Minimises Σ_i Σ_{j≠i} (r_ji p_i - r_ij p_j)² over the simplex by libsvm's fixed-point sweeps with its
    stopping rule; rows stand still once they have converged. Two classes go the same way, so that
    scikit-learn's figures come out, although the pairwise probability would be the exact solution.

    Parameters
    ----------
    pairwise : (n, pairs) array
        Probability of each pair's first class.
    present : (K,) bool array
        Classes that the classifiers know; the others get probability 0.

    Returns
    -------
    (n, K) array
        Rows sum to one.
    """
    K = len(present)
    known = np.flatnonzero(present)
    k = len(known)
    out = np.zeros((len(pairwise), K))
    if k == 1:
        out[:, known[0]] = 1.0
        return out
    place = {int(c): a for a, c in enumerate(known)}
    for start, stop in blocks(len(pairwise), ROWS):
        r = np.zeros((k, k, stop - start))
        for column, (i, j) in zip(pairwise[start:stop].T, class_pairs(K), strict=True):
            if i in place and j in place:
                r[place[i], place[j]] = np.clip(column, LEAST, 1.0 - LEAST)
                r[place[j], place[i]] = 1.0 - r[place[i], place[j]]
        out[start:stop, known] = _sweep(r).T
    return out


def _sweep(r: Float64) -> Float64:
    """Solve (K, n) probabilities from (K, K, n) pairwise ones."""
    k, _, n = r.shape
    # Q_tt = Σ_{j≠t} r_jt², Q_tj = -r_jt r_tj
    Q = -r.transpose(1, 0, 2) * r
    for t in range(k):
        Q[t, t] = sum(np.square(r[j, t]) for j in range(k) if j != t)
    p = np.full((k, n), 1.0 / k)
    result = p.copy()
    open_rows = np.arange(n)
    eps = 0.005 / k
    for _ in range(max(100, k)):
        # recomputed each time, as libsvm does, for accuracy
        Qp = np.zeros((k, len(open_rows)))
        for j in range(k):
            Qp += Q[:, j] * p[j]
        pQp = (p * Qp).sum(axis=0)
        error = np.abs(Qp - pQp).max(axis=0)
        done = error < eps
        if done.any():
            result[:, open_rows[done]] = p[:, done]
            going = ~done
            open_rows = open_rows[going]
            if len(open_rows) == 0:
                return result
            Q, p, Qp, pQp = Q[:, :, going], p[:, going], Qp[:, going], pQp[going]
        for t in range(k):
            step = (pQp - Qp[t]) / Q[t, t]
            p[t] += step
            pQp = (pQp + step * (step * Q[t, t] + 2.0 * Qp[t])) / (1.0 + step) ** 2
            Qp = (Qp + step * Q[t]) / (1.0 + step)
            p /= 1.0 + step
    result[:, open_rows] = p
    return result
