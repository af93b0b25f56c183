"""The modalities that were right on the most similar training rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latefusion.fusion.aggregation import SAME, Array, Labels, weighted_mean
from latefusion.fusion.missing import filled, members, pattern_codes
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import votes

Positions = NDArray[np.int64]

BLOCK = 32
PARTS = 256
"""Of a row of distances, whose least values bound the farthest neighbour closely and at little cost."""


class NearestOutputProfiles(Rule):
    """Mean of the modalities' probabilities, weighted by how often each was right nearby.

    Nearby are the training rows of which the modalities said nearly the same. Rows at the same distance
    as the last of them are taken too.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    neighbours : int
        How many training rows are nearby.

    Notes
    -----
    :formula: p_c ∝ Σ_m w_m p_mc, with w_m how many of the 50 nearest rows by Euclid on √p m got right
    :source: Cavalin, Sabourin and Suen 2013; distance of Hellinger 1909
    :needs: labelled out-of-fold probabilities
    :ties: larger mean probability, larger prior, lower index
    :missing: distance over the modalities present, to rows that have them, or, if these are under 50, to
        all with class shares in the gaps; modalities count equally where none was right
    :shapes: (n, M, K) to (n, K); all training profiles
    """

    learns = True

    def __init__(
        self, *, random_state: np.random.Generator | int | None = None, neighbours: int = 50
    ) -> None:
        super().__init__(random_state=random_state)
        if neighbours < 1:
            raise ValueError(f"neighbours must be 1 or more, not {neighbours}")
        self.neighbours = neighbours

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        self.P = P
        self.right = (votes(P, self.shares, self.ties) == y[:, None]).astype(np.float64)

    def _combine(self, P: Array) -> Array:
        codes, known = pattern_codes(P), pattern_codes(self.P)
        weights = np.zeros(P.shape[:2])
        for code in np.unique(codes).tolist():
            columns, rows = members(code, P.shape[1]), np.flatnonzero(codes == code)
            nearby = (known & code) == code
            if nearby.sum() < self.neighbours:
                nearby[:] = True
            profiles, right = _roots(filled(self.P[nearby], self.shares)[:, columns]), self.right[nearby]
            for start in range(0, len(rows), BLOCK):
                block = rows[start : start + BLOCK]
                asked, close = self._close(_roots(P[block][:, columns]), profiles)
                for m in range(P.shape[1]):
                    weights[block, m] = np.bincount(asked, right[close, m], minlength=len(block))
        return weighted_mean(P, weights)

    def _close(self, asked: Array, profiles: Array) -> tuple[Positions, Positions]:
        """Return the pairs of a row asked for, (n, d), and one of the profiles, (N, d), nearest to it."""
        enough = min(self.neighbours, len(profiles))
        distance = 2 * asked @ profiles.T
        np.subtract((asked**2).sum(axis=1)[:, None] + (profiles**2).sum(axis=1), distance, out=distance)
        candidates = np.flatnonzero(distance <= _upper_bound(distance, enough)[:, None])
        row, profile = np.divmod(candidates, len(profiles))
        near = distance[row, profile]
        last = np.searchsorted(row, np.arange(len(asked))) + enough - 1
        radius = near[np.lexsort((near, row))[last]]
        # with room for rounding, so that rows at equal distance are all in, whatever the order of sums
        close = near <= radius[row] + SAME
        return row[close], profile[close]

    def learned(self) -> dict[str, Any]:
        """Return the number of profiles, and how often each modality was right on them."""
        return {"profiles": len(self.P), "right": self.right.mean(axis=0).tolist()}


def _upper_bound(distance: Array, enough: int) -> Array:
    """Return what at least `enough` of each row's distances, (n, N), are under, with room for equal ones.

    Each of as many parts as are wanted has one no larger than the largest of the parts' least.
    """
    parts = max(enough, min(PARTS, distance.shape[1]))
    width = distance.shape[1] // parts
    least = distance[:, : parts * width].reshape(len(distance), width, parts).min(axis=1)
    bound: Array = np.partition(least, enough - 1, axis=1)[:, enough - 1] + SAME
    return bound


def _roots(P: Array) -> Array:
    roots: Array = np.sqrt(P.reshape(len(P), -1))
    return roots
