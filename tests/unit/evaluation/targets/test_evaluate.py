"""All tables of continuous targets: values by hand or by scikit-learn, and what must not matter."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from latefusion.evaluation.statistics.confidence_set import confidence_set
from latefusion.evaluation.targets.evaluate import evaluate_targets
from latefusion.evaluation.targets.names import TARGET_TABLES
from latefusion.evaluation.targets.samples import Held, Quadrants, align_targets
from latefusion.evaluation.targets.schemas import SCHEMAS
from target_worlds import TARGETS, a_model, centers_of, conditional_mean, crossed, given, song_items, world


def evaluated(items, models, centers, protocol="honest", **more):
    return evaluate_targets(
        models, items=items, protocol=protocol, centers=centers, **({"draws": 200} | more)
    )


@pytest.fixture(scope="module")
def honest():
    items, models, centers = world(120, seed=1)
    return items, models, centers, evaluated(items, models, centers, quadrants=Quadrants(np.zeros(2)))


def rows(tables, table, **chosen):
    return [row for row in tables[table].to_pylist() if all(row[key] == one for key, one in chosen.items())]


def value(tables, model, target, metric, subset="all"):
    (row,) = rows(tables, "metrics", model=model, target=target, metric=metric, subset=subset)
    return row["value"]


def test_each_table_has_its_schema(honest):
    *_, tables = honest
    assert set(tables) == set(TARGET_TABLES)
    for name, table in tables.items():
        assert table.schema == SCHEMAS[name]
        assert len(table) > 0 or name == "learners"


def test_r2_is_measured_against_the_training_mean_and_the_rest_as_scikit_learn_does(honest):
    items, models, centers, tables = honest
    test = items.split == "test"
    said = next(model for model in models if model.name == "audio").predicted
    for t, target in enumerate(TARGETS):
        y, f = items.y[test, t], said[:, t]
        against_training = 1 - ((y - f) ** 2).sum() / ((y - centers["given"][t]) ** 2).sum()
        assert value(tables, "audio", target, "r2") == pytest.approx(against_training)
        assert value(tables, "audio", target, "r2") > r2_score(y, f)
        assert value(tables, "audio", target, "rmse") == pytest.approx(root_mean_squared_error(y, f))
        assert value(tables, "audio", target, "mae") == pytest.approx(mean_absolute_error(y, f))
    mean = np.mean([value(tables, "audio", target, "r2") for target in TARGETS])
    assert value(tables, "audio", "mean", "r2") == pytest.approx(mean)


def test_metrics_of_a_repeated_rule_are_averaged(honest):
    items, models, _, tables = honest
    test = items.split == "test"
    model = next(model for model in models if model.name == "mlp")
    errors = [
        root_mean_squared_error(items.y[test, 0], model.predicted[model.repeat == repeat, 0])
        for repeat in (0, 1)
    ]
    assert value(tables, "mlp", "valence", "rmse") == pytest.approx(np.mean(errors))
    (row,) = rows(tables, "metrics", model="mlp", target="valence", metric="r2", subset="all")
    assert row["repeat_sd"] > 0


def test_the_training_mean_has_an_r2_of_zero(honest):
    *_, tables = honest
    assert value(tables, "training_mean", "mean", "r2") == 0


def test_the_reference_is_the_modality_with_the_least_error_out_of_fold(honest):
    *_, tables = honest
    assert [row["model"] for row in rows(tables, "models", is_reference=True)] == ["audio"]


def test_a_comparison_is_the_difference_of_mean_squared_errors(honest):
    items, models, _, tables = honest
    test = items.split == "test"
    of = {model.name: model.predicted for model in models}
    (row,) = rows(tables, "comparisons", model="mean", target="arousal", subset="all")
    y = items.y[test, 1]
    expected = ((y - of["mean"][:, 1]) ** 2).mean() - ((y - of["audio"][:, 1]) ** 2).mean()
    assert row["difference"] == pytest.approx(expected)
    r2 = value(tables, "mean", "arousal", "r2") - value(tables, "audio", "arousal", "r2")
    assert row["r2_difference"] == pytest.approx(r2)
    assert row["low"] < row["difference"] < row["high"]


def test_rules_that_coincide_are_one_member_of_the_family(honest):
    *_, tables = honest
    own = {row["model"]: row for row in rows(tables, "comparisons", target="mean", subset="all")}
    assert {row["tests"] for row in own.values() if row["family"] == "confirmatory"} == {3}
    assert own["selected"]["same_as"] == "sum"
    assert own["selected"]["p_holm"] == own["sum"]["p_holm"]


def test_the_confidence_set_is_that_of_the_squared_errors(honest):
    items, models, centers, tables = honest
    sample = align_targets(models, items, centers)
    inside = {row["model"]: row["in_set"] for row in rows(tables, "confidence_set", target="valence")}
    assert inside["sum"]
    worst = max(inside, key=lambda name: ((sample.y - sample.of(name).predicted) ** 2)[..., 0].mean())
    assert worst == "text"
    names = ["audio", "text", "mean", "sum", "mlp"]
    losses = np.stack([sample.squared(sample.of(name))[:, 0] for name in names], axis=1)
    sums = np.stack([np.bincount(sample.group, one) for one in losses.T], axis=1)
    sizes = np.bincount(sample.group).astype(float)
    found = confidence_set(sums, sizes, draws=4000, rng=np.random.default_rng(0))
    assert dict(zip(names, found.inside.tolist(), strict=True)).items() <= inside.items()


def test_the_best_is_corrected_downwards_where_equal_models_are_many():
    items = song_items(120, seed=3)
    parts = given(items)
    said = [conditional_mean(items.y, 0.2, np.random.default_rng(k)) for k in range(12)]
    models = [a_model(f"rule{k}", items, one, parts, kind="rule") for k, one in enumerate(said)]
    tables = evaluated(items, models, centers_of(items, parts))
    (row,) = rows(tables, "best", target="mean")
    assert row["corrected"] < row["observed"]
    assert row["optimism"] == pytest.approx(row["observed"] - row["corrected"])


def test_the_best_weights_of_two_modalities_by_hand(honest):
    items, models, centers, tables = honest
    test = items.split == "test"
    of = {model.name: items.y[test] - model.predicted for model in models if model.kind == "single"}
    a, b = of["audio"][:, 0], of["text"][:, 0]
    (row,) = rows(tables, "complementarity", target="valence")
    assert row["correlation"] == pytest.approx(np.corrcoef(a, b)[0, 1])
    # least squares of b on b − a, through the origin
    apart = b - a
    weight = (apart @ b) / (apart @ apart)
    least = ((weight * a + (1 - weight) * b) ** 2).mean()
    assert row["weight_a"] == pytest.approx(weight)
    around = ((items.y[test, 0] - centers["given"][0]) ** 2).mean()
    assert row["optimal_r2"] == pytest.approx(1 - least / around)
    assert row["gain"] == pytest.approx(row["optimal_r2"] - row["best_r2"])


def test_a_half_width_is_the_conformal_quantile_of_the_errors_out_of_fold(honest):
    items, models, _, tables = honest
    held = next(model for model in models if model.name == "audio").out_of_fold["given"]
    errors = np.sort(np.abs(items.y[items.split == "train", 0] - held.predicted[:, 0]))
    (row,) = rows(tables, "intervals", model="audio", target="valence", partition="given")
    assert row["half_width"] == pytest.approx(errors[int(np.ceil(0.9 * (len(errors) + 1))) - 1])
    said = next(model for model in models if model.name == "audio").predicted[:, 0]
    inside = np.abs(items.y[items.split == "test", 0] - said)
    assert row["coverage"] == pytest.approx((inside <= row["half_width"]).mean())


def test_intervals_cover_nine_in_ten_items_of_new_groups():
    items, models, centers = world(3_000, seed=4, parts_of=crossed)
    tables = evaluated(items, models, centers, protocol="cross", draws=50)
    found = rows(tables, "intervals", model="sum", target="valence")
    assert {row["partition"] for row in found} == {"cross-0-0", "cross-0-1", "cross-0-2", "all"}
    assert [row["coverage"] for row in found] == pytest.approx([0.9] * 4, abs=0.02)


def test_errors_by_stratum_average_to_the_error_of_all(honest):
    *_, tables = honest
    for by in ("group_size", "true valence", "cell"):
        own = rows(tables, "strata", model="audio", target="valence", by=by)
        whole = sum(row["share"] * row["rmse"] ** 2 for row in own)
        assert whole == pytest.approx(value(tables, "audio", "valence", "rmse") ** 2)
        assert sum(row["share"] for row in own) == pytest.approx(1)


def test_shrunken_predictions_miss_high_targets_downwards(honest):
    *_, tables = honest
    own = rows(tables, "strata", model="audio", target="valence", by="true valence")
    assert own[0]["bias"] > 0 > own[-1]["bias"]


def test_outcomes_have_each_model_target_and_item_once(honest):
    items, models, _, tables = honest
    table = tables["outcomes"]
    assert len(table) == len(models) * 2 * int((items.split == "test").sum())
    sums = rows(tables, "outcomes", model="audio", target="valence")
    assert np.mean([row["squared_error"] for row in sums]) ** 0.5 == pytest.approx(
        value(tables, "audio", "valence", "rmse")
    )


def test_units_of_a_target_change_nothing_but_units():
    items, models, centers = world(60, seed=5)
    scale, shift = np.array([1e6, 1e-3]), np.array([5e6, 2.0])
    other = [
        replace(
            model,
            predicted=model.predicted * scale + shift,
            out_of_fold={
                name: Held(one.item, one.fold, one.predicted * scale + shift)
                for name, one in model.out_of_fold.items()
            },
        )
        for model in models
    ]
    plain = evaluated(items, models, centers)
    turned = evaluated(
        replace(items, y=items.y * scale + shift),
        other,
        {name: one * scale + shift for name, one in centers.items()},
    )
    for a, b in zip(plain["metrics"].to_pylist(), turned["metrics"].to_pylist(), strict=True):
        if a["metric"] in ("r2", "pearson", "spearman", "ccc", "slope"):
            assert (b["value"], b["low"], b["high"]) == pytest.approx(
                (a["value"], a["low"], a["high"]), abs=1e-7
            )
    for name in ("p", "p_holm", "r2_difference", "same_as"):
        assert turned["comparisons"][name].to_pylist() == pytest.approx(
            plain["comparisons"][name].to_pylist(), abs=1e-7
        )


def test_no_number_depends_on_the_threads(honest):
    items, models, centers, tables = honest
    again = evaluated(items, models, centers, quadrants=Quadrants(np.zeros(2)), n_jobs=2)
    assert all(again[name].equals(tables[name]) for name in TARGET_TABLES)


def test_one_target_and_one_group_give_values_without_intervals():
    items, _, _ = world(2, seed=8, targets=("valence",), train=1.0)
    n = len(items.item)
    assert n > 2
    split = np.array(["train"] * (n - 2) + ["test"] * 2, object)
    items = replace(items, split=split)
    parts = given(items)
    said = conditional_mean(items.y, 0.3, np.random.default_rng(0))
    tables = evaluated(items, [a_model("audio", items, said, parts)], centers_of(items, parts))
    assert all(row["low"] is None and row["interval"] == "none" for row in rows(tables, "metrics"))
    assert rows(tables, "metrics", target="mean")[0]["value"] == pytest.approx(
        value(tables, "audio", "valence", "r2")
    )


def test_a_model_that_does_not_predict_every_item_is_refused_by_name():
    items, models, centers = world(30, seed=9)
    short = replace(
        models[2],
        item=models[2].item[1:],
        predicted=models[2].predicted[1:],
        partition=models[2].partition[1:],
        repeat=models[2].repeat[1:],
    )
    with pytest.raises(ValueError, match="audio does not predict each item 1 times"):
        evaluated(items, [*models[:2], short], centers)


def test_learners_that_others_were_chosen_from_are_measured_and_change_nothing_else():
    items = song_items(150)
    parts, rng = given(items), np.random.default_rng(3)
    said = {name: conditional_mean(items.y, 0.3, rng) for name in ("audio", "text")}
    models = [a_model(name, items, one, parts) for name, one in said.items()]
    tried = [
        a_model(f"audio.{name}", items, said["audio"] * k, parts, kind="learner")
        for name, k in (("svr", 1), ("knn", 0.5))
    ]
    options = {"items": items, "protocol": "honest", "centers": centers_of(items, parts), "draws": 100}
    alone, with_learners = (evaluate_targets(own, **options) for own in (models, [*models, *tried]))
    assert all(alone[name].equals(with_learners[name]) for name in TARGET_TABLES if name != "learners")
    assert alone["learners"].num_rows == 0

    def said_of(rows):
        return {
            (row["target"], row["metric"]): [row[end] for end in ("value", "low", "high")] for row in rows
        }

    rows = with_learners["learners"].to_pylist()
    assert {(row["view"], row["learner"]) for row in rows} == {("audio", "svr"), ("audio", "knn")}
    metrics = with_learners["metrics"].to_pylist()
    view = [row for row in metrics if row["model"] == "audio" and row["subset"] == "all"]
    assert said_of(row for row in rows if row["learner"] == "svr") == said_of(view)
