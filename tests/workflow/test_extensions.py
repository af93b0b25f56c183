"""What users add: a rule, items without labels, other models, modalities that some items lack."""

import csv
import hashlib
import json
import re
import shutil
from copy import deepcopy

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import latefusion
from latefusion.store.probabilities import Probabilities
from latefusion.store.tables import TableError
from runs import FEW, clone, launch, planned, snakemake, write_config, write_run


def configured(**changes):
    return {**deepcopy(FEW), **changes}


def test_a_dropped_in_rule_needs_its_name_in_the_configuration_and_nothing_else(few, tmp_path):
    code = clone(tmp_path / "code")
    folder = shutil.copytree(few, tmp_path / "run")
    source = (code / "scripts/latefusion/rules/product.py").read_text()
    mine = source.replace("class Product", "class Mine").replace(
        "np.nansum(floored_log(P), axis=1)", "np.nanmax(P, axis=1)"
    )
    (code / "scripts/latefusion/rules/mine.py").write_text(mine)
    write_config(folder, configured(rules=[*FEW["rules"], {"name": "mine", "prior": "none"}]))
    expected = {"fuse honest/mine", "select_rule honest", "evaluate honest", "summarise", "report"}
    assert planned(folder, code=code) == expected
    launch("run", "--cores", 2, cwd=folder, code=code)
    tested = [
        Probabilities.read(folder / f"results/given/probabilities/{name}/test.parquet")
        for name in ("text", "audio")
    ]
    wanted = np.maximum(tested[0].p, tested[1].p).argmax(axis=1)
    fused = pq.read_table(folder / "results/fusion/honest/mine.parquet")
    assert np.array_equal(fused["predicted"].to_numpy(), wanted)
    assert ",mine," in (folder / "results/summary.csv").read_text()


def test_a_rule_in_a_folder_of_one_s_own_reruns_alone_when_it_or_its_helper_is_edited(few, tmp_path):
    folder = shutil.copytree(few, tmp_path / "run")
    launch("rules", "mine", "--new", cwd=folder)
    mine = (folder / "rules/mine.py").read_text()
    (folder / "rules/mine.py").write_text(f"from latefusion.rules._power import POWER\n{mine}")
    (folder / "rules/_power.py").write_text("POWER = 2\n")
    rules = [*FEW["rules"], {"name": "mine"}]
    write_config(folder, configured(rules=rules, rules_path="rules"))
    expected = {"fuse honest/mine", "select_rule honest", "evaluate honest", "summarise", "report"}
    assert planned(folder) == expected
    launch("run", "--cores", 2, cwd=folder)
    learned = json.loads((folder / "results/fusion/honest/mine.json").read_text())
    assert learned["partitions"]
    assert planned(folder) == set()
    without_labels(folder / "data/test.csv", 5)
    new = {"data": {**FEW["data"], "new": "data/new.csv"}, "predict": {"rule": "mine"}}
    write_config(folder, configured(rules=rules, rules_path="rules", **new))
    launch("predict", "--cores", 2, cwd=folder)
    assert json.loads((folder / "results/predictions.json").read_text())["rule"] == "mine"
    (folder / "rules/_power.py").write_text("POWER = 3\n")
    assert planned(folder) == expected
    (folder / "rules/mine.py").write_text(mine.replace("** self.sharpness", "** self.blunt"))
    failed = launch("run", "--cores", 1, "results/fusion/honest/mine.parquet", cwd=folder, check=False)
    assert re.search(r"rules/mine\.py, line \d+\n.*AttributeError", failed.stdout + failed.stderr)
    assert "Traceback" not in failed.stdout + failed.stderr


