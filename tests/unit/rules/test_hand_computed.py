"""Each rule on one small table, worked out by hand."""

from math import log, sqrt

import numpy as np
import pytest

from latefusion.fusion.aggregation import decide
from latefusion.fusion.rule import rule_class
from worlds import world

ITEM = np.array([[[0.6, 0.3, 0.1], [0.3, 0.2, 0.5]]])
THREE = np.concatenate([ITEM, [[[0.2, 0.7, 0.1]]]], axis=1)

# ten training rows, π = (0.5, 0.3, 0.2); each modality gives 0.8 to the class that it votes for
Y = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 2], np.int32)
VOTES = np.array(
    [[0, 0, 0, 0, 1, 1, 1, 0, 2, 0], [0, 0, 1, 2, 0, 1, 0, 2, 2, 2]]
).T  # 7 of 10 right, 6 of 10 right
P = np.where(np.eye(3)[VOTES] == 1, 0.8, 0.1)


def said(name, items=ITEM, P=P, y=Y, **options):
    return rule_class(name)(**options).fit(P, y).predict_proba(items)[0]


def shares(*scores):
    return pytest.approx(np.array(scores) / sum(scores), abs=1e-12)


def test_mean():
    assert said("mean") == shares(0.45, 0.25, 0.3)


def test_product_counts_the_prior_once():
    assert said("product") == shares(0.18 / 0.5, 0.06 / 0.3, 0.05 / 0.2)
    assert said("product", THREE) == shares(0.036 / 0.25, 0.042 / 0.09, 0.005 / 0.04)


def test_product_without_a_prior():
    assert said("product", prior="none") == shares(0.18, 0.06, 0.05)


def test_product_refuses_another_prior():
    with pytest.raises(ValueError, match="'shares' or 'none', not 'uniform'"):
        rule_class("product")(prior="uniform")


def test_geometric_mean():
    assert said("geometric_mean") == shares(sqrt(0.18), sqrt(0.06), sqrt(0.05))
    assert said("geometric_mean", THREE) == shares(0.036 ** (1 / 3), 0.042 ** (1 / 3), 0.005 ** (1 / 3))


def test_power_mean():
    assert said("power_mean") == shares(sqrt(0.36 + 0.09), sqrt(0.09 + 0.04), sqrt(0.01 + 0.25))
    assert said("power_mean", p=-1) == shares(*(1 / (1 / a + 1 / b) for a, b in ITEM[0].T.tolist()))


@pytest.mark.parametrize(
    ("p", "other", "tolerance"),
    [
        (1, "mean", 1e-15),
        (0, "geometric_mean", 1e-15),
        (1e-7, "geometric_mean", 1e-6),
        (-1e-7, "geometric_mean", 1e-6),
    ],
)
def test_the_power_mean_is_the_mean_at_one_and_the_geometric_mean_at_zero(p, other, tolerance):
    P = world(60, 3, 4, seed=2)[0]
    mine, theirs = (
        rule_class(name)(**options).fit(P, np.arange(60, dtype=np.int32) % 4).predict_proba(P)
        for name, options in (("power_mean", {"p": p}), (other, {}))
    )
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("p", "other"), [(2000, np.max), (-2000, np.min)])
def test_large_exponents_follow_the_most_and_the_least_confident_without_overflow(p, other):
    P = world(60, 3, 4, seed=3)[0]
    said = rule_class("power_mean")(p=p).fit(P, np.arange(60, dtype=np.int32) % 4).predict_proba(P)
    extreme = other(np.maximum(P, 1e-6), axis=1)
    np.testing.assert_allclose(said, extreme / extreme.sum(axis=1, keepdims=True), rtol=0, atol=1e-3)


def test_a_zero_is_no_veto_from_the_mean_on():
    P = np.array([[[1.0, 0, 0], [0, 1.0, 0]]])
    assert said("power_mean", P) == shares(1, 1, 0)


def test_an_exponent_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="finite"):
        rule_class("power_mean")(p=float("inf"))


def test_max_confidence_and_min():
    assert said("max_confidence") == shares(0.6, 0.3, 0.5)
    assert said("min") == shares(0.3, 0.2, 0.1)


def test_min_says_nothing_where_every_class_is_ruled_out():
    assert said("min", np.array([[[0.5, 0.5, 0], [0, 0, 1]]])) == shares(1, 1, 1)


def test_median_of_two_is_the_mean_and_of_three_the_middle_one():
    assert said("median") == pytest.approx(said("mean"), abs=1e-12)
    assert said("median", THREE) == shares(0.3, 0.3, 0.1)


def test_majority_vote():
    assert said("majority_vote", THREE) == shares(1, 1, 1)
    assert said("majority_vote", THREE[:, [0, 0, 2]]) == shares(2, 1, 0)


def test_borda():
    assert said("borda") == shares(2 + 1, 1 + 0, 0 + 2)


def test_borda_shares_points_of_equal_classes():
    assert said("borda", np.array([[[0.4, 0.4, 0.2]]])) == shares(1.5, 1.5, 0)


