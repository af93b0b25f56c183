"""`latefusion.SVM` beside `SVC(probability=True)`, whose place it takes, on data that scikit-learn brings."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import save
from benchmarks.words import Result, prose, table

RUNS = 3
DATA = ("breast_cancer", "wine", "digits")


def run(work: Path) -> Mapping[str, Any]:  # noqa: ARG001 - as all benchmarks
    """Fit both on half of each data set and compare what they say of the other half."""
    measured = {"runs": RUNS, "rows": [_compared(name) for name in DATA]}
    save("svc", measured)
    return measured


def _compared(name: str) -> dict[str, Any]:
    from sklearn import datasets
    from sklearn.metrics import log_loss
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    from latefusion import SVM

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    given, held, label, truth = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
    scaler = StandardScaler().fit(given)
    given, held = scaler.transform(given), scaler.transform(held)
    # the first fit compiles
    SVM(random_state=0).fit(given, label).predict_proba(held)
    theirs, their_seconds = _timed(lambda: SVC(probability=True, random_state=0), given, label, held)
    ours, our_seconds = _timed(lambda: SVM(gamma="scale", random_state=0), given, label, held)
    apart = np.abs(theirs - ours).max(axis=1)
    return {
        "data": name,
        "rows": len(given),
        "columns": X.shape[1],
        "classes": len(np.unique(y)),
        "median": float(np.median(apart)),
        "most": float(np.quantile(apart, 0.95)),
        "same": float((theirs.argmax(axis=1) == ours.argmax(axis=1)).mean()),
        "log_loss": {"theirs": float(log_loss(truth, theirs)), "ours": float(log_loss(truth, ours))},
        "seconds": {"theirs": their_seconds, "ours": our_seconds},
    }


def _timed(
    made: Callable[[], Any], X: NDArray[np.float64], y: NDArray[Any], T: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the probabilities of T, and the least processor seconds of some runs."""
    taken = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        for _ in range(RUNS):
            began = time.process_time()
            p: NDArray[np.float64] = made().fit(X, y).predict_proba(T)
            taken.append(time.process_time() - began)
    return p, min(taken)


def rows(result: Result) -> str:
    """Return the table of what both say and how long they take."""
    body = [
        (
            f"{one['data'].replace('_', ' ')}, {one['rows']:,} × {one['columns']}, {one['classes']} classes",
            f"{one['median']:.3f}, {one['most']:.3f}",
            f"{100 * one['same']:.1f} %",
            *(f"{one['log_loss'][who]:.3f}" for who in ("theirs", "ours")),
            *(f"{one['seconds'][who]:.3f}" for who in ("theirs", "ours")),
        )
        for one in result["rows"]
    ]
    head = ["data", "probabilities differ by", "same class", "log loss of `SVC`", "of `SVM`"]
    return table([*head, "`SVC`, s", "`SVM`, s"], body)


def section(result: Result) -> list[str]:
    """Say how far probabilities are from libsvm's, and how long both take."""
    return [
        "## In place of `SVC(probability=True)`",
        prose(
            f"""
            Standardised columns, C = 1, gamma = 'scale', trained on one half of the items and asked about the
            other: the median and the 95th percentile over items of the largest difference between two
            probabilities of a class; processor seconds of fit and prediction, the least of {result["runs"]}.
            """
        ),
        rows(result),
    ]
