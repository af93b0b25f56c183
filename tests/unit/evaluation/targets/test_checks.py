"""Checks of predicted numbers: each fires on a planted case and is silent on its clean twin."""

from dataclasses import replace

import numpy as np
import pytest

from latefusion.evaluation.targets.baselines import target_baselines
from latefusion.evaluation.targets.checks import CHECKS, run_target_checks
from latefusion.evaluation.targets.evaluate import evaluate_targets
from latefusion.evaluation.targets.samples import align_targets, coinciding
from target_worlds import a_model, centers_of, conditional_mean, crossed, given, song_items, world

GROUPS = {"known": True, "n": 200, "test_items_seen": 0, "cross_grouped": True, "shared": 0}
CLEAN = {"groups": GROUPS, "n": {"train": 500, "test": 400}, "modalities": {}}


def found(items, models, centers, protocol="honest", dataset=CLEAN, left_out=()):
    tables = evaluate_targets(models, items=items, protocol=protocol, centers=centers, draws=200)
    return {
        check["code"]: check for check in run_target_checks({protocol: tables}, dataset, left_out)["checks"]
    }


def scene(said_of, groups=200, parts_of=given, seed=0, kinds=("single", "single", "rule"), **more):
    """Evidence of models made from the targets of made-up songs."""
    items = song_items(groups, seed, **more)
    parts = parts_of(items)
    models = target_baselines(parts, items)
    for (name, said), kind in zip(said_of(items.y).items(), kinds, strict=False):
        models.append(a_model(name, items, said, parts, kind=kind))
    return items, models, centers_of(items, parts)


def helpful(y, seed=5):
    rng = np.random.default_rng(seed)
    audio, text = (conditional_mean(y, 0.3, rng) for _ in range(2))
    return {"audio": audio, "text": text, "selected": (audio + text) / 1.3}


def test_a_run_without_faults_has_no_finding():
    assert found(*scene(helpful)) == {}


def test_every_code_is_looked_for():
    items, models, centers = scene(helpful)
    tables = evaluate_targets(models, items=items, protocol="honest", centers=centers, draws=100)
    said = run_target_checks({"honest": tables}, CLEAN)
    assert said["codes"] == list(CHECKS)
    assert said["counts"] == {"error": 0, "warning": 0, "note": 0}


def test_a_rule_that_adds_nothing_is_not_shown_to_be_better():
    said = found(*scene(lambda y: helpful(y) | {"selected": helpful(y)["audio"] * 1.01}))
    assert said["rule_not_better"]["severity"] == "warning"
    assert said["rule_not_better"]["sentence"].startswith("No rule is shown to be better than ")
    assert "rule_worse" not in said


def test_a_rule_that_is_worse_is_named():
    noise = np.random.default_rng(1)
    said = found(*scene(lambda y: helpful(y) | {"selected": noise.normal(size=y.shape)}))
    assert said["rule_worse"]["models"] == ["selected"]


def test_a_rule_that_is_worse_by_less_than_can_be_written_is_not_named():
    off = np.random.default_rng(1)
    said = found(
        *scene(
            lambda y: {"audio": y, "selected": y + 1e-4 * off.normal(size=y.shape)}, kinds=("single", "rule")
        )
    )
    assert "rule_worse" not in said
    assert "rules_coincide" not in said


@pytest.mark.parametrize(("apart", "coincide"), [(1e-8, True), (1e-4, False)])
@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("varies", [True, False])
def test_models_coincide_in_units_of_the_target_also_where_no_item_varies(apart, coincide, unit, varies):
    items, models, centers = scene(helpful)
    rng = np.random.default_rng(2)
    y = items.y if varies else np.ones_like(items.y)
    items = replace(items, y=unit * y)
    first = next(model for model in models if model.name == "audio")
    second = replace(
        first, name="second", predicted=first.predicted + apart * rng.normal(size=first.predicted.shape)
    )
    pair = [replace(model, predicted=unit * model.predicted) for model in (first, second)]
    sample = align_targets(pair, items, centers)
    assert coinciding(sample)["second"] == ("audio" if coincide else None)


def test_noise_does_not_beat_the_mean_of_a_target():
    noise = np.random.default_rng(2)
    said = found(*scene(lambda y: helpful(y) | {"text": 0.3 * noise.normal(size=y.shape)}))
    assert said["mean_not_beaten"]["models"] == ["text"]


