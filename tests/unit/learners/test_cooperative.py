"""Cooperative learning as a learner: what enters a probability, and where planted data lie on its axis."""

import re

import numpy as np
import pytest

from latefusion.core.errors import InputError
from latefusion.core.log_loss import log_losses
from latefusion.learners import cooperative
from latefusion.learners.cooperative import CooperativeLearning
from latefusion.learning.training import predict_learner, train_learner
from latefusion.svm.labelled_rows import LabelledRows
from learning_worlds import world
from settings import ROOT

GRID = {"rho": [0.0, 0.4, 1.0], "penalty": [0.3, 3.0]}


def two(seed=0, n=120):
    X, y, fold = world(seed, n)
    return [X[:, :2], X[:, 2:]], y, fold


def fitted(X, y, fold, *, n_jobs=1, **options):
    model = CooperativeLearning(**{**GRID, **options})
    model.n_jobs = n_jobs
    return model.fit(X, y, fold)


def by_hand(X, y, rows, rho, penalty):
    """Scores of all rows by the fit on some, from the dense equations of one-hot targets."""
    K = []
    for x in X:
        z = (x - x.mean(axis=0, dtype=float)) / x.std(axis=0, dtype=float)
        K.append(np.exp(-np.square(z[:, None] - z).sum(axis=2) / x.shape[1]))
    Y = np.eye(3)[y]
    level, n = Y[rows].mean(axis=0), int(rows.sum())
    A = [
        [
            ((1 - rho) + 2 * rho * (m == other)) * K[other][np.ix_(rows, rows)]
            + 2 * penalty * (m == other) * np.eye(n)
            for other in range(2)
        ]
        for m in range(2)
    ]
    alpha = np.linalg.solve(np.block(A), np.tile(Y[rows] - level, (2, 1))).reshape(2, n, 3)
    return sum(k[:, rows] @ a for k, a in zip(K, alpha, strict=True)) + level


def test_the_squared_error_along_the_path_is_that_of_fits_that_did_not_see_the_fold():
    X, y, fold = two()
    table = fitted(X, y, fold).learned()["path"]
    assert [(row["rho"], row["penalty"]) for row in table] == [
        (rho, penalty) for rho in GRID["rho"] for penalty in GRID["penalty"]
    ]
    for row in table:
        scores = np.empty((len(y), 3))
        for k in range(4):
            scores[fold == k] = by_hand(X, y, fold != k, row["rho"], row["penalty"])[fold == k]
        expected = np.square(scores - np.eye(3)[y]).sum(axis=1).mean()
        assert row["squared_error"] == pytest.approx(expected, abs=1e-5)


def test_the_point_with_the_least_squared_error_is_taken_and_its_log_loss_told():
    X, y, fold = two()
    model = fitted(X, y, fold)
    best = min(model.learned()["path"], key=lambda row: row["squared_error"])
    assert model.settings_ == {"rho": best["rho"], "penalty": best["penalty"]}
    (chosen,) = model.grid_
    assert chosen["settings"] == model.settings_
    assert chosen["log_loss"] == pytest.approx(log_losses(model.out_of_fold_proba_, y).mean(), rel=1e-12)


@pytest.mark.parametrize("rho", [0.0, 0.4, 1.0])
def test_labels_within_a_fold_change_no_probability_out_of_it(rho):
    X, y, fold = two()
    before = fitted(X, y, fold, rho=rho, penalty=1.0).out_of_fold_proba_
    for k in range(4):
        inside = np.flatnonzero(fold == k)
        other = y.copy()
        other[inside] = np.roll(y[inside], 1)
        assert not np.array_equal(other, y)
        after = fitted(X, other, fold, rho=rho, penalty=1.0).out_of_fold_proba_
        assert np.array_equal(before[inside], after[inside])
        assert not np.array_equal(before, after)


