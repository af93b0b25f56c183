"""Choice of a view's learner by what each says out of fold."""

import numpy as np
import pytest

from latefusion.core.log_loss import log_losses
from latefusion.learning.choice import choose_learner
from latefusion.learning.training import train_learner
from latefusion.store.probabilities import Probabilities
from latefusion.svm.labelled_rows import LabelledRows
from latefusion.svm.settings import SvmSettings
from latefusion.svm.training import Limits, train

CLASSES = ("low", "high")


def linear_problem(n=400, d=60):
    """A direction of little variance, which decides, among others of much: distances hardly know it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d)) * np.r_[1.0, np.full(d - 1, 6.0)]
    y = (X[:, 0] > 0).astype(np.int32)
    return LabelledRows([X.astype(np.float32)], y, (np.arange(n) % 4).astype(np.int32), 2, source="view text")


def trained_both(rows):
    """Train the SVM of a configuration without learners, and a linear probe, as their jobs do."""
    settings = SvmSettings.of({"C": 1, "gamma": "auto", "scale": "none"}, [])
    svm = train(rows, settings, replica=False, rng=np.random.default_rng(0), limits=Limits(n_jobs=1))
    probe = train_learner("logistic_regression", {"C": [0.1, 1.0]}, rows, rng=np.random.default_rng(0))
    said = {"text.svm": svm.rows.out_of_fold_p, "text.logistic_regression": probe.out_of_fold_p}
    facts = {"text.svm": svm.facts, "text.logistic_regression": probe.facts}
    return said, facts


def table(rows, p, label=None):
    item = np.array([f"i{k}" for k in range(len(p))], object)
    return Probabilities(CLASSES, item, rows.y if label is None else label, p, fold=rows.fold)


def test_a_linear_problem_has_the_linear_probe_chosen_over_an_rbf_svm_with_c_of_one():
    rows = linear_problem()
    said, facts = trained_both(rows)
    choice = choose_learner({name: table(rows, p) for name, p in said.items()}, facts)
    assert choice.chosen == "text.logistic_regression"
    assert choice.facts["learner"] == "logistic_regression"
    losses = {name: one["log_loss"] for name, one in choice.facts["candidates"].items()}
    assert losses == pytest.approx({name: log_losses(p, rows.y).mean() for name, p in said.items()})
    right = {name: one["accuracy"] for name, one in choice.facts["candidates"].items()}
    assert right["text.logistic_regression"] > 0.9 > 0.7 > right["text.svm"]


def test_the_first_of_equal_learners_is_chosen_and_rows_without_a_probability_count_for_none():
    rows = LabelledRows([], np.array([0, 1, 0]), np.array([0, 1, 0]), 2, source="")
    p = np.array([[0.8, 0.2], [0.3, 0.7], [np.nan, np.nan]])
    choice = choose_learner({"b": table(rows, p), "a": table(rows, p)}, {"a": {}, "b": {"grid": [1]}})
    assert choice.chosen == "b"
    measured = {"log_loss": pytest.approx(-np.log([0.8, 0.7]).mean()), "accuracy": 1.0}
    assert choice.facts == {"chosen": "b", "candidates": {"a": measured, "b": measured}}
