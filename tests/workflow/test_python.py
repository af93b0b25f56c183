"""What people call from Python against what the workflow made of the same rows."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from latefusion import LateFusionClassifier
from latefusion.store.probabilities import Probabilities
from latefusion.store.samples import read_samples
from runs import SMALL


@pytest.fixture(scope="module")
def given(finished):
    """Return the training and the test part of the given split, and the groups of the training items."""
    folder = finished / "results"
    dataset = json.loads((folder / "dataset.json").read_text())
    parts = [
        read_samples(
            folder / "partitions/given.parquet",
            part,
            [folder / f"items/{part}.parquet"],
            [folder / f"features/{part}/{name}.parquet" for name in ("text", "audio")],
            dataset,
        )
        for part in ("train", "test")
    ]
    groups = pq.read_table(folder / "groups.parquet")
    group = dict(zip(groups["item"].to_pylist(), groups["group"].to_pylist(), strict=True))
    grouped = dataset["groups"]["given_grouped"]
    return *parts, [group[item] for item in parts[0].item] if grouped else None


@pytest.mark.parametrize("rule", SMALL["rules"], ids=lambda rule: rule["name"])
def test_the_classifier_gives_the_numbers_of_honest(finished, given, rule):
    train, test, groups = given
    names = ("text", "audio")
    model = LateFusionClassifier(rule=rule, folds=SMALL["folds"], random_state=SMALL["seed"])
    model.fit(dict(zip(names, train.X, strict=True)), train.label, groups=groups)
    np.testing.assert_array_equal(model.fold_, train.fold)
    folder = finished / "results/given/probabilities"
    for name in names:
        learned = Probabilities.read(folder / name / "train_out_of_fold.parquet")
        np.testing.assert_array_equal(model.modality_proba_[name], learned.p)
    table = pq.read_table(finished / f"results/fusion/honest/{rule['name']}.parquet")
    first = Probabilities.from_table(table.slice(0, len(test.item)))
    new = dict(zip(names, test.X, strict=True))
    np.testing.assert_array_equal(model.predict_proba(new), first.p)
    np.testing.assert_array_equal(model.predict(new), table["predicted"].to_numpy()[: len(test.item)])
