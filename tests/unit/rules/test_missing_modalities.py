"""What each rule does where an item lacks a modality."""

import numpy as np
import pytest

from latefusion.fusion.aggregation import class_shares, floored_log, softmax
from latefusion.fusion.rule import rule_class
from worlds import NAMES, world

P, Y, FOLD, T, _ = world(400, 3, 4, seed=11)
SHARES = class_shares(Y, 4)
GAP = T.copy()
GAP[:, 1] = np.nan
QUICK = {
    "random_forest": {"trees": 10},
    "mlp": {"epochs": 3},
    "mlp_log": {"epochs": 3},
    "gradient_boosting": {"max_iter": 5},
}
FIXED = [name for name in NAMES if not rule_class(name).learns]
STACKED = (
    "logistic_regression",
    "random_forest",
    "mlp",
    "log_logistic_regression",
    "gradient_boosting",
    "mlp_log",
)


def fitted(name, P=P, y=Y, fold=FOLD, **options):
    return rule_class(name)(random_state=0, **QUICK.get(name, {}), **options).fit(P, y, fold=fold)


@pytest.mark.parametrize("name", NAMES)
def test_an_item_without_any_modality_is_given_the_class_shares(name):
    nothing = np.full((5, 3, 4), np.nan)
    assert fitted(name).predict_proba(nothing) == pytest.approx(np.tile(SHARES, (5, 1)), abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_no_rule_predicts_one_class_because_something_is_missing(name):
    rule = rule_class(name)(random_state=0).fit(P, Y, fold=FOLD)
    for present in range(3):
        only = np.full_like(T, np.nan)
        only[:, present] = T[:, present]
        said = rule.predict_proba(only)
        assert np.abs(said.sum(axis=1) - 1).max() < 1e-12
        assert len(np.unique(said.argmax(axis=1))) > 1
        assert (said.argmax(axis=1) == T[:, present].argmax(axis=1)).mean() > 0.35


@pytest.mark.parametrize("name", NAMES)
def test_rows_with_gaps_can_be_learned_from(name):
    rng = np.random.default_rng(0)
    gaps = np.where((rng.random((400, 3)) < 0.3)[:, :, None], np.nan, P)
    fused = fitted(name, gaps).predict_proba(T)
    assert np.isfinite(fused).all()
    assert np.abs(fused.sum(axis=1) - 1).max() < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_a_modality_that_no_training_row_has_is_survived(name):
    never = P.copy()
    never[:, 2] = np.nan
    assert np.isfinite(fitted(name, never).predict_proba(T)).all()


@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_rule_is_the_rule_on_what_is_present(name):
    dropped = fitted(name, P[:, [0, 2]]).predict_proba(T[:, [0, 2]])
    assert fitted(name).predict_proba(GAP) == pytest.approx(dropped, abs=1e-12)


def test_accuracy_weighted_renormalises_its_weights():
    rule = fitted("accuracy_weighted")
    a = rule.weights
    expected = (a[0] * T[:, 0] + a[2] * T[:, 2]) / (a[0] + a[2])
    assert rule.predict_proba(GAP) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", ["linear_pool", "greedy_ensemble"])
def test_a_pool_renormalises_its_weights(name):
    rule = fitted(name)
    a = np.array(rule.learned()["weights"])
    expected = (a[0] * T[:, 0] + a[2] * T[:, 2]) / (a[0] + a[2])
    assert rule.predict_proba(GAP) == pytest.approx(expected, abs=1e-12)


def test_class_weighted_linear_pool_keeps_the_sum_of_each_class_s_weights():
    rule = fitted("class_weighted_linear_pool")
    a = rule.weights
    scores = (a[0] * T[:, 0] + a[2] * T[:, 2]) * (a.sum(axis=0) / (a[0] + a[2]))
    assert rule.predict_proba(GAP) == pytest.approx(scores / scores.sum(axis=1, keepdims=True), abs=1e-12)


@pytest.mark.parametrize("name", ["linear_pool", "greedy_ensemble", "log_linear_pool"])
def test_modalities_without_weight_count_equally_where_there_are_no_others(name):
    useless = P.copy()
    useless[:, 1] = np.roll(P[:, 0], 1, axis=1)  # always sure of a wrong class
    rule = fitted(name, useless)
    assert rule.learned()["weights"][1] == 0
    alone = np.full_like(T, np.nan)
    alone[:, 1] = T[:, 1]
    assert rule.predict_proba(alone) == pytest.approx(T[:, 1], abs=1e-5)


def test_log_linear_pool_leaves_the_factor_out():
    rule = fitted("log_linear_pool")
    w = rule.minimum.weights
    expected = softmax(w[0] * floored_log(T[:, 0]) + w[2] * floored_log(T[:, 2]))
    assert rule.predict_proba(GAP) == pytest.approx(expected, abs=1e-12)


def test_log_linear_pool_learns_from_the_factors_that_are_there():
    """Rows that lack a modality are rows on which it says nothing."""
    gaps = P.copy()
    gaps[::3, 1] = np.nan
    silent = P.copy()
    silent[::3, 1] = 0.25
    learned, expected = (fitted("log_linear_pool", rows).minimum.weights for rows in (gaps, silent))
    assert learned == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ["naive_bayes", "dempster_shafer", "weighted_vote"])
