"""Out-of-fold metrics are scikit-learn's; areas are taken within each fold."""

import numpy as np
import pytest
from sklearn import metrics as sk

from latefusion.core.held_out import fold_auroc, out_of_fold_values
from latefusion.core.metric_facts import HEADLINES, OF_PROBABILITIES


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(5)
    label = rng.integers(0, 3, 120).astype(np.int32)
    p = rng.dirichlet([1, 1, 1], 120)
    return label, p, (np.arange(120) % 4).astype(np.int32)


def test_every_headline_metric_is_scikit_learns(rows):
    label, p, fold = rows
    predicted = p.argmax(axis=1).astype(np.int32)
    areas = [sk.roc_auc_score(label[fold == k], p[fold == k], multi_class="ovr") for k in range(4)]
    expected = {
        "accuracy": sk.accuracy_score(label, predicted),
        "balanced_accuracy": sk.balanced_accuracy_score(label, predicted),
        "macro_f1": sk.f1_score(label, predicted, average="macro"),
        "log_loss": sk.log_loss(label, p),
        "auroc": np.mean(areas),
    }
    assert set(expected) == set(HEADLINES)
    assert out_of_fold_values(label, predicted, p, fold, 3) == pytest.approx(expected)


def test_a_model_without_probabilities_lacks_what_is_measured_of_them(rows):
    label, p, fold = rows
    found = out_of_fold_values(label, p.argmax(axis=1).astype(np.int32), None, fold, 3)
    assert {name for name, value in found.items() if value is None} == set(OF_PROBABILITIES)


def test_scores_of_different_folds_are_not_ranked_against_each_other(rows):
    label, p, fold = rows
    shifted = p + 10.0 * fold[:, None]
    assert fold_auroc([(label, shifted, fold)]) == pytest.approx(fold_auroc([(label, p, fold)]))


def test_areas_are_unknown_where_each_fold_has_one_class(rows):
    label, p, _ = rows
    assert fold_auroc([(label, p, label)]) is None
