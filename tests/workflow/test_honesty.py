"""Nothing learns from test under `honest` and `cross`, and nothing out of fold from its own fold."""

import numpy as np
import pytest

from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import PartitionInput
from latefusion.planning.rule_catalogue import read_rules
from latefusion.store.probabilities import Probabilities
from latefusion.svm.estimator import SVM
from settings import ROOT

RULES = read_rules(ROOT / "scripts/latefusion/rules")
CLASSES = ("a", "b", "c")
QUICK = {"mlp": {"epochs": 2}, "mlp_log": {"epochs": 2}, "random_forest": {"trees": 10}}


def tables(seed, n, fold=None):
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n).astype(np.int32)
    item = np.array([f"{seed}:{i}" for i in range(n)], object)
    views = {}
    for name in ("text", "audio"):
        raw = rng.gamma(1.0, size=(n, 3))
        raw[np.arange(n), y] += rng.gamma(1.0, size=n)
        p = raw / raw.sum(axis=1, keepdims=True)
        views[name] = Probabilities(CLASSES, item, y, p, **({} if fold is None else {"fold": fold}))
    return views


LEARN = tables(1, 150, fold=(np.arange(150) % 3).astype(np.int32))
TEST = tables(2, 40)


def relabelled(views, order):
    return {
        name: Probabilities(one.classes, one.item, one.label[order], one.p, fold=one.fold)
        for name, one in views.items()
    }


def kept(views, rows):
    return {
        name: Probabilities(one.classes, one.item[rows], one.label[rows], one.p[rows], fold=one.fold[rows])
        for name, one in views.items()
    }


def said(rule, test, protocol="honest"):
    """Return predictions and probabilities of the first fit, by item."""
    group = next(iter(test.values())).item
    options = {**QUICK.get(rule, {}), **({"repeats": 1} if RULES[rule].stochastic else {})}
    part = PartitionInput("given", LEARN, test, group)
    table = fuse(rule, options, [part], protocol=protocol, seed=0, robustness=False).table
    p = np.column_stack([table[f"p_{name}"].to_numpy() for name in CLASSES])
    return table["predicted"].to_numpy(), p


@pytest.mark.parametrize("rule", sorted(RULES))
def test_labels_of_test_change_no_prediction(rule):
    order = np.random.default_rng(0).permutation(40)
    before, after = said(rule, TEST), said(rule, relabelled(TEST, order))
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])


@pytest.mark.parametrize("rule", sorted(RULES))
def test_other_rows_of_test_change_no_prediction(rule):
    rows = np.arange(0, 40, 3)
    before, after = said(rule, TEST), said(rule, kept(TEST, rows))
    assert np.array_equal(before[0][rows], after[0])
    assert np.allclose(before[1][rows], after[1], rtol=0, atol=1e-7)


def test_under_replica_the_labels_of_test_do_change_the_weights_as_in_the_notebook():
    order = np.argsort(TEST["text"].label)
    before, after = (said("accuracy_weighted", one, "replica") for one in (TEST, relabelled(TEST, order)))
    assert not np.allclose(before[1], after[1])


@pytest.fixture(scope="module")
def songs():
    rng = np.random.default_rng(3)
    y = rng.integers(3, size=180).astype(np.int32)
    X = rng.normal(size=(180, 6)).astype(np.float32) + 0.7 * y[:, None].astype(np.float32)
    return X, y, rng.integers(4, size=180).astype(np.int32)


@pytest.mark.parametrize("k", range(4))
def test_labels_within_a_fold_change_no_decision_value_out_of_it(songs, k):
    X, y, fold = songs
    other = y.copy()
    inside = np.flatnonzero(fold == k)
    other[inside] = y[np.random.default_rng(k).permutation(inside)]
    before = SVM().fit(X, y, fold=fold, n_classes=3).out_of_fold_decision_[inside]
    after = SVM().fit(X, other, fold=fold, n_classes=3).out_of_fold_decision_[inside]
    assert not np.array_equal(other, y)
    assert np.allclose(before, after, rtol=0, atol=2e-3)  # the solver's own tolerance


def test_labels_of_another_fold_do(songs):
    X, y, fold = songs
    other = y.copy()
    outside = np.flatnonzero(fold == 1)
    other[outside] = y[np.random.default_rng(0).permutation(outside)]
    before = SVM().fit(X, y, fold=fold, n_classes=3).out_of_fold_decision_[fold == 0]
    after = SVM().fit(X, other, fold=fold, n_classes=3).out_of_fold_decision_[fold == 0]
    assert np.abs(before - after).max() > 0.05


def test_probabilities_out_of_fold_use_sigmoids_of_the_other_folds(songs):
    X, y, fold = songs
    model = SVM().fit(X, y, fold=fold, n_classes=3)
    in_sample_calibration = model.proba_of_decision(model.out_of_fold_decision_)
    assert not np.allclose(model.out_of_fold_proba_, in_sample_calibration, rtol=0, atol=1e-6)


def test_other_rows_of_test_change_no_decision_value(songs):
    X, y, fold = songs
    model = SVM().fit(X, y, fold=fold, n_classes=3)
    new = np.random.default_rng(4).normal(size=(700, 6)).astype(np.float32)
    rows = np.arange(0, 700, 7)
    assert np.allclose(
        model.pairwise_decision(new)[rows], model.pairwise_decision(new[rows]), rtol=0, atol=1e-5
    )
