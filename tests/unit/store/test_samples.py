"""The rows of one part of a partition."""

import numpy as np
import pyarrow as pa
import pytest

from latefusion.store.samples import SampleFiles, class_names, read_features, read_samples
from latefusion.store.schemas import PARTITION, features_schema, items_schema
from latefusion.store.tables import TableError, write_table

DATASET = {
    "classes": [
        {"index": 0, "label": "calm", "name": "Calm"},
        {"index": 1, "label": "loud", "name": "Loud"},
    ]
}


@pytest.fixture
def tables(tmp_path):
    schema = items_schema(pa.string(), {})
    for split, items, labels in (
        ("train", ["a", "b", "c"], ["loud", "calm", "loud"]),
        ("test", ["d"], ["calm"]),
    ):
        rows = {"item": items, "label": labels, "class": labels, "group": items}
        write_table(pa.table(rows, schema), tmp_path / f"items_{split}.parquet", schema)
        for modality, size in (("text", 2), ("audio", 1)):
            values = [[float(ord(item) + k) for k in range(size)] for item in items]
            if modality == "audio" and split == "train":
                values[1] = None
            features = pa.table({"item": items, "embedding": values}, features_schema(size))
            write_table(features, tmp_path / f"{modality}_{split}.parquet", features_schema(size))
    partition = {
        "item": ["a", "b", "c", "d"],
        "part": ["train", "train", "test", "train"],
        "fold": [1, 0, None, 1],
    }
    write_table(pa.table(partition, PARTITION), tmp_path / "partition.parquet", PARTITION)
    return tmp_path


def files(folder, splits=("train", "test")):
    return (
        [folder / f"items_{split}.parquet" for split in splits],
        [folder / f"{modality}_{split}.parquet" for modality in ("text", "audio") for split in splits],
        DATASET,
    )


def read(folder, part):
    return read_samples(folder / "partition.parquet", part, *files(folder))


def test_a_part_draws_its_rows_from_both_splits_in_the_order_of_the_partition(tables):
    rows = read(tables, "train")
    assert rows.item.tolist() == ["a", "b", "d"]
    assert rows.label.tolist() == [1, 0, 0]
    assert rows.fold.tolist() == [1, 0, 1]
    assert rows.X[0].tolist() == [[97, 98], [98, 99], [100, 101]]


def test_an_item_that_lacks_a_modality_is_a_row_of_nan(tables):
    audio = read(tables, "train").X[1]
    assert audio[0].tolist() == [97]
    assert np.isnan(audio[1]).all()


def test_a_test_part_has_no_folds(tables):
    rows = read(tables, "test")
    assert rows.item.tolist() == ["c"]
    assert rows.fold.tolist() == [-1]
    assert rows.X[0].tolist() == [[99, 100]]


@pytest.mark.parametrize("part", ["train", "test"])
def test_files_read_once_give_the_parts_that_are_read_one_by_one(tables, part):
    rows, places = SampleFiles.read(*files(tables)).part(tables / "partition.parquet", part)
    alone = read(tables, part)
    for name in ("item", "label", "fold"):
        assert getattr(rows, name).tolist() == getattr(alone, name).tolist()
    for together, apart in zip(rows.X, alone.X, strict=True):
        np.testing.assert_array_equal(together, apart)
    assert ["abcd"[place] for place in places] == rows.item.tolist()


def test_an_item_that_is_in_no_table_is_refused(tables):
    partition = pa.table({"item": ["z"], "part": ["train"], "fold": [0]}, PARTITION)
    write_table(partition, tables / "partition.parquet", PARTITION)
    with pytest.raises(TableError, match="'z' is not there"):
        read(tables, "train")


def test_feature_matrices_are_float32_rows(tables):
    X = read_features(tables / "text_train.parquet")
    assert X.dtype == np.float32
    assert X.shape == (3, 2)


def test_class_names_stand_in_the_order_of_their_index():
    assert class_names(DATASET) == ("Calm", "Loud")
