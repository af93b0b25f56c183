"""How seconds and memory of one view grow with the number of rows."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.files import lyrics_arrays
from benchmarks.measure import child, load, save, task
from benchmarks.words import Result, busy, prose, seconds, table

SIZES = (2_500, 5_000, 10_870, 20_000, 30_000, 50_000)
APPROXIMATED = (10_870, 50_000)
COMPONENTS = 1000
# Megabytes that some sizes may take: too few for the whole Gram matrix, enough for half of it.
WITHIN_MB = {10_870: 850, 50_000: 8_000, 70_000: 16_000}


def run(work: Path, sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Train on n rows of 768 columns and predict n/4, up to 50,000; and what compiling costs once.

    What other sizes have is kept.
    """
    kept = load("growth") or {"sizes": {}}
    measured: dict[str, Any] = {key: value for key, value in kept.items() if key != "machine"}
    for n in sorted({*sizes, *WITHIN_MB} if sizes is SIZES else sizes):
        arrays = lyrics_arrays(work, n)
        if n in sizes:
            measured["sizes"][str(n)] = task("own_view", arrays=arrays, threads=2)
        if n in WITHIN_MB:
            found = task("own_view", arrays=arrays, threads=2, memory_mb=WITHIN_MB[n])
            measured.setdefault("halves", {})[str(n)] = found
        if n in APPROXIMATED:
            found = task("own_view", arrays=arrays, threads=2, components=COMPONENTS)
            measured.setdefault("approximated", {})[str(n)] = found
        if n > 20_000:
            arrays.unlink()
        save("growth", measured)
    measured["compile"] = compiling(work)
    save("growth", measured)
    return measured


def compiling(work: Path) -> dict[str, float]:
    """Return seconds of a tiny fit where nothing is compiled yet, and where all is."""
    arrays = lyrics_arrays(work, 500)
    code = f"from benchmarks.tasks import own_view; own_view({str(arrays)!r}, 2)"
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = (
            child([sys.executable, "-c", code], environment={"NUMBA_CACHE_DIR": cache})["wall"]
            for _ in range(2)
        )
    return {"cold": cold, "warm": warm}


def section(result: Result) -> list[str]:
    """Show growth."""
    runs = [(int(n), "", run) for n, run in result["sizes"].items()]
    runs += [
        (int(n), f", within {WITHIN_MB[int(n)]:,} MB: half the Gram matrix", run)
        for n, run in result.get("halves", {}).items()
    ]
    rows = [
        (
            f"{n:,}{how}",
            seconds(run["fit"]),
            seconds(run["predict"]),
            seconds(run["seconds_processor"]),
            f"{run['peak_mb']:,.0f}",
        )
        for n, how, run in sorted(runs, key=lambda run: run[:2])
    ]
    compiled = result.get("compile")
    once = (
        f"""Compiling the solver, once for each machine, takes {compiled["cold"] - compiled["warm"]:.0f} s
        (a tiny fit in a new process: {compiled["cold"]:.1f} s without the cache, {compiled["warm"]:.1f} s
        with it)."""
        if compiled
        else ""
    )
    return [
        "## Growth with the number of rows",
        prose(
            f"""
            One view of 768 columns, 2 threads, a quarter as many test rows. {once} Load before each
            run {busy(result["sizes"].values())}.
            """
        ),
        table(["training rows", "fit s", "predict s", "processor s", "peak MB"], rows),
        *_against_the_exact_machine(result),
    ]


def _against_the_exact_machine(result: Result) -> list[str]:
    """Show what a Nyström approximation costs in accuracy, and spares."""
    rows = [
        (
            f"{int(n):,}: {name}",
            f"{run['accuracy']:.3f}",
            f"{run['log_loss']:.3f}",
            seconds(run["fit"]),
            seconds(run["seconds_processor"]),
            f"{run['peak_mb']:,.0f}",
        )
        for n, approximated in sorted(result.get("approximated", {}).items(), key=lambda item: int(item[0]))
        for name, run in (("exact", result["sizes"][n]), (f"{COMPONENTS:,} components", approximated))
    ]
    head = ["training rows: machine", "accuracy", "log loss", "fit s", "processor s", "peak MB"]
    return (
        ["The same with a Nyström approximation, on the same test rows:", table(head, rows)] if rows else []
    )