def test_a_factor_is_left_out(name):
    """The rule without the modality is the same, since its parameters are each modality's own."""
    dropped = fitted(name, P[:, [0, 2]]).predict_proba(T[:, [0, 2]])
    assert fitted(name).predict_proba(GAP) == pytest.approx(dropped, abs=1e-12)


def test_class_weighted_max_takes_the_maximum_of_what_is_present():
    dropped = fitted("class_weighted_max", P[:, [0, 2]]).predict_proba(T[:, [0, 2]])
    assert fitted("class_weighted_max").predict_proba(GAP) == pytest.approx(dropped, abs=1e-12)


def test_accuracy_and_recall_are_those_on_the_rows_present():
    gaps = P.copy()
    gaps[100:, 1] = np.nan
    right = P[:100, 1].argmax(axis=1) == Y[:100]
    assert fitted("accuracy_weighted", gaps).weights[1] == right.mean()
    recall = fitted("class_weighted_max", gaps, smoothing=0).recall[1]
    assert recall[2] == right[Y[:100] == 2].mean()


@pytest.mark.parametrize(
    "name", ["behaviour_knowledge_space", "decision_templates", "nearest_output_profiles"]
)
def test_a_look_up_is_made_among_the_modalities_present(name):
    dropped = fitted(name, P[:, [0, 2]]).predict_proba(T[:, [0, 2]])
    assert fitted(name).predict_proba(GAP) == pytest.approx(dropped, abs=1e-12)


def test_neighbours_are_rows_that_have_what_the_item_has():
    gaps = P.copy()
    gaps[:300, 1] = np.nan
    rule = fitted("nearest_output_profiles", gaps)
    among = fitted("nearest_output_profiles", P[300:], Y[300:], FOLD[300:])
    assert rule.predict_proba(T) == pytest.approx(among.predict_proba(T), abs=1e-12)


@pytest.mark.parametrize("name", [*STACKED, "llr_fusion"])
def test_a_trained_rule_fills_the_gap_with_the_class_shares(name):
    filled = GAP.copy()
    filled[:, 1] = SHARES
    rule = fitted(name)
    assert rule.predict_proba(GAP) == pytest.approx(rule.predict_proba(filled), abs=1e-12)


@pytest.mark.parametrize("name", STACKED)
def test_a_pattern_that_two_hundred_rows_show_has_a_model_of_its_own(name):
    gaps = P.copy()
    gaps[:200, 1] = np.nan
    rule = fitted(name, gaps)
    # trained on every row that has the two modalities, on theirs alone
    alone = fitted(name, P[:, [0, 2]])
    assert rule.predict_proba(GAP) == pytest.approx(alone.predict_proba(T[:, [0, 2]]), abs=1e-7)
    assert [model["rows"] for model in rule.learned()["models"]] == [400, 400, 200]
    assert [model["modalities"] for model in rule.learned()["models"]] == ["any", [0, 2], [0, 1, 2]]


def test_a_pattern_that_fewer_rows_show_has_none():
    gaps = P.copy()
    gaps[:199, 1] = np.nan
    models = fitted("logistic_regression", gaps).learned()["models"]
    assert [model["modalities"] for model in models] == ["any", [0, 1, 2]]
