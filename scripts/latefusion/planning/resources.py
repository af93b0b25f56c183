"""Memory, time and threads that jobs ask a scheduler for. No job imports it: a new guess reruns nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from latefusion.svm.memory import BASE_BYTES, MEGABYTE, distance_bytes, svm_bytes

COMPILER_BYTES: Final = 350 * MEGABYTE
"""The compiler itself, which the first job on a machine runs."""

SLACK: Final = 1.1
"""What allocators round up and temporary arrays add."""

SECONDS_OF_A_THREAD: Final = 6.0
"""Work of one fit that is worth a thread of its own."""

MOST_THREADS: Final = 8


def svm_memory_mb(
    rows: int,
    columns: int,
    approximation: Mapping[str, int] | None = None,
    *,
    classes: int = 4,
    folds: int = 5,
    models: int = 1,
    kernels: int = 1,
    parts: int = 1,
) -> int:
    """Return the megabytes that a job which trains an SVM should ask for.

    Parameters
    ----------
    rows, columns : int
        Of the training part, all modalities of the view together.
    approximation : mapping, optional
        `{"components": m}`, as in the configuration.
    classes, folds : int
    models : int
        Points of the grid.
    kernels : int
        Different kernels that are computed: values of gamma, and one for each fold with
        `kernel_aligned`. With more than one, distances are kept.
    parts : int
        Modalities that have a kernel of their own: 1, or with `kernel_mean` and `kernel_aligned` all.
    """
    components = None if approximation is None else approximation["components"]
    needed = svm_bytes(rows, columns, classes=classes, folds=folds, models=models, components=components)
    if components is None and kernels > 1:
        needed += distance_bytes(rows, parts)
    return math.ceil((BASE_BYTES + COMPILER_BYTES + SLACK * needed) / MEGABYTE)


def svm_seconds(rows: int, columns: int, *, models: int = 1) -> float:
    """Return about how many seconds one core of 2023 takes to train an SVM and calibrate it."""
    return rows * rows * (1e-11 * columns + 3e-8 * models)


def svm_threads(rows: int, columns: int, *, models: int = 1) -> int:
    """Return how many threads a job that trains an SVM makes good use of; the results are the same.

    There are as many such jobs as views and partitions. Beside each other they use the cores better than
    one after another with all of them, since reading, writing and the start of a process are one thread's
    work; so a second thread is for what takes one of them long.
    """
    return min(max(round(svm_seconds(rows, columns, models=models) / SECONDS_OF_A_THREAD), 1), MOST_THREADS)


def svm_runtime_minutes(rows: int, columns: int, *, models: int = 1) -> int:
    """Return the minutes after which a scheduler may end a job that trains an SVM.

    Ten times what it should take with one thread, for slower cores and for data on which machines
    converge late.
    """
    return math.ceil(5 + 10 * svm_seconds(rows, columns, models=models) / 60)


def predict_memory_mb(rows: int, columns: int, support: int) -> int:
    """Return the megabytes that a job which predicts `rows` from `support` saved rows should ask for."""
    return math.ceil((BASE_BYTES + SLACK * 4 * columns * (3 * rows + 2 * support)) / MEGABYTE)


def table_memory_mb(rows: int, least: int) -> int:
    """Return the megabytes that a job which holds tables of all items should ask for.

    Three times the 6 kB an item that evaluation took with ten models, and what the libraries take.
    """
    return least + math.ceil(0.02 * rows)


def table_runtime_minutes(rows: int, least: int) -> int:
    """Return the minutes after which a scheduler may end such a job, fitted rules included."""
    return least + math.ceil(rows / 1000)
