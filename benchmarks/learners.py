"""Every learner on two modalities, beside the plain scikit-learn way with the same folds and grid."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.files import modality_arrays
from benchmarks.measure import save, task
from benchmarks.simulate_notebook import TRAIN
from benchmarks.words import Result, prose, seconds, table, times

FOLDS = 5
THREADS = 2
LEARNERS: Mapping[str, Mapping[str, Any]] = {
    "svm": {"C": [0.1, 1, 10], "gamma": ["auto", "scale"], "scale": "standard"},
    "logistic_regression": {"C": [0.001, 0.01, 0.1, 1]},
    "linear_discriminant": {},
    "knn": {"neighbours": [5, 15, 50], "metric": "cosine", "smoothing": 0},
    "mlp": {"hidden": [256]},
    "gradient_boosting": {},
}
ONE_FIT = "svm"
"""What takes scikit-learn so long that one fit of its grid is measured, on the narrower modality."""


def run(work: Path, rows: int = TRAIN) -> Mapping[str, Any]:
    """Train each learner on each modality by both ways, each in a process of its own."""
    path = modality_arrays(work, rows)
    with np.load(path) as file:
        columns = {name: file[f"{name}_train"].shape[1] for name in ("lyrics", "audio")}
        measured_rows = {"train": len(file["y_train"]), "test": len(file["lyrics_test"])}
    few = min(columns, key=lambda name: columns[name])
    told: list[dict[str, Any]] = []
    for learner in LEARNERS:
        for modality in columns:
            asked = {"learner": learner, "modality": modality, "path": path}
            ours = task("measured", module="learners", way="ours", **asked)
            with_theirs = learner != ONE_FIT or modality == few
            theirs = task("measured", module="learners", way="theirs", **asked) if with_theirs else None
            told.append({"learner": learner, "modality": modality, "ours": ours, "theirs": theirs})
    measured = {"rows": measured_rows, "columns": columns, "measured": told}
    save("learners", measured)
    return measured


def measure(learner: str, modality: str, path: str, way: str) -> dict[str, Any]:
    """Train one learner; let it predict rows in sample, out of fold and of test."""
    with np.load(path) as file:
        X, T, y = file[f"{modality}_train"], file[f"{modality}_test"], file["y_train"].astype(np.int32)
    fold = np.random.default_rng(0).integers(FOLDS, size=len(X)).astype(np.int32)
    ways: dict[str, Callable[..., dict[str, Any]]] = {"ours": _ours, "theirs": _theirs}
    few = np.r_[0 : min(200, len(X))]
    ways[way](learner, X[few], y[few], fold[few], T[:10])  # imports and compiles
    began = time.perf_counter()
    found = ways[way](learner, X, y, fold, T)
    return {"seconds": time.perf_counter() - began, **found}


def _ours(
    learner: str,
    X: NDArray[np.float32],
    y: NDArray[np.int32],
    fold: NDArray[np.int32],
    T: NDArray[np.float32],
) -> dict[str, Any]:
    """Train as the workflow does."""
    from latefusion.learning.learner import learner_class

    model = learner_class(learner)(random_state=0, **LEARNERS[learner])
    model.n_jobs = THREADS
    model.fit(X, y, fold)
    model.predict_proba(T)
    loss = min(point["log_loss"] for point in model.grid_)
    return {"log_loss": loss, "settings": {name: str(value) for name, value in model.settings_.items()}}


def _theirs(
    learner: str,
    X: NDArray[np.float32],
    y: NDArray[np.int32],
    fold: NDArray[np.int32],
    T: NDArray[np.float32],
) -> dict[str, Any]:
    """Search the same grid on the same folds by scikit-learn alone, and predict the same rows."""
    from sklearn.metrics import log_loss
    from sklearn.model_selection import GridSearchCV, PredefinedSplit, cross_val_predict

    estimator, grid = _plain(learner)
    if learner == ONE_FIT:
        estimator.fit(X, y).predict(T)
        return {}
    folds = PredefinedSplit(fold)
    if grid:
        search = GridSearchCV(estimator, grid, scoring="neg_log_loss", cv=folds, n_jobs=THREADS).fit(X, y)
        estimator = search.best_estimator_
    p = cross_val_predict(estimator, X, y, cv=folds, n_jobs=THREADS, method="predict_proba")
    fitted = estimator if grid else estimator.fit(X, y)
    fitted.predict_proba(X)
    fitted.predict_proba(T)
    return {"log_loss": float(log_loss(y, p))}


def _plain(learner: str) -> tuple[Any, dict[str, list[Any]]]:
    """Return the estimator that does the same, and its grid."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    if learner == "svm":
        return make_pipeline(StandardScaler(), SVC(C=1, gamma="auto", cache_size=1000)), {}
    if learner == "logistic_regression":
        grid = {"logisticregression__C": list(LEARNERS[learner]["C"])}
        return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)), grid
    if learner == "linear_discriminant":
        return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"), {}
    if learner == "knn":
        return KNeighborsClassifier(metric="cosine"), {"n_neighbors": list(LEARNERS[learner]["neighbours"])}
    if learner == "mlp":
        network = MLPClassifier((256,), alpha=0.001, max_iter=20, n_iter_no_change=20, random_state=0)
        return make_pipeline(StandardScaler(), network), {}
    trees = HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=8, early_stopping=False)
    return trees, {}


def section(result: Result) -> list[str]:
    """Say how long all learners take, and each beside scikit-learn."""
    rows, columns = result["rows"], result["columns"]
    body = []
    for one in result["measured"]:
        theirs = one["theirs"]
        alone = one["learner"] == ONE_FIT
        body.append(
            (
                f"`{one['learner']}`, {columns[one['modality']]} columns",
                seconds(one["ours"]["seconds"]),
                "–" if theirs is None else seconds(theirs["seconds"]) + (" (one fit)" if alone else ""),
                "–" if theirs is None else times(theirs["seconds"] / one["ours"]["seconds"]),
            )
        )
    total = sum(one["ours"]["seconds"] for one in result["measured"])
    widths = " and ".join(str(value) for value in columns.values())
    return [
        "## Learners",
        prose(
            f"""
            {rows["train"]:,} training and {rows["test"]:,} test rows of {widths} columns, four classes,
            {FOLDS} folds, {THREADS} threads: probabilities in sample, out of fold and of test, the grid
            chosen by log loss out of fold, everything but reading and imports. All learners on both
            modalities take **{total:,.0f} seconds**. Beside them scikit-learn alone: `GridSearchCV` and
            `cross_val_predict` with two processes, on the same folds and grid. Of the SVM's grid of
            {_svm_points()} points it is given one, fitted once on all rows without calibration, instead of
            {(1 + FOLDS) * _svm_points()} fits and more.
            """
        ),
        table(["learner", "ours, seconds", "scikit-learn, seconds", "ratio"], body),
    ]


def _svm_points() -> int:
    svm = LEARNERS["svm"]
    return len(svm["C"]) * len(svm["gamma"])
