"""Rows to try learners on, and options with which each of them is quick."""

import numpy as np

from settings import ROOT

LEARNERS = sorted(
    file.stem for file in (ROOT / "scripts/latefusion/learners").glob("*.py") if file.stem != "__init__"
)
QUICK = {
    "gradient_boosting": {"max_iter": [3, 10], "min_samples_leaf": 5},
    "knn": {"neighbours": [3, 20]},
    "logistic_regression": {"C": [0.01, 1.0]},
    "mlp": {"hidden": [8], "epochs": [2, 10], "batch": 30},
    "sklearn": {"options": {"n_estimators": 10}, "grid": {"max_depth": [2, 5]}},
    "svm": {"C": [0.1, 1]},
}


def small_options(name):
    return QUICK.get(name, {})


def world(seed=0, n=120, d=6, K=3, folds=4, strength=0.7):
    """Rows, labels and folds; the classes differ in their means."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % K).astype(np.int32)
    X = rng.normal(size=(n, d)) + strength * rng.normal(size=(K, d))[y]
    order = rng.permutation(n)
    return X[order].astype(np.float32), y[order], rng.permutation(np.arange(n) % folds).astype(np.int32)
