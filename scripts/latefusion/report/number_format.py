"""How numbers are written for people: units, digits, signs; a dash where there is nothing to say."""

from __future__ import annotations

import math
import re

NOTHING = "–"
MINUS = "−"
THIN = "\u202f"


def known(value: float | None) -> bool:
    """Whether there is a number to show."""
    return value is not None and math.isfinite(value)


def _signed(text: str) -> str:
    return MINUS + text[1:] if text.startswith("-") else text


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with a fixed count of decimals: `0.351`."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:.{digits}f}"
    return _signed(text if float(text) else text.lstrip("-"))


def with_minus(written: str) -> str:
    """Return a text with a minus sign before its negative numbers, as numbers have it here."""
    return re.sub(r"(?<![\w.])-(?=[\d.])", "−", written)


def count(value: float | None) -> str:
    """Write a whole number, thousands set apart: `13 588`."""
    if value is None or not math.isfinite(value):
        return NOTHING
    whole = round(value)
    return _signed(f"{whole:,}".replace(",", THIN) if abs(whole) >= 10_000 else str(whole))


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share as a percentage: `44.1 %`."""
    text = number(None if share is None else 100 * share, digits)
    return text if text == NOTHING else f"{text}\u00a0%"


def points(difference: float | None, digits: int = 1) -> str:
    """Write a difference of shares in percentage points, always with its sign: `+1.8`."""
    return signed(None if difference is None else 100 * difference, digits)


def signed(value: float | None, digits: int = 3) -> str:
    """Write a number with its sign: `+0.012`, `−0.004`."""
    text = number(value, digits)
    positive = value is not None and math.isfinite(value) and value > 0 and float(f"{value:.{digits}f}") > 0
    return f"+{text}" if positive else text


def percent_interval(low: float | None, high: float | None) -> str:
    """Write an interval of shares: `42.2 to 46.0 %`."""
    if not (known(low) and known(high)):
        return NOTHING
    return f"{number(100 * (low or 0), 1)} to {number(100 * (high or 0), 1)}\u00a0%"


def points_interval(low: float | None, high: float | None) -> str:
    """Write an interval of differences in percentage points: `−0.3 to +2.1`."""
    return f"{points(low)} to {points(high)}" if known(low) and known(high) else NOTHING


def span(low: float | None, high: float | None, factor: float = 1, digits: int = 3) -> str:
    """Write an interval as short as it can be read: `0.29–0.42`, `−0.01 to 0.04`."""
    if low is None or high is None or not (known(low) and known(high)):
        return NOTHING
    between = " to " if low < 0 else "–"
    return f"{number(factor * low, digits)}{between}{number(factor * high, digits)}"


def probability(p: float | None) -> str:
    """Write a p-value: three decimals, or that it is smaller."""
    if p is None or not math.isfinite(p):
        return NOTHING
    return "< 0.001" if p < 0.001 else number(p, 3)


def duration(seconds: float | None) -> str:
    """Write seconds as people say them: `0.4 s`, `12 s`, `3 min 20 s`, `1 h 05 min`."""
    if seconds is None or not math.isfinite(seconds):
        return NOTHING
    if seconds < 9.95:
        return f"{seconds:.1f}\u00a0s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}\u00a0s"
    if whole < 3600:
        return f"{whole // 60}\u00a0min {whole % 60:02d}\u00a0s"
    return f"{whole // 3600}\u00a0h {whole % 3600 // 60:02d}\u00a0min"


def memory(megabytes: float | None) -> str:
    """Write a peak of memory: `230 MB`, `4.2 GB`."""
    if megabytes is None or not math.isfinite(megabytes):
        return NOTHING
    return f"{megabytes / 1000:.1f}\u00a0GB" if megabytes >= 1000 else f"{megabytes:.0f}\u00a0MB"
