"""Metrics as the page names and writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from latefusion.report.number_format import NOTHING, known, number, percent, signed, span

Written = Callable[[float | None], str]


@dataclass(frozen=True)
class Metric:
    """A metric: its name in tables and in sentences, and how its values are written.

    Attributes
    ----------
    name, title : str
        In tables; in the middle of a sentence.
    unit : str
        Of a value, for the head of a column.
    help : str
        What it measures, in one line.
    share : bool
        A share of the items, written in per cent; its differences are percentage points.
    ideal : float
        Value of a perfect model; a difference towards it is a gain.
    """

    name: str
    title: str
    unit: str
    help: str
    share: bool = False
    ideal: float = 1.0

    @property
    def heading(self) -> str:
        """The title as the head of a column."""
        return f"{self.title[:1].upper()}{self.title[1:]}"

    @property
    def lower_is_better(self) -> bool:
        """Whether less is better."""
        return self.ideal == 0.0

    @property
    def difference_unit(self) -> str:
        """Unit of a difference; none for scores that have none."""
        return "percentage points" if self.share else "nats" if self.name == "log_loss" else ""

    def written(self, value: float | None) -> str:
        """Write a value: `44.1 %`, `0.512`."""
        return percent(value) if self.share else number(value)

    def interval(self, low: float | None, high: float | None) -> str:
        """Write an interval of values: `42.2 to 46.0 %`."""
        if not (known(low) and known(high)):
            return NOTHING
        factor, digits, unit = (100, 1, "\u00a0%") if self.share else (1, 3, "")
        return f"{number(factor * (low or 0.0), digits)} to {number(factor * (high or 0.0), digits)}{unit}"

    def short_interval(self, low: float | None, high: float | None) -> str:
        """Write an interval for a cell: `42.2–46.0`."""
        return span(low, high, 100, 1) if self.share else span(low, high)

    def difference(self, value: float | None) -> str:
        """Write a difference with its sign: `+1.8`, `−0.012`."""
        return signed(None if value is None else 100 * value, 1) if self.share else signed(value)

    def size(self, value: float | None) -> str:
        """Write how large a difference is, without its sign: `1.8`, `0.012`."""
        return number(None if value is None else abs(100 * value if self.share else value), self._digits)

    def change(self, value: float | None) -> str:
        """Write a difference with sign and unit: `+1.8 percentage points`, `−0.012`."""
        return f"{self.difference(value)} {self.difference_unit}".rstrip()

    def amount(self, value: float | None) -> str:
        """Write how large a difference is, with its unit: `1.8 percentage points`, `0.012`."""
        return f"{self.size(value)} {self.difference_unit}".rstrip()

    def difference_interval(self, low: float | None, high: float | None) -> str:
        """Write an interval of differences: `−0.3 to +2.1`."""
        return f"{self.difference(low)} to {self.difference(high)}" if known(low) and known(high) else NOTHING

    def gain(self, difference: float) -> float:
        """Return a difference as a gain: positive where it is for the better."""
        return -difference if self.lower_is_better else difference

    @property
    def _digits(self) -> int:
        return 1 if self.share else 3


_ALL: Final = (
    Metric("accuracy", "accuracy", "% (95 %)", "share of items whose class is named rightly", share=True),
    Metric(
        "balanced_accuracy",
        "balanced accuracy",
        "% (95 %)",
        "mean over the classes of their recall",
        share=True,
    ),
    Metric("macro_f1", "macro-F1", "0 to 1", "every class counts the same"),
    Metric("matthews", "Matthews", "−1 to 1", "correlation of said and true classes"),
    Metric("kappa", "Cohen's kappa", "−1 to 1", "agreement beyond chance"),
    Metric("auroc", "AUROC", "0.5 is chance", "how well a class is ranked above the others"),
    Metric("log_loss", "log loss", "nats, low: good", "punishes confident errors", ideal=0.0),
    Metric("brier", "Brier", "0 to 2, low: good", "mean squared error of the probabilities", ideal=0.0),
)

METRICS: Final = MappingProxyType({metric.name: metric for metric in _ALL})
"""Metrics by their name in the tables, in the order of the page."""
