"""The tables of a protocol: they agree with each other, with the items, and with the schemas."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

import made_up_models as made_up
from latefusion.evaluation.evaluate import evaluate
from latefusion.evaluation.names import TABLES
from latefusion.evaluation.samples import Known
from latefusion.evaluation.schemas import SCHEMAS, to_table
from latefusion.store.tables import write_table

DRAWS = 300


def given(own, strength=1.6):
    rows = np.arange(400, 600)
    mean = made_up.model("mean", "rule", own, rows, strength)
    return [
        made_up.model("majority", "baseline", own, rows, 0.0),
        made_up.model("text", "single", own, rows, 0.6),
        made_up.model("audio", "single", own, rows, 1.2),
        made_up.model("early", "early", own, rows, 1.4),
        mean,
        replace(mean, name="median"),
        made_up.model("mlp", "rule", own, rows, strength, repeats=3),
        made_up.model("majority_vote", "rule", own, rows, strength, probabilistic=False),
        replace(mean, name="selected"),
    ]


KNOWN = {
    "text": Known(
        in_sample={"accuracy": 0.8, "log_loss": 0.5},
        out_of_fold={"accuracy": 0.4, "log_loss": 1.3},
        n_train=400,
    ),
    "audio": Known(out_of_fold={"accuracy": 0.5, "log_loss": 1.1}, approximated=True),
}


@pytest.fixture(scope="module")
def own():
    return made_up.items()


@pytest.fixture(scope="module")
def tables(own):
    return evaluate(
        given(own),
        protocol="honest",
        items=own,
        dataset=made_up.dataset(own.label, 400),
        known=KNOWN,
        by=["genre"],
        draws=DRAWS,
    )


def rows(tables, name, **wanted):
    return [
        row for row in tables[name].to_pylist() if all(row[key] == value for key, value in wanted.items())
    ]


def one(tables, name, **wanted):
    (row,) = rows(tables, name, **wanted)
    return row


ABSENT = (
    *("learning_curve", "grid", "published", "detection", "dev_loss"),
    *("learners", "learner_grid", "gain_sources", "cooperative"),
)
"""Tables of what these models have none of."""


def test_every_table_has_its_schema_and_rows(tables):
    assert tuple(sorted(tables)) == tuple(sorted(TABLES))
    for name, table in tables.items():
        assert table.schema.equals(SCHEMAS[name])
        table.validate(full=True)
        assert table.num_rows > 0 or name in ABSENT
        for field in table.schema:
            assert field.nullable or table[field.name].null_count == 0, (name, field.name)


def test_the_grid_of_each_view_is_a_table_except_under_replica_which_has_the_notebooks_values(own):
    point = {
        "partition": "given",
        "C": 0.1,
        "gamma": "auto",
        "log_loss": 0.7,
        "accuracy": 0.5,
        "chosen": True,
    }

    def grid(protocol):
        found = evaluate(
            given(own),
            protocol=protocol,
            items=own,
            dataset=made_up.dataset(own.label, 400),
            known={"audio": Known(grid=[point])},
            draws=50,
        )
        return found["grid"].to_pylist()

    assert grid("honest") == [{"model": "audio", **point}]
    assert grid("replica") == []


def test_metrics_are_those_of_scikit_learn(own, tables):
    audio = given(own)[2]
    label = own.label[400:]
    values = {row["metric"]: row for row in rows(tables, "metrics", model="audio", subset="all")}
    assert values["accuracy"]["value"] == pytest.approx(sk.accuracy_score(label, audio.predicted))
    assert values["macro_f1"]["value"] == pytest.approx(sk.f1_score(label, audio.predicted, average="macro"))
    assert values["log_loss"]["value"] == pytest.approx(sk.log_loss(label, audio.p))
    assert values["auroc"]["value"] == pytest.approx(sk.roc_auc_score(label, audio.p, multi_class="ovr"))
    for row in values.values():
        assert row["n"] == 200
        if row["low"] is not None:
            assert row["low"] < row["value"] < row["high"]
    assert values["ece_top"]["low"] is None


def test_a_rule_that_is_no_probability_has_no_log_loss(tables):
    found = {row["metric"] for row in rows(tables, "metrics", model="majority_vote")}
    assert found == {"accuracy", "balanced_accuracy", "macro_f1", "matthews", "kappa"}


def test_repeats_are_averaged_and_their_spread_shown(own, tables):
    mlp = given(own)[6]
    label = own.label[400:]
    each = [(mlp.predicted[mlp.repeat == r] == label).mean() for r in range(3)]
    row = one(tables, "metrics", model="mlp", subset="all", metric="accuracy")
    assert row["value"] == pytest.approx(np.mean(each))
    assert row["repeat_sd"] == pytest.approx(np.std(each, ddof=1))
    spread = one(tables, "spread", model="mlp", over="repeat", metric="accuracy")
    assert (spread["least"], spread["most"]) == pytest.approx((min(each), max(each)))


def test_confusions_add_up(tables):
    for model in ("audio", "mlp"):
        cells = rows(tables, "confusion", model=model, subset="all")
        assert sum(row["count"] for row in cells) == pytest.approx(200)
        accuracy = one(tables, "metrics", model=model, subset="all", metric="accuracy")["value"]
        right = sum(row["count"] for row in cells if row["true"] == row["predicted"])
        assert right / 200 == pytest.approx(accuracy)


def test_the_reference_is_chosen_out_of_fold(tables):
    assert one(tables, "models", is_reference=True)["model"] == "audio"
    assert {row["reference"] for row in rows(tables, "comparisons")} == {"audio"}


def test_without_rows_to_choose_by_the_reference_is_the_best_where_it_counts(own):
    rows_ = np.arange(400, 600)
    models = [
        made_up.model(name, kind, own, rows_, strength)
        for name, kind, strength in (
            ("weak", "single", 0.3),
            ("strong", "single", 2.0),
            ("mean", "rule", 2.0),
        )
    ]
    found = evaluate(models, protocol="honest", items=own, dataset=made_up.dataset(own.label, 400), draws=200)
    assert one(found, "models", is_reference=True)["model"] == "strong"
    # where a baseline tells that there were such rows, the first one stands, whatever test says
    baseline = made_up.model("majority", "baseline", own, rows_, 0.0)
    found = evaluate(
        [baseline, *models], protocol="honest", items=own, dataset=made_up.dataset(own.label, 400), draws=200
    )
    assert one(found, "models", is_reference=True)["model"] == "weak"


def test_rules_that_coincide_are_tested_once(tables):
    family = rows(tables, "comparisons", family="confirmatory", metric="accuracy")
    assert {row["model"] for row in family} == {"mean", "median", "mlp", "majority_vote", "selected"}
    assert {row["tests"] for row in family} == {3}
    by_name = {row["model"]: row for row in family}
    assert by_name["median"]["same_as"] == "mean"
    assert by_name["median"]["p_holm"] == by_name["mean"]["p_holm"] >= by_name["mean"]["p"]
    assert one(tables, "models", model="median")["in_confidence_set"] is not None


def test_a_planted_improvement_is_found_and_measured(own, tables):
    models = {model.name: model for model in given(own)}
    label = own.label[400:]
    a, b = (models[name].predicted == label for name in ("mean", "audio"))
    row = one(tables, "comparisons", model="mean", metric="accuracy", subset="all")
    assert row["difference"] == pytest.approx(a.mean() - b.mean())
    assert row["only_model"] == pytest.approx((a & ~b).mean())
    assert row["discordance"] == pytest.approx((a != b).mean())
    assert row["detectable"] < row["detectable_holm"]
    strong = made_up.model("strong", "rule", own, np.arange(400, 600), 6.0)
    found = evaluate(
        [*given(own)[:4], strong],
        protocol="honest",
        items=own,
        dataset=made_up.dataset(own.label, 400),
        known=KNOWN,
        draws=DRAWS,
    )
    assert one(found, "comparisons", model="strong", metric="accuracy", subset="all")["significant"]
    inside = {row["model"] for row in rows(found, "confidence_set", metric="accuracy", in_set=True)}
    assert inside == {"strong"}


def test_outcomes_hold_what_the_metrics_average(tables):
    outcomes = rows(tables, "outcomes", model="mlp")
    assert len(outcomes) == 200
    accuracy = one(tables, "metrics", model="mlp", subset="all", metric="accuracy")["value"]
    loss = one(tables, "metrics", model="mlp", subset="all", metric="log_loss")["value"]
    assert np.mean([row["correct"] for row in outcomes]) == pytest.approx(accuracy)
    assert np.mean([row["loss"] for row in outcomes]) == pytest.approx(loss)


def test_unseen_groups_are_those_without_a_training_item(own, tables):
    seen = set(own.group[:400])
    expected = sum(group not in seen for group in own.group[400:])
    assert one(tables, "metrics", model="audio", subset="unseen_group", metric="accuracy")["n"] == expected


def test_what_training_left_behind_is_beside_the_test_figures(tables):
    text = one(tables, "overfitting", model="text", metric="accuracy")
    assert text["gap"] == pytest.approx(0.4)
    assert text["test"] == one(tables, "metrics", model="text", subset="all", metric="accuracy")["value"]
    assert one(tables, "models", model="audio")["approximated"]


def test_no_number_depends_on_threads_or_order_of_rows(own, tables):
    models = []
    for model in given(own):
        order = np.random.default_rng(1).permutation(len(model.item))
        names = ("item", "label", "predicted", "partition", "repeat", "p")
        changed = {name: getattr(model, name)[order] for name in names if getattr(model, name) is not None}
        models.append(replace(model, **changed))
    again = evaluate(
        models,
        protocol="honest",
        items=own,
        dataset=made_up.dataset(own.label, 400),
        known=KNOWN,
        by=["genre"],
        draws=DRAWS,
        n_jobs=3,
    )
    for name in TABLES:
        assert again[name].equals(tables[name]), name


def test_cross_has_the_given_test_items_as_a_subset(own):
    everything = np.arange(600)
    names = np.array([f"cross-0-{sum(map(ord, group)) % 3}" for group in own.group], object)
    models = [
        made_up.model(name, kind, own, everything, strength, partition=names)
        for name, kind, strength in (("text", "single", 0.6), ("audio", "single", 1.2), ("mean", "rule", 1.5))
    ]
    found = evaluate(
        models, protocol="cross", items=own, dataset=made_up.dataset(own.label, 400), draws=DRAWS
    )
    sizes = {row["subset"]: row["n"] for row in found["metrics"].to_pylist()}
    assert sizes == {"all": 600, "given_test": 200}
    partitions = one(found, "spread", model="mean", over="partition", metric="accuracy")
    assert partitions["values"] == 3
    # areas are those within partitions, not of the pooled scores
    mean, label = models[2], own.label
    each = [
        sk.roc_auc_score(label[names == name], mean.p[names == name], multi_class="ovr")
        for name in sorted(set(names))
    ]
    area = one(found, "metrics", model="mean", subset="all", metric="auroc")["value"]
    assert area == pytest.approx(np.mean(each))


def test_under_cross_a_missing_modality_is_filled_without_the_labels_of_the_test_part(own):
    everything = np.arange(600)
    names = np.array([f"cross-0-{i % 2}" for i in everything], object)
    audio = made_up.model("audio", "single", own, everything, 1.2, partition=names)
    predicted, p = audio.predicted.copy(), audio.p.copy()
    predicted[:10], p[:10] = -1, np.nan
    shares = {"cross-0-0": np.array([0.1, 0.2, 0.3, 0.4]), "cross-0-1": np.array([0.4, 0.3, 0.2, 0.1])}
    found = evaluate(
        [replace(audio, predicted=predicted, p=p)],
        protocol="cross",
        items=own,
        dataset=made_up.dataset(own.label, 400),
        shares=shares,
        draws=50,
    )
    told = {row["item"]: row for row in rows(found, "outcomes", model="audio")}
    for i in range(10):
        own_shares = shares[names[i]]
        row = told[own.item[i]]
        assert row["p_label"] == own_shares[own.label[i]]
        assert row["predicted"] == own_shares.argmax()


def test_independent_items_are_compared_by_cochrans_q(own):
    alone = replace(own, group=own.item)
    found = evaluate(
        given(alone)[:6],
        protocol="honest",
        items=alone,
        dataset=made_up.dataset(alone.label, 400, known=False),
        draws=DRAWS,
    )
    assert [row["test"] for row in rows(found, "overall", metric="accuracy")] == ["cochran_q"]
    assert {row["subset"] for row in found["metrics"].to_pylist()} == {"all"}


def test_a_row_with_an_unknown_column_is_refused():
    with pytest.raises(KeyError, match="overall has no columns"):
        to_table("overall", [{"metric": "accuracy", "surprise": 1}])


def test_a_protocol_without_any_view_still_has_its_baselines(own):
    found = evaluate(
        given(own)[:1],
        protocol="honest",
        items=own,
        dataset=made_up.dataset(own.label, 400),
        draws=DRAWS,
    )
    assert found["models"].num_rows == 1
    assert found["comparisons"].num_rows == found["oracle"].num_rows == found["overall"].num_rows == 0


def test_few_groups_have_score_intervals_of_shares_and_linearised_ones_of_the_rest(own):
    few = replace(own, group=np.array([f"g{i % 12}" for i in range(600)], object))
    found = evaluate(
        given(few)[:6],
        protocol="honest",
        items=few,
        dataset=made_up.dataset(few.label, 400),
        draws=DRAWS,
    )
    accuracy = rows(found, "metrics", metric="accuracy")
    assert {row["interval"] for row in accuracy} == {"score"}
    assert {row["interval"] for row in rows(found, "metrics", metric="log_loss")} == {"t"}
    assert all(row["low"] < row["value"] < row["high"] for row in accuracy)
    assert {row["groups"] for row in accuracy} == {12}


RANGES = {"matthews": (-1, 1), "kappa": (-1, 1), "log_loss": (0, np.inf), "brier": (0, 2)}
FREE = ("calibration_slope",)


@pytest.mark.parametrize("groups", [3, 9, 60])
@pytest.mark.parametrize("strength", [12.0, -12.0, 2.0])
def test_intervals_stay_within_the_range_of_their_metric_and_are_no_points(groups, strength):
    n = 60
    own = made_up.items(n=100 + n, train=100, groups=150, seed=3)
    own.label[100:104] = range(4)
    own = replace(own, group=np.array([f"g{i % groups}" for i in range(100 + n)], object))
    chosen = np.arange(100, 100 + n)
    found = evaluate(
        [
            made_up.model("text", "single", own, chosen, strength),
            made_up.model("audio", "single", own, chosen, strength, seed=1),
            made_up.model("mean", "rule", own, chosen, strength, seed=2, repeats=2),
        ],
        protocol="honest",
        items=own,
        dataset=made_up.dataset(own.label, 100),
        by=["genre"],
        draws=100,
    )
    for table in ("metrics", "per_class"):
        for row in found[table].to_pylist():
            least, most = RANGES.get(row["metric"], (0, 1))
            if row["low"] is not None and row["metric"] not in FREE:
                assert least <= row["low"] <= row["value"] <= row["high"] <= most, row
                # no shares; kappa of a model that is always wrong is negative and does vary
                other = row["metric"] in ("log_loss", "brier", "matthews", "kappa")
                assert row["low"] < row["high"] or (other and strength != 2), row
    for table in ("strata", "coverage", "reliability", "oracle"):
        for row in found[table].to_pylist():
            if row["low"] is not None and row.get("metric") != "log_loss":
                assert 0 <= row["low"] < row["high"] <= 1, (table, row)
    accuracy = one(found, "metrics", model="text", metric="accuracy", subset="all")
    if strength > 2:
        assert (accuracy["value"], accuracy["high"]) == (1, 1)
        assert accuracy["low"] < 0.96
    for row in rows(found, "comparisons", metric="accuracy"):
        assert -1 <= row["low"] < row["high"] <= 1
    for row in rows(found, "best", metric="accuracy"):
        assert row["low"] is None or row["low"] < row["high"]


def test_one_group_has_no_interval_but_its_metrics(own, tmp_path):
    alone = replace(own, group=np.full(600, "only", object))
    found = evaluate(
        given(alone)[:6],
        protocol="honest",
        items=alone,
        dataset=made_up.dataset(alone.label, 400),
        draws=DRAWS,
    )
    for name, table in found.items():
        write_table(table, tmp_path / name, SCHEMAS[name])
    row = one(found, "metrics", model="audio", metric="accuracy", subset="all")
    assert row["low"] is None
    assert row["value"] > 0.3


def test_a_rule_that_coincides_with_a_view_is_tested_all_the_same(own):
    models = given(own)
    early = next(model for model in models if model.name == "early")
    models.append(replace(early, name="copy", kind="rule"))
    found = evaluate(
        models, protocol="honest", items=own, dataset=made_up.dataset(own.label, 400), known=KNOWN, draws=50
    )
    copy = one(found, "comparisons", model="copy", metric="accuracy", subset="all")
    assert copy["same_as"] == "early"
    assert copy["tests"] == 4
    assert copy["p_holm"] >= copy["p"]
    assert one(found, "models", model="copy")["is_confirmatory"]


def test_rules_that_coincide_with_one_view_are_tested_once(own):
    models = given(own)
    early = next(model for model in models if model.name == "early")
    models += [replace(early, name=name, kind="rule") for name in ("linear_pool", "greedy_ensemble")]
    found = evaluate(
        models, protocol="honest", items=own, dataset=made_up.dataset(own.label, 400), known=KNOWN, draws=50
    )
    for metric, tested in (("accuracy", 4), ("macro_f1", 4), ("log_loss", 3)):
        family = {row["model"]: row for row in rows(found, "comparisons", metric=metric, subset="all")}
        pool, greedy = family["linear_pool"], family["greedy_ensemble"]
        assert (pool["tests"], greedy["tests"]) == (tested, tested)
        assert pool["same_as"] == greedy["same_as"] == "early"
        assert greedy["p_holm"] == pool["p_holm"] >= pool["p"]
        assert greedy["significant"] == pool["significant"]
    confirmatory = {row["model"] for row in rows(found, "models", is_confirmatory=True)}
    assert confirmatory == {"mean", "mlp", "majority_vote", "linear_pool"}
