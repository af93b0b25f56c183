"""Several learners on each view, all of them fused, in one run: from a configuration to new items."""

import copy
import csv
import re

import numpy as np
import pyarrow.parquet as pq
import pytest

import latefusion
from documents import section
from latefusion import LateFusionClassifier
from latefusion.core.log_loss import log_losses
from latefusion.store.probabilities import Probabilities
from latefusion.store.samples import class_names, read_features
from latefusion.store.tables import read_json
from runs import SMALL, contents, launch, once, planned, snakemake, write_config, write_run
from settings import ROOT
from stale import LEARNER_CHANGES, SECTION, row

MODALITIES = ("text", "audio")
LEARNERS = ("svm", "mlp", "mine")
PAGE = (ROOT / "docs/learners.md").read_text(encoding="utf-8")
OWN = re.search(r"<!-- learner-template -->\n```python\n(.*?)```", PAGE, re.DOTALL)[1]
NETWORK = {"hidden": [4], "epochs": [2, 30], "learning_rate": 0.02}
LEARNED = {
    **SMALL,
    "data": {**SMALL["data"], "new": "data/test.csv"},
    "predict": {"rule": "mean"},
    "views": [],
    "protocols": ["replica", "honest"],
    "rules": [{"name": "mean"}, {"name": "product"}],
    "learners": [{"name": "svm", "scale": "standard"}, {"name": "mlp", **NETWORK}, {"name": "mine"}],
    "learners_path": "my_learners",
    "fuse": "all",
}
FUSED = [f"{modality}.{learner}" for modality in MODALITIES for learner in LEARNERS]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """Return a run with two learners and one of one's own, all fused, and new items that were classified."""

    def run(folder):
        write_run(folder, configuration=LEARNED)
        (folder / "my_learners").mkdir()
        (folder / "my_learners/mine.py").write_text(OWN, encoding="utf-8")
        launch("run", "--cores", 2, cwd=folder)
        snakemake("--cores", 2, "predict", "pipeline", cwd=folder)

    return once(tmp_path_factory, "learned", run)


def said(folder, view, table, partition="given"):
    return Probabilities.read(folder / f"results/{partition}/probabilities/{view}/{table}.parquet")


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_view_is_what_the_learner_with_the_least_out_of_fold_loss_says(learned, modality):
    candidates = [f"{modality}.{learner}" for learner in LEARNERS]
    losses = {}
    for name in candidates:
        own = said(learned, name, "train_out_of_fold")
        losses[name] = log_losses(own.p, own.label).mean()
    best = min(candidates, key=losses.get)
    facts = read_json(learned / f"results/given/models/{modality}.json")
    assert facts["chosen"] == best
    assert {name: one["log_loss"] for name, one in facts["candidates"].items()} == pytest.approx(losses)
    files = contents(learned)
    for table in ("train_in_sample", "train_out_of_fold", "test"):
        of = {name: files[f"given/probabilities/{name}/{table}.parquet"] for name in (modality, best)}
        assert of[modality] == of[best]


def test_replica_keeps_the_svm_that_the_notebook_has(learned, finished):
    ours, plain = contents(learned), contents(finished)
    for modality in MODALITIES:
        name = f"given/probabilities/{modality}.replica/test_replica.parquet"
        assert ours[name] == plain[name.replace(".replica", "")]


def test_what_all_learners_say_is_fused_and_a_modality_is_lost_with_all_of_them(learned):
    facts = read_json(learned / "results/fusion/honest/mean.json")
    assert facts["modalities"] == FUSED
    assert {*facts["contributions"]} == {*MODALITIES}
    table = pq.read_table(learned / "results/fusion/honest/mean.robustness.parquet").to_pylist()
    assert {row["modality"] for row in table} == {*MODALITIES, "all"}
    audio = np.mean([said(learned, f"audio.{one}", "test").p for one in LEARNERS], axis=0)
    label = said(learned, "audio", "test").label
    (without,) = {row["log_loss"] for row in table if row["modality"] == "text" and row["share"] == 1}
    assert without == pytest.approx(log_losses(audio, label).mean(), rel=1e-12)


