import numpy as np
import pytest

from latefusion.svm import exact_fit
from latefusion.svm.estimator import SVM
from latefusion.svm.fitting import _folds
from latefusion.svm.fitting import fit_all as fit_states
from latefusion.svm.gram import Gram


def blobs(n=200, K=3, d=5, sep=0.8, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    X = rng.standard_normal((n, d)) + sep * rng.standard_normal((K, d))[y]
    return X.astype(np.float32), y


def fit_all(given, X, y, *, fold):
    """Fit models together, and store in each what fitting gave."""
    for model, state in zip(given, fit_states(given, X, y, fold=fold), strict=True):
        model.adopt(state)


def models(combine="concatenate"):
    return [SVM(C=C, gamma=gamma, combine=combine) for gamma in (0.3, "auto") for C in (5.0, 0.2, 1.0)]


@pytest.mark.parametrize("combine", ["concatenate", "kernel_mean", "kernel_aligned"])
def test_models_fitted_together_are_those_fitted_alone(combine):
    X, y = blobs()
    parts, fold = [X[:, :2], X[:, 2:]], np.arange(200) % 4
    together = models(combine)
    fit_all(together, parts, y, fold=fold)
    for model in together:
        alone = SVM(**model.get_params()).fit(parts, y, fold=fold)
        for name in ("in_sample_decision_", "out_of_fold_decision_"):
            np.testing.assert_allclose(getattr(model, name), getattr(alone, name), atol=4e-3)
        np.testing.assert_allclose(model.pairwise_decision(parts), model.in_sample_decision_, atol=1e-4)


def test_a_grid_does_not_let_a_fold_see_its_labels_either():
    X, y = blobs()
    fold = np.arange(200) % 4
    other = y.copy()
    other[fold == 1] = np.random.default_rng(0).permutation(y[fold == 1])
    before, after = models(), models()
    fit_all(before, X, y, fold=fold)
    fit_all(after, X, other, fold=fold)
    for one, two in zip(before, after, strict=True):
        np.testing.assert_allclose(
            two.out_of_fold_decision_[fold == 1], one.out_of_fold_decision_[fold == 1], rtol=0, atol=1e-12
        )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scale": "standard", "gamma": "scale", "C": 5.0},
        {"combine": "kernel_aligned"},
        {"approximation": {"components": 40}, "random_state": 0},
        {"combine": "kernel_aligned", "approximation": {"components": 40}, "random_state": 0},
    ],
    ids=str,
)
@pytest.mark.parametrize("n", [97, 600])
def test_permuted_labels_of_a_fold_change_no_byte_of_its_out_of_fold_decisions(options, n):
    # with many columns: products of Haswell and Zen then depend on where a row stands in its block
    X, y = blobs(n, d=40)
    fold = np.arange(n) % 4
    own = fold == 2
    other = y.copy()
    other[own] = np.random.default_rng(1).permutation(y[own])
    assert (other != y).any()
    before, after = (
        SVM(**options).fit([X[:, :25], X[:, 25:]], labels, fold=fold).out_of_fold_decision_
        for labels in (y, other)
    )
    assert (before[~own] != after[~own]).any()
    np.testing.assert_array_equal(after[own], before[own])


def test_distances_are_computed_once_unless_memory_is_short(monkeypatch):
    X, y = blobs()
    fold = np.arange(200) % 4
    kept = []

    class Spy(Gram):
        def __init__(self, *arguments, reuse, **options):
            kept.append(reuse)
            super().__init__(*arguments, reuse=reuse, **options)

    monkeypatch.setattr(exact_fit, "Gram", Spy)
    rich, poor, single = models(), models(), models()[:1]
    fit_all(rich, X, y, fold=fold)
    monkeypatch.setattr(exact_fit, "fits", lambda needed, memory_mb: False)
    fit_all(poor, X, y, fold=fold)
    fit_all(single, X, y, fold=fold)
    assert kept == [True, False, False]
    for one, two in zip(rich, poor, strict=True):
        np.testing.assert_array_equal(one.out_of_fold_proba_, two.out_of_fold_proba_)


def test_own_folds_are_stratified_and_even():
    X, y = blobs(203)
    fold = _folds(y, None, 0, 3)
    assert np.bincount(fold).tolist() == [41, 41, 41, 40, 40]
    for label in range(3):
        assert np.ptp(np.bincount(fold[y == label], minlength=5)) <= 1
    np.testing.assert_array_equal(
        SVM(random_state=0).fit(X, y).out_of_fold_proba_, SVM().fit(X, y, fold=fold).out_of_fold_proba_
    )


def test_a_class_that_only_one_fold_has_works_and_is_said(caplog):
    X, y = blobs(90)
    fold = np.where(y == 2, 0, np.arange(90) % 3)
    with caplog.at_level("INFO"):
        model = SVM().fit(X, y, fold=fold)
    assert "class 2 has rows in fold 0 alone" in caplog.text
    held = model.out_of_fold_decision_[fold == 0]
    np.testing.assert_array_equal(held[:, 1:], np.ones_like(held[:, 1:]))  # 0 and 1 always beat 2
    np.testing.assert_allclose(model.out_of_fold_proba_.sum(axis=1), 1)
