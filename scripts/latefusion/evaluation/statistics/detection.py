"""Measures of two-class detection, each with the influence of every item on it.

A score is higher where an item is more likely a target. A threshold t takes items with scores of t or more
for targets: P_miss(t) is the share of targets below it, P_fa(t) the share of other items at it or above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from latefusion.core.log_loss import CLIP

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Measured = tuple[float, Array]
"""A value, and the influence of each item on it, (n,): its squares over groups add up to the variance."""

MEASURES: Final = (
    "eer",
    "eer_hull",
    "min_dcf",
    "act_dcf",
    "cllr",
    "min_cllr",
    "average_precision",
)


@dataclass(frozen=True)
class OperatingPoint:
    """What errors cost where a detector is to be used.

    Attributes
    ----------
    prior : float
        Share of targets.
    cost_miss, cost_false_alarm : float
    """

    prior: float = 0.5
    cost_miss: float = 1.0
    cost_false_alarm: float = 1.0

    @property
    def weights(self) -> tuple[float, float]:
        """What P_miss and P_fa count, in units of the better of two detectors that look at nothing.

        Those cost min(π C_miss, (1 − π) C_fa) (NIST, speaker recognition evaluations).
        """
        miss, alarm = self.prior * self.cost_miss, (1 - self.prior) * self.cost_false_alarm
        return miss / min(miss, alarm), alarm / min(miss, alarm)

    @property
    def threshold(self) -> float:
        """Log-likelihood ratio from which a target should be said (Bayes)."""
        miss, alarm = self.prior * self.cost_miss, (1 - self.prior) * self.cost_false_alarm
        return float(np.log(alarm / miss))


@dataclass(frozen=True)
class Curve:
    """The operating points of a detector, from a threshold below all scores to one above them.

    Attributes
    ----------
    rejected : (t,) int array
        How many items, in order of their scores, each threshold takes for no targets.
    miss, alarm : (t,) arrays
        P_miss and P_fa.
    rank : (n,) int array
        Place of each item in that order.
    """

    rejected: NDArray[np.int64]
    miss: Array
    alarm: Array
    rank: NDArray[np.int64]

    @classmethod
    def of(cls, score: Array, target: Mask) -> Curve:
        """Return every operating point; items of one score stand together."""
        order = np.argsort(score, kind="stable")
        ordered, hits = score[order], target[order]
        ends = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1, len(score)]
        below = np.r_[0, np.cumsum(hits)][ends]
        rank = np.empty(len(score), np.int64)
        rank[order] = np.arange(len(score))
        targets = int(target.sum())
        others = len(target) - targets
        return cls(ends, below / targets, 1 - (ends - below) / others, rank)

    def hull(self) -> Curve:
        """Return the operating points on the convex hull, whose edges randomised thresholds reach."""
        keep: list[int] = []
        for point in range(len(self.miss)):
            while len(keep) > 1 and self._right_turn(keep[-2], keep[-1], point):
                keep.pop()
            keep.append(point)
        at = np.array(keep)
        return Curve(self.rejected[at], self.miss[at], self.alarm[at], self.rank)

    def _right_turn(self, a: int, b: int, c: int) -> bool:
        """Say whether b lies on or above the line from a to c."""
        ab, ac = self.alarm[a] - self.alarm[b], self.alarm[a] - self.alarm[c]
        return bool((self.miss[b] - self.miss[a]) * ac >= (self.miss[c] - self.miss[a]) * ab)

    def crossing(self) -> tuple[float, int, float]:
        """Return the error where P_miss and P_fa are equal, and where: behind which point, how far."""
        gap = self.miss - self.alarm
        after = int(np.argmax(gap >= 0))
        before = max(after - 1, 0)
        step = gap[after] - gap[before]
        part = 0.0 if step <= 0 else float(-gap[before] / step)
        return float(self.miss[before] + part * (self.miss[after] - self.miss[before])), before, part


def equal_error_rate(score: Array, target: Mask) -> Measured:
    """Return the error rate where misses and false alarms are equally frequent, between points on a line."""
    curve = Curve.of(score, target)
    _, influence = hull_equal_error_rate(score, target)
    return curve.crossing()[0], influence


def hull_equal_error_rate(score: Array, target: Mask) -> Measured:
    """Return the equal error rate on the convex hull of the ROC curve (Provost and Fawcett 2001).

    It is the largest, over priors π, of the least error π P_miss + (1 − π) P_fa (Brümmer and de Villiers
    2013), so that its influence is that of both rates at that prior and threshold, which stay where they are.
    """
    hull = Curve.of(score, target).hull()
    value, before, part = hull.crossing()
    after = min(before + 1, len(hull.miss) - 1)
    more_misses = hull.miss[after] - hull.miss[before]
    fewer_alarms = hull.alarm[before] - hull.alarm[after]
    prior = fewer_alarms / (more_misses + fewer_alarms) if more_misses + fewer_alarms > 0 else 0.5
    low = hull.rank < hull.rejected[before]
    high = hull.rank < hull.rejected[after]
    rejected = (1 - part) * low + part * high
    return value, two_means(rejected, 1 - rejected, target, prior, 1 - prior)[1]


def detection_cost(score: Array, target: Mask, at: OperatingPoint) -> Measured:
    """Return the least cost over all thresholds, in units of a detector that looks at nothing (minDCF)."""
    curve = Curve.of(score, target)
    weight_miss, weight_alarm = at.weights
    best = int(np.argmin(weight_miss * curve.miss + weight_alarm * curve.alarm))
    rejected = (curve.rank < curve.rejected[best]).astype(float)
    return two_means(rejected, 1 - rejected, target, weight_miss, weight_alarm)


def actual_detection_cost(llr: Array, target: Mask, at: OperatingPoint) -> Measured:
    """Return the cost at the threshold that log-likelihood ratios promise to be best."""
    rejected = (llr < at.threshold).astype(float)
    return two_means(rejected, 1 - rejected, target, *at.weights)


def log_likelihood_ratio_cost(llr: Array, target: Mask) -> Measured:
    """Return Cllr in bits: ½ mean log₂(1 + 1/LR) of targets + ½ mean log₂(1 + LR) of others.

    0 for a perfect detector, 1 for one that says nothing (Brümmer and du Preez 2006).
    """
    bits = np.logaddexp(0, np.where(target, -llr, llr)) / np.log(2)
    return two_means(bits, bits, target, 0.5, 0.5)


def least_log_likelihood_ratio_cost(score: Array, target: Mask) -> Measured:
    """Return the least Cllr of any increasing function of the scores (pool adjacent violators; Brümmer 2006).

    The optimal function is constant between points of the ROC curve's hull; it stays where it is to first
    order, so that the influence is that of its Cllr.
    """
    hull = Curve.of(score, target).hull()
    targets, others = np.diff(hull.miss), -np.diff(hull.alarm)
    with np.errstate(divide="ignore"):
        ratio = np.log(targets) - np.log(others)  # shares: the prior has gone
    block = np.searchsorted(hull.rejected, hull.rank, side="right") - 1
    return log_likelihood_ratio_cost(ratio[block], target)


def average_precision(score: Array, target: Mask) -> Measured:
    """Return the mean over targets of the share of targets among items of their score or more."""
    order = np.argsort(-score, kind="stable")
    hits, ordered = target[order], score[order]
    last = np.searchsorted(-ordered, -ordered, side="right") - 1  # with all items of the same score
    right = np.cumsum(hits)[last].astype(float)
    wrong = np.cumsum(~hits)[last].astype(float)
    precision = right / (right + wrong)
    n = int(target.sum())
    value = float(precision[hits].mean())
    # an item counts in the precision of every target that it does not stand below
    square = (right + wrong) ** 2
    first = np.searchsorted(-ordered, -ordered, side="left")

    def from_here(values: Array) -> Array:
        total = np.cumsum(np.where(hits, values, 0.0)[::-1])[::-1]
        of_first: Array = total[first]
        return of_first

    effect = np.where(hits, from_here(wrong / square), -from_here(right / square)) / n
    influence = np.empty(len(score))
    influence[order] = effect + np.where(hits, (precision - value) / n, 0.0)
    return value, influence


def two_means(
    of_target: Array, of_other: Array, target: Mask, weight_target: float, weight_other: float
) -> Measured:
    """Return a weighted sum of a mean over targets and a mean over the others, and each item's influence."""
    value, influence = 0.0, np.zeros(len(target))
    for inside, loss, weight in ((target, of_target, weight_target), (~target, of_other, weight_other)):
        mean = float(loss[inside].mean())
        value += weight * mean
        influence[inside] = weight * (loss[inside] - mean) / int(inside.sum())
    return value, influence


def log_likelihood_ratios(p: Array, prior: float) -> Array:
    """Return logit p − logit π of probabilities of the target, (n,), and the prior that they contain."""
    least = np.clip(p, CLIP, None)
    most = np.clip(1 - p, CLIP, None)
    return np.log(least) - np.log(most) - (np.log(prior) - np.log1p(-prior))


def measure(p: Array, prior: float, target: Mask, at: OperatingPoint) -> dict[str, Measured]:
    """Return every one of `MEASURES` of probabilities of the target, with the influence of each item.

    Parameters
    ----------
    p : (n,) array
    prior : float
        Share of targets among the rows that the model learned from.
    target : (n,) bool array
        With at least one item of either kind.
    at : OperatingPoint
    """
    llr = log_likelihood_ratios(p, prior)
    return {
        "eer": equal_error_rate(llr, target),
        "eer_hull": hull_equal_error_rate(llr, target),
        "min_dcf": detection_cost(llr, target, at),
        "act_dcf": actual_detection_cost(llr, target, at),
        "cllr": log_likelihood_ratio_cost(llr, target),
        "min_cllr": least_log_likelihood_ratio_cost(llr, target),
        "average_precision": average_precision(llr, target),
    }
