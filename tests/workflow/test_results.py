"""What a finished run holds: the notebook's own results under `replica`, and the same bytes each time."""

import csv
import json
from copy import deepcopy

import joblib
import numpy as np
import pyarrow.parquet as pq
import pytest

from latefusion.store.probabilities import Probabilities
from runs import SMALL, contents, launch, once, write_run


@pytest.fixture(scope="module")
def tables(finished):
    """Return what the notebook held: in-sample and test probabilities of both SVMs, and labels."""
    folder = finished / "results/given/probabilities"
    return {
        view: (
            Probabilities.read(folder / view / "train_in_sample.parquet"),
            Probabilities.read(folder / view / "test_replica.parquet"),
        )
        for view in ("text", "audio")
    }


def fused(folder, rule, protocol="replica"):
    return pq.read_table(folder / f"results/fusion/{protocol}/{rule}.parquet")["predicted"].to_numpy()


def test_the_mean_is_the_notebook_s(finished, tables):
    total = tables["text"][1].p + tables["audio"][1].p
    assert np.array_equal(fused(finished, "mean"), total.argmax(axis=1))


def test_accuracy_weights_come_from_the_test_labels_as_in_the_notebook(finished, tables):
    total = sum((test.p.argmax(axis=1) == test.label).mean() * test.p for _, test in tables.values())
    assert np.array_equal(fused(finished, "accuracy_weighted"), total.argmax(axis=1))


def test_the_stacked_regression_learns_from_in_sample_probabilities_as_in_the_notebook(finished, tables):
    from sklearn.linear_model import LogisticRegression

    train, test = (np.hstack([pair[part].p for pair in tables.values()]) for part in (0, 1))
    regression = LogisticRegression(max_iter=1000).fit(train, tables["text"][0].label)
    assert np.array_equal(fused(finished, "logistic_regression"), regression.predict(test))


def test_the_early_svm_is_scored_by_votes_under_replica_alone(finished):
    with (finished / "results/summary.csv").open(newline="") as file:
        rows = {(row["protocol"], row["model"], row["subset"]): row for row in csv.DictReader(file)}
    test = Probabilities.read(finished / "results/given/probabilities/early/test_replica.parquet")
    by_votes, by_probability = ((said == test.label).mean() for said in (test.ovo_prediction, test.predicted))
    assert float(rows["replica", "early", "all"]["accuracy"]) == pytest.approx(by_votes)
    assert float(rows["honest", "early", "all"]["accuracy"]) == pytest.approx(by_probability)


def test_every_model_has_a_row_under_every_protocol(finished):
    with (finished / "results/summary.csv").open(newline="") as file:
        rows = {(row["protocol"], row["model"]) for row in csv.DictReader(file)}
    models = {
        "majority",
        "group_lookup",
        "text",
        "audio",
        "early",
        *(rule["name"] for rule in SMALL["rules"]),
    }
    for protocol in SMALL["protocols"]:
        selected = set() if protocol == "replica" else {"selected"}
        assert {model for of, model in rows if of == protocol} == models | selected


def test_cross_predicts_every_item_once_by_models_that_never_saw_its_group(finished):
    groups = pq.read_table(finished / "results/groups.parquet").to_pydict()
    group_of = dict(zip(groups["item"], groups["group"], strict=True))
    tested = []
    for k in range(SMALL["cross"]["folds"]):
        table = pq.read_table(finished / f"results/partitions/cross-0-{k}.parquet").to_pydict()
        sides = {"train": set(), "test": set()}
        folds = {}
        for item, part, fold in zip(table["item"], table["part"], table["fold"], strict=True):
            sides[part].add(group_of[item])
            if part == "train":
                assert folds.setdefault(group_of[item], fold) == fold, "a group in two folds"
            else:
                tested.append(item)
        assert not sides["train"] & sides["test"]
    assert sorted(tested) == sorted(groups["item"])


def test_items_stand_in_the_order_of_the_files_in_every_table(finished):
    train, test = (
        pq.read_table(finished / f"results/items/{split}.parquet")["item"].to_pylist()
        for split in ("train", "test")
    )
    assert train == [f"train:{row}" for row in range(len(train))]
    folder = finished / "results"
    assert pq.read_table(folder / "groups.parquet")["item"].to_pylist() == train + test
    assert pq.read_table(folder / "given/probabilities/text/test.parquet")["item"].to_pylist() == test
    assert pq.read_table(folder / "fusion/honest/mean.parquet")["item"].to_pylist() == test


