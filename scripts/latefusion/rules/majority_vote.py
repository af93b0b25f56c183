"""The share of modalities that vote for a class."""

from latefusion.fusion.aggregation import Array, present
from latefusion.fusion.rule import Rule
from latefusion.fusion.votes import votes


class MajorityVote(Rule):
    """Share of the modalities that prefer the class.

    Notes
    -----
    :formula: score_c = mean over m of [s_m = c], with s_m the class that m prefers
    :source: Lam and Suen 1997
    :needs: nothing
    :ties: larger mean probability, larger prior, lower index; so with two modalities the mean decides
        wherever they disagree
    :missing: share of the modalities present
    :shapes: (n, M, K) to (n, K)
    """

    learns = False
    from_decisions = True
    probabilistic = False

    def _combine(self, P: Array) -> Array:
        voted = votes(P, self.shares, self.ties)
        ballots = (voted[:, :, None] == range(P.shape[2])).sum(axis=1)
        return ballots / present(P).sum(axis=1, keepdims=True)
