"""A label among the features is found, and nothing else is."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.dataset import class_columns as module
from latefusion.dataset.class_columns import class_columns
from latefusion.store.schemas import features_schema
from latefusion.store.tables import write_table
from refusals.pair import Pair, checked

RNG = np.random.default_rng(0)
Y = np.r_[np.zeros(20, int), RNG.integers(0, 3, 40)]


def written(folder, X, missing=()):
    """Write a matrix in two splits of 40 and 20 rows."""
    paths = []
    for split, rows in (("train", range(40)), ("test", range(40, 60))):
        values = [None if row in missing else X[row].tolist() for row in rows]
        schema = features_schema(X.shape[1])
        table = pa.table([pa.array(map(str, rows)), pa.array(values, schema.field("embedding").type)], schema)
        write_table(table, folder / split, schema)
        paths.append(folder / split)
    return paths


@pytest.mark.parametrize("rows", [4096, 7])
@pytest.mark.parametrize("coded", [[0, 1, 2], [5, -1, 0.25]])
def test_a_column_of_one_value_a_class_is_found(tmp_path, monkeypatch, rows, coded):
    monkeypatch.setattr(module, "_ROWS", rows)
    X = RNG.normal(size=(60, 4))
    X[:, 2] = np.array(coded)[Y]
    X[3, 2] = 9  # of an item that lacks the modality
    assert class_columns(written(tmp_path, X, missing={3}), Y).tolist() == [2]


@pytest.mark.parametrize(
    "column",
    [
        lambda: np.ones(60),
        lambda: np.array([0, 1, 1])[Y],
        lambda: np.where(np.arange(60) == 59, 7, Y),
        lambda: Y + np.repeat([0, 1], [40, 20]),
        lambda: RNG.normal(size=60),
    ],
)
def test_a_column_that_does_not_tell_every_class_is_none(tmp_path, column):
    X = RNG.normal(size=(60, 3))
    X[:, 0] = column()
    assert class_columns(written(tmp_path, X), Y).tolist() == []


def test_a_modality_that_no_item_of_a_class_has_tells_nothing(tmp_path):
    X = Y[:, None].astype(float)
    assert class_columns(written(tmp_path, X, missing=set(np.flatnonzero(Y == 2))), Y).tolist() == []


def test_the_data_set_says_which_numbers_tell_the_class(tmp_path):
    from generate import write_dataset

    pair = Pair(*write_dataset(tmp_path, n_train=60, n_test=20, groups=20))
    for rows in pair.rows.values():
        for row in rows:
            row["audio_embedding"] = row["audio_embedding"].replace("]", f", {row['label']}]")
    dataset, _ = checked(pair, tmp_path)
    (said,) = [one["message"] for one in dataset["warnings"] if one["code"] == "class_columns"]
    assert said.startswith("audio: of its 6 numbers, number 6 has one value a class")
