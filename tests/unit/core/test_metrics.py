"""Every metric is scikit-learn's, or computed by hand."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from latefusion.core.log_loss import log_losses
from latefusion.core.metrics import (
    FROM_CONFUSION,
    auroc_parts,
    brier_scores,
    confusion,
    from_margins,
    margins,
    per_class,
)


def measures(label, predicted, classes):
    found = from_margins(*margins(confusion(label, predicted, classes)))
    return dict(zip(FROM_CONFUSION, found.tolist(), strict=True))


def made_up(seed, n=300, classes=4):
    rng = np.random.default_rng(seed)
    label = rng.integers(classes, size=n).astype(np.int32)
    p = rng.dirichlet(np.ones(classes), n)
    p[rng.random(n) < 0.4] *= 0.3
    p[np.arange(n), label] += 0.1
    p /= p.sum(axis=1, keepdims=True)
    return label, p


@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 60))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_measures_of_a_confusion_matrix_are_those_of_scikit_learn(seed, classes, n):
    rng = np.random.default_rng(seed)
    label = rng.integers(classes, size=n).astype(np.int32)
    predicted = np.where(rng.random(n) < 0.5, label, rng.integers(classes, size=n)).astype(np.int32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "accuracy": sk.accuracy_score(label, predicted),
            "balanced_accuracy": sk.recall_score(
                label, predicted, labels=np.unique(label), average="macro", zero_division=0
            ),
            "macro_f1": sk.f1_score(label, predicted, average="macro", zero_division=0),
            "matthews": sk.matthews_corrcoef(label, predicted),
            "kappa": np.nan_to_num(sk.cohen_kappa_score(label, predicted)),
        }
    assert measures(label, predicted, classes) == pytest.approx(expected, abs=1e-12)


def test_measures_of_a_class_are_those_of_scikit_learn():
    label, p = made_up(1)
    predicted = p.argmax(axis=1).astype(np.int32)
    recall, precision, f1, share = per_class(*margins(confusion(label, predicted, 4)))
    expected = sk.precision_recall_fscore_support(label, predicted)
    assert precision == pytest.approx(expected[0])
    assert recall == pytest.approx(expected[1])
    assert f1 == pytest.approx(expected[2])
    assert share == pytest.approx(np.bincount(predicted, minlength=4) / 300)


def test_losses_are_those_of_scikit_learn():
    label, p = made_up(2)
    assert log_losses(p, label).mean() == pytest.approx(sk.log_loss(label, p))
    expected = ((p - np.eye(4)[label]) ** 2).sum(axis=1)
    assert brier_scores(p, label) == pytest.approx(expected)
    assert brier_scores(p, label).mean() == pytest.approx(sk.brier_score_loss(label, p, scale_by_half=False))


def test_a_confusion_matrix_is_that_of_scikit_learn():
    label, p = made_up(5)
    predicted = p.argmax(axis=1).astype(np.int32)
    assert (confusion(label, predicted, 4) == sk.confusion_matrix(label, predicted)).all()


def test_a_log_loss_is_clipped_where_the_class_was_impossible():
    p = np.array([[1.0, 0.0], [0.25, 0.75]])
    assert log_losses(p, np.array([1, 1], np.int32)) == pytest.approx([-np.log(1e-15), -np.log(0.75)])


def test_the_area_under_the_curve_counts_ties_half_as_scikit_learn_does():
    rng = np.random.default_rng(3)
    score = rng.integers(6, size=200) / 6
    positive = rng.random(200) < 0.3 + 0.4 * score
    area, _ = auroc_parts(score, positive)
    assert area == pytest.approx(sk.roc_auc_score(positive, score))


def test_the_influence_on_the_area_is_what_leaving_an_item_out_changes():
    rng = np.random.default_rng(4)
    score = rng.normal(size=80)
    positive = score + rng.normal(size=80) > 0
    area, influence = auroc_parts(score, positive)
    without = [auroc_parts(np.delete(score, i), np.delete(positive, i))[0] - area for i in range(len(score))]
    assert np.corrcoef(influence, without)[0, 1] < -0.999
    variance = (influence**2).sum()
    jackknife = ((np.array(without) - np.mean(without)) ** 2).sum()
    assert variance == pytest.approx(jackknife, rel=0.1)
