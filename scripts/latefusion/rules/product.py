"""The product of the modalities' probabilities, with the prior counted once."""

from typing import Literal

import numpy as np

from latefusion.fusion.aggregation import Array, floored_log, present, softmax
from latefusion.fusion.rule import Rule


class Product(Rule):
    """Product of the modalities' probabilities: Bayes' rule where they are independent given the class.

    Each modality's probabilities hold the prior, which the product would count M_i times; dividing by
    π^(M_i − 1) counts it once.

    Parameters
    ----------
    random_state : numpy.random.Generator or int, optional
        Not used.
    prior : {'shares', 'none'}
        Whether the class shares of the training rows are divided out; `none` leaves them out.

    Notes
    -----
    :formula: p_c ∝ π_c^(1 − M_i) · Π_m p_mc, 0 where π_c = 0; with `prior: none` p_c ∝ Π_m p_mc
    :source: Kittler, Hatef, Duin and Matas 1998
    :needs: class shares of the training rows
    :ties: larger mean probability, larger prior, lower index
    :missing: its factor is left out, and M_i is the number of modalities present
    :shapes: (n, M, K) to (n, K); p is floored at 1e-6
    """

    learns = False

    def __init__(
        self,
        *,
        random_state: np.random.Generator | int | None = None,
        prior: Literal["shares", "none"] = "shares",
    ) -> None:
        super().__init__(random_state=random_state)
        if prior not in ("shares", "none"):
            raise ValueError(f"prior must be 'shares' or 'none', not {prior!r}")
        self.prior = prior

    def _combine(self, P: Array) -> Array:
        scores: Array = np.nansum(floored_log(P), axis=1)
        if self.prior == "shares":
            seen = self.shares > 0
            scores[:, seen] += (1 - present(P).sum(axis=1))[:, None] * np.log(self.shares[seen])
            scores[:, ~seen] = -np.inf
        return softmax(scores)
