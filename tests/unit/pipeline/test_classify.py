"""Classification of items without labels."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from latefusion.core.errors import InputError
from latefusion.pipeline.classify import NewModality, classify
from latefusion.store.probabilities import Probabilities
from latefusion.svm.estimator import SVM
from latefusion.svm.prediction import predict
from latefusion.svm.settings import SvmSettings
from latefusion.svm.training import LabelledRows, train

CLASSES = ("calm", "loud")
N, NEW = 120, 6


def modality(name, seed, separation):
    """Return a modality of two classes so far apart, and six new items of which the last is far away."""
    rng = np.random.default_rng(seed)
    y = (np.arange(N) % 2).astype(np.int32)
    fold = (np.arange(N) % 3).astype(np.int32)
    X = (rng.normal(size=(N, 3)) + separation * y[:, None]).astype(np.float32)
    new = (rng.normal(size=(NEW, 3)) + separation * (np.arange(NEW) % 2)[:, None]).astype(np.float32)
    new[-1] = 1000
    settings = SvmSettings(C=1, gamma="auto", scale="none")
    trained = train(LabelledRows([X], y, fold, 2), settings, replica=False, rng=rng)
    item = np.array([f"train:{i}" for i in range(N)], object)
    learn = Probabilities(CLASSES, item, y, trained.rows.out_of_fold_p, fold=fold)
    return NewModality(name, new, X, trained.model, learn, f"modality {name}")


@pytest.fixture(scope="module")
def modalities():
    return [modality("text", 1, 3.0), modality("audio", 2, 0.5)]


@pytest.fixture(scope="module")
def items():
    names = [f"new:{i}" for i in range(NEW)]
    return pa.table({"item": names, "group": names})


def test_a_named_rule_fuses_what_the_models_say_of_the_new_items(modalities, items):
    made = classify(iter(modalities), items, {"mean": {"rule": "mean", "options": {}}}, seed=0, n_jobs=1)
    expected = np.mean(
        [
            predict(one.model, [one.new], guarded=True, n_jobs=1, source="rows of a test")[0]
            for one in modalities
        ],
        axis=0,
    )
    assert made.rule == "mean"
    found = np.column_stack([made.columns[f"p_{name}"] for name in CLASSES])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert made.columns["class"] == [CLASSES[c] for c in expected.argmax(axis=1)]
    assert made.columns["warning"][-1].count("far from everything seen") == 2


def test_the_rule_of_least_log_loss_out_of_fold_is_taken(modalities, items):
    rules = {name: {"rule": name, "options": {}} for name in ("mean", "linear_pool", "product")}
    made = classify(iter(modalities), items, rules, seed=0, n_jobs=1)
    loss = {
        name: classify(iter(modalities), items, {name: rules[name]}, seed=0, n_jobs=1).learned[
            "cross_validated"
        ]["all"]["log_loss"]
        for name in rules
    }
    assert made.rule == min(loss, key=loss.get)
    assert len(set(loss.values())) == 3


def test_a_result_that_is_no_number_names_the_modality_and_its_files(modalities, items):
    model = SVM(random_state=0).fit(modalities[0].seen, np.arange(N) % 2)
    model.sigmoids_ = model.sigmoids_ * np.nan
    source = "modality text of the items to classify (new.parquet, text.joblib)"
    broken = replace(modalities[0], model=model, source=source)
    with pytest.raises(InputError, match=re.escape(source)):
        classify(iter([broken]), items, {"mean": {"rule": "mean", "options": {}}}, seed=0, n_jobs=1)
