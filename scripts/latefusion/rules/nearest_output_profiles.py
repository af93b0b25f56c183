"""The modalities that were right on the most similar training rows."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import SAME, Array, Labels, weighted_mean
from latefusion.fusion.missing import filled, members, pattern_codes
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import votes

BLOCK = 256


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
            profiles = _roots(filled(self.P[nearby], self.shares)[:, columns])
            for start in range(0, len(rows), BLOCK):
                block = rows[start : start + BLOCK]
                close = self._close(_roots(P[block][:, columns]), profiles)
                weights[block] = close @ self.right[nearby]
        return weighted_mean(P, weights)

    def _close(self, asked: Array, profiles: Array) -> Array:
        """Return which profiles, (N, d), are nearest to each asked for, (n, d): 1 or 0, (n, N)."""
        last = min(self.neighbours, len(profiles)) - 1
        distance = (asked**2).sum(axis=1)[:, None] + (profiles**2).sum(axis=1) - 2 * asked @ profiles.T
        radius = np.partition(distance, last, axis=1)[:, last, None]
        # with room for rounding, so that rows at equal distance are all in, whatever the order of sums
        return (distance <= radius + SAME).astype(np.float64)

    def learned(self) -> dict[str, Any]:
        """Return the number of profiles, and how often each modality was right on them."""
        return {"profiles": len(self.P), "right": self.right.mean(axis=0).tolist()}


def _roots(P: Array) -> Array:
    roots: Array = np.sqrt(P.reshape(len(P), -1))
    return roots
