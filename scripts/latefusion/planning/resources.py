"""Memory, time and threads that jobs ask a scheduler for. No job imports it: a new guess reruns nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from latefusion.core.grid import as_list, grid_points
from latefusion.planning.views import View
from latefusion.svm.memory import BASE_BYTES, MEGABYTE, distance_bytes, svm_bytes

COMPILER_BYTES: Final = 350 * MEGABYTE
"""The compiler itself, which the first job on a machine runs."""

SLACK: Final = 1.1
"""What allocators round up and temporary arrays add."""

SECONDS_OF_A_THREAD: Final = 6.0
"""Work of one fit that is worth a thread of its own."""

MOST_THREADS: Final = 8

WHOLE_UP_TO_MB: Final = 14_000
"""Training that would ask for more keeps half of its Gram matrix: nodes of 16 GB are common, and an SVM of
50,000 rows fits whole."""

LEAST_MB: Final = 1000
"""Snakemake itself, twice on a node, takes as much as a small prediction."""


@dataclass(frozen=True)
class DataSize:
    """How much data there is.

    Attributes
    ----------
    rows : int
        Items of both splits.
    columns : mapping of str to int
        Of each modality.
    classes : int
    """

    rows: int
    columns: Mapping[str, int]
    classes: int

    @classmethod
    def read(cls, dataset: Path | str) -> DataSize:
        """Return what dataset.json says; a plan without data assumes little, and is asked again later."""
        file = Path(dataset)
        if not file.exists():
            return cls(2000, {}, 4)
        facts = json.loads(file.read_text(encoding="utf-8"))
        columns = {name: one["dimension"] for name, one in facts["modalities"].items()}
        return cls(sum(facts["n"].values()), columns, len(facts["classes"]))

    def of(self, modalities: Sequence[str]) -> int:
        """Return the columns of some modalities together."""
        return sum(self.columns[name] for name in modalities) if self.columns else 1000


class OfView(Protocol):
    """Wildcards that name a view."""

    view: str


class WithDataset(Protocol):
    """The input of a job that reads dataset.json."""

    dataset: str


Request = Callable[[OfView, WithDataset, int], int]
"""A resource function, called as Snakemake does with `wildcards`, `input` and `attempt`."""

ThreadsRequest = Callable[[OfView, WithDataset], int]
"""A function of threads, called as Snakemake does with `wildcards` and `input`."""


@dataclass(frozen=True)
class Requests:
    """Resource functions, which ask for what an estimate says and for more at each attempt.

    Attributes
    ----------
    views : mapping of str to View
        All that are planned; the wildcard `view` names one.
    trained : sequence of str
        Those that are trained here.
    """

    views: Mapping[str, View]
    trained: Sequence[str]

    def of_data(self, estimate: Callable[..., int], *more: int) -> Request:
        """Return what a job asks for that holds all items; the estimate is given their number."""
        return lambda wildcards, input, attempt: (  # noqa: A006, ARG005 - names that Snakemake gives
            attempt * estimate(DataSize.read(input.dataset).rows, *more)
        )

    def of_view(self, estimate: Callable[..., int], **more: int) -> Request:
        """Return what a job asks for that trains or applies a view."""
        return lambda wildcards, input, attempt: (  # noqa: A006 - names that Snakemake gives
            attempt * estimate(self.views[wildcards.view], DataSize.read(input.dataset), **more)
        )

    def of_curve(self, estimate: Callable[..., int], *more: Sequence[str], **named: int) -> Request:
        """Return what a job asks for that trains every view."""
        views = [self.views[name] for name in self.trained]
        return lambda wildcards, input, attempt: (  # noqa: A006, ARG005 - names that Snakemake gives
            attempt * estimate(views, DataSize.read(input.dataset), *more, **named)
        )

    def threads(self, estimate: Callable[[View, DataSize], int]) -> ThreadsRequest:
        """Return the threads that a job asks for which trains or applies a view."""
        return lambda wildcards, input: (  # noqa: A006 - names that Snakemake gives
            estimate(self.views[wildcards.view], DataSize.read(input.dataset))
        )


def grid_size(view: View) -> int:
    """Return how many SVMs of one view differ in C or gamma."""
    return len(grid_points(view.svm["C"], view.svm["gamma"]))


def view_memory_mb(view: View, size: DataSize, *, folds: int, partitions: int = 1) -> int:
    """Return the megabytes that a job which trains the SVM of a view should ask for.

    Parameters
    ----------
    view : View
    size : DataSize
    folds : int
    partitions : int
        How many the job trains it on; several share distances, which are kept.
    """
    combine = view.svm["combine"]
    gammas = len(as_list(view.svm["gamma"]))
    return svm_memory_mb(
        size.rows,
        size.of(view.modalities),
        view.svm["approximation"],
        classes=size.classes,
        folds=folds,
        models=grid_size(view) + 1,
        kernels=gammas * (1 + folds * (combine == "kernel_aligned")) + (partitions > 1),
        parts=len(view.modalities) if combine.startswith("kernel_") else 1,
    )


def view_threads(view: View, size: DataSize) -> int:
    """Return the threads that the rows and columns of a view are worth."""
    return svm_threads(size.rows, size.of(view.modalities), models=grid_size(view))


def view_runtime_minutes(view: View, size: DataSize, *, partitions: int = 1) -> int:
    """Return the minutes after which a scheduler may end the training of a view."""
    models = grid_size(view)
    return partitions * svm_runtime_minutes(size.rows, size.of(view.modalities), models=models)


def view_predict_memory_mb(view: View, size: DataSize) -> int:
    """Return the megabytes that a job which applies the SVM of a view should ask for."""
    needed = predict_memory_mb(size.rows, size.of(view.modalities), support=size.rows)
    return max(LEAST_MB, needed)


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

    Those of the whole Gram matrix and of distances that several kernels share; where that is more than
    `WHOLE_UP_TO_MB`, without the distances, and else with half of the matrix. Training makes do with what it
    is given, with the same results.

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
        `kernel_aligned`. With more than one, distances are kept where they fit.
    parts : int
        Modalities that have a kernel of their own: 1, or with `kernel_mean` and `kernel_aligned` all.
    """
    components = None if approximation is None else approximation["components"]
    size = partial(svm_bytes, rows, columns, classes=classes, folds=folds, models=models)
    if components is not None:
        return _training_mb(size(components=components))
    kept = distance_bytes(rows, parts) if kernels > 1 else 0
    asked = [_training_mb(needed) for needed in (size() + kept, size(), size(packed=True))]
    return next((megabytes for megabytes in asked if megabytes <= WHOLE_UP_TO_MB), min(asked))


def _training_mb(needed: int) -> int:
    """Return megabytes for so many bytes of arrays, and for what every training takes."""
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