def test_a_saved_model_is_an_estimator_with_its_hash_beside_it(finished):
    folder = finished / "results/given/models"
    model = joblib.load(folder / "text.joblib")
    assert model.predict_proba(np.zeros((2, 4), np.float32)).shape == (2, 4)
    import hashlib

    facts = json.loads((folder / "text.json").read_text())
    assert facts["sha256"] == hashlib.sha256((folder / "text.joblib").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def gridded(tmp_path_factory):
    """Return the working folder of a run in which one modality has a grid."""
    configuration = deepcopy(SMALL) | {"protocols": ["replica", "honest"]}
    configuration["modalities"][0]["svm"] = {"C": [0.05, 100]}
    configuration["rules"] = [{"name": "mean"}, {"name": "logistic_regression"}]

    def run(folder):
        write_run(folder, configuration=configuration)
        launch("run", "--cores", 2, cwd=folder)

    return once(tmp_path_factory, "gridded", run)


def said_by(model, folder):
    """Return what a machine says in sample, with libsvm's sigmoids."""
    features = pq.read_table(folder / "results/features/train/text.parquet")["embedding"]
    X = np.array(features.to_pylist(), np.float32)
    return model.proba_of_decision(model.pairwise_decision([X]), guarded=False)


def test_beside_a_grid_each_protocol_has_the_training_rows_of_its_own_machine(gridded):
    folder = gridded / "results/given/probabilities/text"
    model = joblib.load(gridded / "results/given/models/text.joblib")
    facts = json.loads((gridded / "results/given/models/text.json").read_text())
    assert model.C in (0.05, 100)
    assert (model.C, model.replica_.C) == (facts["C"], facts["replica"]["C"]) == (facts["C"], 1)
    chosen, notebook = (
        Probabilities.read(folder / f"train_in_sample{suffix}.parquet").p for suffix in ("", "_replica")
    )
    np.testing.assert_allclose(chosen, said_by(model, gridded), atol=1e-4)
    np.testing.assert_allclose(notebook, said_by(model.replica_, gridded), atol=1e-4)
    assert np.abs(chosen - notebook).max() > 0.01
    assert not (folder.parent / "audio/train_in_sample_replica.parquet").exists()


def test_beside_a_grid_overfitting_is_that_of_one_machine(gridded):
    for protocol, suffix in (("honest", ""), ("replica", "_replica")):
        table = pq.read_table(gridded / f"results/evaluation/{protocol}/overfitting.parquet").to_pylist()
        for view, own in (("text", suffix), ("audio", "")):
            inside, outside = (
                Probabilities.read(gridded / f"results/given/probabilities/{view}/train_{name}{own}.parquet")
                for name in ("in_sample", "out_of_fold")
            )
            (row,) = [one for one in table if (one["model"], one["metric"]) == (view, "accuracy")]
            assert row["in_sample"] == pytest.approx((inside.predicted == inside.label).mean())
            assert row["out_of_fold"] == pytest.approx((outside.predicted == outside.label).mean())
            assert row["gap"] == pytest.approx(row["in_sample"] - row["out_of_fold"])


def test_beside_a_grid_the_stacked_regression_of_replica_learns_from_the_notebooks_machine(gridded):
    from sklearn.linear_model import LogisticRegression

    folder = gridded / "results/given/probabilities"
    tables = [
        [Probabilities.read(folder / f"{view}/{name}.parquet") for view, name in pairs]
        for pairs in (
            (("text", "train_in_sample_replica"), ("audio", "train_in_sample")),
            (("text", "test_replica"), ("audio", "test_replica")),
        )
    ]
    train, test = (np.hstack([table.p for table in part]) for part in tables)
    regression = LogisticRegression(max_iter=1000).fit(train, tables[0][0].label)
    assert np.array_equal(fused(gridded, "logistic_regression"), regression.predict(test))


@pytest.mark.slow
def test_one_core_gives_the_bytes_of_two(finished, tmp_path):
    folder = write_run(tmp_path)
    launch("run", "--cores", 1, cwd=folder)
    one, two = contents(folder), contents(finished)
    assert set(one) == set(two)
    assert [name for name in one if one[name] != two[name]] == []


def test_interactions_of_the_early_view_are_measured_on_the_test_part(finished):
    rows = pq.read_table(finished / "results/evaluation/emap/early.parquet").to_pylist()
    test = Probabilities.read(finished / "results/given/probabilities/early/test.parquet")
    assert [row["metric"] for row in rows] == ["accuracy", "log_loss"]
    assert {row["n"] for row in rows} == {len(test.item)}
    assert rows[0]["value"] == pytest.approx((test.predicted == test.label).mean())
    assert "interactions between modalities" in (finished / "results/report.html").read_text()
