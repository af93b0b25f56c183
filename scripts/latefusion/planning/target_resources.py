"""Memory and time that the jobs of kernel ridge regression ask a scheduler for."""

from __future__ import annotations

import math
from typing import Final

from latefusion.core.grid import as_list
from latefusion.kernel_ridge.memory import view_bytes
from latefusion.planning.early_views import COOPERATIVE
from latefusion.planning.resources import LEAST_MB, SLACK, DataSize
from latefusion.planning.target_views import TargetView
from latefusion.svm.memory import BASE_BYTES, MEGABYTE

WEIGHTS_OF_DISAGREEMENT: Final = 6
"""Of cooperative learning by default."""


def ridge_memory_mb(view: TargetView, size: DataSize, *, targets: int, folds: int) -> int:
    """Return the megabytes that a job which trains the regressor of a view should ask for."""
    alphas = len(as_list(view.settings["alphas"]))
    approximation = view.settings["approximation"]
    needed = view_bytes(
        size.rows,
        size.of(view.modalities),
        len(view.modalities),
        targets=targets,
        folds=folds,
        penalties=alphas,
        components=None if approximation is None else approximation["components"],
        weights=disagreement_weights(view),
    )
    return math.ceil((BASE_BYTES + SLACK * needed) / MEGABYTE)


def disagreement_weights(view: TargetView) -> int | None:
    """Return how many weights of disagreement are tried on a view of numbers; None where none is."""
    own = view.settings.get(COOPERATIVE)
    return None if own is None else len(as_list(own.get("rho", [None] * WEIGHTS_OF_DISAGREEMENT)))


def ridge_runtime_minutes(view: TargetView, size: DataSize, *, targets: int, folds: int) -> int:
    """Return the minutes after which a scheduler may end the training of a view's regressor.

    Some thirty steps of conjugate gradients for each penalty, of 2·10⁹ products a second on all systems; of
    an approximation the features of each row, twice.
    """
    n, columns, approximation = size.rows, size.of(view.modalities), view.settings["approximation"]
    systems = len(as_list(view.settings["alphas"])) * (1 + folds) * targets
    if weights := disagreement_weights(view):
        systems *= weights * len(view.modalities)
    elif approximation is not None:
        kept = min(approximation["components"], n)
        return math.ceil(5 + 10 * (2 + targets) * n * kept * (columns + kept) / 2e9 / 60)
    return math.ceil(5 + 10 * (30 * systems * n**2 / 2e9 + 1e-10 * n**2 * columns) / 60)


def ridge_predict_memory_mb(view: TargetView, size: DataSize, *, targets: int, folds: int) -> int:
    """Return the megabytes that a job which applies the regressor of a view should ask for."""
    needed = SLACK * 8 * size.rows * (4 * size.of(view.modalities) + targets * folds)
    return max(LEAST_MB, math.ceil((BASE_BYTES + needed) / MEGABYTE))
