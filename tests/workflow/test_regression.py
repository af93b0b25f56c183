"""Numbers to predict: alone, from one table with items that lack a modality, and beside classes."""

import csv
import json
import shutil
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

import latefusion
from latefusion.store.samples import read_features
from latefusion.store.tables import TableError
from latefusion.store.target_predictions import TargetPredictions
from runs import contents, launch, once, snakemake, write_run
from settings import ROOT

TARGETS = ("valence", "arousal")
ENDS = ("arousal_low", "arousal_high")
CHANGED = ("dataset.json", "summary.txt", "items/train.parquet", "items/test.parquet", "items/train.json")
ALONE = {
    "data": {
        "items": "data/train.csv",
        "target": "arousal",
        "group": "artist_name",
        "describe": ["valence"],
        "new": "data/test.csv",
    },
    "modalities": [
        {"name": "text", "column": "text_embedding", "missing": True},
        {"name": "audio", "column": "audio_embedding"},
    ],
    "views": [
        {"name": "early", "modalities": ["text", "audio"], "combine": "kernel_aligned"},
        {
            "name": "mixed",
            "modalities": ["text", "audio"],
            "combine": "cooperative",
            "cooperative": {"rho": [0, 1], "penalty": [1, 10]},
        },
    ],
    "kernel_ridge": {"variance": "distance", "approximation": {"components": 40}},
    "folds": 3,
    "cross": {"folds": 2},
    "rules": [{"name": "mean"}, {"name": "ridge_stacking"}, {"name": "gaussian_experts"}],
    "quadrants": {"cut": [0]},
    "evaluation": {"draws": 200, "by": ["valence"]},
}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    def run(folder):
        write_run(folder, configuration=ALONE, missing={"text": 0.2})
        launch("run", "--cores", 2, "all", "predict", cwd=folder)

    return once(tmp_path_factory, "numbers_alone", run) / "results"


def test_numbers_beside_classes_change_no_byte_of_what_is_said_of_classes(beside, few_contents):
    own = contents(beside)
    others = {name for name, digest in few_contents.items() if own.get(name) != digest}
    assert others <= {*CHANGED, "items/test.json"}
    tables = [pq.read_table(beside / f"results/items/{split}.parquet") for split in ("train", "test")]
    for table in tables:
        for name in TARGETS:
            np.testing.assert_array_equal(table[f"target__{name}"], table[name])


def test_the_bridge_compares_the_cut_numbers_with_the_classifiers_of_the_same_items(beside):
    results = beside / "results"
    rows = pq.read_table(results / "regression/evaluation/honest/bridge.parquet").to_pylist()
    every = {(row["reading"], row["model"]): row for row in rows if row["subset"] == "all"}
    metrics = pq.read_table(results / "evaluation/honest/metrics.parquet").to_pylist()
    accuracy = {
        row["model"]: row["value"]
        for row in metrics
        if row["metric"] == "accuracy" and row["subset"] == "all"
    }
    for model in ("text", "audio", "early", "mean"):
        assert every["classifier", model]["accuracy"] == pytest.approx(accuracy[model])
        assert every["cut", model]["reference"] == f"classifier {model}"
        assert every["cut", model]["difference"] == pytest.approx(
            every["cut", model]["accuracy"] - accuracy[model]
        )
    assert (results / "regression/report.html").stat().st_size > 0


