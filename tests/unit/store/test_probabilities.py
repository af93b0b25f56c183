"""Class probabilities in memory and on disk."""

import numpy as np

from latefusion.store.probabilities import Probabilities


def example(ovo_prediction=None):
    return Probabilities(
        classes=("Sad", "Happy"),
        item=np.array(["a", "b", "c"], object),
        label=np.array([0, -1, 1], np.int32),
        p=np.array([[0.3, 0.7], [np.nan, np.nan], [0.5, 0.5]]),
        ovo_prediction=ovo_prediction,
    )


def test_the_largest_probability_is_predicted_the_lowest_index_on_a_tie_and_nothing_where_missing():
    assert example().predicted.tolist() == [1, -1, 0]


def test_a_table_comes_back_as_it_was(tmp_path):
    written = example(ovo_prediction=np.array([1, -1, 0], np.int32))
    written.write(tmp_path / "p.parquet")
    read = Probabilities.read(tmp_path / "p.parquet")
    assert read.classes == written.classes
    for name in ("item", "label", "fold", "ovo_prediction"):
        assert getattr(read, name).tolist() == getattr(written, name).tolist()
    assert np.array_equal(read.p, written.p, equal_nan=True)


def test_what_is_not_known_is_null_on_disk():
    table = example().to_table()
    assert table["label"].to_pylist() == [0, None, 1]
    assert table["fold"].to_pylist() == [None, None, None]
    assert table["predicted"].to_pylist() == [1, None, 0]
    assert "ovo_prediction" not in table.column_names