def test_predictions_near_the_mean_are_shrunk_and_far_ones_are_not_called_so():
    said = found(*scene(lambda y: helpful(y) | {"selected": 0.5 * helpful(y)["selected"]}))
    assert "too near to the mean" in said["shrunk"]["sentence"]
    said = found(*scene(lambda y: helpful(y) | {"selected": 2 * helpful(y)["selected"]}))
    assert "too far from the mean" in said["shrunk"]["sentence"]


def test_intervals_from_training_items_that_are_easier_cover_less():
    def easier(y):
        said = helpful(y)
        half = len(y) // 2
        return said | {
            "selected": np.concatenate(
                [0.3 * said["selected"][:half] + 0.7 * y[:half], said["selected"][half:]]
            )
        }

    said = found(*scene(easier))
    assert "selected" in said["intervals_too_short"]["models"]


@pytest.mark.parametrize(("correlation", "fires"), [(0.7, True), (0.0, False)])
def test_groups_on_both_sides_are_an_error_where_their_mean_says_something(correlation, fires):
    items = song_items(200, 3, correlation=correlation)
    split = np.where(np.random.default_rng(0).random(len(items.item)) < 0.6, "train", "test").astype(object)
    items = replace(items, split=split)
    parts = given(items)
    models = [*target_baselines(parts, items)]
    models += [a_model(name, items, said, parts) for name, said in helpful(items.y).items()][:2]
    dataset = CLEAN | {"groups": GROUPS | {"test_items_seen": 300}}
    check = found(items, models, centers_of(items, parts), dataset=dataset)["groups_straddle"]
    assert check["severity"] == ("error" if fires else "note")


def test_few_groups_and_one_group_are_told():
    said = found(*scene(helpful, groups=60, parts_of=given))
    assert "groups only" in said["few_groups"]["sentence"]


def test_a_common_point_is_told_with_its_share():
    points = {"distinct": 10, "most_common": {"point": [0.5, -1.0], "items": 90}}
    said = found(*scene(helpful), dataset=CLEAN | {"target_points": points})
    assert said["common_target"]["sentence"].startswith(
        "90 of 900 items (10.0 %) have the same targets, 0.5, -1:"
    )


def test_what_is_left_out_and_what_coincides_is_named():
    items, models, centers = world(200, seed=6)
    out = [{"protocol": "honest", "model": "early", "reason": "it has no counterpart"}]
    said = found(items, models, centers, left_out=out)
    assert said["models_left_out"]["sentence"] == "early is not among the models: it has no counterpart."
    assert "rules_coincide" not in said  # selected is always one of the others
    twice = replace(next(model for model in models if model.name == "mean"), name="median")
    said = found(items, [*models, twice], centers)
    assert said["rules_coincide"]["evidence"] == {"median": "mean"}


def test_a_group_mean_that_is_not_beaten_is_told_under_cross():
    items = song_items(100, 7, correlation=0.8)
    n = len(items.item)
    fold = np.random.default_rng(1).integers(3, size=n)
    parts = [(f"cross-0-{k}", np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(3)]
    models = [*target_baselines(parts, items)]
    said = conditional_mean(items.y, 0.05, np.random.default_rng(2))
    models.append(a_model("audio", items, said, parts))
    checks = found(items, models, centers_of(items, parts), protocol="cross")
    assert checks["group_mean_not_beaten"]["models"] == ["audio"]
    clean = scene(helpful, parts_of=crossed)
    assert "group_mean_not_beaten" not in found(*clean, protocol="cross")


def test_a_target_among_the_features_is_an_error_and_odd_data_are_told():
    def warned(*codes):
        return CLEAN | {"warnings": [{"code": code, "message": f"audio: {code}"} for code in codes]}

    said = found(*scene(helpful), dataset=warned("target_columns"))
    assert said["target_in_features"]["severity"] == "error"
    assert said["target_in_features"]["sentence"].startswith("audio: target_columns. Whatever")
    unsaid = {"code": "no_prediction:audio", "message": "audio says nothing of 1 of 9 items"}
    told = found(*scene(helpful), dataset=CLEAN | {"warnings": [unsaid]})
    assert told["odd_data"]["sentence"] == "audio says nothing of 1 of 9 items."
    assert found(*scene(helpful), dataset=warned("target_units"))["odd_data"]["severity"] == "warning"
    assert found(*scene(helpful), dataset=warned("coded_target"))["odd_data"]["severity"] == "note"
    assert found(*scene(helpful), dataset=warned("small_class", "few_groups", "unmatched:text")) == {}
