"""Quality measures: read from tables of items by item, refused where they are no numbers."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from latefusion.core.errors import InputError
from latefusion.fusion.quality_columns import quality_of, read_quality

COLUMNS = ["length", "snr"]


def table(item, length, snr):
    return pa.table({"item": pa.array(item), "length": pa.array(length), "snr": pa.array(snr)})


def test_measures_are_found_by_item_over_all_splits(tmp_path):
    pq.write_table(table(["a", "b"], [1, 2], [0.5, None]), tmp_path / "train.parquet")
    pq.write_table(table(["c"], [3], [-1.0]), tmp_path / "test.parquet")
    files = {f"items:{split}": str(tmp_path / f"{split}.parquet") for split in ("train", "test")}
    found = read_quality(COLUMNS, files).of(np.array(["c", "b", "a"], object))
    assert found["length"].tolist() == [3.0, 2.0, 1.0]
    np.testing.assert_array_equal(found["snr"], [-1.0, np.nan, 0.5])


def test_no_table_is_opened_where_no_quality_is_read():
    assert read_quality([], {"items:train": "nowhere.parquet"}).of(np.array(["a"], object)) == {}


def test_a_column_without_any_number_is_missing_everywhere():
    found = quality_of(table(["a"], [1], pa.array([None], pa.null())), COLUMNS, "items")
    assert np.isnan(found["snr"]).all()


@pytest.mark.parametrize(
    ("snr", "words"),
    [
        (["12", "loud"], ["items, snr", "'loud'", "a quality in numbers", "take the column out of the rule"]),
        ([True, False], ["items, snr", "a quality in numbers"]),
        ([1.0, np.inf], ["items, snr", "an infinite quality", "finite numbers"]),
    ],
)
def test_what_is_no_number_is_refused_with_what_was_found(snr, words):
    with pytest.raises(InputError) as refused:
        quality_of(table(["a", "b"], [1, 2], snr), COLUMNS, "items")
    assert all(word in str(refused.value) for word in words)


def test_a_table_without_the_column_is_refused():
    with pytest.raises(InputError, match=r"(?s)new items, snr.*no such column"):
        quality_of(table(["a"], [1], [2.0]).drop_columns("snr"), COLUMNS, "new items")