def test_r2_is_measured_against_the_mean_of_the_items_learned_from(alone):
    rows = pq.read_table(alone / "evaluation/cross/metrics.parquet").to_pylist()
    said = {
        (row["model"], row["metric"]): row["value"]
        for row in rows
        if row["target"] == "arousal" and row["subset"] == "all"
    }
    squared = {"text": 0.0, "mean": 0.0}
    around = 0.0
    for partition in ("cross-0-0", "cross-0-1"):
        views = {
            name: TargetPredictions.read(alone / f"{partition}/predictions/{name}/test.parquet")
            for name in ("text", "audio")
        }
        learned = TargetPredictions.read(alone / f"{partition}/predictions/audio/train_in_sample.parquet")
        center, y = learned.y.mean(), views["audio"].y[:, 0]
        text, audio = (view.predicted[:, 0] for view in views.values())
        lacking = np.isnan(text)
        assert lacking.any()
        assert not np.isnan(audio).any()
        fused = np.where(lacking, audio, (text + audio) / 2)
        squared["text"] += ((np.where(lacking, center, text) - y) ** 2).sum()
        squared["mean"] += ((fused - y) ** 2).sum()
        around += ((center - y) ** 2).sum()
    for model, error in squared.items():
        assert said[model, "r2"] == pytest.approx(1 - error / around, abs=1e-9)


def test_variance_by_distance_weights_of_kernels_and_a_cooperative_view_are_in_the_files(alone):
    for partition in ("cross-0-0", "cross-0-1"):
        facts = json.loads((alone / f"{partition}/models/early.json").read_text(encoding="utf-8"))
        assert sum(facts["weights"]) == pytest.approx(1.0)
        assert facts["components"] <= 40
        mixed = json.loads((alone / f"{partition}/models/mixed.json").read_text(encoding="utf-8"))
        errors, own = mixed["targets"]["arousal"]["out_of_fold_mse"], mixed["targets"]["arousal"]
        assert mixed["points"][int(np.argmin(errors))] == [own["rho"], own["penalty"]]
        knots = facts["targets"]["arousal"]["variance_by_distance"]
        table = TargetPredictions.read(alone / f"{partition}/predictions/early/train_out_of_fold.parquet")
        known = ~np.isnan(table.predicted[:, 0])
        np.testing.assert_array_equal(known, ~np.isnan(table.variance[:, 0]))
        assert (np.diff(knots["variance"]) >= 0).all()
        assert (table.variance[known] > 0).all()


def test_folds_keep_groups_together_and_differ_by_no_more_than_a_group_without_classes(alone):
    group = dict(zip(*pq.read_table(alone / "groups.parquet").to_pydict().values(), strict=True))
    for partition in ("cross-0-0", "cross-0-1"):
        table = pq.read_table(alone / f"partitions/{partition}.parquet").to_pylist()
        part = {}
        fold = {}
        for row in table:
            part.setdefault(group[row["item"]], set()).add(row["part"])
            if row["part"] == "train":
                fold.setdefault(group[row["item"]], set()).add(row["fold"])
        assert all(len(own) == 1 for own in (*part.values(), *fold.values()))
        rows = [row for row in table if row["part"] == "train"]
        sizes = np.bincount([row["fold"] for row in rows])
        largest = max(Counter(group[row["item"]] for row in rows).values())
        assert np.ptp(sizes) <= largest