def test_entropy_weighted():
    first = 1 + (0.6 * log(0.6) + 0.3 * log(0.3) + 0.1 * log(0.1)) / log(3)
    second = 1 + (0.3 * log(0.3) + 0.2 * log(0.2) + 0.5 * log(0.5)) / log(3)
    assert said("entropy_weighted") == shares(
        0.6 * first + 0.3 * second, 0.3 * first + 0.2 * second, 0.1 * first + 0.5 * second
    )


def test_accuracy_weighted():
    assert said("accuracy_weighted") == shares(0.42 + 0.18, 0.21 + 0.12, 0.07 + 0.30)


def test_class_weighted_max_with_smoothed_recall():
    # recalls (4+1)/(5+3), (2+1)/(3+3), (1+1)/(2+3) and (3+1)/8, (1+1)/6, (2+1)/5
    assert said("class_weighted_max") == shares(0.6 * 5 / 8, 0.3 * 3 / 6, 0.5 * 3 / 5)


def test_class_weighted_max_with_raw_recall():
    assert said("class_weighted_max", smoothing=0) == shares(0.6 * 4 / 5, 0.3 * 2 / 3, 0.5 * 1)


def test_weighted_vote():
    # accuracies 8/13 and 7/13, so odds of 2·8/5 and 2·7/6
    assert said("weighted_vote") == shares(0.5 * 16 / 5, 0.3, 0.2 * 14 / 6)


def test_weighted_vote_gives_no_weight_below_chance():
    rule = rule_class("weighted_vote")().fit(P, (VOTES[:, 0] + 1).astype(np.int32) % 3)
    assert rule.weights[0] == 0


def test_weighted_vote_counts_what_the_two_class_log_odds_would_turn_against_itself():
    # right on 4 of 10, below one half but above 1/3
    y = VOTES[:, 0].copy()
    y[:6] = (y[:6] + 1) % 3
    assert rule_class("weighted_vote")().fit(P, y.astype(np.int32)).weights[0] == pytest.approx(
        log(2 * 5 / 8)
    )


def test_naive_bayes():
    third = 1 / 3
    first = ((4 + third) / 6, (1 + third) / 4, (1 + third) / 3)  # of voting 0, by class
    second = ((1 + third) / 6, (1 + third) / 4, (2 + third) / 3)  # of voting 2
    assert said("naive_bayes") == shares(
        0.5 * first[0] * second[0], 0.3 * first[1] * second[1], 0.2 * first[2] * second[2]
    )


# class 3 is as likely as any to the modalities, and no training row is of it
ABSENT = np.array([[[0.5, 0.1, 0.1, 0.3], [0.3, 0.1, 0.2, 0.4]]])
P_ABSENT = np.concatenate([P, np.zeros((len(P), 2, 1))], axis=2)


def test_naive_bayes_gives_nothing_to_a_class_without_training_rows():
    quarter = 1 / 4
    first = ((4 + quarter) / 6, (1 + quarter) / 4, (1 + quarter) / 3)  # of voting 0, by class
    second = (quarter / 6, quarter / 4, quarter / 3)  # of voting 3, which nobody did
    expected = shares(0.5 * first[0] * second[0], 0.3 * first[1] * second[1], 0.2 * first[2] * second[2], 0)
    assert said("naive_bayes", ABSENT, P_ABSENT) == expected


def test_behaviour_knowledge_space_gives_nothing_to_a_class_without_training_rows():
    q = said("naive_bayes", ABSENT, P_ABSENT)
    assert said("behaviour_knowledge_space", ABSENT, P_ABSENT) == pytest.approx(q, abs=1e-12)


def test_product_gives_nothing_to_a_class_without_training_rows():
    assert said("product", ABSENT, P_ABSENT) == shares(0.15 / 0.5, 0.01 / 0.3, 0.02 / 0.2, 0)
    assert said("product", ABSENT[:, 1:], P_ABSENT) == shares(0.3, 0.1, 0.2, 0)
    assert said("product", ABSENT, P_ABSENT, prior="none") == shares(0.15, 0.01, 0.02, 0.12)


def test_weighted_vote_gives_nothing_to_a_class_without_training_rows():
    # accuracies 8/14 and 7/14, so odds of 3·8/6 for class 0; the other votes for class 3
    assert said("weighted_vote", ABSENT, P_ABSENT) == shares(0.5 * 4, 0.3, 0.2, 0)


def test_behaviour_knowledge_space():
    q = said("naive_bayes")
    # votes (0, 2) are those of three training rows, one of each class
    assert said("behaviour_knowledge_space") == pytest.approx((1 + 5 * q) / (3 + 5), abs=1e-12)


def test_behaviour_knowledge_space_leaves_an_unseen_cell_to_naive_bayes_and_counts_it():
    rule = rule_class("behaviour_knowledge_space")().fit(P, Y)
    unseen = P[[8]][:, ::-1].copy()
    unseen[0, 0] = [0.1, 0.1, 0.8]
    unseen[0, 1] = [0.1, 0.8, 0.1]
    assert rule.predict_proba(unseen)[0] == pytest.approx(said("naive_bayes", unseen), abs=1e-12)
    assert rule.diagnose(np.concatenate([unseen, ITEM])) == {"in_unseen_cells": 1, "in_cells_under_5": 2}
    assert rule.learned() == {"cells": 9, "cells_seen": 6, "cells_under_5": 6}


