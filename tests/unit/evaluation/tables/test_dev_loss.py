"""Dev rows that a model was trained on are told from rows that it predicted out of fold."""

import numpy as np
import pytest

from latefusion.core.log_loss import log_losses
from latefusion.evaluation.alignment import align
from latefusion.evaluation.checks.finding import Evidence
from latefusion.evaluation.checks.predictions import dev_rows_seen
from latefusion.evaluation.samples import HeldOut, Items, Known, Model
from latefusion.evaluation.tables.dev_loss import dev_loss_rows

CLASSES = 3


@pytest.fixture(scope="module")
def forest():
    """What a forest says of its own training rows, of them out of fold, and of test rows."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_predict

    rng = np.random.default_rng(0)
    y = rng.integers(0, CLASSES, 500).astype(np.int32)
    X = rng.normal(size=(500, 8)) + np.eye(CLASSES, 8)[y]
    dev, test = np.arange(300), np.arange(300, 500)
    model = RandomForestClassifier(60, random_state=0)
    outside = cross_val_predict(model, X[dev], y[dev], cv=5, method="predict_proba")
    model.fit(X[dev], y[dev])
    return y, model.predict_proba(X[dev]), outside, model.predict_proba(X[test])


def rows_of(forest, said, *, decisions=False):
    """Return the rows of the table for one model, its dev rows being what is `said`."""
    y, *_, tested = forest
    name = np.array([f"i{row}" for row in range(500)], object)
    group = np.array([f"g{row // 2}" for row in range(500)], object)
    model = Model(
        name="forest",
        kind="single",
        probabilistic=not decisions,
        item=name[300:],
        label=y[300:],
        predicted=tested.argmax(axis=1).astype(np.int32),
        p=tested,
        partition=np.full(200, "given", object),
        repeat=np.zeros(200, np.int32),
    )
    split = np.array(["train"] * 300 + ["test"] * 200, object)
    items = Items(name, y, group, split)
    sample = align([model], name, y, group, ["a", "b", "c"], np.full(CLASSES, 1 / CLASSES))
    wrong = (said.argmax(axis=1) != y[:300]).astype(float)
    held_out = HeldOut(name[:300], wrong if decisions else log_losses(said, y[:300]))
    return dev_loss_rows(sample, {"forest": Known(held_out=held_out)}, items, np.random.default_rng(0))


def checked(rows):
    models = [{"model": "forest", "is_reference": True}]
    return list(dev_rows_seen(Evidence({"honest": {"dev_loss": rows, "models": models}}, {})))


@pytest.mark.parametrize("decisions", [False, True])
def test_in_sample_dev_rows_of_a_forest_are_suspected_and_out_of_fold_ones_are_not(forest, decisions):
    _, inside, outside, _ = forest
    (found,) = checked(rows_of(forest, inside, decisions=decisions))
    assert found.models == ["forest"]
    assert "forest is the reference by these rows" in found.sentence
    assert "cross_val_predict" in found.what_to_do
    assert checked(rows_of(forest, outside, decisions=decisions)) == []


def test_the_losses_are_those_of_the_rows(forest):
    y, _, outside, tested = forest
    (row,) = rows_of(forest, outside)
    assert row["dev"] == pytest.approx(log_losses(outside, y[:300]).mean())
    assert row["test"] == pytest.approx(log_losses(tested, y[300:]).mean())
    assert (row["n_dev"], row["n_test"], row["metric"]) == (300, 200, "log_loss")


def test_models_of_which_no_held_out_row_is_known_have_no_row(forest):
    y, *_, tested = forest
    name = np.array([f"i{row}" for row in range(500)], object)
    items = Items(name, y, name, np.full(500, "test", object))
    part = np.full(200, "given", object)
    labels = tested.argmax(axis=1).astype(np.int32)
    model = Model("m", "single", True, name[300:], y[300:], labels, tested, part, np.zeros(200, np.int32))
    sample = align([model], name, y, name, ["a", "b", "c"], np.full(CLASSES, 1 / CLASSES))
    assert dev_loss_rows(sample, {"m": Known()}, items, np.random.default_rng(0)) == []