def test_new_items_are_predicted_with_intervals_and_told_what_they_lack(alone):
    with (alone / "predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    lacking = [row for row in rows if "text is missing" in row["warning"]]
    assert lacking
    learned = json.loads((alone / "predictions.json").read_text(encoding="utf-8"))
    for row in rows:
        low, said, high = (float(row[f"arousal{end}"]) for end in ("_low", "", "_high"))
        assert low < said < high
        assert high - said == pytest.approx(said - low)
    if learned["rule"] == "mean":
        assert all(float(row["arousal"]) == float(row["audio: arousal"]) for row in lacking)
    assert all(row["text: arousal"] == "" for row in lacking)


def test_the_loaded_pipeline_predicts_what_the_workflow_does_from_files_that_are_the_same(alone, tmp_path):
    with (alone / "predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    results = shutil.copytree(alone, tmp_path / "results")
    pipeline = latefusion.load(results)
    X = {name: read_features(results / f"features/new/{name}.parquet") for name in ("text", "audio")}
    written = {name: np.array([[float(row[name])] for row in rows]) for name in ("arousal", *ENDS)}
    np.testing.assert_array_equal(pipeline.predict(X), written["arousal"])
    interval = pipeline.predict_interval(X)
    for end, name in enumerate(ENDS):
        np.testing.assert_array_equal(interval[:, :, end], written[name])
    said = pipeline.predict_modality(X)
    lacking = np.isnan(X["text"]).all(axis=1)
    assert lacking.any()
    np.testing.assert_array_equal(np.isnan(said["text"][:, 0]), lacking)
    known = np.array([row["text: arousal"] != "" for row in rows])
    assert (known == ~lacking).all()
    assert [float(row["audio: arousal"]) for row in rows] == said["audio"][:, 0].tolist()
    assert (pipeline.targets_, pipeline.modalities_) == (("arousal",), ("text", "audio"))
    assert pipeline.rule_ == json.loads((alone / "predictions.json").read_text(encoding="utf-8"))["rule"]
    # one row alone, in any form that numbers have
    one = {name: matrix[:1].tolist() for name, matrix in X.items()}
    np.testing.assert_allclose(pipeline.predict(one), written["arousal"][:1], rtol=1e-9)
    with pytest.raises(ValueError, match=r"X, audio\n    found:   4 columns\n    allowed: 3, as in training"):
        pipeline.predict({**X, "audio": X["text"]})
    for file in ("all/models/audio.json", "all/predictions/text/train_out_of_fold.parquet"):
        content = (results / file).read_bytes()
        (results / file).write_bytes(content + b" ")
        with pytest.raises(TableError, match=r"changed since .*pipeline.json was written"):
            latefusion.load(results)
        (results / file).write_bytes(content)
    (results / "all/models/audio.joblib").unlink()
    with pytest.raises(TableError, match=r"audio.joblib: gone"):
        latefusion.load(results)


def test_the_terminal_and_the_page_rank_the_one_target(alone):
    assert "R² of arousal on 60 items" in (alone / "summary.txt").read_text(encoding="utf-8")
    assert "arousal" in (alone / "report.html").read_text(encoding="utf-8")
    assert not (alone / "evaluation/cross/confusion.parquet").exists()


def test_the_split_of_deezer_is_read_from_its_own_lists(tmp_path):
    rng = np.random.default_rng(0)
    place = tmp_path / "data/deezer"
    place.mkdir(parents=True)
    ids = rng.permutation(10**6)[:90]
    splits = {"train": ids[:50], "validation": ids[50:65], "test": ids[65:]}
    for split, own in splits.items():
        with (place / f"{split}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            header = "dzr_sng_id,MSD_sng_id,MSD_track_id,valence,arousal,artist_name,track_name"
            writer.writerow(header.split(","))
            for one in own.tolist():
                numbers = [repr(float(value)) for value in rng.normal(size=2)]
                names = [f"Artist {one % 17}", f"Song {one}"]
                writer.writerow([one, f"SO{one}", f"TR{one}", *numbers, *names])
    for name, without in (("text", ids[3]), ("audio", ids[80])):
        known = rng.permutation(ids[ids != without])
        np.savez(place / f"{name}.npz", ids=known, X=rng.normal(size=(len(known), 4)))
    config = (ROOT / "examples/deezer.yaml").read_text(encoding="utf-8")
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    snakemake("--cores", 2, "results/deezer/partitions/given.parquet", cwd=tmp_path)
    dataset = json.loads((tmp_path / "results/deezer/dataset.json").read_text(encoding="utf-8"))
    assert dataset["n"] == {"train": 49, "test": 24}
    assert [one["name"] for one in dataset["targets"]] == list(TARGETS)
    item = pq.read_table(tmp_path / "results/deezer/items/test.parquet")["item"].to_pylist()
    assert sorted(item) == sorted(str(one) for one in splits["test"].tolist() if one != ids[80])
