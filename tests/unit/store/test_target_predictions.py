"""Predictions of continuous targets as a table."""

import numpy as np
import pytest

from latefusion.store.target_predictions import TargetPredictions


@pytest.mark.parametrize("variance", [None, np.array([[0.5, 0.25], [np.nan, np.nan]])])
def test_what_was_written_is_read(tmp_path, variance):
    said = TargetPredictions(
        ("valence", "a target with spaces"),
        np.array(["x", "y"], object),
        np.array([[1.0, 2.0], [3.0, np.nan]]),
        np.array([[0.1, 0.2], [np.nan, np.nan]]),
        variance,
        np.array([1, -1], np.int32),
    )
    said.write(tmp_path / "table.parquet")
    read = TargetPredictions.read(tmp_path / "table.parquet")
    assert read.targets == said.targets
    assert read.item.tolist() == ["x", "y"]
    for name in ("y", "predicted", "fold"):
        np.testing.assert_array_equal(getattr(read, name), getattr(said, name))
    assert (read.variance is None) == (variance is None)
    if variance is not None:
        np.testing.assert_array_equal(read.variance, variance)


def test_the_table_of_a_rule_names_partition_and_repeat():
    one = TargetPredictions(("v",), np.array(["x"], object), np.ones((1, 1)), np.zeros((1, 1)))
    row = one.to_table("cross-0-1", 2).to_pylist()[0]
    assert (row["partition"], row["repeat"], row["fold"]) == ("cross-0-1", 2, None)
