"""Memory of kernel ridge regression: 20,000 rows, more than fit, and the way out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import save, task
from benchmarks.words import Result, prose, seconds, table

MEMORY_MB = 14_000
COMPONENTS = 1_000
COLUMNS = 768
THREADS = 2
CASES = ((20_000, None), (60_000, None), (30_000, COMPONENTS), (60_000, COMPONENTS))


def run(work: Path) -> Mapping[str, Any]:  # noqa: ARG001 - rows are made up in the process that is measured
    """Train a view on so many rows, each in a process of its own."""
    cases = [
        {
            "rows": rows,
            "components": components,
            **task("measured", module="kernel_ridge_rows", rows=rows, components=components),
        }
        for rows, components in CASES
    ]
    measured = {"memory_mb": MEMORY_MB, "columns": COLUMNS, "cases": cases}
    save("kernel_ridge_rows", measured)
    return measured


def measure(rows: int, components: int | None, columns: int = COLUMNS) -> dict[str, Any]:
    """Train as the workflow does, with what a job of 14 GB may take; say the refusal, or the seconds."""
    from latefusion.core.errors import InputError
    from latefusion.regression.target_rows import TargetRows
    from latefusion.regression.training import RidgeSettings, train_ridge

    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, columns), dtype=np.float32)
    Y = X[:, :2].astype(np.float64) + rng.standard_normal((rows, 2))
    alphas = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
    settings = RidgeSettings(alphas, "auto", "none", "concatenate", components=components)
    parts = TargetRows([X], Y, np.arange(rows, dtype=np.int32) % 5, ("valence", "arousal"), "a training part")
    began, processor = time.perf_counter(), time.process_time()
    try:
        trained = train_ridge(parts, settings, n_jobs=THREADS, memory_mb=MEMORY_MB)
    except InputError as error:
        return {"refused": str(error)}
    return {
        "seconds": time.perf_counter() - began,
        "own_processor": time.process_time() - processor,
        "mse": trained.facts["targets"]["valence"]["mse"],
    }


def section(result: Result) -> list[str]:
    """Say what training took, and what was refused."""
    refused = [case for case in result["cases"] if "refused" in case]
    body = [
        (
            f"{case['rows']:,}",
            "whole kernel" if case["components"] is None else f"{case['components']:,} components",
            "refused" if "refused" in case else seconds(case["seconds"]),
            "–" if "refused" in case else seconds(case["own_processor"]),
            "–" if "refused" in case else f"{case['peak_mb']:,.0f} MB",
        )
        for case in result["cases"]
    ]
    quoted = [case["refused"].partition("fix:")[2].strip() for case in refused]
    return [
        "## Kernel ridge regression: rows and memory",
        prose(
            f"""
            A job that may take {result["memory_mb"]:,} MB trains on made-up rows of {result["columns"]}
            columns: two targets, eight penalties, five folds, 2 threads. What would not fit is refused
            before any of it is asked for; the message ends in *{"; ".join(quoted)}*.
            """
        ),
        table(["rows", "kernel", "seconds", "processor seconds", "peak"], body),
    ]
