"""What was published, beside what was measured, and only where the data are the notebook's."""

import copy
from pathlib import Path

import numpy as np
import pytest
import yaml

import made_up_models as made_up
from latefusion.evaluation.evaluate import evaluate
from latefusion.evaluation.tables.published import (
    CLASSES,
    CONFUSIONS,
    DIMENSIONS,
    SUPPORT,
    N,
    is_notebook,
    published_rows,
)

ROOT = Path(__file__).resolve().parents[4]
DATASET = {
    "classes": [{"name": name, "test": n} for name, n in zip(CLASSES, SUPPORT, strict=True)],
    "n": dict(N),
    "modalities": {"words": {"dimension": 768}, "sound": {"dimension": 498}},
}


@pytest.fixture(scope="module")
def tables():
    """Rows of a run on 200 items, whose models are called otherwise than the notebook's."""
    own = made_up.items()
    rows = np.arange(400, 600)
    models = [
        made_up.model("majority", "baseline", own, rows, 0.0),
        made_up.model("words", "single", own, rows, 0.6),
        made_up.model("sound", "single", own, rows, 1.2),
        made_up.model("both", "early", own, rows, 1.4),
        made_up.model("max_confidence", "rule", own, rows, 1.5),
        made_up.model("product", "rule", own, rows, 1.5),
    ]
    found = evaluate(models, protocol="honest", items=own, dataset=made_up.dataset(own.label, 400), draws=100)
    assert found["published"].num_rows == 0
    rows = {name: table.to_pylist() for name, table in found.items()}
    known = {"model": "sound", "metric": "accuracy", "in_sample": 0.61, "n_train": 10_870}
    return rows | {"overfitting": [known]}


def one(rows, **wanted):
    (row,) = [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    return row


def test_the_published_matrices_have_the_test_songs_and_their_accuracies():
    accuracy = {name: np.trace(cells) / np.sum(cells) for name, cells in CONFUSIONS.items()}
    assert accuracy == pytest.approx({"lyrics": 0.4279, "audio": 0.4209, "max_confidence": 0.4496}, abs=5e-5)
    for cells in CONFUSIONS.values():
        assert tuple(np.sum(cells, axis=1)) == SUPPORT
    assert sum(SUPPORT) == N["test"]


def test_the_example_for_the_notebooks_files_names_what_was_published():
    config = yaml.safe_load((ROOT / "examples" / "laa.yaml").read_text())
    assert {entry["name"] for entry in config["modalities"]} == set(DIMENSIONS)
    assert "max_confidence" in {entry["name"] for entry in config["rules"]}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("n", "test"), 2717),
        (("classes", 0, "test"), 531),
        (("classes", 3, "name"), "Blue"),
        (("modalities", "words", "dimension"), 384),
    ],
)
def test_other_data_have_nothing_published(tables, path, value):
    assert is_notebook(DATASET)
    other = copy.deepcopy(DATASET)
    *way, last = path
    place = other
    for step in way:
        place = place[step]
    place[last] = value
    assert not is_notebook(other)
    assert published_rows("honest", other, tables) == []


def test_figures_stand_beside_those_measured(tables):
    rows = published_rows("honest", DATASET, tables)
    metrics = [row for row in tables["metrics"] if row["metric"] == "accuracy" and row["subset"] == "all"]
    for model, published in (
        ("words", 0.4279),
        ("sound", 0.4209),
        ("max_confidence", 0.4496),
        ("both", 0.45),
    ):
        row, own = one(rows, model=model, measure="accuracy"), one(metrics, model=model)
        assert row["published"] == pytest.approx(published, abs=5e-5)
        assert (row["measured"], row["low"], row["high"]) == (own["value"], own["low"], own["high"])
    assert one(rows, model="majority", measure="accuracy")["published"] == 0.3142
    assert one(rows, model="oracle", measure="accuracy")["published"] == 0.59
    assert not any(row["model"] == "product" for row in rows)
    train = one(rows, measure="in_sample_accuracy")
    assert (train["model"], train["published"], train["measured"]) == ("sound", 0.5896, 0.61)
    relaxed = one(rows, model="sound", measure="recall", true="Relaxed")
    assert relaxed["published"] == pytest.approx(54 / 512)


def test_every_cell_of_a_published_matrix_stands_beside_ours(tables):
    rows = [row for row in published_rows("honest", DATASET, tables) if row["measure"] == "confusion"]
    assert {row["model"] for row in rows} == {"words", "sound", "max_confidence"}
    assert len(rows) == 3 * 16
    cell = one(rows, model="words", true="Sad", predicted="Happy")
    own = one(tables["confusion"], model="words", subset="all", true="Sad", predicted="Happy")
    assert (cell["published"], cell["measured"]) == (245, own["count"])


def test_under_cross_it_is_the_test_songs_that_are_compared(tables):
    moved = {
        name: [row | {"subset": "given_test"} if row.get("subset") == "all" else row for row in rows]
        for name, rows in tables.items()
    }
    assert not any(row["measure"] == "accuracy" for row in published_rows("cross", DATASET, tables))
    rows = published_rows("cross", DATASET, moved)
    assert {row["subset"] for row in rows} == {"given_test"}
    assert "the split is not" in one(rows, model="words", measure="accuracy")["note"]
    assert not any(row["model"] == "oracle" for row in rows)
