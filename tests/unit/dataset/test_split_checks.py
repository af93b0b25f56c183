"""What one file says is held against the other."""

import pyarrow as pa
import pytest

from latefusion.dataset.split_checks import Splits, check_columns


def splits_of(train, test):
    nothing = pa.table({})
    facts = {
        split: {"path": f"{split}.csv", **({"wide": {"audio": wide}} if wide else {})}
        for split, wide in (("train", train), ("test", test))
    }
    return Splits({"train": nothing, "test": nothing}, facts)


@pytest.mark.parametrize("test", [["f0", "f1", "year"], ["f1", "f0", "year"], None])
def test_the_same_columns_are_not_spoken_of(test):
    splits = splits_of(["f0", "f1", "year"], test)
    check_columns(splits)
    assert splits.warnings == []


def test_other_columns_are_told_with_the_first_place_where_they_differ():
    splits = splits_of(["f0", "f1", "f2"], ["f0", "f2", "year"])
    check_columns(splits)
    assert [one["code"] for one in splits.warnings] == ["renamed_columns:audio"]
    assert splits.warnings[0]["message"].startswith(
        "audio: where train.csv has the column 'f1', test.csv has 'f2'; numbers go by their place"
    )