def test_decision_templates():
    assert said("decision_templates") == shares(1 - 0.1248 / 6, 1 - 0.17 / 0.9 / 6, 1 - 0.325 / 6)


def test_dempster_shafer():
    # reliabilities (0.7 − 0.5)/0.5 and (0.6 − 0.5)/0.5; ignorance 0.6 · 0.8
    assert said("dempster_shafer") == shares(
        0.84 * 0.86 - 0.48 + 0.16, 0.72 * 0.84 - 0.48 + 0.16, 0.64 * 0.90 - 0.48 + 0.16
    )


def test_dempster_shafer_is_never_quite_certain():
    perfect = np.where(np.eye(3)[Y] == 1, 0.8, 0.1)[:, None]
    assert rule_class("dempster_shafer")().fit(perfect, Y).reliability == pytest.approx(0.99)


def test_nearest_output_profiles():
    # of the rows with votes (0, 2), one is right by the first and another by the second modality
    assert said("nearest_output_profiles", neighbours=3) == pytest.approx(said("mean"))
    # of the one with votes (0, 1), only the first modality is right
    item = np.array([[[0.7, 0.2, 0.1], [0.1, 0.7, 0.2]]])
    assert said("nearest_output_profiles", item, neighbours=1) == pytest.approx(item[0, 0])


def test_nearest_output_profiles_takes_all_rows_at_the_same_distance():
    assert said("nearest_output_profiles", neighbours=1) == pytest.approx(
        said("nearest_output_profiles", neighbours=3), abs=1e-12
    )


def two_classes(p_right, rows):
    """Modalities that give p_right to the label or to the other class, by row."""
    p = np.where(rows, p_right, 1 - p_right)
    return np.stack([p, 1 - p], axis=2), np.zeros(len(rows), np.int32)


def test_linear_pool():
    # maximise 3 log(0.2 + 0.6 w) + log(0.8 − 0.6 w)
    P, y = two_classes(0.8, np.array([[1, 0], [1, 0], [1, 0], [0, 1]]))
    assert rule_class("linear_pool")().fit(P, y).minimum.weights == pytest.approx([11 / 12, 1 / 12])


def test_log_linear_pool_corrects_confidence():
    # says 0.8 but is right in 3 of 4: the logistic of w log 4 should be 3/4
    P, y = two_classes(0.8, np.array([[1], [1], [1], [0]]))
    rule = rule_class("log_linear_pool")(ridge=0).fit(P, y)
    assert rule.minimum.weights == pytest.approx([log(3) / log(4)])


def test_log_linear_pool_with_weights_that_sum_to_one():
    P, y = two_classes(0.8, np.array([[1, 0], [1, 0], [1, 0], [0, 1]]))
    rule = rule_class("log_linear_pool")(ridge=0, sum_to_one=True).fit(P, y)
    w = (1 + log(3) / log(4)) / 2  # (2 w − 1) log 4 = log 3
    assert rule.minimum.weights == pytest.approx([w, 1 - w])


def test_greedy_ensemble():
    # w = 1 at first, then the two against one row weigh 2/3, 3/4, … until w is nearest to 11/12
    P, y = two_classes(0.8, np.array([[1, 0], [1, 0], [1, 0], [0, 1]]))
    rule = rule_class("greedy_ensemble")(picks=24).fit(P, y)
    assert rule.picked[0] == 0
    assert rule.weights == pytest.approx([11 / 12, 1 / 12])
    assert rule.size in (12, 24)


def test_a_tie_goes_to_the_larger_mean_probability():
    items = np.array([[[0.5, 0.4, 0.1], [0.1, 0.45, 0.45], [0.2, 0.2, 0.6]]])
    scores = np.array([[1.0, 0.0, 1.0]])
    assert decide(scores, items, np.array([0.9, 0.05, 0.05])) == [2]  # 0.8 against 1.15


def test_then_to_the_larger_prior_and_then_to_the_lower_index():
    items = np.full((1, 2, 3), 1 / 3)
    scores = np.full((1, 3), 1 / 3)
    assert decide(scores, items, np.array([0.2, 0.3, 0.5])) == [2]
    assert decide(scores, items, np.array([0.2, 0.4, 0.4])) == [1]


def test_rounding_does_not_decide_a_tie():
    items = np.full((1, 1, 2), 0.5)
    assert decide(np.array([[0.3 - 1e-17, 0.1 + 0.2]]), items, np.array([0.6, 0.4])) == [0]


def test_the_notebook_s_ties_go_to_the_lowest_index():
    items = np.array([[[0.1, 0.2, 0.7]]])
    assert decide(np.array([[0.4, 0.4, 0.2]]), items, np.array([0.0, 1.0, 0.0]), "lowest") == [0]
