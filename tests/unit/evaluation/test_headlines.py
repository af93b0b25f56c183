"""Whatever metric is the headline: reference, tests, power, confidence set and the best follow it."""

import numpy as np
import pytest
from sklearn import metrics as sk

import made_up_models as made_up
from latefusion.core.metric_facts import HEADLINES
from latefusion.evaluation.evaluate import evaluate
from latefusion.evaluation.held_out import held_out_value
from latefusion.evaluation.samples import Known
from latefusion.store.probabilities import Probabilities

ROWS = np.arange(400, 1000)
KNOWN = {
    "text": Known(out_of_fold={"log_loss": 1.3, "balanced_accuracy": 0.5, "macro_f1": 0.5, "auroc": 0.7}),
    "audio": Known(out_of_fold={"log_loss": 1.1, "balanced_accuracy": 0.4, "macro_f1": 0.4, "auroc": 0.6}),
}


@pytest.fixture(scope="module")
def own():
    return made_up.items(n=1000, groups=300)


def models(own):
    return [
        made_up.model("majority", "baseline", own, ROWS, 0.0),
        made_up.model("text", "single", own, ROWS, 0.6),
        made_up.model("audio", "single", own, ROWS, 0.6),
        made_up.model("mean", "rule", own, ROWS, 2.0, repeats=2),
        made_up.model("weak", "rule", own, ROWS, -0.5),
        made_up.model("majority_vote", "rule", own, ROWS, 2.0, probabilistic=False),
        made_up.model("selected", "rule", own, ROWS, 1.9),
    ]


@pytest.fixture(scope="module", params=HEADLINES)
def found(own, request):
    data = made_up.dataset(own.label, 400)
    tables = evaluate(
        models(own), protocol="honest", items=own, dataset=data, known=KNOWN, draws=300, metric=request.param
    )
    return request.param, {name: table.to_pylist() for name, table in tables.items()}


def of(rows, **wanted):
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def test_the_reference_is_best_out_of_fold_in_the_headline_and_by_log_loss_for_accuracy(found):
    metric, tables = found
    (reference,) = of(tables["models"], is_reference=True)
    assert reference["model"] == ("audio" if metric in ("accuracy", "log_loss") else "text")


def test_rules_are_tested_in_the_headline_with_power_and_correction(found):
    metric, tables = found
    rows = {row["model"]: row for row in of(tables["comparisons"], metric=metric, subset="all")}
    values = {row["model"]: row["value"] for row in of(tables["metrics"], metric=metric, subset="all")}
    gain = -1 if metric == "log_loss" else 1
    assert rows["mean"]["significant"]
    assert gain * rows["mean"]["difference"] > 0 > gain * rows["weak"]["difference"]
    for row in of(tables["comparisons"], metric=metric, subset="all", family="confirmatory"):
        assert row["value"] == pytest.approx(values[row["model"]])
        assert row["difference"] == pytest.approx(row["value"] - row["reference_value"])
        assert row["low"] < row["difference"] < row["high"]
        assert row["p_holm"] >= row["p"]
        assert row["detectable_holm"] > row["detectable"] > 0
    without = metric in ("log_loss", "auroc")
    assert ("majority_vote" in rows) is not without
    assert rows["mean"]["tests"] == (3 if without else 4)


def test_the_confidence_set_the_best_and_the_overall_test_follow_the_headline(found):
    metric, tables = found
    inside = {row["model"]: row["in_set"] for row in of(tables["confidence_set"], metric=metric)}
    assert inside["mean"]
    assert not inside["weak"]
    assert {row["model"]: row["in_confidence_set"] for row in tables["models"] if row["model"] in inside} == (
        inside
    )
    (best,) = of(tables["best"], metric=metric)
    values = {row["model"]: row["value"] for row in of(tables["metrics"], metric=metric, subset="all")}
    assert best["observed"] == pytest.approx(values[best["observed_best"]])
    assert best["selected"] == pytest.approx(values["selected"])
    assert best["low"] < best["corrected"] < best["high"]
    # nearly all of what picking gains is chance between two rules that are about as good
    assert abs(best["optimism"]) < 0.05
    (overall,) = of(tables["overall"], metric=metric)
    assert overall["p"] < 0.001


def test_the_error_of_a_difference_of_areas_is_that_of_its_bootstrap(own):
    pair = [made_up.model(name, "single", own, ROWS, 1.0) for name in ("text", "audio")]
    data = made_up.dataset(own.label, 400)
    tables = evaluate(pair, protocol="honest", items=own, dataset=data, draws=200, metric="auroc")
    (row,) = [
        row for row in tables["comparisons"].to_pylist() if (row["metric"], row["subset"]) == ("auroc", "all")
    ]
    label, group = own.label[ROWS], np.unique(own.group[ROWS].astype(str), return_inverse=True)[1]
    rng = np.random.default_rng(0)
    members = [np.flatnonzero(group == g) for g in range(group.max() + 1)]
    drawn = []
    for _ in range(400):
        at = np.concatenate([members[g] for g in rng.integers(len(members), size=len(members))])
        areas = [
            sk.roc_auc_score(label[at], p.p[at], multi_class="ovr", average="macro", labels=range(4))
            for p in pair
        ]
        drawn.append(areas[1] - areas[0])
    assert {row["model"], row["reference"]} == {"text", "audio"}
    assert row["se"] == pytest.approx(np.std(drawn), rel=0.15)


@pytest.mark.parametrize("metric", ["balanced_accuracy", "macro_f1", "auroc"])
def test_held_out_rows_are_measured_as_scikit_learn_does(tmp_path, metric):
    rng = np.random.default_rng(4)
    label = rng.integers(0, 3, 90).astype(np.int32)
    p = rng.dirichlet([1, 1, 1], 90)
    fold = (np.arange(90) % 3).astype(np.int32)
    path = tmp_path / "held_out.parquet"
    items = np.array([f"train:{i}" for i in range(90)], object)
    Probabilities(("a", "b", "c"), items, label, p, fold).write(path)
    if metric == "auroc":
        expected = np.mean(
            [sk.roc_auc_score(label[fold == k], p[fold == k], multi_class="ovr") for k in range(3)]
        )
    elif metric == "macro_f1":
        expected = sk.f1_score(label, p.argmax(axis=1), average="macro")
    else:
        expected = sk.balanced_accuracy_score(label, p.argmax(axis=1))
    assert held_out_value([path], metric) == pytest.approx(expected)


def test_a_subset_of_one_class_has_no_area_and_is_not_compared_in_it(own):
    alike = np.flatnonzero(own.label[ROWS] == 0)
    data = made_up.dataset(own.label, 400)
    rows = ROWS[alike]
    few = [
        made_up.model(name, kind, own, rows, strength)
        for name, kind, strength in (("text", "single", 0.6), ("audio", "single", 0.6), ("mean", "rule", 2.0))
    ]
    tables = evaluate(few, protocol="honest", items=own, dataset=data, known=KNOWN, draws=200, metric="auroc")
    for name in ("comparisons", "confidence_set", "overall", "best", "metrics"):
        assert of(tables[name].to_pylist(), metric="auroc") == [], name
        assert of(tables[name].to_pylist(), metric="accuracy"), name
