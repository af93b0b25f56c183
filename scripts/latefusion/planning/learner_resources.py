"""Memory, time and threads that the jobs of learners, and of all views at once, ask a scheduler for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from latefusion.core.grid import as_list
from latefusion.kernel_ridge.memory import cooperative_bytes
from latefusion.planning.early_views import COOPERATIVE
from latefusion.planning.resources import (
    LEAST_MB,
    MOST_THREADS,
    SECONDS_OF_A_THREAD,
    SLACK,
    DataSize,
    svm_runtime_minutes,
    view_memory_mb,
)
from latefusion.planning.target_resources import WEIGHTS_OF_DISAGREEMENT
from latefusion.planning.target_views import TargetView
from latefusion.planning.views import View
from latefusion.svm.memory import BASE_BYTES, MEGABYTE

CELLS_OF_TWO_THREADS: Final = 1_000_000
"""Rows times columns from which a learner is worth a second thread."""

CELLS_OF_A_MINUTE: Final = 100_000
"""Rows times columns that the slowest learner on a slow core is given a minute for."""

SVR: Final = "svr"
"""The learner of numbers whose machines share a kernel matrix."""

SOLVER_CACHE: Final = 200 * MEGABYTE
"""Rows of the kernel that scikit-learn's solver keeps."""

PAIRS_OF_A_MINUTE: Final = 1_000_000
"""Pairs of rows that support vector regression with its grid is given a minute for, on a slow core."""

SECONDS_OF_A_FIT: Final = 5e-8
"""Of cooperative learning with one weight, for each two rows, modality and class."""


def learner_memory_mb(view: View, size: DataSize, *, folds: int) -> int:
    """Return the megabytes that a job which trains or applies a learner should ask for.

    The rows in single precision, and for each of two threads three copies in double; of cooperative
    learning also a kernel of each modality.
    """
    needed = size.rows * size.of(view.modalities) * (4 + 2 * 3 * 8)
    if weights := _weights(view):
        shape, fits = (
            (size.rows, size.of(view.modalities), len(view.modalities)),
            folds * max(weights, folds // 2),
        )
        needed += cooperative_bytes(*shape, targets=size.classes, fits=fits)
    return max(LEAST_MB, math.ceil((BASE_BYTES + SLACK * needed) / MEGABYTE))


def learner_threads(view: View, size: DataSize) -> int:
    """Return the threads that the rows and columns of a view are worth; a fold is what one of them does."""
    if _weights(view):
        return min(max(round(_cooperative_seconds(view, size) / SECONDS_OF_A_THREAD), 1), MOST_THREADS)
    return _threads(size.rows * size.of(view.modalities))


def learner_runtime_minutes(view: View, size: DataSize) -> int:
    """Return the minutes after which a scheduler may end the training of a learner."""
    minutes = 30 + size.rows * size.of(view.modalities) / CELLS_OF_A_MINUTE
    return math.ceil(minutes + 10 * _cooperative_seconds(view, size) / 60)


def target_learner_memory_mb(view: TargetView, size: DataSize) -> int:
    """Return the megabytes that a job which trains or applies a learner of numbers should ask for.

    As of classes; of support vector regression also a kernel matrix for each thread, and the solver's cache.
    """
    cells = size.rows * size.of(view.modalities)
    needed = cells * (4 + 2 * 3 * 8) + (
        _threads(cells) * (8 * size.rows**2 + SOLVER_CACHE) if _is_svr(view) else 0
    )
    return max(LEAST_MB, math.ceil((BASE_BYTES + SLACK * needed) / MEGABYTE))


def target_learner_threads(view: TargetView, size: DataSize) -> int:
    """Return the threads that the rows and columns of a view of numbers are worth, likewise."""
    return _threads(size.rows * size.of(view.modalities))


def target_learner_runtime_minutes(view: TargetView, size: DataSize) -> int:
    """Return the minutes after which a scheduler may end the training of a learner of numbers."""
    minutes = 30 + size.rows * size.of(view.modalities) / CELLS_OF_A_MINUTE
    return math.ceil(minutes + (size.rows**2 / PAIRS_OF_A_MINUTE if _is_svr(view) else 0))


def _is_svr(view: TargetView) -> bool:
    return view.learner is not None and view.learner.learner == SVR


def _threads(cells: int) -> int:
    return 2 if cells >= CELLS_OF_TWO_THREADS else 1


def _weights(view: View) -> int:
    """Return how many weights of disagreement are tried; none by another learner than the cooperative one."""
    if view.learner is None or view.learner.learner != COOPERATIVE:
        return 0
    return len(as_list(view.learner.options.get("rho", [None] * WEIGHTS_OF_DISAGREEMENT)))


def _cooperative_seconds(view: View, size: DataSize) -> float:
    """Return about how many seconds one core takes for cooperative learning."""
    return SECONDS_OF_A_FIT * size.rows**2 * len(view.modalities) * _weights(view) * max(size.classes - 1, 1)


def curve_memory_mb(views: Sequence[View], size: DataSize, *, folds: int) -> int:
    """Return the megabytes of a learning curve: those of its largest view."""
    needed = (
        view_memory_mb(view, size, folds=folds)
        if view.has_svm
        else learner_memory_mb(view, size, folds=folds)
        for view in views
    )
    return max(needed, default=LEAST_MB)


def curve_runtime_minutes(views: Sequence[View], size: DataSize, modalities: Sequence[str]) -> int:
    """Return the minutes of a learning curve: of four fits of each view the largest takes most."""
    return 60 + 2 * svm_runtime_minutes(size.rows, size.of(modalities)) * len(views)
