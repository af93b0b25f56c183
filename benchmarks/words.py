"""How figures are written in RESULTS.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Result = Mapping[str, Any]

# Above this many processes that want one of two cores, times are not to be trusted.
BUSY = 2.5


def prose(text: str) -> str:
    """Return a paragraph on one line."""
    return " ".join(text.split())


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, numbers to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def seconds(value: float) -> str:
    """Return seconds with as many digits as mean something."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def times(ratio: float) -> str:
    """Return a ratio."""
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}" if ratio < 20 else f"{ratio:,.0f}"


def best(runs: Sequence[Result], key: str = "seconds") -> float:
    """Return the least of several runs: what the machine takes when nothing else disturbs it."""
    return min(run[key] for run in runs)


def peak(runs: Sequence[Result]) -> str:
    """Return the most memory of several runs, in MB."""
    return f"{max(run['peak_mb'] for run in runs):,.0f}"


def busy(runs: Iterable[Result]) -> str:
    """Say how many processes wanted a core before each run, and what to make of it."""
    load = [run["load_before"] for run in runs]
    text = f"{min(load):.1f} to {max(load):.1f}"
    if max(load) > BUSY:
        text += ", **a busy machine: seconds on the clock say little, processor seconds are inflated too**"
    return text
