"""Finished predictions of numbers, in files and in memory, are judged as the models of a run are."""

import csv

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import latefusion
from latefusion.evaluation.targets.names import TARGET_TABLES
from latefusion.store.tables import read_json
from latefusion.store.target_predictions import TargetPredictions
from runs import launch, once, write_config, write_run
from target_worlds import conditional_mean, song_items

TARGETS = ["valence", "arousal"]
VIEWS = ("text", "audio", "early")
RULES = [{"name": name} for name in ("mean", "ridge_stacking", "gaussian_experts", "best_single")]
DRAWS = {"draws": 200}
RUN = {
    "data": {
        "train": "data/train.csv",
        "test": "data/test.csv",
        "target": TARGETS,
        "group": "artist_name",
    },
    "modalities": [
        {"name": "text", "column": "text_embedding", "missing": True},
        {"name": "audio", "column": "audio_embedding"},
    ],
    "views": [{"name": "early", "modalities": ["text", "audio"]}],
    "folds": 3,
    "cross": {"folds": 2},
    "rules": RULES,
    "evaluation": DRAWS,
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The results of a run that trains: some items lack the text."""

    def run(folder):
        write_run(folder, configuration=RUN, missing={"text": 0.2})
        launch("run", "--cores", 2, cwd=folder)

    return once(tmp_path_factory, "own_numbers", run) / "results"


def given_back(results, partition, kind, role=None, fold=None):
    """What each view of a run says of the rows of one table, as rows of predictions."""
    group = {row["item"]: row["group"] for row in pq.read_table(results / "groups.parquet").to_pylist()}
    tables = []
    for view in VIEWS:
        table = pq.read_table(results / partition / "predictions" / view / f"{kind}.parquet")
        table = table.rename_columns([name.replace("target__", "") for name in table.column_names])
        n = len(table)
        named = {
            "system": pa.array([view] * n),
            "artist": pa.array([group[item] for item in table["item"].to_pylist()]),
            "role": pa.array([role] * n, pa.string()),
        }
        for name, values in named.items():
            table = table.append_column(name, values)
        if fold is not None:
            at = table.schema.get_field_index("fold")
            table = table.set_column(at, "fold", pa.array([fold] * n, pa.int32()))
        tables.append(table)
    return pa.concat_tables(tables)


def judge(folder, table, predictions, **more):
    """Judge predictions by a run in a folder and return its results."""
    pq.write_table(table, folder / "predictions.parquet")
    entry = {"file": "predictions.parquet", "model": "system", "target": TARGETS, "group": "artist"}
    configuration = {
        "predictions": {**entry, **predictions},
        "data": {"group_names": "exact"},
        "rules": RULES,
        "evaluation": DRAWS,
        **more,
    }
    write_config(folder, configuration)
    launch("run", "--cores", 2, cwd=folder)
    return folder / "results"


OF_A_RUN = {
    "predicted": {"prefix": "predicted__"},
    "variance": {"prefix": "variance__"},
    "missing": True,
}


def rows(results, protocol):
    """Return the rows of summary.csv as they are written, by model and target."""
    with (results / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        own = [row for row in csv.DictReader(file) if row["protocol"] == protocol]
    return {(row["model"], row["target"]): row for row in own}


def test_predictions_of_a_run_with_dev_rows_are_judged_as_the_run_is(own, tmp_path):
    table = pa.concat_tables(
        [given_back(own, "given", "train_out_of_fold", "dev"), given_back(own, "given", "test", "test")]
    )
    results = judge(tmp_path, table, {**OF_A_RUN, "role": "role", "fold": "fold"}, compare=["text", "audio"])
    found, expected = rows(results, "honest"), rows(own, "honest")
    models = {*VIEWS, *(rule["name"] for rule in RULES), "selected", "training_mean", "group_mean"}
    assert {model for model, _ in expected} == models
    assert found == expected
    # nothing was trained, and whole tables are the same where they name no item
    assert not list(results.rglob("*.joblib"))
    for name in ("comparisons", "intervals", "complementarity", "confidence_set", "best"):
        tables = [
            pq.read_table(one / "evaluation/honest" / f"{name}.parquet").to_pylist() for one in (results, own)
        ]
        assert tables[0] == tables[1], name


def test_cross_validated_predictions_are_judged_as_the_models_and_fixed_rules_and_as_in_memory(own, tmp_path):
    order = {
        item: place for place, item in enumerate(pq.read_table(own / "groups.parquet")["item"].to_pylist())
    }
    table = pa.concat_tables([given_back(own, f"cross-0-{k}", "test", fold=k) for k in range(2)])
    views = [VIEWS.index(view) for view in table["system"].to_pylist()]
    place = [order[item] for item in table["item"].to_pylist()]
    table = table.take(pa.array(np.lexsort((place, views)))).drop_columns(["role"])
    entry = {"predicted": OF_A_RUN["predicted"], "missing": True, "fold": "fold"}
    results = judge(tmp_path, table, entry)
    found, expected = rows(results, "cross"), rows(own, "cross")
    shared = ("text", "audio", "training_mean", "group_mean")
    for key in expected:
        if key[0] in shared:
            told = {name: value for name, value in expected[key].items() if name != "in_confidence_set"}
            assert {name: found[key][name] for name in told} == told, key
    n = len(order)
    by_view = [table.slice(view * n, n) for view in range(len(VIEWS))]
    truth, *said = (
        np.column_stack([one[prefix + target].to_numpy() for target in TARGETS])
        for prefix, one in [("", by_view[0]), *(("predicted__", one) for one in by_view)]
    )
    verdict = latefusion.compare(
        dict(zip(VIEWS, said, strict=True)),
        truth,
        targets=TARGETS,
        groups=by_view[0]["artist"].to_pylist(),
        folds=by_view[0]["fold"].to_numpy(),
        rules=RULES,
        draws=DRAWS["draws"],
        group_names="exact",
        progress=False,
    )
    assert_same(verdict, results, "cross")


def test_numbers_in_memory_with_dev_rows_are_judged_as_by_the_run(tmp_path):
    items = song_items(30, seed=3)
    rng = np.random.default_rng(1)
    models = {name: conditional_mean(items.y, np.array([0.3, 0.2]), rng) for name in ("text", "audio")}
    parts = {"dev": items.split == "train", "predictions": items.split == "test"}
    dev, test = (
        ({name: said[own] for name, said in models.items()}, items.y[own], items.group[own])
        for own in parts.values()
    )
    rules = [*RULES, {"name": "random_forest", "trees": 5, "repeats": 2}]
    verdict = latefusion.compare(
        test[0], test[1], groups=test[2], dev=dev, targets=TARGETS, rules=rules, draws=200, progress=False
    )
    tables = [
        pa.table(
            {
                "id": [f"{part}-{row}" for row in range(int(own.sum()))],
                "system": [name] * int(own.sum()),
                "artist": items.group[own].tolist(),
                "role": ["dev" if part == "dev" else "test"] * int(own.sum()),
                **{target: items.y[own, t] for t, target in enumerate(TARGETS)},
                **{f"predicted_{target}": said[own, t] for t, target in enumerate(TARGETS)},
            }
        )
        for part, own in parts.items()
        for name, said in models.items()
    ]
    results = judge(tmp_path, pa.concat_tables(tables), {"role": "role"}, rules=rules, data={})
    assert_same(verdict, results, "honest")
    assert {"text", "audio", "selected", "mean", "random_forest", "training_mean"} <= {*verdict.ranking.index}
    # the numbers of the file are those that were given
    said = TargetPredictions.read(results / "given/predictions/audio/test.parquet")
    np.testing.assert_array_equal(said.predicted, test[0]["audio"])


def assert_same(verdict, results, protocol):
    written = pd.read_csv(
        results / "summary.csv", encoding="utf-8-sig", keep_default_na=False, na_values=[""]
    )
    pd.testing.assert_frame_equal(verdict.summary, written, check_exact=True)
    checks = [verdict.results.checks, read_json(results / "checks.json")["checks"]]
    # items that a model says nothing of are named as the files name them
    own, of_run = ([one for one in each if one["code"] != "odd_data"] for each in checks)
    assert own == of_run
    assert len(checks[0]) == len(checks[1])
    assert str(verdict) == (results / "summary.txt").read_text(encoding="utf-8")
    own = verdict.results.protocols[protocol]
    for name in TARGET_TABLES:
        if name != "outcomes":
            table = pq.read_table(results / "evaluation" / protocol / f"{name}.parquet")
            assert own.rows[name] == table.to_pylist(), name
    for rule, learned in own.learned.items():
        assert learned == read_json(results / "fusion" / protocol / f"{rule}.json"), rule