def test_the_classifier_learns_as_the_run_does(learned, finished):
    dataset = read_json(learned / "results/dataset.json")
    train = said(learned, "text.mlp", "train_out_of_fold")
    X = {name: read_features(learned / f"results/features/train/{name}.parquet") for name in MODALITIES}
    groups = pq.read_table(learned / "results/groups.parquet")
    group = dict(zip(groups["item"].to_pylist(), groups["group"].to_pylist(), strict=True))
    grouped = dataset["groups"]["given_grouped"]
    model = LateFusionClassifier(
        learner={"name": "mlp", **NETWORK}, rule="mean", folds=LEARNED["folds"], random_state=LEARNED["seed"]
    )
    model.fit(X, train.label, groups=[group[item] for item in train.item] if grouped else None)
    assert class_names(dataset) == train.classes
    for name in MODALITIES:
        own = said(learned, f"{name}.mlp", "train_out_of_fold").p
        np.testing.assert_array_equal(model.modality_proba_[name], own)


def test_new_items_are_classified_by_all_learners_and_the_saved_pipeline_says_the_same(learned):
    with (learned / "results/predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {f"{name}_class" for name in FUSED} <= rows[0].keys()
    pipeline = latefusion.load(learned / "results", learners_path=learned / "my_learners")
    assert pipeline.modalities_ == MODALITIES
    X = {name: read_features(learned / f"results/features/new/{name}.parquet") for name in MODALITIES}
    p = pipeline.predict_proba(X)
    written = [[float(row[f"p_{name}"]) for name in pipeline.classes_] for row in rows]
    np.testing.assert_array_equal(p, written)
    assert pipeline.predict(X).tolist() == [row["class"] for row in rows]


def test_the_page_and_the_tables_have_every_learner(learned):
    rows = pq.read_table(learned / "results/evaluation/honest/learners.parquet").to_pylist()
    assert {row["model"] for row in rows} == {*FUSED}
    assert pq.read_table(learned / "results/evaluation/replica/learners.parquet").num_rows == 0
    models = pq.read_table(learned / "results/evaluation/honest/models.parquet").to_pylist()
    singles = {row["model"]: row["out_of_fold_accuracy"] for row in models if row["kind"] == "single"}
    assert [row["model"] for row in models if row["is_reference"]] == [max(singles, key=singles.get)]
    (reference,) = (row["model"] for row in models if row["is_reference"])
    gains = pq.read_table(learned / "results/evaluation/honest/gain_sources.parquet").to_pylist()
    correct = {row["model"]: row["value"] for row in metrics(learned) if row["metric"] == "accuracy"}
    gained = {row["part"]: row for row in gains if (row["against"], row["metric"]) == (reference, "accuracy")}
    assert gained["selected"]["difference"] == pytest.approx(
        correct["selected"] - correct[reference], abs=1e-12
    )
    own = [said(learned, f"{reference}.{learner}", "test") for learner in LEARNERS]
    mean = np.mean([one.p for one in own], axis=0)
    assert gained["learners"]["value"] == pytest.approx((mean.argmax(axis=1) == own[0].label).mean())
    page = (learned / "results/report.html").read_text(encoding="utf-8")
    assert 'id="learners"' in page


def metrics(folder):
    rows = pq.read_table(folder / "results/evaluation/honest/metrics.parquet").to_pylist()
    return [row for row in rows if row["subset"] == "all"]


def reconfigured(learned, folder, edit):
    """Plan the finished run with a change of its configuration."""
    configuration = copy.deepcopy(LEARNED)
    edit(configuration)
    folder.joinpath("data").symlink_to(learned / "data")
    folder.joinpath("results").symlink_to(learned / "results")
    folder.joinpath(".snakemake").symlink_to(learned / ".snakemake")
    folder.joinpath("my_learners").symlink_to(learned / "my_learners")
    write_config(folder, configuration)
    return planned(folder)


AFTER = {"evaluate honest", "summarise", "report"}
FUSION = {"fuse honest/mean", "fuse honest/product", "select_rule honest"}
OF_NETWORK = {f"{job}_learner given/{name}.mlp" for job in ("train", "predict") for name in MODALITIES}


def test_an_option_of_one_learner_runs_that_learner_and_what_follows(learned, tmp_path):
    stale = reconfigured(learned, tmp_path, lambda c: c["learners"][1].update(epochs=3))
    choice = {f"choose_learner given/{name}" for name in MODALITIES}
    assert stale == {*OF_NETWORK, *choice, *FUSION, *AFTER}
    assert row(LEARNER_CHANGES[0], stale, ()) in section(SECTION).splitlines()


def test_what_is_fused_trains_nothing(learned, tmp_path):
    stale = reconfigured(learned, tmp_path, lambda c: c.update(fuse="chosen"))
    assert stale == {*FUSION, *AFTER}
    assert row(LEARNER_CHANGES[1], stale, ()) in section(SECTION).splitlines()
