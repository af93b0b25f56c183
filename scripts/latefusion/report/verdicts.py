"""Verdicts of paired differences: what a comparison shows, and what it leaves open."""

from __future__ import annotations

from typing import Any, Final

from latefusion.core.metric_facts import negligible
from latefusion.report.metrics import METRICS

Row = dict[str, Any]

ALPHA: Final = 0.05
BETTER: Final = "better"
WORSE: Final = "worse"
SAME: Final = "same"
NEGLIGIBLE: Final = "negligible"
UNDECIDED: Final = "not shown"
VERDICTS: Final = (BETTER, UNDECIDED, NEGLIGIBLE, WORSE, SAME)
"""What a comparison with the reference shows; absence of proof is one, proof of (near) absence another."""

FLATTERS: Final = "flatters"
HARMS: Final = "harms"


def of_comparison(row: Row) -> str:
    """Return what the comparison of a model with the reference shows, corrected as its p-value is.

    The upper end of the 95 % interval of the gain bounds it: where that is under the margin, a gain that
    matters is excluded, as in a test of non-superiority.
    """
    if _is_identical(row):
        return SAME
    metric = METRICS[row["metric"]]
    if _is_shown(row):
        return BETTER if metric.gain(row["difference"]) > 0 else WORSE
    bound = gain_bound(row)
    # groups that can show nothing exclude nothing
    if bound is not None and row["detectable"] is not None and bound <= _margin(row):
        return NEGLIGIBLE
    return UNDECIDED


def of_leak(row: Row) -> str:
    """Return what the paired difference of a model between two protocols shows."""
    if row["low"] == 0 == row["high"]:
        return SAME
    if not _is_shown(row):
        return UNDECIDED
    return FLATTERS if METRICS[row["metric"]].gain(row["difference"]) > 0 else HARMS


def gain_bound(row: Row) -> float | None:
    """Return the upper end of the interval of a gain; None where there is no interval."""
    if row["low"] is None or row["high"] is None:
        return None
    gain = METRICS[row["metric"]].gain
    return max(gain(row["low"]), gain(row["high"]))


def cost_bound(row: Row) -> float:
    """Return how much may be lost: the lower end of the interval of a gain, as a positive number."""
    if row["low"] is None or row["high"] is None:
        return 0.0
    gain = METRICS[row["metric"]].gain
    return max(0.0, -min(gain(row["low"]), gain(row["high"])))


def corrected_p(row: Row) -> float | None:
    """Return the p-value of a comparison, after Holm's correction where it is one of several planned."""
    p: float | None = row.get("p_holm") if row.get("p_holm") is not None else row.get("p")
    return p


def is_corrected(row: Row) -> bool:
    """Whether Holm's correction has something to correct: a comparison is one of several planned."""
    return row.get("p_holm") is not None and (row.get("tests") or 1) > 1


def detectable(row: Row) -> float | None:
    """Return the minimum detectable difference (80 % power), by the correction of the p-value beside it."""
    least: float | None = row.get("detectable_holm" if is_corrected(row) else "detectable")
    return least or None


def is_powerless(row: Row) -> bool:
    """Whether the groups are too few for any difference to be found, however large."""
    key = "detectable_holm" if is_corrected(row) else "detectable"
    return row["groups"] > 1 and row.get(key) is None


def is_material(row: Row) -> bool:
    """Whether a comparison shows a gain, and one that may be more than negligible."""
    bound = gain_bound(row) if row else None
    return bound is not None and row["verdict"] == BETTER and bound > _margin(row)


def is_small(row: Row) -> bool:
    """Whether the interval of a difference leaves room for next to nothing, on either side."""
    bound = gain_bound(row)
    return bound is not None and max(bound, cost_bound(row)) <= _margin(row)


def _is_identical(row: Row) -> bool:
    """Whether no item tells the two models apart: an interval has a width even then."""
    discordance = row.get("discordance")
    if discordance is not None:
        return bool(discordance == 0)
    return bool(row["difference"] == 0 and (row.get("se") == 0 or row["low"] == 0 == row["high"]))


def _is_shown(row: Row) -> bool:
    p = corrected_p(row)
    return p is not None and p <= ALPHA


def _margin(row: Row) -> float:
    return negligible(row["metric"], row["reference_value"])
