"""Metrics by name: which values are better, what they are called, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

HEADLINES: Final = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "auroc")
"""Metrics that headline, ranking, tests, confidence set, reference and `selected` may go by."""

OF_PROBABILITIES: Final = ("log_loss", "auroc")
"""Those of them that a model without probabilities does not have."""

BETTER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accuracy": "higher",
        "balanced_accuracy": "higher",
        "macro_f1": "higher",
        "matthews": "higher",
        "kappa": "higher",
        "log_loss": "lower",
        "brier": "lower",
        "calibration_slope": "one",
        "ece_top": "lower",
        "ece_class": "lower",
        "auroc": "higher",
    }
)
"""Which values of a metric are better; `one` is a slope that should be one."""

UNIT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "matthews": "correlation",
        "kappa": "agreement",
        "log_loss": "nats",
        "brier": "squared error",
        "calibration_slope": "slope",
    }
)
"""What a metric is measured in; a share where it is not here."""

TITLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced accuracy",
        "macro_f1": "macro-F1",
        "matthews": "Matthews",
        "kappa": "Cohen's kappa",
        "log_loss": "log loss",
        "brier": "Brier",
        "auroc": "AUROC",
    }
)
"""What a metric is called in the middle of a sentence."""

IN_PER_CENT: Final = ("accuracy", "balanced_accuracy")
"""Shares of items: written in per cent, their differences in points; other metrics are plain numbers."""

MARGIN: Final = 0.02
"""A gain that stays under this is negligible,"""
MARGIN_OF_ERRORS: Final = 0.1
"""or under this part of what the reference lacks, where that is less,"""
LEAST_WRITTEN: Final = 0.0005
"""or under this, of which three digits say 0.000, and per cent 0.0."""


def criterion(headline: str) -> str:
    """Return the metric whose out-of-fold value chooses the rule and the reference.

    That is the headline metric itself; log loss for accuracy, as it tells two models apart with fewer items.
    """
    return "log_loss" if headline == "accuracy" else headline


def gain(metric: str, difference: float) -> float:
    """Return a difference as a gain: positive where it is for the better."""
    return -difference if BETTER[metric] == "lower" else difference


def negligible(metric: str, reference_value: float) -> float:
    """Return the gain over a reference up to which a gain is negligible, in the unit of the metric."""
    ideal = 0.0 if BETTER[metric] == "lower" else 1.0
    return max(LEAST_WRITTEN, min(MARGIN, MARGIN_OF_ERRORS * abs(ideal - reference_value)))


def written(metric: str, value: float) -> str:
    """Write a value for plain text: `44.1 %`, `0.512`."""
    return f"{100 * value:.1f} %" if metric in IN_PER_CENT else f"{value:.3f}"


def size(metric: str, difference: float) -> str:
    """Write a difference without its unit: `1.8`, `0.012`."""
    return f"{100 * difference:.1f}" if metric in IN_PER_CENT else f"{difference:.3f}"


def difference_unit(metric: str) -> str:
    """Return the unit of a difference, with a blank before it; nothing for scores that have none."""
    return " points" if metric in IN_PER_CENT else " nats" if metric == "log_loss" else ""


def amount(metric: str, difference: float) -> str:
    """Write a difference with its unit: `1.8 points`, `0.012 nats`, `0.012`."""
    return size(metric, difference) + difference_unit(metric)
