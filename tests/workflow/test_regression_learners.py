"""Several learners of numbers on each view, in one run: from a configuration to new items and the page."""

import csv
import re

import numpy as np
import pyarrow.parquet as pq
import pytest

import latefusion
from latefusion.store.samples import read_features
from latefusion.store.tables import read_json
from latefusion.store.target_predictions import TargetPredictions
from runs import contents, launch, once, planned, write_config, write_run
from settings import ROOT

MODALITIES = ("text", "audio")
LEARNERS = ("kernel_ridge", "ridge", "svr", "network", "around")
PAGE = (ROOT / "docs/learners.md").read_text(encoding="utf-8")
OWN = re.search(r"<!-- regression-learner-template -->\n```python\n(.*?)```", PAGE, re.DOTALL)[1]
LEARNED = {
    "data": {
        "items": "data/train.csv",
        "target": ["valence", "arousal"],
        "group": "artist_name",
        "new": "data/test.csv",
    },
    "modalities": [
        {"name": "text", "column": "text_embedding", "missing": True},
        {"name": "audio", "column": "audio_embedding"},
    ],
    "folds": 3,
    "cross": {"folds": 2},
    "protocols": ["cross"],
    "rules": [{"name": "mean"}, {"name": "inverse_mse"}],
    "learners_path": "my_learners",
    "learners": [
        {"name": "kernel_ridge", "alphas": [1, 10]},
        {"name": "ridge"},
        {"name": "svr", "C": 1, "epsilon": [0.1, 0.5]},
        {"name": "network", "learner": "mlp", "hidden": [4], "epochs": 3},
        {"name": "around", "width": [1.0, 4.0]},
    ],
    "fuse": "all",
    "evaluation": {"draws": 200},
}
FUSED = [f"{modality}.{learner}" for modality in MODALITIES for learner in LEARNERS]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Return a run of numbers with four learners and one of one's own, all fused, and new items."""

    def run(folder):
        write_run(folder, missing={"text": 0.2})
        write_config(folder, LEARNED)
        (folder / "my_learners").mkdir()
        (folder / "my_learners/around.py").write_text(OWN, encoding="utf-8")
        launch("run", "--cores", 2, "all", "predict", cwd=folder)

    return once(tmp_path_factory, "learned_numbers", run)


def said(folder, view, table="train_out_of_fold", partition="cross-0-0"):
    return TargetPredictions.read(folder / f"results/{partition}/predictions/{view}/{table}.parquet")


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_view_is_what_the_learner_with_the_least_squared_error_out_of_fold_says(learned, modality):
    files = contents(learned)
    for partition in ("cross-0-0", "cross-0-1"):
        errors = {}
        for learner in LEARNERS:
            own = said(learned, f"{modality}.{learner}", partition=partition)
            known = ~np.isnan(own.predicted[:, 0])
            squared = np.square(own.predicted[known] - own.y[known]).mean(axis=0)
            errors[f"{modality}.{learner}"] = (squared / own.y[known].var(axis=0)).mean()
        best = min(errors, key=errors.get)
        facts = read_json(learned / f"results/{partition}/models/{modality}.json")
        assert facts["chosen"] == best
        assert {name: one["error"] for name, one in facts["candidates"].items()} == pytest.approx(errors)
        for table in ("train_in_sample", "train_out_of_fold", "test"):
            of = [files[f"{partition}/predictions/{name}/{table}.parquet"] for name in (modality, best)]
            assert of[0] == of[1]


def test_all_learners_are_fused_and_new_items_are_told_by_all_of_them(learned):
    facts = read_json(learned / "results/fusion/cross/mean.json")
    assert facts["modalities"] == FUSED
    with (learned / "results/predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {f"{name}: valence" for name in FUSED} <= rows[0].keys()
    assert all(float(row["valence_low"]) < float(row["valence"]) < float(row["valence_high"]) for row in rows)
    told = [row for row in rows if "text is missing" in row["warning"]]
    assert told
    assert all(row["text.svr: valence"] == "" for row in told)


def test_the_saved_pipeline_predicts_what_the_run_does_by_learners_of_ones_own_too(learned):
    pipeline = latefusion.load(learned / "results", learners_path=learned / "my_learners")
    X = {name: read_features(learned / f"results/features/new/{name}.parquet") for name in MODALITIES}
    with (learned / "results/predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    written = [[float(row[target]) for target in ("valence", "arousal")] for row in rows]
    np.testing.assert_array_equal(pipeline.predict(X), written)
    assert pipeline.modalities_ == MODALITIES


def test_every_learner_is_measured_on_the_test_items(learned):
    rows = pq.read_table(learned / "results/evaluation/cross/learners.parquet").to_pylist()
    assert {f"{row['view']}.{row['learner']}" for row in rows if row["view"] != "early"} == {*FUSED}
    parts = [said(learned, "audio.ridge", "test", f"cross-0-{k}") for k in (0, 1)]
    squared = np.concatenate([(one.predicted - one.y)[:, 0] for one in parts])
    (rmse,) = (
        row["value"]
        for row in rows
        if (row["view"], row["learner"], row["target"], row["metric"])
        == ("audio", "ridge", "valence", "rmse")
    )
    assert rmse == pytest.approx(np.sqrt(np.square(squared).mean()))


def test_the_page_tells_which_learner_each_modality_has_and_the_error_of_every_one(learned):
    page = (learned / "results/report.html").read_text(encoding="utf-8")
    for name in LEARNERS:
        assert name in page
    assert 'id="learners"' in page


def test_an_edited_learner_runs_again_alone_with_what_follows(learned):
    file = learned / "my_learners/around.py"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before + "\n# edited\n", encoding="utf-8")
        jobs = planned(learned, targets=["all", "predict"])
    finally:
        file.write_text(before, encoding="utf-8")
    trained = {name for name in jobs if name.startswith("train_")}
    parts = ("cross-0-0", "cross-0-1", "all")
    assert trained == {
        f"train_target_learner {part}/{view}.around"
        for part in parts
        for view in (*MODALITIES, *(["early"] if part != "all" else []))
    }
    assert not [name for name in jobs if name.startswith(("ingest", "assign_partitions"))]
