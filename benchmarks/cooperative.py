"""Cooperative learning of two modalities, the whole grid, beside the dense equations solved one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.files import modality_arrays
from benchmarks.measure import save, task
from benchmarks.simulate_notebook import TRAIN
from benchmarks.words import Result, peak, prose, seconds, table, times

MODALITIES = ("lyrics", "audio")
FOLDS = 5
THREADS = 2
FEW = 2_000
"""Rows of which the dense equations of the whole grid are solved."""


def run(work: Path, rows: int = TRAIN, few: int = FEW) -> Mapping[str, Any]:
    """Fit the grid at two sizes; solve the dense equations of the smaller, and of one point of the larger."""
    path = modality_arrays(work, rows)
    with np.load(path) as file:
        columns = [file[f"{name}_train"].shape[1] for name in MODALITIES]
    measured = {
        "rows": rows,
        "few": few,
        "columns": columns,
        "whole": task("measured", module="cooperative", path=path, rows=rows, way="ours"),
        "one_point": task("measured", module="cooperative", path=path, rows=rows, way="one point"),
        "small": task("measured", module="cooperative", path=path, rows=few, way="ours"),
        "dense": task("measured", module="cooperative", path=path, rows=few, way="dense"),
    }
    save("cooperative", measured)
    return measured


def measure(path: str, rows: int, way: str) -> dict[str, Any]:
    """Choose ρ and the penalty by squared error out of fold; by the dense way nothing is calibrated."""
    from threadpoolctl import threadpool_limits

    from latefusion.learners.cooperative import CooperativeLearning

    with np.load(path) as file:
        X = [file[f"{name}_train"][:rows] for name in MODALITIES]
        T, y = [file[f"{name}_test"] for name in MODALITIES], file["y_train"][:rows].astype(np.int32)
    fold = np.random.default_rng(0).integers(FOLDS, size=len(y)).astype(np.int32)
    model = CooperativeLearning()
    model.n_jobs = THREADS
    if way == "ours":
        CooperativeLearning().fit([x[:200] for x in X], y[:200], fold[:200])  # imports
        began = time.perf_counter()
        model.fit(X, y, fold)
        model.predict_proba(T)
        path_of = model.learned()["path"]
        return {"seconds": time.perf_counter() - began, "path": path_of, "chosen": model.settings_}
    grid = [(float(rho), float(penalty)) for rho, penalty in product(model.rho, model.penalty)]  # type: ignore[arg-type]
    with threadpool_limits(THREADS):
        began = time.perf_counter()
        if way == "dense":
            return {"path": _dense(X, y, fold, grid), "seconds": time.perf_counter() - began}
        _held_out(_kernels(X), np.eye(4)[y], fold == 0, *grid[len(grid) // 2])
        return {"seconds": time.perf_counter() - began}


def _kernels(X: list[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.preprocessing import StandardScaler

    return [rbf_kernel(StandardScaler().fit_transform(x.astype(np.float64))) for x in X]


def _dense(
    X: list[NDArray[np.float32]],
    y: NDArray[np.int32],
    fold: NDArray[np.int32],
    grid: list[tuple[float, float]],
) -> list[dict[str, float]]:
    K, Y = _kernels(X), np.eye(4)[y]
    found = []
    for rho, penalty in grid:
        error = sum(_held_out(K, Y, fold == k, rho, penalty) for k in range(FOLDS)) / len(y)
        found.append({"rho": rho, "penalty": penalty, "squared_error": error})
    return found


def _held_out(
    K: list[NDArray[np.float64]],
    Y: NDArray[np.float64],
    outside: NDArray[np.bool_],
    rho: float,
    penalty: float,
) -> float:
    """Solve (1 − ρ) Σ_l f_l + ρ M f_m + 2λ α_m = y on the rows of the other folds; sum the error."""
    inside, M = ~outside, len(K)
    n, level = int(inside.sum()), Y[inside].mean(axis=0)
    inner = [k[np.ix_(inside, inside)] for k in K]
    blocks = [[((1 - rho) + rho * M * (m == other)) * inner[other] for other in range(M)] for m in range(M)]
    A = np.block(blocks)
    A[np.diag_indices_from(A)] += 2 * penalty
    alpha = np.linalg.solve(A, np.tile(Y[inside] - level, (M, 1))).reshape(M, n, -1)
    said = sum(k[np.ix_(outside, inside)] @ a for k, a in zip(K, alpha, strict=True)) + level
    return float(np.square(said - Y[outside]).sum())


def section(result: Result) -> list[str]:
    """Say how long the grid takes, and the dense way."""
    whole, dense, small, one = (result[name] for name in ("whole", "dense", "small", "one_point"))
    errors = [
        abs(ours["squared_error"] - theirs["squared_error"])
        for ours, theirs in zip(small["path"], dense["path"], strict=True)
    ]
    points = len(whole["path"])
    columns = " and ".join(str(width) for width in result["columns"])
    rho, penalty = whole["chosen"]["rho"], whole["chosen"]["penalty"]
    longer = times(dense["seconds"] / small["seconds"])
    body = [
        (
            f"ours, {result['rows']:,} rows, whole grid, calibrated, and predictions",
            seconds(whole["seconds"]),
            peak([whole]),
        ),
        (
            f"dense, {result['rows']:,} rows, kernels and one point of {points} without one fold",
            seconds(one["seconds"]),
            peak([one]),
        ),
        (
            f"ours, {result['few']:,} rows, whole grid, calibrated, and predictions",
            seconds(small["seconds"]),
            peak([small]),
        ),
        (
            f"dense, {result['few']:,} rows, whole grid, not calibrated",
            seconds(dense["seconds"]),
            peak([dense]),
        ),
    ]
    return [
        "## Cooperative learning",
        prose(
            f"""
            Two modalities of {columns} columns, four classes, a grid of {points} points of ρ and λ, {FOLDS}
            folds, {THREADS} threads,
            everything but reading and imports. The grid takes **{seconds(whole["seconds"])} seconds** at
            {result["rows"]:,} rows and chooses ρ = {rho:g} and λ = {penalty:g}. Dense: `numpy.linalg.solve`
            of the equations of both modalities, once for each point and fold; at {result["few"]:,} rows
            that takes {longer} times as long, and no mean squared error of the
            {points} points differs by more than {max(errors):.0e}.
            """
        ),
        table(["way", "seconds", "peak, MB"], body),
    ]
