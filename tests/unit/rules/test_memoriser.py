"""A planted memoriser: sure of the true class on the rows it saw, and as sure of any class on others."""

import numpy as np
import pytest

from latefusion.fusion.aggregation import class_shares, decide
from latefusion.fusion.rule import rule_class
from worlds import labels, opinions

K, N = 4, 4000
MEMORISER = 1


def sure_of(classes):
    p = np.full((len(classes), 1, K), 0.075 / (K - 1))
    p[np.arange(len(classes)), 0, classes] = 0.925
    return p


@pytest.fixture(scope="module", params=[0, 1, 2])
def planted(request):
    rng = np.random.default_rng(request.param)
    y, y_test = labels(N, K, rng), labels(N, K, rng)
    real, test = opinions(y, 1, K, rng), opinions(y_test, 1, K, rng)
    in_sample, out_of_fold, unseen = (
        np.concatenate([one, sure_of(said)], axis=1)
        for one, said in (
            (real, y),
            (real, rng.integers(K, size=N)),
            (test, rng.integers(K, size=N)),
        )
    )
    shuffled = unseen.copy()
    shuffled[:, MEMORISER] = unseen[rng.permutation(N), MEMORISER]
    return {"in_sample": in_sample, "out_of_fold": out_of_fold, "y": y, "test": (unseen, shuffled)}


def fitted(name, planted, rows, **options):
    return rule_class(name)(**options).fit(
        planted[rows], planted["y"], fold=(np.arange(N) % 5).astype(np.int32)
    )


def changed(name, planted, rows):
    """Share of test rows that are predicted otherwise once the memoriser's rows are shuffled."""
    rule, shares = fitted(name, planted, rows), class_shares(planted["y"], K)
    before, after = (decide(rule.predict_proba(T), T, shares) for T in planted["test"])
    return (before != after).mean()


@pytest.mark.parametrize("name", ["linear_pool", "log_linear_pool", "greedy_ensemble", "weighted_vote"])
def test_learned_out_of_fold_it_has_next_to_no_weight(name, planted):
    weights = fitted(name, planted, "out_of_fold").learned()["weights"]
    assert weights[MEMORISER] / sum(weights) < 0.05
    assert weights[0] / sum(weights) > 0.95


def test_learned_out_of_fold_it_has_next_to_no_weight_in_llr_fusion(planted):
    real, memoriser = fitted("llr_fusion", planted, "out_of_fold").learned()["weights"]
    assert abs(memoriser) / real < 0.05


def test_learned_out_of_fold_it_has_next_to_no_weight_in_any_class(planted):
    weights = np.array(fitted("class_weighted_linear_pool", planted, "out_of_fold").learned()["weights"])
    assert (weights[MEMORISER] / weights.sum(axis=0) < 0.1).all()


def test_learned_out_of_fold_it_hardly_changes_a_prediction(planted):
    assert changed("log_logistic_regression", planted, "out_of_fold") < 0.08


@pytest.mark.parametrize(
    ("name", "options"),
    [("linear_pool", {}), ("log_linear_pool", {}), ("log_linear_pool", {"sum_to_one": True})],
)
def test_learned_in_sample_a_pool_gives_it_the_weight(name, options, planted):
    weights = fitted(name, planted, "in_sample", **options).learned()["weights"]
    assert weights[MEMORISER] > 0.9
    assert weights[MEMORISER] > 7 * weights[0]


def test_learned_in_sample_it_rules_the_logistic_regression(planted):
    assert changed("logistic_regression", planted, "in_sample") > 0.30


@pytest.mark.parametrize("name", ["accuracy_weighted", "class_weighted_max"])
def test_rules_that_do_not_withstand_it_say_so(name, planted):
    assert changed(name, planted, "out_of_fold") > 0.08
    assert "does not withstand a memoriser" in " ".join((rule_class(name).__doc__ or "").split())