def without_labels(path, rows):
    with path.open(newline="") as file:
        table = list(csv.DictReader(file))[:rows]
    for row in table:
        del row["label"], row["emotion"], row["artist_name"], row["valence"]
    with (path.parent / "new.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


def test_items_without_labels_are_classified_by_what_all_labelled_ones_taught(few, tmp_path):
    folder = shutil.copytree(few, tmp_path / "run")
    without_labels(folder / "data/test.csv", 5)
    write_config(folder, configured(data={**FEW["data"], "new": "data/new.csv"}))
    snakemake("--cores", 2, "predict", cwd=folder)
    with (folder / "results/predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["item"] for row in rows] == [f"new:{k}" for k in range(5)]
    classes = ("Angry", "Happy", "Relaxed", "Sad")
    for row in rows:
        p = [float(row[f"p_{name}"]) for name in classes]
        assert sum(p) == pytest.approx(1)
        assert row["class"] == classes[int(np.argmax(p))]
        assert row["text_class"] in classes
        assert row["arousal"]
        assert not {"artist_name", "valence"} & set(row)
    rule = json.loads((folder / "results/predictions.json").read_text())["rule"]
    assert rule in {one["name"] for one in FEW["rules"]}
    _is_what_the_loaded_pipeline_says(folder, rows, classes)


def _is_what_the_loaded_pipeline_says(folder, rows, classes):
    pipeline = latefusion.load(folder / "results")
    with (folder / "data/new.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    new = {
        name: np.array([json.loads(row[f"{name}_embedding"]) for row in written])
        for name in ("text", "audio")
    }
    p = pipeline.predict_proba(new)
    np.testing.assert_array_equal(p, [[float(row[f"p_{name}"]) for name in classes] for row in rows])
    assert pipeline.predict(new).tolist() == [row["class"] for row in rows]
    assert pipeline.rule_ == json.loads((folder / "results/predictions.json").read_text())["rule"]
    assert pipeline.classes_.tolist() == list(classes)
    with pytest.raises(ValueError, match=r"X, text\n    found:   3 columns\n    allowed: 4, as in training"):
        pipeline.predict({**new, "text": new["audio"]})
    table = folder / "results/all/probabilities/text/train_out_of_fold.parquet"
    table.write_bytes(table.read_bytes()[::-1])
    with pytest.raises(TableError, match=r"changed since .*pipeline.json was written"):
        latefusion.load(folder / "results")
    (folder / "results/all/models/audio.joblib").unlink()
    table.write_bytes(table.read_bytes()[::-1])
    with pytest.raises(TableError, match=r"audio.joblib: gone"):
        latefusion.load(folder / "results")


def test_a_run_that_saved_no_pipeline_cannot_be_loaded(tmp_path):
    with pytest.raises(ValueError, match=r"no pipeline.json.*\n.*\n    fix:     run `snakemake pipeline`"):
        latefusion.load(tmp_path)
    with pytest.raises(ValueError, match="no such folder"):
        latefusion.load(tmp_path / "results")
    (tmp_path / "pipeline.json").write_text('{"rule_file": "of_mine"}')
    with pytest.raises(ValueError, match=r"the rule of_mine, .*\n.*\n    fix:     name its folder: load"):
        latefusion.load(tmp_path)


def test_predict_says_what_it_lacks(tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    done = snakemake("--cores", 1, "predict", cwd=folder, check=False)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "there is nothing to predict" in said
    assert re.search(
        r"config\.yaml, data\.new\n\s+found:   null\n.*\n\s+fix:     name their file in data.new", said
    )


def test_probabilities_of_another_system_take_a_modality_s_place(few, tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    brought = {}
    for table in ("train_out_of_fold", "test"):
        source = pq.read_table(few / f"results/given/probabilities/text/{table}.parquet")
        reversed_rows = source.drop_columns(["predicted", "ovo_prediction"]).take(
            list(range(source.num_rows))[::-1]
        )
        pyarrow.csv.write_csv(reversed_rows, folder / f"{table}.csv")
        brought[table] = f"{table}.csv"
    modalities = [{"name": "text", "probabilities": brought}, FEW["modalities"][1]]
    write_config(folder, configured(modalities=modalities, views=[]))
    launch("run", "--cores", 2, cwd=folder)
    for rule in ("mean", "accuracy_weighted", "selected"):
        own, theirs = (
            Probabilities.from_table(pq.read_table(run / f"results/fusion/honest/{rule}.parquet"))
            for run in (few, folder)
        )
        assert np.allclose(own.p, theirs.p, rtol=0, atol=1e-9)
    assert "text" in (folder / "results/summary.csv").read_text()


def test_a_modality_of_the_given_split_alone_takes_no_rule_from_cross(few, tmp_path):
    folder = write_run(tmp_path)
    source = pq.read_table(few / "results/given/probabilities/text/test.parquet")
    classes = [name for name in source.column_names if name.startswith("p_")]
    theirs = source.select(["item", *classes]).rename_columns(
        ["clip", *(f"score {name.removeprefix('p_')}" for name in classes)]
    )
    pyarrow.csv.write_csv(theirs, folder / "tags.csv")
    tags = {"test": "tags.csv", "columns": {"item": "clip", "prefix": "score "}}
    modalities = [*FEW["modalities"], {"name": "tags", "probabilities": tags}]
    write_config(folder, configured(modalities=modalities, views=[], protocols=["honest", "cross"]))
    done = launch("run", "--cores", 2, cwd=folder)
    assert "cross: the rules fuse text and audio alone, without tags" in done.stdout + done.stderr
    results = folder / "results"
    assert [file.stem for file in (results / "fusion/honest").glob("*.parquet") if "." not in file.stem] == [
        "mean"
    ]
    fused, text, audio = (
        Probabilities.from_table(pq.read_table(results / path))
        for path in (
            "fusion/honest/mean.parquet",
            *(f"given/probabilities/{name}/test.parquet" for name in ("text", "audio")),
        )
    )
    assert np.allclose(fused.p, (2 * text.p + audio.p) / 3)
    for rule in ("mean", "accuracy_weighted", "selected"):
        assert (results / f"fusion/cross/{rule}.parquet").exists()
    learned = json.loads((results / "fusion/cross/mean.json").read_text())
    assert learned["modalities"] == ["text", "audio"]
    compared = pq.read_table(results / "evaluation/leaks.parquet").to_pylist()
    assert {row["model"] for row in compared} >= {"text", "audio"}
    assert "rule" not in {row["kind"] for row in compared}
    assert "without tags" in " ".join((results / "summary.txt").read_text().split())


def test_a_brought_row_that_is_wrong_is_named(few, tmp_path):
    folder = write_run(tmp_path, configuration=FEW)
    table = pq.read_table(few / "results/given/probabilities/text/test.parquet")
    rows = table.select(["item", "p_Angry", "p_Happy", "p_Relaxed", "p_Sad"]).to_pylist()
    rows[3]["p_Sad"] = 1.7
    pyarrow.csv.write_csv(pyarrow.Table.from_pylist(rows), folder / "test.csv")
    brought = {"train_out_of_fold": "test.csv", "test": "test.csv"}
    modalities = [{"name": "text", "probabilities": brought}, FEW["modalities"][1]]
    write_config(folder, configured(modalities=modalities, views=[]))
    done = snakemake("--cores", 1, "results/given/probabilities/text/test.parquet", cwd=folder, check=False)
    assert done.returncode == 1
    assert "test.csv, line 5" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def pretrained(few, sha256=None):
    model = few / "results/given/models/text.joblib"
    known = hashlib.sha256(model.read_bytes()).hexdigest()
    entry = {**FEW["modalities"][0], "pretrained": {"file": str(model), "sha256": sha256 or known}}
    return configured(modalities=[entry, FEW["modalities"][1]], protocols=["honest", "cross"], views=[])


def test_a_saved_model_is_used_and_stays_out_where_it_would_leak(few, tmp_path):
    folder = write_run(tmp_path, configuration=pretrained(few))
    launch("run", "--cores", 2, cwd=folder)
    own, theirs = (
        Probabilities.read(run / "results/given/probabilities/text/test.parquet") for run in (few, folder)
    )
    assert np.allclose(own.p, theirs.p, rtol=0, atol=1e-6)
    assert (folder / "results/fusion/honest/mean.parquet").exists()
    for rule in ("accuracy_weighted", "class_weighted_max"):
        assert not (folder / f"results/fusion/honest/{rule}.parquet").exists()
    assert not (folder / "results/fusion/cross").exists()
    checks = json.loads((folder / "results/checks.json").read_text())["checks"]
    told = {check["protocol"]: check for check in checks if check["code"] == "models_left_out"}
    assert told["honest"]["models"] == ["accuracy_weighted", "class_weighted_max"]
    assert told["cross"]["models"] == ["text", "accuracy_weighted", "class_weighted_max", "mean"]
    assert "text is a pretrained model" in told["cross"]["sentence"]
    assert "models_left_out" in (folder / "results/report.html").read_text()


def test_a_saved_model_with_another_hash_is_never_opened(few, tmp_path):
    folder = write_run(tmp_path, configuration=pretrained(few, sha256="0" * 64))
    done = snakemake("--cores", 1, "results/given/probabilities/text/test.parquet", cwd=folder, check=False)
    assert done.returncode == 1
    assert "sha256" in done.stdout + done.stderr


def test_a_learning_curve_is_drawn_where_it_is_asked_for(few, tmp_path):
    folder = shutil.copytree(few, tmp_path / "run")
    write_config(folder, configured(evaluation={**FEW["evaluation"], "learning_curve": True}))
    launch("run", "--cores", 2, cwd=folder)
    table = pq.read_table(folder / "results/evaluation/honest/learning_curve.parquet").to_pylist()
    assert {row["share"] for row in table} == {0.1, 0.25, 0.5, 1.0}
    assert {"text", "audio", "early", "mean"} <= {row["model"] for row in table}
    assert "learning-curve" in (folder / "results/report.html").read_text()
    write_config(
        folder,
        configured(
            evaluation={**FEW["evaluation"], "learning_curve": True},
            rules=[*FEW["rules"], {"name": "product", "prior": "none"}],
        ),
    )
    assert "learning_curve given" in planned(folder)


def test_labels_may_be_text_a_class_absent_from_test_and_a_modality_missing_from_items(tmp_path):
    folder = write_run(tmp_path, missing={"audio": 0.2})
    modalities = [FEW["modalities"][0], {**FEW["modalities"][1], "missing": True}]
    data = {**FEW["data"], "label": "emotion", "class_name": None}
    write_config(folder, configured(modalities=modalities, data=data))
    path = folder / "data/test.csv"
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["emotion"] != "Sad"]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    launch("run", "--cores", 2, cwd=folder)
    dataset = json.loads((folder / "results/dataset.json").read_text())
    assert [entry["label"] for entry in dataset["classes"]] == ["Angry", "Happy", "Relaxed", "Sad"]
    assert dataset["classes"][3]["test"] == 0
    assert pq.read_table(folder / "results/items/train.parquet")["label"].type == "string"
    audio = Probabilities.read(folder / "results/given/probabilities/audio/test.parquet")
    text = Probabilities.read(folder / "results/given/probabilities/text/test.parquet")
    gone = np.isnan(audio.p).any(axis=1)
    assert gone.sum() == dataset["modalities"]["audio"]["missing"]["test"] > 0
    fused = Probabilities.from_table(pq.read_table(folder / "results/fusion/honest/mean.parquet"))
    assert np.allclose(fused.p[gone], text.p[gone])
    assert np.allclose(fused.p[~gone], (text.p[~gone] + audio.p[~gone]) / 2)
