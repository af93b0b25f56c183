"""Evidence of modalities that may be wrong, combined."""

from typing import Any

import numpy as np

from latefusion.fusion.aggregation import Array, Labels
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import accuracies, votes

MOST_RELIABLE = 0.99


class DempsterShafer(Rule):
    """Dempster's rule on probabilities discounted by reliability.

    A modality commits the share r_m of its belief to the classes and leaves the rest to ignorance; one no
    better than always naming the largest class commits nothing.

    Notes
    -----
    :formula: p_c ∝ Π_m (r_m p_mc + 1 − r_m) − Π_m (1 − r_m) + Π_m (1 − r_m)/K, with
        r_m = max(0, (a_m − a_0)/(1 − a_0)), at most 0.99, a_m the out-of-fold accuracy, a_0 = max π
    :source: Shafer 1976; Rogova 1994
    :needs: labelled out-of-fold probabilities
    :ties: larger mean probability, larger prior, lower index
    :missing: its factor is left out; an accuracy is that on the rows present
    :shapes: (n, M, K) to (n, K); M reliabilities
    """

    learns = True

    def _learn(self, P: Array, y: Labels, fold: Labels | None) -> None:  # noqa: ARG002 - the contract
        accuracy, trivial = accuracies(votes(P, self.shares, self.ties), y), self.shares.max()
        gain = np.maximum(0.0, accuracy - trivial) / (1 - trivial if trivial < 1 else 1)
        self.reliability = np.minimum(gain, MOST_RELIABLE)

    def _combine(self, P: Array) -> Array:
        r = self.reliability[None, :, None]
        committed = np.nanprod(r * P + 1 - r, axis=1)
        ignorance = np.nanprod(np.where(np.isnan(P[:, :, :1]), np.nan, 1 - r), axis=1)
        return np.maximum(committed - ignorance, 0.0) + ignorance / P.shape[2]

    def learned(self) -> dict[str, Any]:
        """Return the reliabilities, one a modality."""
        return {"reliability": self.reliability.tolist()}
