"""Rows to try learners on, and options with which each of them is quick."""

import numpy as np

from latefusion.planning.learner_catalogue import read_learners
from settings import ROOT

FOLDER = ROOT / "scripts/latefusion/learners"
LEARNERS = sorted(read_learners(FOLDER))
REGRESSION_LEARNERS = sorted(read_learners(FOLDER, "targets"))
QUICK = {
    "gradient_boosting": {"max_iter": [3, 10], "min_samples_leaf": 5},
    "knn": {"neighbours": [3, 20]},
    "logistic_regression": {"C": [0.01, 1.0]},
    "mlp": {"hidden": [8], "epochs": [2, 10], "batch": 30},
    "sklearn": {"options": {"n_estimators": 10}, "grid": {"max_depth": [2, 5]}},
    "svm": {"C": [0.1, 1]},
    "svr": {"C": [0.1, 1], "epsilon": [0.1, 0.4]},
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


def numbers(seed=0, n=120, d=6, folds=4, targets=2):
    """Rows, targets in units of their own, and folds; the targets are curved functions of two columns."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    clean = np.stack([np.sin(2 * X[:, 0]) + X[:, 1], X[:, 2] * X[:, 3], X[:, 4]], axis=1)[:, :targets]
    Y = (clean + 0.3 * rng.normal(size=clean.shape)) * np.array([20.0, 0.5, 1.0])[:targets] + 7.0
    return X.astype(np.float32), Y, rng.permutation(np.arange(n) % folds).astype(np.int32)