def test_threads_change_no_bit():
    X, y, fold = two()
    one, other = (fitted(X, y, fold, n_jobs=jobs) for jobs in (1, 2))
    assert np.array_equal(one.out_of_fold_proba_, other.out_of_fold_proba_)
    assert np.array_equal(one.in_sample_proba_, other.in_sample_proba_)
    assert one.grid_ == other.grid_


def common_signal(seed, n=300):
    """Two modalities that each hold the whole signal, with noise of their own, of labels that follow it."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-3 * signal))).astype(np.int32)
    X = [np.column_stack([signal + 0.3 * rng.normal(size=n), rng.normal(size=(n, 30))]) for _ in range(2)]
    return X, y, rng.permutation(np.arange(n) % 5).astype(np.int32)


def halves(seed, n=300):
    """Two modalities that each hold one of the two independent bits of which a class is made."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(2, size=(2, n))
    X = [np.column_stack([2 * bit - 1 + 0.5 * rng.normal(size=n), rng.normal(size=n)]) for bit in bits]
    return X, (2 * bits[0] + bits[1]).astype(np.int32), rng.permutation(np.arange(n) % 5).astype(np.int32)


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_signal_in_each_modality_is_learned_late(seed):
    assert CooperativeLearning().fit(*common_signal(seed)).settings_["rho"] >= 0.8


@pytest.mark.parametrize("seed", range(3))
def test_independent_halves_of_a_signal_are_learned_early(seed):
    assert CooperativeLearning().fit(*halves(seed)).settings_["rho"] == 0.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rho": [0.5, 1.5]}, "rho must be numbers from 0 to 1"),
        ({"rho": []}, "rho must be numbers"),
        ({"penalty": [0.0, 1.0]}, "penalty must be numbers above 0"),
    ],
)
def test_weights_that_cannot_be_are_refused(options, message):
    X, y, fold = two()
    with pytest.raises(ValueError, match=message):
        CooperativeLearning(**options).fit(X, y, fold)


def test_kernels_that_do_not_fit_into_memory_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(cooperative, "budget", lambda _: 100_000)
    X, y, fold = two()
    with pytest.raises(InputError, match=r"120 training rows: their 2 kernels .* take \d+ MB"):
        CooperativeLearning().fit(X, y, fold)


def test_a_penalty_that_vanishes_is_refused_in_words(monkeypatch):
    monkeypatch.setattr("latefusion.kernel_ridge.cooperative_systems.RANK", 5)
    monkeypatch.setattr("latefusion.kernel_ridge.conjugate_gradients.MOST_STEPS", 20)
    X, y, fold = two()
    with pytest.raises(InputError, match=r"the penalty 1e-13, with which the equations of 120 rows"):
        CooperativeLearning(penalty=[1e-13], scale="none").fit(X, y, fold)


def test_items_that_lack_a_modality_are_left_out_and_have_no_probability():
    X, y, fold = two()
    lacking = np.arange(120) % 7 == 0
    X[1] = X[1].copy()
    X[1][lacking] = np.nan
    trained = train_learner("cooperative", GRID, LabelledRows(X, y, fold, 3), rng=np.random.default_rng(0))
    assert np.isnan(trained.out_of_fold_p[lacking]).all()
    alone = fitted([x[~lacking] for x in X], y[~lacking], fold[~lacking])
    np.testing.assert_array_equal(trained.out_of_fold_p[~lacking], alone.out_of_fold_proba_)
    said = predict_learner(trained.model, X, source="the rows")
    assert np.isnan(said[lacking]).all()
    np.testing.assert_array_equal(said[~lacking], trained.in_sample_p[~lacking])


def test_the_example_of_the_documentation_runs(capsys):
    page = (ROOT / "docs/learners.md").read_text(encoding="utf-8")
    example = re.search(r"<!-- cooperative-example -->\n```python\n(.*?)```", page, re.DOTALL)[1]
    exec(compile(example, "docs/learners.md", "exec"), {})
    assert "(150, 3) (150, 3)" in capsys.readouterr().out
