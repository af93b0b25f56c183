"""What missing modalities cost, and what each contributes."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from latefusion.core.log_loss import log_losses
from latefusion.fusion.aggregation import class_shares, decide, softmax
from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import PartitionInput
from latefusion.fusion.robustness import MissingnessOutcomes, _order, contributions, robustness_table
from latefusion.fusion.rule import rule_class
from worlds import part, views, world


def outcomes(name="product", M=3, n=200, K=3, seed=0):
    P, y, fold, T, y_test = world(n, M, K, seed)
    rule = rule_class(name)().fit(P, y, fold=fold)

    def predict(P):
        p = rule.predict_proba(P)
        return p, decide(p, P, rule.shares)

    return MissingnessOutcomes(predict, T, y_test), rule, T, y_test


def table_of(made, modalities, groups=None, **options):
    groups = np.array([f"g{row // 4}" for row in range(len(made.y))]) if groups is None else groups
    table = robustness_table(made, modalities, groups, **{"probabilistic": True, "seed": 0, **options})
    return {
        (row["modality"], row["unit"], row["share"], row["seed"]): row for row in table.to_pylist()
    }, table


def test_there_is_a_row_for_each_modality_unit_share_and_draw():
    rows, table = table_of(outcomes()[0], ["a", "b", "c"])
    assert len(rows) == table.num_rows == 4 * 2 * 6 * 5
    assert table["modality"].to_pylist()[:60] == ["a"] * 60
    assert {row["n"] for row in rows.values()} == {200}


def test_nothing_lost_and_everything_lost():
    made, rule, T, y = outcomes()
    rows, _ = table_of(made, ["a", "b", "c"])
    p = rule.predict_proba(T)
    without_b = T.copy()
    without_b[:, 1] = np.nan
    q = rule.predict_proba(without_b)
    for unit in ("rows", "groups"):
        for draw in range(5):
            for name in ("a", "b", "c", "all"):
                assert rows[name, unit, 0.0, draw]["log_loss"] == pytest.approx(log_loss(y, p))
                assert rows[name, unit, 0.0, draw]["lost"] == 0
            whole = rows["b", unit, 1.0, draw]
            assert whole["lost"] == 200
            assert whole["log_loss"] == pytest.approx(log_loss(y, q))
            assert whole["accuracy"] == accuracy_score(y, q.argmax(axis=1))
            nothing = rows["all", unit, 1.0, draw]
            assert nothing["lost"] == 600
            assert nothing["accuracy"] == (y == rule.shares.argmax()).mean()
            assert nothing["log_loss"] == pytest.approx(log_loss(y, np.tile(rule.shares, (200, 1))))


def test_rows_lose_exactly_the_share_and_groups_what_comes_nearest():
    groups = np.array(["large"] * 90 + ["small"] * 10 + [f"own{row}" for row in range(100)])
    rows, _ = table_of(outcomes()[0], ["a", "b", "c"], groups)
    for draw in range(5):
        for share in (0.1, 0.25, 0.5, 0.75):
            assert rows["a", "rows", share, draw]["lost"] == round(share * 200)
            assert rows["all", "rows", share, draw]["lost"] == 3 * round(share * 200)
            lost = rows["a", "groups", share, draw]["lost"]
            assert abs(lost - share * 200) <= 45
    assert {rows["a", "groups", 0.5, draw]["lost"] for draw in range(5)} != {100}


def test_a_group_is_lost_as_a_whole():
    units = np.repeat(np.arange(20), 5)
    order = _order(units, np.random.default_rng(0))
    assert sorted(set(order)) == list(range(0, 100, 5))
    assert all(len(set(order[units == unit])) == 1 for unit in range(20))


def test_draws_are_the_same_for_every_rule_and_nested_in_the_share():
    lost = {}
    for name in ("product", "mean"):
        made = outcomes(name)[0]
        asked = []
        made.under_each = lambda codes, asked=asked: asked.append(codes) or np.zeros((2, len(codes)))
        table_of(made, ["a", "b", "c"])
        lost[name] = asked
    assert all(np.array_equal(a, b) for a, b in zip(*lost.values(), strict=True))
    first_draw = lost["mean"][:24]  # six shares, each with three modalities and all of them
    for smaller, larger in zip(first_draw[:-4], first_draw[4:], strict=True):
        assert (smaller & larger == larger).all()


def test_losing_is_what_predicting_without_would_be():
    """Selecting from patterns against predicting each draw."""
    made, rule, T, y = outcomes()
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 8, size=200)
    gaps = T.copy()
    for m in range(3):
        gaps[(codes >> m & 1) == 0, m] = np.nan
    p = rule.predict_proba(gaps)
    right, loss = made.under_each(codes)
    assert loss == pytest.approx(log_losses(p, y))
    assert (right == (decide(p, gaps, rule.shares) == y)).all()


def test_each_pattern_is_predicted_once():
    made, *_ = outcomes()
    calls, predict = [], made.predict
    made.predict = lambda P: calls.append(1) or predict(P)
    table_of(made, ["a", "b", "c"])
    contributions(made, ["a", "b", "c"], probabilistic=True, seed=0)
    assert len(calls) == 8


def test_many_modalities_are_drawn_without_going_through_every_pattern():
    made, rule, T, y = outcomes(M=8, n=40)
    codes = np.random.default_rng(0).integers(0, 256, size=40)
    gaps = np.where((codes[:, None] >> np.arange(8) & 1)[:, :, None] == 1, T, np.nan)
    assert made.under_each(codes)[1] == pytest.approx(log_losses(rule.predict_proba(gaps), y))


def test_a_modality_that_is_missing_already_stays_missing():
    P, y, fold, T, y_test = world(60, 2, 3, seed=0)
    T[:30, 0] = np.nan
    one = PartitionInput(
        "given",
        views(P, y, fold),
        views(T, y_test, prefix="t"),
        np.array([str(i) for i in range(60)], object),
    )
    result = fuse("mean", {}, [one], protocol="honest", seed=0)
    table = result.robustness.to_pylist()
    without = T.copy()
    without[:, 0] = np.nan
    expected = log_losses(rule_class("mean")().fit(P, y).predict_proba(without), y_test).mean()
    found = [row["log_loss"] for row in table if row["modality"] == "m0" and row["share"] == 1]
    assert found == pytest.approx([expected] * 10)


def test_partitions_are_pooled_each_with_its_own_rule():
    parts = [part(n=60, seed=k, name=f"cross-0-{k}") for k in range(2)]
    pooled = fuse("accuracy_weighted", {}, parts, protocol="cross", seed=0)
    alone = [fuse("accuracy_weighted", {}, [one], protocol="cross", seed=0) for one in parts]
    for row, first, second in zip(
        *(result.robustness.to_pylist() for result in (pooled, *alone)), strict=True
    ):
        assert row["n"] == 120
        if row["share"] in (0.0, 1.0):
            assert row["log_loss"] == pytest.approx((first["log_loss"] + second["log_loss"]) / 2)


def test_leave_one_out_is_the_cost_of_dropping_a_modality():
    made, rule, T, y = outcomes()
    found = contributions(made, ["a", "b", "c"], probabilistic=True, seed=0)
    without = T.copy()
    without[:, 0] = np.nan
    p, q = rule.predict_proba(T), rule.predict_proba(without)
    assert found["a"]["leave_one_out"]["log_loss"] == pytest.approx(log_loss(y, q) - log_loss(y, p))
    assert found["a"]["leave_one_out"]["accuracy"] == pytest.approx(
        accuracy_score(y, p.argmax(axis=1)) - accuracy_score(y, q.argmax(axis=1))
    )


def test_shapley_values_are_means_over_all_orders_and_add_up():
    made, rule, T, y = outcomes()
    found = contributions(made, ["a", "b", "c"], probabilistic=True, seed=0)

    def value(members):
        gaps = np.where(np.isin(np.arange(3), list(members))[None, :, None], T, np.nan)
        return -log_loss(y, rule.predict_proba(gaps))

    for m, name in enumerate("abc"):
        gains = []
        for order in permutations(range(3)):
            before = order[: order.index(m)]
            gains.append(value({*before, m}) - value(before))
        assert found[name]["shapley"]["log_loss"] == pytest.approx(np.mean(gains))
    total = sum(one["shapley"]["log_loss"] for one in found.values())
    assert total == pytest.approx(value({0, 1, 2}) - value(()))


def test_two_modalities_have_no_shapley_values():
    made, *_ = outcomes(M=2)
    assert set(contributions(made, ["a", "b"], probabilistic=True, seed=0)["a"]) == {"leave_one_out"}


def test_sampled_shapley_values_add_up_too():
    made, rule, T, y = outcomes(M=8, n=40)
    found = contributions(made, list("abcdefgh"), probabilistic=True, seed=0)
    whole = log_loss(y, np.tile(rule.shares, (40, 1)), labels=range(3)) - log_loss(y, rule.predict_proba(T))
    assert sum(one["shapley"]["log_loss"] for one in found.values()) == pytest.approx(whole)


def test_a_rule_without_probabilities_has_no_log_loss():
    made, *_ = outcomes("majority_vote")
    rows, _ = table_of(made, ["a", "b", "c"], probabilistic=False)
    assert {row["log_loss"] for row in rows.values()} == {None}
    assert set(contributions(made, ["a", "b", "c"], probabilistic=False, seed=0)["a"]["shapley"]) == {
        "accuracy"
    }


def test_no_test_rows_are_no_accuracy():
    P, y, fold, _, _ = world(60, 2, 3, seed=0)
    nothing = views(np.empty((0, 2, 3)), np.empty(0, np.int32))
    one = PartitionInput("given", views(P, y, fold), nothing, np.empty(0, object))
    result = fuse("mean", {}, [one], protocol="honest", seed=0)
    assert result.table.num_rows == result.robustness.num_rows == 0


def test_certain_errors_cost_no_more_than_the_clip():
    assert log_losses(np.array([[0.0, 1.0]]), np.array([0])) == pytest.approx([15 * np.log(10)])


def test_shares_alone_are_the_baseline():
    y = np.array([0, 0, 1], np.int32)
    assert class_shares(y, 3).tolist() == [2 / 3, 1 / 3, 0]
    assert softmax(np.log(np.array([[2.0, 1.0, 1.0]]))) == pytest.approx(np.array([[0.5, 0.25, 0.25]]))


def test_what_is_said_of_complete_rows_is_not_asked_again():
    asked = []

    def predict(P):
        asked.append(int(np.isnan(P[:, :, 0]).sum()))
        return np.full((len(P), 2), 0.5), np.zeros(len(P), np.int32)

    P = np.full((4, 2, 2), 0.5)
    known = np.tile([0.25, 0.75], (4, 1)), np.ones(4, np.int32)
    outcomes = MissingnessOutcomes(predict, P, np.ones(4, np.int32), known)
    assert outcomes.under(3).tolist() == [[1] * 4, [pytest.approx(-np.log(0.75))] * 4]
    assert outcomes.under(1)[0].tolist() == [0] * 4
    assert asked == [4]


def test_a_modality_is_lost_with_all_columns_that_speak_for_it():
    said = world(60, 3, 3, 0)
    T, y = said[3], said[4]

    def mean(P):
        there = np.isfinite(P)
        p = np.where(there, P, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        p[~there.any(axis=(1, 2))] = 1 / 3
        return p, p.argmax(axis=1)

    made = MissingnessOutcomes(mean, T, y, modality=[0, 1, 0])
    rows, _ = table_of(made, ["a", "b"])
    helps = contributions(made, ["a", "b"], probabilistic=True, seed=0)
    without_a = log_losses(T[:, 1], y).mean()
    assert rows["a", "rows", 1.0, 0]["log_loss"] == pytest.approx(without_a)
    assert rows["b", "rows", 1.0, 0]["log_loss"] == pytest.approx(
        log_losses(T[:, [0, 2]].mean(axis=1), y).mean()
    )
    assert rows["all", "rows", 1.0, 0]["lost"] == 2 * 60
    gained = without_a - log_losses(T.mean(axis=1), y).mean()
    assert helps["a"]["leave_one_out"]["log_loss"] == pytest.approx(gained)
