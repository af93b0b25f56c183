"""Metrics as the page names and writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from latefusion.core.metric_facts import BETTER, IN_PER_CENT, TITLE, gain
from latefusion.report.number_format import NOTHING, known, number, percent, signed, span

Written = Callable[[float | None], str]


@dataclass(frozen=True)
class Metric:
    """A metric on the page: how its values are written there.

    Attributes
    ----------
    name : str
        In tables.
    unit : str
        Of a value, for the head of a column.
    help : str
        What it measures, in one line.
    """

    name: str
    unit: str
    help: str

    @property
    def title(self) -> str:
        """The metric in the middle of a sentence."""
        return TITLE[self.name]

    @property
    def share(self) -> bool:
        """Whether it is written in per cent, its differences in percentage points."""
        return self.name in IN_PER_CENT

    @property
    def heading(self) -> str:
        """The title as the head of a column."""
        return f"{self.title[:1].upper()}{self.title[1:]}"

    @property
    def lower_is_better(self) -> bool:
        """Whether less is better."""
        return BETTER[self.name] == "lower"

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
        return gain(self.name, difference)

    @property
    def _digits(self) -> int:
        return 1 if self.share else 3


_ALL: Final = (
    Metric("accuracy", "% (95 %)", "share of items whose class is named rightly"),
    Metric("balanced_accuracy", "% (95 %)", "mean over the classes of their recall"),
    Metric("macro_f1", "0 to 1", "every class counts the same"),
    Metric("matthews", "−1 to 1", "correlation of said and true classes"),
    Metric("kappa", "−1 to 1", "agreement beyond chance"),
    Metric("auroc", "0.5 is chance", "how well a class is ranked above the others"),
    Metric("log_loss", "nats, low: good", "punishes confident errors"),
    Metric("brier", "0 to 2, low: good", "mean squared error of the probabilities"),
)

METRICS: Final = MappingProxyType({metric.name: metric for metric in _ALL})
"""Metrics by their name in the tables, in the order of the page."""
