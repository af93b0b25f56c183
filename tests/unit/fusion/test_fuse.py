"""Fusing the partitions of a protocol."""

import json

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import accuracy_score, log_loss

from latefusion.fusion.fuse import fuse
from latefusion.fusion.inputs import PartitionInput
from latefusion.fusion.reports import plain
from latefusion.fusion.rule import rule_class
from latefusion.fusion.temperature_scaling import at_temperature, fit_temperature
from latefusion.store.schemas import probabilities_schema
from latefusion.store.tables import write_json
from worlds import NAMES, column, part, views, world

QUICK = {
    "random_forest": {"trees": 5, "repeats": 2},
    "mlp": {"epochs": 2, "repeats": 2},
    "mlp_log": {"epochs": 2, "repeats": 2},
    "gradient_boosting": {"max_iter": 5},
    "log_logistic_regression": {"C": [0.1, 1.0]},
}


def cross(**options):
    return [part(seed=k, name=f"cross-0-{k}", **options) for k in range(3)]


def fused(name, parts=None, options=None, protocol="honest", **more):
    return fuse(
        name, {**QUICK.get(name, {}), **(options or {})}, parts or [part()], protocol=protocol, seed=0, **more
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("protocol", ["replica", "honest", "cross"])
def test_every_rule_runs_under_every_protocol(name, protocol):
    parts = cross(n=60) if protocol == "cross" else [part(n=60)]
    result = fused(name, parts, protocol=protocol)
    assert result.table.schema.equals(probabilities_schema(("c0", "c1", "c2"), fused=True))
    repeats = 2 if rule_class(name).stochastic else 1
    assert result.table.num_rows == 60 * len(parts) * repeats
    assert result.table["predicted"].null_count == 0
    assert np.abs(column(result.table).sum(axis=1) - 1).max() < 1e-12
    assert result.robustness.num_rows == 3 * 2 * 6 * 5
    json.dumps(result.learned, allow_nan=False)


def test_rows_stand_by_partition_repeat_and_item():
    result = fused("random_forest", cross(n=30), protocol="cross")
    rows = [
        (partition, repeat, f"t{item}")
        for partition in ("cross-0-0", "cross-0-1", "cross-0-2")
        for repeat in range(2)
        for item in range(30)
    ]
    found = zip(*(result.table[name].to_pylist() for name in ("partition", "repeat", "item")), strict=True)
    assert list(found) == rows
    assert result.table["fold"].null_count == len(rows)


def test_each_partition_is_fitted_by_itself():
    parts = cross()
    together = fused("accuracy_weighted", parts, protocol="cross").table
    alone = pa.concat_tables([fused("accuracy_weighted", [one], protocol="cross").table for one in parts])
    assert together.equals(alone)


def test_a_stochastic_rule_is_repeated_with_seeds_that_are_noted():
    one = part()
    result = fused("random_forest", [one], {"repeats": 3})
    seeds = result.learned["partitions"]["given"]["seeds"]
    assert len(set(seeds)) == 3
    P = np.stack([view.p for view in one.learn.values()], axis=1)
    T = np.stack([view.p for view in one.test.values()], axis=1)
    for repeat, seed in enumerate(seeds):
        mine = result.table.filter(pa.compute.equal(result.table["repeat"], repeat))
        rule = rule_class("random_forest")(random_state=seed, trees=5).fit(P, one.learn["m0"].label)
        assert (column(mine) == rule.predict_proba(T)).all()


def test_partitions_have_seeds_of_their_own():
    learned = fused("random_forest", cross(n=40), protocol="cross").learned["partitions"]
    assert len({seed for facts in learned.values() for seed in facts["seeds"]}) == 6


def test_a_bag_is_the_mean_of_the_repeats_and_another_row():
    result = fused("random_forest", options={"repeats": 3, "bag": True})
    repeat = result.table["repeat"].to_numpy()
    p = column(result.table)
    assert sorted(set(repeat)) == [-1, 0, 1, 2]
    assert p[repeat == -1] == pytest.approx(np.mean([p[repeat == r] for r in range(3)], axis=0), abs=1e-12)


def test_cross_validation_is_that_of_the_rule_over_the_folds():
    one = part()
    P = np.stack([view.p for view in one.learn.values()], axis=1)
    y, fold = one.learn["m0"].label, one.learn["m0"].fold
    p = np.empty((len(P), 3))
    for k in range(5):
        rule = rule_class("linear_pool")().fit(P[fold != k], y[fold != k], fold=fold[fold != k])
        p[fold == k] = rule.predict_proba(P[fold == k])
    found = fused("linear_pool", [one]).learned["cross_validated"]["given"]
    assert found["log_loss"] == pytest.approx(log_loss(y, p))
    assert found["accuracy"] == accuracy_score(y, p.argmax(axis=1))
    assert (found["n"], found["folds"]) == (300, 5)


def test_the_temperature_of_a_fold_comes_from_the_others():
    one = part()
    y, fold = one.learn["m0"].label, one.learn["m0"].fold
    found = fused("borda", [one], {"calibrate": True}).learned
    P = np.stack([view.p for view in one.learn.values()], axis=1)
    scores = rule_class("borda")().fit(P, y).predict_proba(P)  # a fixed rule: the same in every fold
    p = np.empty_like(scores)
    for k in range(5):
        p[fold == k] = at_temperature(scores[fold == k], fit_temperature(scores[fold != k], y[fold != k]))
    assert found["cross_validated"]["given"]["log_loss"] == pytest.approx(log_loss(y, p))
    assert found["partitions"]["given"]["temperature"] == fit_temperature(scores, y)


def test_nothing_is_validated_on_rows_that_the_models_saw():
    one = part()
    seen = views(np.stack([v.p for v in one.learn.values()], axis=1), one.learn["m0"].label)
    result = fused("mean", [PartitionInput("given", seen, one.test, one.group)])
    assert result.learned["cross_validated"]["given"] is None
    assert fused("mean", protocol="replica").learned["cross_validated"]["given"] is None


def test_a_modality_without_folds_is_enough_for_that():
    one = part()
    mixed = {
        "m0": one.learn["m0"],
        "m1": views(one.learn["m1"].p[:, None], one.learn["m1"].label)["m0"],
    }
    result = fused("mean", [PartitionInput("given", mixed, one.test, one.group)])
    assert result.learned["cross_validated"]["given"] is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("protocol", ["honest", "cross"])
def test_labels_of_test_change_no_prediction(name, protocol):
    one = part(n=80)
    P = np.stack([view.p for view in one.test.values()], axis=1)
    y = np.random.default_rng(0).permutation(one.test["m0"].label)
    other = PartitionInput("given", one.learn, views(P, y, prefix="t"), one.group)
    before, after = (fused(name, [which], protocol=protocol, robustness=False) for which in (one, other))
    assert before.table.drop_columns("label").equals(after.table.drop_columns("label"))
    assert before.learned == after.learned


@pytest.mark.parametrize("name", NAMES)
def test_dropping_test_rows_changes_none_that_stay(name):
    whole, half = part(n=80), part(n=80, n_test=33)
    repeats = 2 if rule_class(name).stochastic else 1
    before, after = (fused(name, [which], robustness=False).table for which in (whole, half))
    kept = pa.concat_tables([before.slice(80 * repeat, 33) for repeat in range(repeats)])
    assert (column(kept) == column(after)).all()
    assert kept["predicted"].equals(after["predicted"])


def test_replica_learns_accuracies_from_test_and_the_rest_from_training_rows():
    one = part()
    right = [(view.p.argmax(axis=1) == view.label).mean() for view in one.test.values()]
    learned = fused("accuracy_weighted", [one], protocol="replica").learned["partitions"]["given"]["learned"]
    assert learned[0]["weights"] == right
    honest = fused("accuracy_weighted", [one]).learned["partitions"]["given"]["learned"]
    assert honest[0]["weights"] == [(v.p.argmax(axis=1) == v.label).mean() for v in one.learn.values()]


def test_replica_has_raw_recall_and_honest_a_smoothed_one():
    one = part()
    y = one.learn["m0"].label
    right = one.learn["m0"].p.argmax(axis=1) == y
    for protocol, expected in (
        ("replica", right[y == 0].sum() / (y == 0).sum()),
        ("honest", (right[y == 0].sum() + 1) / ((y == 0).sum() + 3)),
    ):
        learned = fused("class_weighted_max", [one], protocol=protocol).learned["partitions"]["given"][
            "learned"
        ]
        assert learned[0]["recall"][0][0] == expected


def test_ties_are_decided_by_evidence_but_under_replica_by_the_index():
    y = np.array([0, 1, 1], np.int32)
    learn = views(np.full((3, 2, 2), 0.5), y, np.array([0, 1, 2], np.int32))
    T = np.array([[[0.9, 0.1], [0.1, 0.9]], [[0.6, 0.4], [0.3, 0.7]]])
    one = PartitionInput("given", learn, views(T, [0, 0], prefix="t"), np.array(["a", "b"], object))
    honest, replica = (fused("majority_vote", [one], protocol=protocol) for protocol in ("honest", "replica"))
    assert honest.table["predicted"].to_pylist() == [1, 1]  # by the larger prior; by the mean
    assert replica.table["predicted"].to_pylist() == [0, 0]
    assert honest.learned["partitions"]["given"]["ties"] == 2


def test_items_without_any_modality_get_the_class_shares_and_are_counted():
    one = part()
    P = np.stack([view.p for view in one.test.values()], axis=1)
    P[:7] = np.nan
    one = PartitionInput("given", one.learn, views(P, one.test["m0"].label, prefix="t"), one.group)
    shares = np.bincount(one.learn["m0"].label) / 300
    for name in NAMES:
        for protocol in ("honest", "replica"):
            result = fused(name, [one], protocol=protocol, robustness=False)
            assert column(result.table)[:7] == pytest.approx(np.tile(shares, (7, 1)), abs=1e-12)
            assert result.table["predicted"].to_pylist()[:7] == [int(shares.argmax())] * 7
            assert result.learned["partitions"]["given"]["all_missing"] == 7


def test_a_class_absent_from_training_is_named():
    P, y, fold, T, y_test = world(100, 2, 4, seed=2)
    y = np.where(y == 1, 0, y)
    one = PartitionInput(
        "given", views(P, y, fold), views(T, y_test, prefix="t"), np.array(["g"] * 100, object)
    )
    assert fused("mean", [one]).learned["partitions"]["given"]["absent_classes"] == [1]


def test_a_class_absent_from_a_fold_s_training_part_is_survived():
    P, y, fold, T, y_test = world(100, 2, 4, seed=2)
    fold = np.where(y == 0, 3, fold).astype(np.int32)
    one = PartitionInput(
        "given", views(P, y, fold), views(T, y_test, prefix="t"), np.array(["g"] * 100, object)
    )
    for name in NAMES:
        found = fused(name, [one], robustness=False).learned["cross_validated"]["given"]
        assert found["log_loss"] is None or np.isfinite(found["log_loss"])


def test_labels_may_be_unknown():
    one = part(n=60)
    unknown = {
        name: type(view)(view.classes, view.item, np.full(60, -1, np.int32), view.p)
        for name, view in one.test.items()
    }
    result = fused("product", [PartitionInput("all", one.learn, unknown, one.group)])
    assert result.table["label"].null_count == 60
    assert result.robustness.num_rows == 0
    assert result.learned["contributions"] is None
    assert column(result.table) == pytest.approx(column(fused("product", [one]).table))


@pytest.mark.parametrize("name", ["majority_vote", "borda", "decision_templates"])
def test_scores_become_probabilities_only_by_calibration(name):
    one = part(strength=2.0)
    plainly, calibrated = (fused(name, [one], {"calibrate": calibrate}) for calibrate in (False, True))
    assert not plainly.learned["probabilistic"]
    assert plainly.learned["cross_validated"]["given"]["log_loss"] is None
    assert plainly.robustness["log_loss"].null_count == plainly.robustness.num_rows
    assert calibrated.learned["probabilistic"]
    assert calibrated.robustness["log_loss"].null_count == 0
    # the same class, better probabilities than the scores would have been
    assert calibrated.table["predicted"].equals(plainly.table["predicted"])
    y = one.test["m0"].label
    assert log_loss(y, column(calibrated.table)) < log_loss(y, column(plainly.table))
    temperature = calibrated.learned["partitions"]["given"]["temperature"]
    assert column(calibrated.table) == pytest.approx(at_temperature(column(plainly.table), temperature))


def test_calibration_under_replica_uses_the_rows_it_has():
    result = fused("borda", options={"calibrate": True}, protocol="replica")
    assert result.learned["partitions"]["given"]["temperature"] > 0


def test_the_same_input_gives_the_same_result():
    once, again = (fused("mlp", [part(n=80)]) for _ in range(2))
    assert once.table.equals(again.table)
    assert once.robustness.equals(again.robustness)
    assert once.learned == again.learned


def test_what_was_learned_can_be_written(tmp_path):
    write_json(fused("mlp", [part(n=60)]).learned, tmp_path / "mlp.json")
    learned = fused("mlp", [part(n=60)]).learned["partitions"]["given"]["learned"]
    assert [len(one["models"][0]["loss"]) for one in learned] == [2, 2]


def test_numpy_becomes_plain_and_what_is_not_finite_null():
    value = {"a": np.array([1.0, np.nan]), 2: (np.int64(3), np.True_), "c": float("inf")}
    assert plain(value) == {"a": [1.0, None], "2": [3, True], "c": None}


def test_modalities_must_be_about_the_same_items():
    one = part(n=40)
    learn = dict(one.learn)
    other = learn["m1"]
    learn["m1"] = type(other)(other.classes, other.item[::-1], other.label, other.p, other.fold)
    with pytest.raises(ValueError, match="m1 has other items or classes than m0"):
        fused("mean", [PartitionInput("given", learn, one.test, one.group)])
    learn["m1"] = type(other)(other.classes, other.item, other.label[::-1], other.p, other.fold)
    with pytest.raises(ValueError, match="m1 has other labels than m0"):
        fused("mean", [PartitionInput("given", learn, one.test, one.group)])


def test_there_must_be_a_repeat():
    with pytest.raises(ValueError, match="repeats must be 1 or more, not 0"):
        fused("mlp", options={"repeats": 0})
